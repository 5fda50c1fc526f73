"""The frozen parts that have to do with batteries, system controllers and what they switch; see `parts`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from enphase_tray.model.readings import DeviceStatus, RelayState


@dataclass(frozen=True, slots=True)
class EnsembleBattery:
    """An IQ Battery of `/ivp/ensemble/inventory`."""

    serial: str
    status: DeviceStatus = field(default_factory=DeviceStatus)
    part_number: str | None = None
    percent_full: float | None = None
    capacity: float | None = None
    celsius: float | None = None


@dataclass(frozen=True, slots=True)
class EnsembleRelay:
    """The switch in a system controller or a meter collar. `relay` is `None` where the answer has no word for it."""

    serial: str
    relay: RelayState | None = None
    reason: str | None = None
    status: DeviceStatus = field(default_factory=DeviceStatus)
    part_number: str | None = None
    last_report_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EnsembleInventoryPart:
    """`/ivp/ensemble/inventory`: batteries, system controllers (Enpower), meter collars."""

    batteries: tuple[EnsembleBattery, ...] = ()
    controllers: tuple[EnsembleRelay, ...] = ()
    collars: tuple[EnsembleRelay, ...] = ()
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BatteryPower:
    """Power of one IQ Battery: W, positive while it discharges; `percent_full` is its charge."""

    watts: float | None = None
    percent_full: float | None = None


@dataclass(frozen=True, slots=True)
class EnsemblePowerPart:
    """`/ivp/ensemble/power`, by serial."""

    by_serial: Mapping[str, BatteryPower] = field(default_factory=lambda: MappingProxyType({}))
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnsembleStatusPart:
    """`/ivp/ensemble/status`: the mains relay; means something only where there is a system controller."""

    mains: RelayState | None = None
    reason: str | None = None
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DryContactsPart:
    """`/ivp/ensemble/dry_contacts`; means something only where there is a system controller."""

    states: Mapping[str, RelayState] = field(default_factory=lambda: MappingProxyType({}))
    rejected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DryContactNamesPart:
    """`/ivp/ss/dry_contact_settings`: the names that the installer gave to contacts."""

    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rejected: tuple[str, ...] = ()
