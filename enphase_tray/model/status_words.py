"""What the status words of devices mean: a plain label, how much it matters, and what to do.

All words of a device count; an unknown one is shown by its last part.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from enphase_tray.model.language import mark, tr

_PREFIX = "cond_flags."

_NONE_NEEDED = mark("Nothing needs to be done.")
_WAIT = mark("It usually passes by itself; if it stays for a day, tell your installer.")
_INSTALLER = mark("Call your installer and name this message.")
_SAFETY = mark("Do not touch the panels or cables; call your installer.")
_GRID = mark(
    "The inverter waits for a steady grid; if it lasts longer than an hour, ask your installer or grid operator."
)
_PANEL = mark("Look for snow, shade or a loose connector; if the panel is in full sun, call your installer.")
_LINE = mark("Look for a device that disturbs the power line; if it stays for a day, tell your installer.")
_COMMAND = mark("Somebody switched this on purpose; ask your installer if you do not know why.")
_HEAT = mark("Let air reach the device; if it returns on mild days, call your installer.")


class WordSeverity(StrEnum):
    """How much a status word matters. `NIGHT` is normal in the dark and at sunrise."""

    INFORMATION = "information"
    NIGHT = "night"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class StatusWord:
    """One status word in plain language: `label` continues a sentence, `advice` is a sentence."""

    label: str
    severity: WordSeverity
    advice: str


def meaning(word: str) -> StatusWord:
    """What `word` means, as the gateway spells it; matched without regard to case."""
    key = suffix(word)
    known = _WORDS.get(key)
    if known is not None:
        return StatusWord(tr(known.label), known.severity, tr(known.advice))
    of_line = _OF_A_LINE.fullmatch(key)
    if of_line is not None:
        return StatusWord(tr(_LINE_LABELS[of_line[1]], line=of_line[2]), WordSeverity.FAULT, tr(_GRID))
    last = word.strip().rpartition(".")[2] or word.strip()
    if last.lower().startswith("undef-"):
        label = tr("unnamed condition {number}", number=last[6:])
        return StatusWord(label, WordSeverity.INFORMATION, tr(_NONE_NEEDED))
    return StatusWord(tr("unknown status {word}", word=last), WordSeverity.WARNING, tr(_WAIT))


def severity_of(word: str) -> WordSeverity:
    """How much `word` matters; the same as `meaning(word).severity`, and cheaper."""
    known = _WORDS.get(suffix(word))
    return meaning(word).severity if known is None else known.severity


def suffix(word: str) -> str:
    """The part of a word that tells it apart: lower case, after `cond_flags.` where it has that."""
    lowered = word.strip().lower()
    before, found, after = lowered.partition(_PREFIX)
    return after if found else before


def describe_words(words: Iterable[str]) -> str | None:
    """All words of a device in one phrase; `None` for no words, "All well" where nothing else is said."""
    given = [word for word in words if word.strip()]
    if not given:
        return None
    text = phrase(given)
    return text[0].upper() + text[1:] if text else tr("All well")


def phrase(words: Iterable[str]) -> str:
    """What all words of a device mean, to go on a sentence with; empty where nothing is said but that all is well."""
    return ", ".join(dict.fromkeys(meaning(word).label for word in words if word.strip() and not says_well(word)))


def says_well(word: str) -> bool:
    """Whether this word only says that nothing is wrong."""
    return suffix(word) in _WELL


def faults(words: Iterable[str]) -> tuple[str, ...]:
    """Those of `words` that are faults whenever they are said, so not the two that every night brings."""
    return tuple(word for word in words if severity_of(word) is WordSeverity.FAULT and suffix(word) not in NIGHT_WORDS)


NIGHT_WORDS = frozenset({"obs_strs.failure", "pcu_chan.dcvoltagetoolow"})
"""Fault words by day that every inverter says at night."""

_WELL = frozenset({"envoy.global.ok", "prop.done", "obs_strs.ok"})

_WORDS: dict[str, StatusWord] = {}


def _add(severity: WordSeverity, advice: str, **groups: dict[str, str]) -> None:
    for group, labels in groups.items():
        for name, label in labels.items():
            _WORDS[f"{group}.{name}"] = StatusWord(label, severity, advice)


_INFO, _NIGHT, _WARNING, _FAULT = WordSeverity

_WORDS["envoy.global.ok"] = StatusWord(mark("all well"), _INFO, _NONE_NEEDED)
_WORDS["prop.done"] = StatusWord(mark("settings delivered"), _INFO, _NONE_NEEDED)
_WORDS["prop.not.done"] = StatusWord(mark("settings not yet delivered"), _WARNING, _WAIT)
_add(
    _INFO,
    _NONE_NEEDED,
    obs_strs={
        "ok": mark("normal"),
        "discovering": mark("being found"),
        "verifing": mark("being checked"),
        "verifying": mark("being checked"),
        "notmonitored": mark("not watched"),
        "sleeping": mark("asleep on command"),
    },
    pcu_ctrl={
        "sleep-mode": mark("asleep on command"),
        "commandedreset": mark("restarted by command"),
        "altpwrgenmode": mark("alternative power mode"),
        "altvfsettings": mark("alternative grid settings"),
        "tpmtest": mark("temporary grid profile"),
        "runningonac": mark("fed from the AC side"),
    },
    nsrb_ctrl={"buttonpress": mark("its button was pressed")},
)
_add(_NIGHT, _PANEL, pcu_ctrl={"dc-pwr-low": mark("too little power from the panel")})
_add(_NIGHT, _NONE_NEEDED, pcu_ctrl={"poweronreset": mark("restarted by sunrise")})
_add(_FAULT, _LINE, obs_strs={"failure": mark("does not report to the gateway")})
_add(_FAULT, _INSTALLER, obs_strs={"flasherror": mark("its firmware is damaged")})
_add(
    _WARNING,
    _LINE,
    obs_strs={
        "plmerror": mark("power-line communication error"),
        "secmodeenterfailure": mark("could not enter secure mode"),
        "secmodeexitfailure": mark("could not leave secure mode"),
    },
    pcu_chan={
        "secmodeenterfailure": mark("could not enter secure mode"),
        "secmodeexitfailure": mark("could not leave secure mode"),
    },
)
_add(
    _WARNING,
    _WAIT,
    pcu_ctrl={
        "alertactive": mark("an alert is pending"),
        "lertactive": mark("an alert is pending"),
        "unexpectedreset": mark("restarted unexpectedly"),
        "watchdogreset": mark("restarted by its watchdog"),
        "iuplinkproblem": mark("link between its processors disturbed"),
        "nsync": mark("lost synchrony with the grid"),
    },
)
_add(_WARNING, _HEAT, pcu_ctrl={"overtemperature": mark("too hot")})
_add(_FAULT, _HEAT, pcu_ctrl={"criticaltemperature": mark("dangerously hot")})
_add(
    _WARNING,
    _COMMAND,
    pcu_ctrl={"pwrgenoffbycmd": mark("production switched off by command"), "manutestmode": mark("factory test mode")},
)
_add(
    _FAULT,
    _INSTALLER,
    pcu_ctrl={
        "badflashimage": mark("its firmware is damaged"),
        "bricked": mark("no grid profile loaded, it cannot run"),
    },
)


_add(_FAULT, _PANEL, pcu_chan={"dcvoltagetoolow": mark("panel voltage below the working window")})
_add(
    _FAULT,
    _SAFETY,
    pcu_chan={
        "dcvoltagetoohigh": mark("panel voltage above the working window"),
        "dcresistancelow": mark("insulation resistance of the panel too low"),
        "dcresistancelowpoweroff": mark("switched off because the insulation resistance of the panel is too low"),
        "gfitripped": mark("ground-fault protection tripped"),
    },
)
_add(
    _FAULT,
    _GRID,
    pcu_chan={
        "gridgone": mark("no grid voltage"),
        "acvoltagehigh": mark("grid voltage too high"),
        "acvoltagelow": mark("grid voltage too low"),
        "acvoltageoor": mark("grid voltage out of range"),
        "acvoltage_avg_hi": mark("ten-minute mean of the grid voltage too high"),
        "acvoltageoosp1": mark("grid voltage wrong on phase 1"),
        "acvoltageoosp2": mark("grid voltage wrong on phase 2"),
        "acvoltageoosp3": mark("grid voltage wrong on phase 3"),
        "acfrequencyhigh": mark("grid frequency too high"),
        "acfrequencylow": mark("grid frequency too low"),
        "acfrequencyoor": mark("grid frequency out of range"),
        "dfdt": mark("grid frequency changes too fast"),
    },
)
_add(
    _WARNING,
    _GRID,
    pcu_chan={
        "gridinstability": mark("grid unsteady"),
        "gridoffsethi": mark("grid offset too high"),
        "gridoffsetlow": mark("grid offset too low"),
        "vreferror": mark("voltage reference unsteady"),
        "agfpowerlimiting": mark("output limited by the grid profile"),
    },
)
_add(
    _FAULT,
    _INSTALLER,
    pcu_chan={"acmonitorerror": mark("internal fault of its grid monitor"), "hardwareerror": mark("internal fault")},
)
_add(
    _WARNING,
    _WAIT,
    pcu_chan={
        "hardwarewarning": mark("internal notice"),
        "highskiprate": mark("misses many cycles"),
        "skippedcycles": mark("missed cycles"),
        "invalidinterval": mark("invalid interval"),
    },
    rgm_chan={"check_meter": mark("the revenue meter needs a look"), "power_quality": mark("poor power quality")},
)
_add(_WARNING, _COMMAND, pcu_chan={"pwrgenoffbycmd": mark("production switched off by command")})


_add(
    _FAULT,
    _GRID,
    nsrb_ctrl={
        "relayopen": mark("relay open"),
        "acfreqhigh": mark("grid frequency too high at the relay"),
        "acfreqlow": mark("grid frequency too low at the relay"),
        "acfrequencyoor": mark("grid frequency out of range at the relay"),
        "rocof": mark("grid frequency changes too fast at the relay"),
    },
)
_add(_WARNING, _COMMAND, nsrb_ctrl={"relayforced": mark("relay held by command")})
_OF_A_LINE = re.compile(r"nsrb_ctrl\.(acvoltage(?:high|low|avg|oor))line([123])")
_LINE_LABELS = {
    "acvoltagehigh": mark("voltage of line {line} too high"),
    "acvoltagelow": mark("voltage of line {line} too low"),
    "acvoltageavg": mark("mean voltage of line {line} out of range"),
    "acvoltageoor": mark("voltage of line {line} out of range"),
}
_add(
    _FAULT,
    _INSTALLER,
    nsrb_ctrl={
        "dcgriderror": mark("DC component in the grid current"),
        "dcgridhigh": mark("DC component in the grid current too high"),
        "dcgridlow": mark("DC component in the grid current too low"),
    },
)
_add(
    _FAULT,
    _INSTALLER,
    acb_ctrl={
        "bmudatabounds": mark("battery data out of bounds"),
        "bmuhardwareerror": mark("battery hardware fault"),
        "bmuimageerror": mark("battery firmware damaged"),
        "bmusenseerror": mark("battery sensor fault"),
        "cibcanerror": mark("battery interface bus error"),
        "cibimageerror": mark("battery interface firmware damaged"),
        "cibspierror": mark("battery interface link error"),
    },
)
_add(_WARNING, _WAIT, acb_ctrl={"bmumaxcurrentwarning": mark("battery current near its limit")})
for name, label in (
    ("cellmaxtemp", mark("battery cell too warm")),
    ("cellmintemp", mark("battery cell too cold")),
    ("cellmaxvoltage", mark("battery cell voltage too high")),
    ("cellminvoltage", mark("battery cell voltage too low")),
):
    _add(_FAULT, _INSTALLER, acb_ctrl={f"{name}error": label})
    _add(_WARNING, _WAIT, acb_ctrl={f"{name}warning": label})
