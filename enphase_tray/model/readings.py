"""What a gateway reported in one poll, as frozen facts.

Powers are W, energies Wh, times aware UTC datetimes. Unknown is `None`, never 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from enphase_tray.model.identity import GatewayInfo


class Source(StrEnum):
    """Which part of the gateway served a figure."""

    METER = "meter"
    INVERTERS = "inverters"
    GATEWAY = "gateway"
    PAGE = "page"


class Login(StrEnum):
    """How the gateway was logged into."""

    DIGEST = "digest"
    TOKEN = "token"  # noqa: S105 - a word, not a secret
    NONE = "none"


class InverterState(StrEnum):
    """What is known of an inverter, beyond its last words (see the terminal contract)."""

    REPORTING = "reporting"
    ASLEEP = "asleep"
    SILENT = "silent"
    STOPPED = "stopped"
    RETIRED = "retired"
    UNKNOWN = "unknown"


class RelayKind(StrEnum):
    """The relays a site may have: IQ Relay (NSRB), the mains relay of a system controller, a meter collar."""

    IQ_RELAY = "iq_relay"
    MAINS = "mains"
    COLLAR = "collar"


class RelayState(StrEnum):
    """Whether a relay conducts. A missing or strange word is `UNKNOWN`, never one of the others."""

    CLOSED = "closed"
    OPEN = "open"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PowerReading:
    """Production or consumption: W now and Wh of today, of the last seven days and of the lifetime.

    `source` says per field where it came from; a field that is `None` has no entry. `watt_hours_wrapped` is a lifetime
    that the gateway counts modulo 2^32 J, told where nothing says how often it began again: only its rises are true.
    """

    watts_now: float | None = None
    watt_hours_today: float | None = None
    watt_hours_seven_days: float | None = None
    watt_hours_lifetime: float | None = None
    source: Mapping[str, Source] = field(default_factory=lambda: MappingProxyType({}))
    watt_hours_wrapped: float | None = None


@dataclass(frozen=True, slots=True)
class NetReading:
    """Exchange with the grid: W now (import positive) and the lifetime counters, Wh."""

    watts_now: float | None = None
    watt_hours_imported: float | None = None
    watt_hours_exported: float | None = None


@dataclass(frozen=True, slots=True)
class PhaseReading:
    """One phase of the metered connection, `phase` being `L1`, `L2` or `L3`."""

    phase: str
    production_watts: float | None = None
    consumption_watts: float | None = None
    net_watts: float | None = None
    volts: float | None = None
    hertz: float | None = None


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """The four flags of a device and its status words as the gateway spells them (all of them, in its order)."""

    producing: bool | None = None
    communicating: bool | None = None
    provisioned: bool | None = None
    operating: bool | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InverterReading:
    """One microinverter. `last_report_watts` is its mean over the report interval that ended at `last_report_at`."""

    serial: str
    state: InverterState = InverterState.UNKNOWN
    last_report_watts: float | None = None
    max_report_watts: float | None = None
    last_report_at: datetime | None = None
    report_interval_seconds: float | None = None
    device: DeviceStatus = DeviceStatus()
    part_number: str | None = None
    watt_hours_today: float | None = None
    watt_hours_yesterday: float | None = None
    watt_hours_week: float | None = None
    watt_hours_lifetime: float | None = None
    dc_volts: float | None = None
    dc_amps: float | None = None
    ac_volts: float | None = None
    hertz: float | None = None
    celsius: float | None = None

    @property
    def retired(self) -> bool:
        return self.state is InverterState.RETIRED


@dataclass(frozen=True, slots=True)
class RelayReading:
    """One relay. `lines` are lines 1 to 3; a line above the relay's line count, or not told, is `None`."""

    serial: str
    kind: RelayKind
    relay: RelayState = RelayState.UNKNOWN
    lines: tuple[bool | None, bool | None, bool | None] = (None, None, None)
    device: DeviceStatus = DeviceStatus()
    reason: str | None = None
    part_number: str | None = None
    last_report_at: datetime | None = None

    @property
    def open_lines(self) -> tuple[int, ...]:
        """The numbers (1 to 3) of lines that are known to be open."""
        return tuple(number for number, connected in enumerate(self.lines, start=1) if connected is False)


@dataclass(frozen=True, slots=True)
class BatteryReading:
    """One battery: `kind` is `iq_battery` or `ac_battery`; watts are positive while it discharges."""

    serial: str
    kind: str
    percent_full: float | None = None
    watts_now: float | None = None
    capacity_watt_hours: float | None = None
    celsius: float | None = None
    device: DeviceStatus = DeviceStatus()
    part_number: str | None = None


@dataclass(frozen=True, slots=True)
class DryContactReading:
    """One load-switching contact: open and closed are both normal."""

    id: str
    state: RelayState
    name: str | None = None


class ProblemKind(StrEnum):
    """`ABSENT`: not on this firmware or role; `FAILED`: this time; `REJECTED`: a value was not believable."""

    ABSENT = "absent"
    FAILED = "failed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a poll could not tell, without costing the rest. `login_refused`: user name or password is wrong."""

    path: str
    kind: ProblemKind
    title: str
    advice: str
    login_refused: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All readings of one poll. Lists are sorted by serial. `at` is the program's time of the poll.

    `gateway_at` is the gateway's clock at that moment (as `/info` told it, carried on); ages of reports are
    counted from it. `starting_up` means the gateway has just restarted and its zeros mean nothing yet.
    """

    at: datetime
    gateway: GatewayInfo
    login: Login
    metered: bool
    timezone: str | None = None
    gateway_at: datetime | None = None
    starting_up: bool = False
    production: PowerReading | None = None
    consumption: PowerReading | None = None
    net: NetReading | None = None
    phases: tuple[PhaseReading, ...] = ()
    inverters: tuple[InverterReading, ...] = ()
    relays: tuple[RelayReading, ...] = ()
    batteries: tuple[BatteryReading, ...] = ()
    dry_contacts: tuple[DryContactReading, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def clock_at(self) -> datetime:
        """The moment to count ages of reports from."""
        return self.gateway_at or self.at
