"""What inverters said by day that a healthy one does not say, by day numbers: the only thing that no history holds."""

from collections.abc import Iterable, Mapping
from typing import Any

from enphase_tray.analysis.doctor.day_book import KEPT_DAYS
from enphase_tray.model.health import Cause
from enphase_tray.model.status_words import NIGHT_WORDS, WordSeverity, meaning, suffix

_GRID = ("acvoltage", "acfrequency", "gridgone", "gridinstability", "dfdt", "gridoffset")
_COMMAND = ("agfpowerlimiting", "pwrgenoffbycmd")
_NO_DC = frozenset({"pcu_chan.dcvoltagetoolow", "pcu_ctrl.dc-pwr-low"})
_HARDWARE = frozenset(
    {
        "pcu_chan.acmonitorerror",
        "pcu_chan.hardwareerror",
        "pcu_chan.gfitripped",
        "pcu_chan.dcresistancelow",
        "pcu_chan.dcresistancelowpoweroff",
        "pcu_chan.dcvoltagetoohigh",
        "pcu_ctrl.badflashimage",
        "pcu_ctrl.bricked",
        "pcu_ctrl.criticaltemperature",
        "obs_strs.flasherror",
    }
)
_CACHED = 256


def cause_of(word: str) -> Cause | None:
    """What a status word (as the gateway spells it, or its last part) speaks for; `None` for nothing of power."""
    key = suffix(word)
    last = key.rpartition(".")[2]
    if key in _NO_DC:
        return Cause.NO_DC
    if key in _HARDWARE:
        return Cause.INVERTER_FAULT
    if last.startswith(_GRID):
        return Cause.GRID_TRIP
    if last in _COMMAND:
        return Cause.CURTAILED
    return Cause.NOT_REPORTING if key in ("obs_strs.failure", "obs_strs.plmerror") else None


class Sayings:
    """Days on which each inverter said which telling word by day."""

    def __init__(self, memory: Mapping[str, Any] | None = None) -> None:
        """`memory` is what `memory()` gave in an earlier run."""
        self._days: dict[str, dict[str, list[int]]] = {
            str(serial): {str(word): [int(day) for day in days] for word, days in words.items()}
            for serial, words in (memory or {}).items()
        }
        self._telling: dict[tuple[str, ...], tuple[str, ...]] = {}

    def memory(self) -> dict[str, Any]:
        """Plain JSON for the next run."""
        return {serial: {word: list(days) for word, days in words.items()} for serial, words in self._days.items()}

    def note(self, serial: str, words: tuple[str, ...], day: int) -> None:
        """These words were said by day."""
        telling = self._telling.get(words)
        if telling is None:
            if len(self._telling) >= _CACHED:
                self._telling.clear()
            telling = self._telling[words] = tuple(word for word in words if _tells(word))
        for word in telling:
            days = self._days.setdefault(serial, {}).setdefault(word, [])
            if not days or days[-1] < day:
                days.append(day)
                while days[0] <= day - KEPT_DAYS:
                    del days[0]

    def lately(self, serial: str, since: int) -> dict[str, int]:
        """Words said since day number `since`, and on how many days each."""
        found = {}
        for word, days in self._days.get(serial, {}).items():
            count = sum(1 for day in days if day >= since)
            if count:
                found[word] = count
        return found

    def forget(self, serials: Iterable[str]) -> None:
        """These inverters are gone."""
        for serial in serials:
            self._days.pop(serial, None)


def is_of_the_night(word: str) -> bool:
    """Whether every inverter says it in the dark."""
    return suffix(word) in NIGHT_WORDS or meaning(word).severity is WordSeverity.NIGHT


def _tells(word: str) -> bool:
    if is_of_the_night(word) or meaning(word).severity is WordSeverity.INFORMATION:
        return False
    return cause_of(word) not in (None, Cause.NOT_REPORTING)
