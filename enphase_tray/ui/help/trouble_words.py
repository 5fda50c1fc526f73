"""What a check-up finds, said for a window: names of the steps, and which way out a failed one has."""

from enum import StrEnum

from enphase_tray.model.checkup import CheckStep, StepVerdict
from enphase_tray.model.language import mark, tr
from enphase_tray.ui.look.marks import Mark
from enphase_tray.ui.look.steps import Step

_MARKS = {
    StepVerdict.OK: Mark.WELL,
    StepVerdict.ATTENTION: Mark.LOOK,
    StepVerdict.FAILED: Mark.FAULT,
    StepVerdict.SKIPPED: Mark.UNKNOWN,
}
_SAID = {
    StepVerdict.OK: mark("well"),
    StepVerdict.ATTENTION: mark("to look at"),
    StepVerdict.FAILED: mark("failed"),
    StepVerdict.SKIPPED: mark("not looked at"),
}
_NAMES = {
    "settings": mark("Settings"),
    "secrets": mark("What is at hand for the log-in"),
    "find": mark("Find the gateway"),
    "tcp": mark("Reach it"),
    "tls": mark("Secure connection"),
    "certificate": mark("Its certificate"),
    "info": mark("Ask who it is"),
    "serial": mark("Is it the right one?"),
    "firmware": mark("Its firmware"),
    "log_in": mark("Log-in"),
    "clock": mark("Its clock"),
    "keyring": mark("The keyring of this computer"),
    "history": mark("The history"),
}
_HERE = {
    "settings": mark("Set one up first"),
    "find": mark("Check that it is on the same network, or type its address in the settings"),
    "certificate": mark("If this is your gateway, look at its certificate and trust it"),
}
"""Advice for a step where the terminal's names options of the terminal."""
_OPTION = "--"


class Way(StrEnum):
    """Where a failed step can be mended."""

    SETTINGS = "settings"
    CERTIFICATE = "certificate"
    NONE = "none"


def step_of(found: CheckStep) -> Step:
    """A finding as a line of the list."""
    return Step(
        _MARKS[found.verdict],
        tr(_SAID[found.verdict]),
        tr(_NAMES.get(found.name, found.name)),
        sentences(found.title, advice_of(found)),
    )


def advice_of(found: CheckStep) -> str:
    """What to do about it, in this window; empty where nothing has to be done."""
    if found.verdict is StepVerdict.SKIPPED:
        return ""
    if _OPTION not in found.advice:
        return found.advice
    return tr(_HERE[found.name]) if found.name in _HERE else ""


def way_out(failure: CheckStep) -> Way:
    """Where what failed first can be mended."""
    if failure.kind in {"certificate_unknown", "certificate_changed"}:
        return Way.CERTIFICATE
    if failure.name in {"settings", "secrets", "find", "serial", "log_in", "firmware", "keyring"}:
        return Way.SETTINGS
    return Way.NONE


def sentences(title: str, advice: str) -> str:
    """Both, each ended by a full stop."""
    return " ".join(f"{part.rstrip('.')}." for part in (title, advice) if part)
