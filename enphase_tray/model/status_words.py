"""What the status words of devices mean: a plain label, how much it matters, and what to do.

All words of a device count; an unknown one is shown by its last part.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_PREFIX = "cond_flags."

_NONE_NEEDED = "Nothing needs to be done."
_WAIT = "It usually passes by itself; if it stays for a day, tell your installer."
_INSTALLER = "Call your installer and name this message."
_SAFETY = "Do not touch the panels or cables; call your installer."
_GRID = "The inverter waits for a steady grid; if it lasts longer than an hour, ask your installer or grid operator."
_PANEL = "Look for snow, shade or a loose connector; if the panel is in full sun, call your installer."
_LINE = "Look for a device that disturbs the power line; if it stays for a day, tell your installer."
_COMMAND = "Somebody switched this on purpose; ask your installer if you do not know why."
_HEAT = "Let air reach the device; if it returns on mild days, call your installer."


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
        return known
    last = word.strip().rpartition(".")[2] or word.strip()
    if last.lower().startswith("undef-"):
        return StatusWord(f"unnamed condition {last[6:]}", WordSeverity.INFORMATION, _NONE_NEEDED)
    return StatusWord(f"unknown status {last}", WordSeverity.WARNING, _WAIT)


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
    labels = list(dict.fromkeys(meaning(word).label for word in given if not says_well(word)))
    if not labels:
        return "All well"
    text = ", ".join(labels)
    return text[0].upper() + text[1:]


def says_well(word: str) -> bool:
    """Whether this word only says that nothing is wrong."""
    return suffix(word) in _WELL


def faults(words: Iterable[str]) -> tuple[str, ...]:
    """Those of `words` that are faults whenever they are said, so not the two that every night brings."""
    return tuple(
        word for word in words if meaning(word).severity is WordSeverity.FAULT and suffix(word) not in NIGHT_WORDS
    )


NIGHT_WORDS = frozenset({"obs_strs.failure", "pcu_chan.dcvoltagetoolow"})
"""Fault words by day that every inverter says at night."""

_WELL = frozenset({"envoy.global.ok", "prop.done", "obs_strs.ok"})

_WORDS: dict[str, StatusWord] = {}


def _add(severity: WordSeverity, advice: str, **groups: dict[str, str]) -> None:
    for group, labels in groups.items():
        for name, label in labels.items():
            _WORDS[f"{group}.{name}"] = StatusWord(label, severity, advice)


_INFO, _NIGHT, _WARNING, _FAULT = WordSeverity

_WORDS["envoy.global.ok"] = StatusWord("all well", _INFO, _NONE_NEEDED)
_WORDS["prop.done"] = StatusWord("settings delivered", _INFO, _NONE_NEEDED)
_WORDS["prop.not.done"] = StatusWord("settings not yet delivered", _WARNING, _WAIT)
_add(
    _INFO,
    _NONE_NEEDED,
    obs_strs={
        "ok": "normal",
        "discovering": "being found",
        "verifing": "being checked",
        "verifying": "being checked",
        "notmonitored": "not watched",
        "sleeping": "asleep on command",
    },
    pcu_ctrl={
        "sleep-mode": "asleep on command",
        "commandedreset": "restarted by command",
        "altpwrgenmode": "alternative power mode",
        "altvfsettings": "alternative grid settings",
        "tpmtest": "temporary grid profile",
        "runningonac": "fed from the AC side",
    },
    nsrb_ctrl={"buttonpress": "its button was pressed"},
)
_add(_NIGHT, _PANEL, pcu_ctrl={"dc-pwr-low": "too little power from the panel"})
_add(_NIGHT, _NONE_NEEDED, pcu_ctrl={"poweronreset": "restarted by sunrise"})
_add(_FAULT, _LINE, obs_strs={"failure": "does not report to the gateway"})
_add(_FAULT, _INSTALLER, obs_strs={"flasherror": "its firmware is damaged"})
_add(
    _WARNING,
    _LINE,
    obs_strs={
        "plmerror": "power-line communication error",
        "secmodeenterfailure": "could not enter secure mode",
        "secmodeexitfailure": "could not leave secure mode",
    },
    pcu_chan={
        "secmodeenterfailure": "could not enter secure mode",
        "secmodeexitfailure": "could not leave secure mode",
    },
)
_add(
    _WARNING,
    _WAIT,
    pcu_ctrl={
        "alertactive": "an alert is pending",
        "lertactive": "an alert is pending",
        "unexpectedreset": "restarted unexpectedly",
        "watchdogreset": "restarted by its watchdog",
        "iuplinkproblem": "link between its processors disturbed",
        "nsync": "lost synchrony with the grid",
    },
)
_add(_WARNING, _HEAT, pcu_ctrl={"overtemperature": "too hot"})
_add(_FAULT, _HEAT, pcu_ctrl={"criticaltemperature": "dangerously hot"})
_add(
    _WARNING,
    _COMMAND,
    pcu_ctrl={"pwrgenoffbycmd": "production switched off by command", "manutestmode": "factory test mode"},
)
_add(
    _FAULT,
    _INSTALLER,
    pcu_ctrl={"badflashimage": "its firmware is damaged", "bricked": "no grid profile loaded, it cannot run"},
)


_add(_FAULT, _PANEL, pcu_chan={"dcvoltagetoolow": "panel voltage below the working window"})
_add(
    _FAULT,
    _SAFETY,
    pcu_chan={
        "dcvoltagetoohigh": "panel voltage above the working window",
        "dcresistancelow": "insulation resistance of the panel too low",
        "dcresistancelowpoweroff": "switched off because the insulation resistance of the panel is too low",
        "gfitripped": "ground-fault protection tripped",
    },
)
_add(
    _FAULT,
    _GRID,
    pcu_chan={
        "gridgone": "no grid voltage",
        "acvoltagehigh": "grid voltage too high",
        "acvoltagelow": "grid voltage too low",
        "acvoltageoor": "grid voltage out of range",
        "acvoltage_avg_hi": "ten-minute mean of the grid voltage too high",
        "acvoltageoosp1": "grid voltage wrong on phase 1",
        "acvoltageoosp2": "grid voltage wrong on phase 2",
        "acvoltageoosp3": "grid voltage wrong on phase 3",
        "acfrequencyhigh": "grid frequency too high",
        "acfrequencylow": "grid frequency too low",
        "acfrequencyoor": "grid frequency out of range",
        "dfdt": "grid frequency changes too fast",
    },
)
_add(
    _WARNING,
    _GRID,
    pcu_chan={
        "gridinstability": "grid unsteady",
        "gridoffsethi": "grid offset too high",
        "gridoffsetlow": "grid offset too low",
        "vreferror": "voltage reference unsteady",
        "agfpowerlimiting": "output limited by the grid profile",
    },
)
_add(
    _FAULT,
    _INSTALLER,
    pcu_chan={"acmonitorerror": "internal fault of its grid monitor", "hardwareerror": "internal fault"},
)
_add(
    _WARNING,
    _WAIT,
    pcu_chan={
        "hardwarewarning": "internal notice",
        "highskiprate": "misses many cycles",
        "skippedcycles": "missed cycles",
        "invalidinterval": "invalid interval",
    },
    rgm_chan={"check_meter": "the revenue meter needs a look", "power_quality": "poor power quality"},
)
_add(_WARNING, _COMMAND, pcu_chan={"pwrgenoffbycmd": "production switched off by command"})


_add(
    _FAULT,
    _GRID,
    nsrb_ctrl={
        "relayopen": "relay open",
        "acfreqhigh": "grid frequency too high at the relay",
        "acfreqlow": "grid frequency too low at the relay",
        "acfrequencyoor": "grid frequency out of range at the relay",
        "rocof": "grid frequency changes too fast at the relay",
    },
)
_add(_WARNING, _COMMAND, nsrb_ctrl={"relayforced": "relay held by command"})
for line in (1, 2, 3):
    _add(
        _FAULT,
        _GRID,
        nsrb_ctrl={
            f"acvoltagehighline{line}": f"voltage of line {line} too high",
            f"acvoltagelowline{line}": f"voltage of line {line} too low",
            f"acvoltageavgline{line}": f"mean voltage of line {line} out of range",
            f"acvoltageoorline{line}": f"voltage of line {line} out of range",
        },
    )
_add(
    _FAULT,
    _INSTALLER,
    nsrb_ctrl={
        "dcgriderror": "DC component in the grid current",
        "dcgridhigh": "DC component in the grid current too high",
        "dcgridlow": "DC component in the grid current too low",
    },
)
_add(
    _FAULT,
    _INSTALLER,
    acb_ctrl={
        "bmudatabounds": "battery data out of bounds",
        "bmuhardwareerror": "battery hardware fault",
        "bmuimageerror": "battery firmware damaged",
        "bmusenseerror": "battery sensor fault",
        "cibcanerror": "battery interface bus error",
        "cibimageerror": "battery interface firmware damaged",
        "cibspierror": "battery interface link error",
    },
)
_add(_WARNING, _WAIT, acb_ctrl={"bmumaxcurrentwarning": "battery current near its limit"})
for name, label in (
    ("cellmaxtemp", "battery cell too warm"),
    ("cellmintemp", "battery cell too cold"),
    ("cellmaxvoltage", "battery cell voltage too high"),
    ("cellminvoltage", "battery cell voltage too low"),
):
    _add(_FAULT, _INSTALLER, acb_ctrl={f"{name}error": label})
    _add(_WARNING, _WAIT, acb_ctrl={f"{name}warning": label})
