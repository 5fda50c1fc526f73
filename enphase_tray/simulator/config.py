"""What a simulated house is made of."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from enphase_tray.model.identity import FirmwareVersion
from enphase_tray.simulator.noise import mix


class Meters(StrEnum):
    """Which current transformers the gateway has: no hardware, none enabled, production, production and net."""

    NONE = "none"
    DISABLED = "disabled"
    PRODUCTION = "production"
    BOTH = "production+consumption"


@dataclass(frozen=True, slots=True)
class PanelGroup:
    """Panels that look the same way: tilt from level and azimuth from north, in degrees; `share` of all panels."""

    tilt: float
    azimuth: float
    share: float = 1.0


DEFAULT_GROUPS = (PanelGroup(35.0, 180.0, 0.5), PanelGroup(35.0, 95.0, 0.25), PanelGroup(35.0, 265.0, 0.25))


@dataclass(frozen=True, slots=True)
class HouseConfig:
    """A house with panels. Everything that it does follows from this and the time.

    `watts_peak` is one panel's power in full sun; `consumption_per_day` Wh on an average day; energies count from
    `installed` on. Serials left out are made from the seed. `retired` units were removed before, and stay in lists.
    """

    seed: int = 1
    firmware: str = "8.3.5289"
    serial: str | None = None
    inverters: int = 12
    groups: tuple[PanelGroup, ...] = DEFAULT_GROUPS
    latitude: float = 50.85
    longitude: float = 4.35
    timezone: str = "Europe/Brussels"
    report_seconds: int = 300
    meters: Meters = Meters.BOTH
    phases: int = 1
    relays: int = 1
    batteries: int = 0
    ac_batteries: int = 0
    retired: int = 0
    installed: date = date(2025, 4, 1)
    watts_peak: float = 285.0
    consumption_per_day: float = 10500.0
    password: str | None = None
    part_number: str | None = None

    def __post_init__(self) -> None:
        if self.phases not in (1, 2, 3) or self.inverters < 0 or self.report_seconds <= 0 or not self.groups:
            raise ValueError("a house has one to three phases, some panel group and a report interval above 0")

    @property
    def version(self) -> FirmwareVersion:
        return FirmwareVersion.parse(self.firmware)

    @property
    def gateway_serial(self) -> str:
        return self.serial or serial("1220", self.seed, 1)

    @property
    def inverter_serials(self) -> tuple[str, ...]:
        """One per inverter, in the order of the gateway's lists (which is not the order of serials)."""
        return tuple(serial("4822", self.seed, 2, index) for index in range(self.inverters))

    @property
    def spare_serials(self) -> tuple[str, ...]:
        """The units that take the inverters' places when those are replaced."""
        return tuple(serial("4823", self.seed, 7, index) for index in range(self.inverters))

    @property
    def retired_serials(self) -> tuple[str, ...]:
        return tuple(serial("1216", self.seed, 3, index) for index in range(self.retired))

    @property
    def relay_serials(self) -> tuple[str, ...]:
        return tuple(serial("1217", self.seed, 4, index) for index in range(self.relays))

    @property
    def battery_serials(self) -> tuple[str, ...]:
        return tuple(serial("4922", self.seed, 5, index) for index in range(self.batteries))

    @property
    def ac_battery_serials(self) -> tuple[str, ...]:
        return tuple(serial("1219", self.seed, 6, index) for index in range(self.ac_batteries))


def serial(prefix: str, *keys: int) -> str:
    """Twelve digits that begin with `prefix`."""
    return prefix + f"{mix(*keys):020d}"[-(12 - len(prefix)) :]


def software_letter(firmware: str) -> str:
    """The letter that real gateways put before their version; kept where the configuration has one."""
    if re.match(r"[A-Za-z]", firmware):
        return ""
    numbers = FirmwareVersion.parse(firmware).numbers
    return "R" if numbers < (5,) else "D"
