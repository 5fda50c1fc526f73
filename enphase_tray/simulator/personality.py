"""What each firmware can: which paths exist and how it words them. Facts of the protocol reference, one place."""

from dataclasses import dataclass

from enphase_tray.model.identity import FirmwareVersion
from enphase_tray.simulator.config import Meters

WRAP_WATT_HOURS = 2**32 / 3600.0


@dataclass(frozen=True, slots=True)
class Personality:
    """The traits of one firmware version."""

    version: FirmwareVersion

    @property
    def tokens(self) -> bool:
        """HTTPS and tokens in place of HTTP and digest."""
        return self._from(7)

    @property
    def page(self) -> bool:
        """`/production` is an HTML page with figures."""
        return not self._from(4)

    @property
    def version_1(self) -> bool:
        """`/api/v1/production` exists."""
        return self._from(3, 9)

    @property
    def production_json(self) -> bool:
        return self._from(4)

    @property
    def inventory(self) -> bool:
        return self._from(3, 9)

    @property
    def device_type(self) -> bool:
        """The inverter list tells `devType`."""
        return self._from(4, 10)

    @property
    def ensemble(self) -> bool:
        return self._from(7)

    @property
    def energy(self) -> bool:
        """`/ivp/pdm/energy` is open to owners."""
        return self._from(8, 2)

    @property
    def device_data(self) -> bool:
        return self._from(8, 2, 4345)

    def imeter(self, meters: Meters) -> str | None:
        """The word in `/info` for metering hardware, `None` where the element is missing."""
        if not self._from(4, 2, 34):
            return None
        return "false" if meters is Meters.NONE else "true"

    def stalled(self, meters: Meters) -> bool:
        """`/api/v1/production` shows small old figures for ever."""
        return meters is Meters.DISABLED and self._from(8, 2, 4264)

    def aggregate(self, lifetimes: list[float]) -> float:
        """The `inverters` lifetime, wrapped as this firmware wraps it."""
        if not self._from(7):
            return sum(lifetimes)
        if not self._from(8, 2, 4264):
            return sum(lifetimes) % WRAP_WATT_HOURS
        return sum(lifetime % WRAP_WATT_HOURS for lifetime in lifetimes)

    def _from(self, *numbers: int) -> bool:
        return self.version.numbers >= numbers
