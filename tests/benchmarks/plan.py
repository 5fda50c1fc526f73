"""Which long history is made (see `ten_years`), for those who only read it and do without numpy."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo

SITE = "122000000030"
ZONE = "Europe/Berlin"
GATEWAY = GatewayInfo(SITE, None, FirmwareVersion.parse("D8.3.5289"), Family.TOKEN, True, None)
LAST_DAY = date(2026, 6, 24)
"""It is whole; it ends the history."""


@dataclass(frozen=True)
class Plan:
    """What is made: so many inverters, years, days with minute readings at the end, and the seed of chance."""

    inverters: int = 30
    years: float = 10
    seed: int = 1
    live_days: int = 90

    @property
    def first_day(self) -> date:
        return LAST_DAY - timedelta(days=round(365.25 * self.years)) + timedelta(days=1)

    @cached_property
    def serials(self) -> tuple[str, ...]:
        return tuple(f"9{unit + 1:011}" for unit in range(self.inverters))
