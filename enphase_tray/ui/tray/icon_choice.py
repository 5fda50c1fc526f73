"""How the icon is to look now: what the user chose, on this desktop, for this status."""

from collections.abc import Callable

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.readings import Snapshot
from enphase_tray.settings.settings import IconShows, Settings
from enphase_tray.status.status import IconState, Status
from enphase_tray.ui.desktop.ways import Ways, tone_for
from enphase_tray.ui.tray.best_of_hour import BestOfHour
from enphase_tray.ui.tray.icon import ring_steps
from enphase_tray.ui.tray.tray import Look

_WRONG = {IconState.LOOK, IconState.FAULT, IconState.NOT_CONNECTED, IconState.CERTIFICATE}


class IconChoice:
    """Gives the `Look` for a status."""

    def __init__(
        self,
        history: Callable[[], HistoryReader],
        ways: Ways,
        desktop_dark: Callable[[], bool],
        taskbar_dark: Callable[[], bool | None],
    ) -> None:
        self._best = BestOfHour(history)
        self._ways = ways
        self._desktop_dark = desktop_dark
        self._taskbar_dark = taskbar_dark

    def look(self, status: Status, snapshot: Snapshot | None, settings: Settings, *, unread: bool) -> Look:
        """`unread`: something waits to be read in the program."""
        style = tone_for(settings.icon_style, self._ways.panel, self._desktop_dark, self._taskbar_dark)
        share = None
        if settings.icon_shows is IconShows.RING:
            share = ring_steps(self._best.share(snapshot))
        # Before there is a gateway, the icon leads to the set-up.
        calm = settings.configured and not unread and not is_wrong(status)
        return Look(style, settings.icon_shows, share, unread, away=settings.icon_only_when_wrong and calm)


def is_wrong(status: Status) -> bool:
    """Whether there is something to look at. A missed poll alone is not: the next one usually has an answer."""
    return status.icon in _WRONG or (status.concern is not None and status.icon is not IconState.STALE)
