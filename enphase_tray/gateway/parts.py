"""What the parsers make of single answers: frozen parts, to be merged into one snapshot by `assemble`.

Powers are W, energies Wh, times aware UTC datetimes; `None` is "not told". `rejected` names the values of an answer
that were there but could not be true.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from enphase_tray.gateway.ensemble_parts import (
    DryContactNamesPart,
    DryContactsPart,
    EnsembleInventoryPart,
    EnsemblePowerPart,
    EnsembleStatusPart,
)
from enphase_tray.model.readings import DeviceStatus, RelayState


@dataclass(frozen=True, slots=True)
class Figures:
    """The four numbers that many answers hold: now, today, seven days, lifetime."""

    watts_now: float | None = None
    today: float | None = None
    seven_days: float | None = None
    lifetime: float | None = None
    rejected: tuple[str, ...] = ()

    @property
    def no_energy(self) -> bool:
        """Whether there is no energy in it at all: each counter is 0 or not told."""
        return not (self.today or self.seven_days or self.lifetime)


@dataclass(frozen=True, slots=True)
class MeterEntry:
    """One entry of `/production.json`. `active` is how many meters (or inverters) stand behind it.

    `lines` are W per phase in order; not every line needs to be a phase.
    """

    active: int
    figures: Figures
    lines: tuple[float | None, ...] = ()
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProductionPart:
    """`/production.json`: the inverters' aggregate, the meters, and whether there is AC storage."""

    inverters: MeterEntry | None = None
    production: MeterEntry | None = None
    total: MeterEntry | None = None
    net: MeterEntry | None = None
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnergyPart:
    """`/ivp/pdm/energy`: sums over the inverters, and the meters' own counters."""

    inverters: Figures | None = None
    production: Figures | None = None
    consumption: Figures | None = None
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedInverter:
    """A row of `/api/v1/production/inverters`; `device_type` 1 is an inverter, 11 an AC battery, 12 a relay.

    `never` is set where the gateway says in so many words that it never heard of it; `at` is then `None`.
    """

    serial: str
    device_type: int
    watts: float | None
    max_watts: float | None
    at: datetime | None
    never: bool = False


@dataclass(frozen=True, slots=True)
class InverterListPart:
    """`/api/v1/production/inverters`."""

    rows: tuple[ListedInverter, ...] = ()
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device of `/ivp/pdm/device_data`, its channels summed. `kind` is `pcu`, `acb`, `nsrb` or `eim`.

    `interval_seconds` is the length of the last report; `watts_used` is what an AC battery draws.
    """

    serial: str
    kind: str
    active: bool
    channels: tuple[int, ...] = ()
    at: datetime | None = None
    watts: float | None = None
    watts_used: float | None = None
    max_watts: float | None = None
    interval_seconds: float | None = None
    today: float | None = None
    yesterday: float | None = None
    week: float | None = None
    lifetime: float | None = None
    dc_volts: float | None = None
    dc_amps: float | None = None
    ac_volts: float | None = None
    hertz: float | None = None
    celsius: float | None = None


@dataclass(frozen=True, slots=True)
class DeviceDataPart:
    """`/ivp/pdm/device_data`. `complete` is false where the gateway lists only the first (50) of its devices."""

    rows: tuple[DeviceRow, ...] = ()
    complete: bool = True
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InventoryDevice:
    """A device of `/inventory.json`. `lines` are a relay's; `channel` joins it to `device_data`."""

    serial: str
    status: DeviceStatus = field(default_factory=DeviceStatus)
    part_number: str | None = None
    deleted: bool = False
    channel: int | None = None
    last_report_at: datetime | None = None
    installed_at: datetime | None = None
    relay: RelayState = RelayState.UNKNOWN
    lines: tuple[bool | None, bool | None, bool | None] = (None, None, None)
    reason: str | None = None
    percent_full: float | None = None
    celsius: float | None = None


@dataclass(frozen=True, slots=True)
class InventoryPart:
    """`/inventory.json`, by kind of device."""

    inverters: tuple[InventoryDevice, ...] = ()
    batteries: tuple[InventoryDevice, ...] = ()
    relays: tuple[InventoryDevice, ...] = ()
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter of `/ivp/meters`. Only an enabled one counts; `measures` is the gateway's own word."""

    eid: int
    enabled: bool
    measures: str
    phase_count: int | None = None


@dataclass(frozen=True, slots=True)
class MetersPart:
    """`/ivp/meters`; empty on a gateway without metering hardware."""

    meters: tuple[Meter, ...] = ()
    rejected: tuple[str, ...] = ()

    def enabled(self, measures: str) -> Meter | None:
        """The enabled meter that measures this, if there is one."""
        for meter in self.meters:
            if meter.enabled and meter.measures == measures:
                return meter
        return None


@dataclass(frozen=True, slots=True)
class ChannelReading:
    """One phase of a meter."""

    watts: float | None = None
    volts: float | None = None
    hertz: float | None = None


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A meter's reading; `delivered` and `received` are its lifetime counters in Wh."""

    watts: float | None = None
    delivered: float | None = None
    received: float | None = None
    channels: tuple[ChannelReading, ...] = ()
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReadingsPart:
    """`/ivp/meters/readings`, by the meters' `eid`."""

    by_eid: Mapping[int, MeterReading] = field(default_factory=lambda: MappingProxyType({}))
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HomePart:
    """`/home.json`: where the gateway believes to be."""

    timezone: str | None = None
    rejected: tuple[str, ...] = ()


Part = (
    Figures
    | ProductionPart
    | EnergyPart
    | InverterListPart
    | DeviceDataPart
    | InventoryPart
    | MetersPart
    | ReadingsPart
    | HomePart
    | EnsembleInventoryPart
    | EnsemblePowerPart
    | EnsembleStatusPart
    | DryContactsPart
    | DryContactNamesPart
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything known of one gateway at one moment; the field names are the endpoints' names."""

    page: Figures | None = None
    production_v1: Figures | None = None
    consumption_v1: Figures | None = None
    production: ProductionPart | None = None
    inverters: InverterListPart | None = None
    device_data: DeviceDataPart | None = None
    energy: EnergyPart | None = None
    inventory: InventoryPart | None = None
    meters: MetersPart | None = None
    readings: ReadingsPart | None = None
    home: HomePart | None = None
    ensemble_inventory: EnsembleInventoryPart | None = None
    ensemble_power: EnsemblePowerPart | None = None
    ensemble_status: EnsembleStatusPart | None = None
    dry_contacts: DryContactsPart | None = None
    dry_contact_names: DryContactNamesPart | None = None
