"""Why an inverter makes nothing or is not heard of: told by its state, its words and its panel's voltage."""

from collections.abc import Sequence
from datetime import datetime

from enphase_tray.analysis.doctor.sayings import cause_of, is_of_the_night
from enphase_tray.model.health import Cause, Certainty, Finding
from enphase_tray.model.readings import InverterReading, InverterState

_NO_VOLTS = 12.0
_GOOD_VOLTS = 20.0


def without_night_words(words: Sequence[str]) -> tuple[str, ...]:
    """Without what every inverter says in the dark."""
    return tuple(word for word in words if not is_of_the_night(word))


def stands(
    reading: InverterReading,
    state: InverterState,
    words: Sequence[str],
    since: datetime | None,
    lost: float | None,
) -> Finding:
    """The finding on an inverter that is silent or stopped. `words`: what it says by day; `lost`: Wh since then."""
    said = {word: cause for word in words if (cause := cause_of(word)) is not None}
    numbers = {} if reading.dc_volts is None else {"dc_volts": reading.dc_volts}
    if state is InverterState.SILENT:
        cause, certainty = _of_silence(set(said.values()))
    else:
        cause, certainty = _of_nothing(set(said.values()), reading.dc_volts)
    telling = tuple(word for word, spoken in said.items() if spoken is cause)
    return Finding(cause, certainty, since, None if cause is Cause.NOT_REPORTING else lost, numbers, telling)


def _of_silence(said: set[Cause]) -> tuple[Cause, Certainty]:
    """A silent inverter may well make power. What it said last may be of last night: that is no proof."""
    for cause in (Cause.INVERTER_FAULT, Cause.GRID_TRIP, Cause.CURTAILED):
        if cause in said:
            return cause, Certainty.LIKELY
    if Cause.NO_DC in said:
        return Cause.NOT_REPORTING, Certainty.UNSURE
    return Cause.NOT_REPORTING, Certainty.LIKELY


def _of_nothing(said: set[Cause], volts: float | None) -> tuple[Cause, Certainty]:
    for cause in (Cause.INVERTER_FAULT, Cause.GRID_TRIP, Cause.CURTAILED):
        if cause in said:
            return cause, Certainty.SURE
    if Cause.NO_DC in said:
        return Cause.NO_DC, Certainty.SURE if volts is not None and volts < _NO_VOLTS else Certainty.LIKELY
    if Cause.NOT_REPORTING in said:
        return Cause.NOT_REPORTING, Certainty.LIKELY  # it stood, and then it fell silent
    if volts is not None and volts < _NO_VOLTS:
        return Cause.NO_DC, Certainty.LIKELY
    if volts is not None and volts >= _GOOD_VOLTS:
        return Cause.INVERTER_FAULT, Certainty.LIKELY
    return Cause.WEAK, Certainty.UNSURE
