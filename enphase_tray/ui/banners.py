"""What is wrong with the connection or the saving of readings, as banners with the button that helps."""

from collections.abc import Callable
from dataclasses import dataclass

from enphase_tray.settings.settings import Settings
from enphase_tray.ui.header import Shown
from enphase_tray.ui.marks import Mark

_FOR_SETTINGS = {"login_refused", "token_expired", "token_missing", "token_wrong_gateway", "settings", "secrets"}


@dataclass(frozen=True, slots=True)
class Actions:
    """What a banner's button may do."""

    refresh: Callable[[], None]
    settings: Callable[[], None]
    certificate: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """One banner."""

    mark: Mark
    title: str
    advice: str
    action: str = ""
    do: Callable[[], None] | None = None


def troubles(shown: Shown, settings: Settings, history_problem: str | None, actions: Actions) -> tuple[Trouble, ...]:
    """Everything that deserves a banner, most important first."""
    result = shown.result
    if result is None:
        if settings.configured:
            return ()
        advice = "Tell the program which gateway is yours; it takes about a minute."
        return (Trouble(Mark.NOTE, "No gateway is set up yet", advice, "Set &up…", actions.settings),)
    found = []
    if result.certificate is not None:
        found.append(_certificate(shown, actions))
    elif result.failure is not None:
        found.append(_failure(shown, actions))
    elif shown.stale:
        found.append(
            Trouble(Mark.STALE, f"The figures are from {_read_at(shown)}",
                    "The gateway has not been read since.", "Read a&gain", actions.refresh)
        )  # fmt: skip
    if result.saving_problem is not None:
        advice = "Figures and notifications go on; the readings of about a day wait in memory until they can be saved."
        found.append(Trouble(Mark.LOOK, result.saving_problem, advice))
    if result.history_notice is not None:
        title, _, advice = result.history_notice.partition(". ")
        found.append(Trouble(Mark.LOOK, title, advice))
    if history_problem is not None:
        found.append(Trouble(Mark.LOOK, history_problem, "Earlier curves and events cannot be shown for now."))
    return tuple(found)


def _certificate(shown: Shown, actions: Actions) -> Trouble:
    question = None if shown.result is None else shown.result.certificate
    if question is None or question.previous is None:
        title = "Is this your gateway?"
        advice = "Nothing secret is sent to it until you say so."
    elif question.expected_renewal:
        title = "Your gateway has renewed its certificate"
        advice = f"It does so about once a year. Reading is paused until you agree. {_since(shown)}".strip()
    else:
        title = "This does not look like your gateway"
        advice = f"Nothing has been sent to it. {_since(shown)}".strip()
    return Trouble(Mark.LOCKED, title, advice, "&Look at it…", actions.certificate)


def _failure(shown: Shown, actions: Actions) -> Trouble:
    failure = None if shown.result is None else shown.result.failure
    title = "" if failure is None else failure.title
    advice = "" if failure is None else f"{failure.advice} {_since(shown)}".strip()
    if failure is not None and failure.kind in _FOR_SETTINGS:
        return Trouble(Mark.NO_LINK, title, advice, "O&pen settings…", actions.settings)
    mark = Mark.STALE if shown.snapshot is not None and not shown.stale else Mark.NO_LINK
    return Trouble(mark, title, advice, "Try a&gain", actions.refresh)


def _since(shown: Shown) -> str:
    return "" if shown.snapshot is None else f"The figures shown are from {_read_at(shown)}."


def _read_at(shown: Shown) -> str:
    snapshot = shown.snapshot
    return "" if snapshot is None else f"{shown.wording.clock(snapshot.at, shown.now)} ({shown.status.age})"
