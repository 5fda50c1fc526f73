"""What can go wrong with a gateway, by name and time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from enphase_tray.simulator.shortfall import shortfall


class FaultKind(StrEnum):
    """Names of faults. The words in brackets say what `target` means and its default."""

    INVERTER_STOPS = "inverter_stops"
    """One reports, but makes nothing [serial or number from 1: 3]."""
    INVERTER_SILENT = "inverter_silent"
    """One is dead and no longer reports [serial or number: 4]."""
    INVERTER_RETIRED = "inverter_retired"
    """One is removed from the system [serial or number: 5]."""
    WEAK = "weak"
    """One's panel makes only a part, of each day or between two hours of it, as in a shadow.

    [serial or number, or either=PART, or either=PART,HOUR-HOUR: 7=0.7]; a later one on the same panel replaces it.
    """
    INVERTER_REPLACED = "inverter_replaced"
    """Another unit takes the place of one, and counts from 0 [serial or number: 6]."""
    COUNTER_ZERO = "counter_zero"
    """The site's energies are told as 0."""
    COUNTER_JUMP = "counter_jump"
    """The site's lifetime energies are told too high [Wh: 5000000]."""
    COUNTER_FROZEN = "counter_frozen"
    """The site's energies stand still, its power does not."""
    COUNTER_RESET = "counter_reset"
    """The site's energies count from 0 again."""
    BASELINE_LOST = "baseline_lost"
    """The site's energies of today and of seven days are told as its lifetime's."""
    STATUS_WORD = "status_word"
    """One shows a status word [WORD or NUMBER=WORD, WORD as after `envoy.cond_flags.`]."""
    RELAY_OPEN = "relay_open"
    """A relay opens, all inverters lose the grid [serial or number: 1]."""
    RELAY_LINE_OPEN = "relay_line_open"
    """One line of the first relay opens [line: 1]."""
    GRID_GONE = "grid_gone"
    """No grid voltage; relays open too."""
    UNREACHABLE = "unreachable"
    """Every connection is reset."""
    SLOW = "slow"
    """Answers take their time [seconds: 5]."""
    HANG = "hang"
    """Answers never come [path or everything]."""
    DRIP = "drip"
    """Answers come a byte at a time [seconds between bytes: 0.2]."""
    RESTART = "restart"
    """503 for a minute, then empty lists and zeros for two report intervals."""
    NIGHTLY_RESET = "nightly_reset"
    """From its start on, resets every connection for some minutes at 23:00 local time."""
    FIRMWARE_UPGRADE = "firmware_upgrade"
    """Another firmware from now on [version: 8.3.5289]; across 7 the protocol changes."""
    HTML_INSTEAD = "html_instead"
    """An HTML page with status 200 in place of data [path or everything but /info]."""
    TRUNCATED = "truncated"
    """The body ends before its announced length [path or everything]."""
    STATUS = "status"
    """An error status in place of data [CODE or CODE/path: 500]."""
    CERTIFICATE_RENEWED = "certificate_renewed"
    """A new certificate for the same key, as every year."""
    CERTIFICATE_REPLACED = "certificate_replaced"
    """A certificate with another key and other names, as of another device."""
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - the name of a fault
    """Tokens issued before its start are refused."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of a fault
    """The digest password is another one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault from `start` on, until `end` (not included) if it has one."""

    kind: FaultKind
    start: datetime
    end: datetime | None = None
    target: str | None = None

    def active(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)

    @property
    def first(self) -> float:
        """Its start in epoch seconds."""
        return self.start.timestamp()

    @property
    def last(self) -> float:
        """Its end in epoch seconds, infinite without one."""
        return float("inf") if self.end is None else self.end.timestamp()


class FaultPlan:
    """The faults of one gateway; grows by `add`. Faults of one kind may follow each other."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self._faults: tuple[Fault, ...] = tuple(faults)
        self._version = 0

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def add(self, fault: Fault) -> None:
        self._faults = (*self._faults, fault)
        self._version += 1

    def end(self, kind: FaultKind, at: datetime) -> None:
        """Let whatever runs of one kind stop at `at`."""
        self._faults = tuple(
            Fault(f.kind, f.start, at, f.target) if f.kind is kind and f.active(at) else f for f in self._faults
        )
        self._version += 1

    def of(self, *kinds: FaultKind) -> tuple[Fault, ...]:
        return tuple(fault for fault in self._faults if fault.kind in kinds)

    def active(self, kind: FaultKind, at: datetime) -> Fault | None:
        """The latest fault of a kind that is on at `at`."""
        return next((f for f in reversed(self._faults) if f.kind is kind and f.active(at)), None)

    @property
    def version(self) -> int:
        """Changes whenever the plan does (for caches)."""
        return self._version


_FORM = re.compile(
    r"(?P<name>[a-z_]+)@"
    r"(?P<time>\+?\d+(?:\.\d+)?|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?)"
    r"(?:/(?P<duration>\d+(?:\.\d+)?))?(?::(?P<target>.+))?"
)


def parse_fault(text: str, start: datetime) -> Fault:
    """A fault from `NAME@TIME[/SECONDS][:TARGET]`; raises `ValueError` with a sentence that says what is wrong.

    TIME is an ISO time (UTC where it has no zone) or seconds after `start`, such as `+600`.
    """
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"A fault is written NAME@TIME[/SECONDS][:TARGET], not {text!r}")
    try:
        kind = FaultKind(match["name"])
    except ValueError:
        names = ", ".join(kind.value for kind in FaultKind)
        raise ValueError(f"There is no fault called {match['name']!r}; there are: {names}") from None
    begin = _moment(match["time"], start)
    duration = match["duration"]
    end = begin + timedelta(seconds=float(duration)) if duration else None
    fault = Fault(kind, begin, end, match["target"])
    if kind is FaultKind.WEAK:
        shortfall(fault.target, fault.first, fault.last)  # what is wrong with it is said now, not by the first answer
    return fault


def _moment(text: str, start: datetime) -> datetime:
    if re.fullmatch(r"\+?\d+(?:\.\d+)?", text):
        return start + timedelta(seconds=float(text))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
