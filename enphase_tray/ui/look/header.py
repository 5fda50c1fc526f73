"""The top of the window: who and how it is in one line, and the figures of now, today, seven days and lifetime."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QMenu, QWidget

from enphase_tray.model.language import mark, tr
from enphase_tray.model.readings import NetReading, PowerReading, Snapshot
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.attention import Mute, muted_by
from enphase_tray.status.health import NO_PRICE, Price
from enphase_tray.status.muting import mute_words
from enphase_tray.status.status import IconState, Status
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.look.link_label import LinkLabel
from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.reasons import why_no_meter, why_unknown
from enphase_tray.ui.look.theme import GRID, figure_font, to_font
from enphase_tray.ui.look.widgets import Card, Label, Role, button, column, divider, row

MARKS = {
    IconState.NORMAL: Mark.WELL,
    IconState.NIGHT: Mark.ASLEEP,
    IconState.LOOK: Mark.LOOK,
    IconState.FAULT: Mark.FAULT,
    IconState.STALE: Mark.STALE,
    IconState.NOT_CONNECTED: Mark.NO_LINK,
    IconState.CERTIFICATE: Mark.LOCKED,
    IconState.UNKNOWN: Mark.UNKNOWN,
}


_NOT_READ = mark("Not read for some time")


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the parts of the window need to draw one moment."""

    result: PollResult | None
    status: Status
    now: datetime
    wording: Wording
    price: Price = NO_PRICE
    site_name: str = ""
    """As the user calls it; empty where not at all."""
    mutes: tuple[Mute, ...] = ()
    """What the user does not want to hear of now."""

    @property
    def snapshot(self) -> Snapshot | None:
        return None if self.result is None else self.result.snapshot

    @property
    def stale(self) -> bool:
        """Whether the figures are too old to be called now."""
        result, snapshot = self.result, self.snapshot
        if result is None or snapshot is None:
            return False
        return result.stale or (self.now - snapshot.at).total_seconds() > 2 * result.refresh_seconds


class TitleLine(QWidget):
    """Site, verdict, age of the data, and the buttons that act on the whole."""

    refresh = Signal()
    settings = Signal()
    asked = Signal()
    """The verdict was clicked, or Enter pressed on it: where is more to be seen?"""

    def __init__(self) -> None:
        super().__init__()
        self._mark = MarkWidget(Mark.UNKNOWN, 18)
        self.verdict = LinkLabel(role=Role.TITLE)
        self.verdict.setMinimumWidth(to_font(40 * GRID))
        self.verdict.clicked.connect(self.asked)
        self.age = Label(role=Role.NOTE)
        self.age.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.refresh_button = button(tr("&Refresh"), name=tr("Read the gateway now"))
        self.settings_button = button(tr("&Settings…"))
        self.help_button = button(tr("Help"), name=tr("What is wrong, the log, and what this program is"))
        self.help_menu = QMenu(self.help_button)
        self.help_button.setMenu(self.help_menu)
        self.refresh_button.clicked.connect(self.refresh)
        self.settings_button.clicked.connect(self.settings)
        line = self._line = row(self, 0, 2 * GRID)
        line.addWidget(self._mark)
        line.addWidget(self.verdict, 1)
        line.addWidget(self.age)
        line.addWidget(self.refresh_button)
        line.addWidget(self.settings_button)
        line.addWidget(self.help_button)

    def show_moment(self, shown: Shown, site: str) -> None:
        """Say how the site is and how old that knowledge is."""
        self._mark.set_mark(MARKS[shown.status.icon])
        verdict = tr(_NOT_READ) if _left_alone(shown) else shown.status.verdict
        self.verdict.say(f"{site} · {verdict}" if site else verdict, muted_alerts(shown), verdict)
        snapshot = shown.snapshot
        exact = "" if snapshot is None else tr("Read at {time}", time=shown.wording.clock(snapshot.at, shown.now))
        self.age.say(tr("Read {age}", age=shown.status.age) if snapshot is not None else "", exact)

    def set_polling(self, polling: bool) -> None:
        """While a poll is under way there is nothing to ask for."""
        self.refresh_button.setEnabled(not polling)
        self.refresh_button.setText(tr("Reading…") if polling else tr("&Refresh"))
        self._line.activate()  # at once, or the longer word is cut off until the next turn of the event loop


