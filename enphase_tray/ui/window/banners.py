"""What is wrong with the connection or the saving of readings, as banners with the button that helps."""

from collections.abc import Callable
from dataclasses import dataclass

from enphase_tray.model.language import mark, tr
from enphase_tray.settings.settings import Settings
from enphase_tray.status.words import sentences
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.marks import Mark

_WHY = mark("What is wrong?")
_FOR_SETTINGS = {"login_refused", "token_expired", "token_missing", "token_wrong_gateway", "settings", "secrets"}


@dataclass(frozen=True, slots=True)
class Actions:
    """What a banner's button may do."""

    refresh: Callable[[], None]
    settings: Callable[[], None]
    certificate: Callable[[], None]
    find_out: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One banner."""

    mark: Mark
    title: str
    advice: str
    action: str = ""
    do: Callable[[], None] | None = None
    more: str = ""
    find_out: Callable[[], None] | None = None
    """A second way, for those who want to know more, and its words."""


def troubles(shown: Shown, settings: Settings, history_problem: str | None, actions: Actions) -> tuple[Trouble, ...]:
    """Everything that deserves a banner, most important first."""
    result = shown.result
    if result is None:
        if settings.configured:
            return ()
        advice = tr("Tell the program which gateway is yours; it takes about a minute.")
        return (Trouble(Mark.NOTE, tr("No gateway is set up yet"), advice, tr("Set &up…"), actions.settings),)
    found = []
    if result.certificate is not None:
        found.append(_certificate(shown, actions))
    elif result.failure is not None:
        found.append(_failure(shown, actions))
    elif shown.stale:
        found.append(
            Trouble(Mark.STALE, tr("The figures are from {read_at}", read_at=_read_at(shown)),
                    tr("The gateway has not been read since."), tr("Read a&gain"), actions.refresh)
        )  # fmt: skip
    if result.saving_problem is not None:
        advice = tr(
            "Figures and notifications go on; the readings of about a day wait in memory until they can be saved."
        )
        found.append(Trouble(Mark.LOOK, result.saving_problem, advice))
    if result.history_notice is not None:
        title, _, advice = result.history_notice.partition(". ")
        found.append(Trouble(Mark.LOOK, title, advice))
    if history_problem is not None:
        found.append(Trouble(Mark.LOOK, history_problem, tr("Earlier curves and events cannot be shown for now.")))
    return tuple(found)


def _certificate(shown: Shown, actions: Actions) -> Trouble:
    question = None if shown.result is None else shown.result.certificate
    if question is None or question.previous is None:
        title = tr("Is this your gateway?")
        advice = tr("Nothing secret is sent to it until you say so.")
    elif question.expected_renewal:
        title = tr("Your gateway has renewed its certificate")
        advice = tr(
            "It does so about once a year. Reading is paused until you agree. {since}", since=_since(shown)
        ).strip()
    else:
        title = tr("This does not look like your gateway")
        advice = tr("Nothing has been sent to it. {since}", since=_since(shown)).strip()
    return Trouble(Mark.LOCKED, title, advice, tr("Loo&k at it…"), actions.certificate)


def _failure(shown: Shown, actions: Actions) -> Trouble:
    failure = None if shown.result is None else shown.result.failure
    title = "" if failure is None else failure.title
    advice = "" if failure is None else sentences(failure.advice, _since(shown))
    if failure is not None and failure.kind in _FOR_SETTINGS:
        return Trouble(Mark.NO_LINK, title, advice, tr("Open settin&gs…"), actions.settings, tr(_WHY), actions.find_out)
    mark = Mark.STALE if shown.snapshot is not None and not shown.stale else Mark.NO_LINK
    return Trouble(mark, title, advice, tr("Try a&gain"), actions.refresh, tr(_WHY), actions.find_out)


def _since(shown: Shown) -> str:
    return "" if shown.snapshot is None else tr("The figures shown are from {read_at}.", read_at=_read_at(shown))


def _read_at(shown: Shown) -> str:
    snapshot = shown.snapshot
    return "" if snapshot is None else f"{shown.wording.clock(snapshot.at, shown.now)} ({shown.status.age})"