class Figure(QWidget):
    """One figure with its name above and a second, smaller line beneath."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = Label(name, Role.NOTE)
        self.value = Label(UNKNOWN)
        self.value.setFont(figure_font(self.value.font()))
        self.below = Label("", Role.NOTE)
        body = column(self, 0, 0)
        for label in (self.name, self.value, self.below):
            body.addWidget(label)
        body.addStretch(1)

    def show_value(self, name: str, value: str, reason: str, *, dim: bool) -> None:
        """`reason` is said on hover where `value` is a dash."""
        self.name.say(name)
        self.value.say(value, reason if value == UNKNOWN else "")
        self.value.setEnabled(not dim)
        self.value.setAccessibleName(f"{name}: {tr('not known') if value == UNKNOWN else value}")
        self.value.setAccessibleDescription(reason if value == UNKNOWN else "")


class FigureCard(Card):
    """The row of figures: production large, use beneath each, and the grid at the end where it is measured."""

    NAMES = (mark("Production now"), mark("Today"), mark("7 days"), mark("Lifetime"))
    _WORDS = (
        mark("Production now"),
        mark("Production today"),
        mark("Production of the last seven days"),
        mark("Lifetime production"),
    )

    def __init__(self) -> None:
        super().__init__(3 * GRID, 0)
        self.figures = tuple(Figure(tr(name)) for name in self.NAMES)
        self.grid = Figure(tr("Grid"))
        self._line = divider()
        self._cells = cells = QGridLayout()
        cells.setHorizontalSpacing(4 * GRID)
        cells.setContentsMargins(GRID, 0, GRID, 0)
        for place, figure in enumerate(self.figures):
            cells.addWidget(figure, 0, place)
            cells.setColumnStretch(place, 1)
        cells.addWidget(self._line, 0, 4)
        cells.addWidget(self.grid, 0, 5)
        self.body.addLayout(cells)

    def show_moment(self, shown: Shown) -> None:
        """Fill in all figures; what is not known is a dash that says why on hover."""
        snapshot = shown.snapshot
        production = snapshot.production if snapshot is not None else None
        consumption = snapshot.consumption if snapshot is not None else None
        names = [tr(name) for name in self.NAMES]
        if shown.stale and snapshot is not None:
            names[0] = tr("Production at {time}", time=shown.wording.clock(snapshot.at, shown.now))
        made = _texts(production, shown.wording)
        used = _texts(consumption, shown.wording)
        for place, figure in enumerate(self.figures):
            reason = why_unknown(snapshot, tr(self._WORDS[place]))
            figure.show_value(names[place], made[place], reason, dim=shown.stale)
            self._show_use(figure, used[place], consumption is not None)
        self._show_grid(shown, None if snapshot is None else snapshot.net)

    def _show_use(self, figure: Figure, text: str, measured: bool) -> None:
        figure.below.setVisible(measured)
        figure.below.say(tr("Using {text}", text=text) if figure is self.figures[0] else tr("Used {text}", text=text))

    def _show_grid(self, shown: Shown, net: NetReading | None) -> None:
        measured = net is not None
        self._line.setVisible(measured)
        self.grid.setVisible(measured)
        self._cells.setColumnStretch(5, int(measured))
        if net is None:
            self.setToolTip("" if shown.snapshot is None else why_no_meter(shown.snapshot))
            return
        self.setToolTip("")
        watts = net.watts_now
        name = tr("To grid") if watts is not None and watts < 0 else tr("From grid")
        if shown.stale and shown.snapshot is not None:
            name += tr(" at {time}", time=shown.wording.clock(shown.snapshot.at, shown.now))
        value = shown.wording.watts(None if watts is None else abs(watts))
        self.grid.show_value(name, value, why_unknown(shown.snapshot, tr("Exchange with the grid")), dim=shown.stale)
        drawn = shown.wording.energy(net.watt_hours_imported)
        given = shown.wording.energy(net.watt_hours_exported)
        known = drawn != UNKNOWN or given != UNKNOWN
        self.grid.below.setVisible(known)
        self.grid.below.say(
            tr("{drawn} in · {given} out", drawn=drawn, given=given),
            tr("Lifetime energy taken from and given to the grid"),
        )


def muted_alerts(shown: Shown) -> str:
    """The open alerts that are muted, each with who muted it and until when, one a line."""
    lines = []
    for alert in () if shown.result is None else shown.result.active:
        mute = muted_by(alert, shown.mutes, shown.now)
        if mute is not None:
            lines.append(f"{alert.title}: {mute_words(mute, shown.now, shown.wording)}")
    return "\n".join(lines)


def _left_alone(shown: Shown) -> bool:
    """Whether the figures are old though nothing failed: what was well then is not known to be so now."""
    result = shown.result
    quiet = result is not None and result.failure is None and result.certificate is None and not result.active
    return quiet and shown.stale


def _texts(reading: PowerReading | None, wording: Wording) -> tuple[str, str, str, str]:
    if reading is None:
        return (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    return (
        wording.watts(reading.watts_now),
        wording.energy(reading.watt_hours_today),
        wording.energy(reading.watt_hours_seven_days),
        wording.energy(reading.watt_hours_lifetime),
    )
