"""One moment of a simulated house as its gateway knows it: last reports, flags, words, meters."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from enphase_tray.model.identity import FirmwareVersion
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.counters import NOTHING, CounterFaults, Energies
from enphase_tray.simulator.delivery import RESTART_SECONDS
from enphase_tray.simulator.faults import FaultKind, FaultPlan
from enphase_tray.simulator.house import House
from enphase_tray.simulator.noise import between
from enphase_tray.simulator.outages import Outages

OK = "envoy.global.ok"
LOW = "envoy.cond_flags.pcu_ctrl.dc-pwr-low"
FAILURE = "envoy.cond_flags.obs_strs.failure"
GRID_GONE = "envoy.cond_flags.pcu_chan.gridgone"
_LATE_SECONDS = 300
_STANDBY_WATTS = 3.6
_KEPT_MIDNIGHTS = 5000


@dataclass(frozen=True, slots=True)
class InverterMoment:
    """One inverter as the gateway knows it. `watts` is the mean of the interval that ended at `report_at`."""

    number: int
    serial: str
    report_at: int
    watts: float
    max_watts: float
    energies: Energies
    communicating: bool
    producing: bool
    active: bool
    words: tuple[str, ...]
    phase: int


@dataclass(frozen=True, slots=True)
class MeterMoment:
    """The current transformers: W now and energies (Wh) of production, use and exchange."""

    production: float
    produced: Energies
    own_use: float
    consumption: float
    used: Energies
    imported: float
    exported: float

    @property
    def net(self) -> float:
        """W drawn from the grid, negative while exporting."""
        return self.consumption - self.production


@dataclass(frozen=True, slots=True)
class SiteMoment:
    """Everything that one answer may say."""

    epoch: int
    local: datetime
    config: HouseConfig
    firmware: FirmwareVersion
    inverters: tuple[InverterMoment, ...]
    starting: bool
    relays_open: tuple[bool, ...]
    open_line: int | None
    mains_gone: bool

    @property
    def heard(self) -> tuple[InverterMoment, ...]:
        """The inverters that the gateway has heard lately."""
        return tuple(inverter for inverter in self.inverters if inverter.communicating)

    @property
    def present(self) -> tuple[InverterMoment, ...]:
        """The inverters that belong to the system."""
        return tuple(inverter for inverter in self.inverters if inverter.active)


class Site:
    """Looks at a house through its gateway's eyes."""

    def __init__(self, config: HouseConfig, faults: FaultPlan) -> None:
        self.config = config
        self._faults = faults
        self._outages = Outages(config, faults)
        self._counters = CounterFaults(faults)
        self._house = House(config, self._outages)
        self._bias = between(1.012, 1.03, config.seed, 61)
        self._kept: tuple[tuple[int, int], SiteMoment] | None = None
        self._begun: dict[tuple[int, date], float] = {}
        self._begun_version = faults.version

    def firmware(self, at: datetime) -> FirmwareVersion:
        upgrade = self._faults.active(FaultKind.FIRMWARE_UPGRADE, at)
        return self.config.version if upgrade is None else FirmwareVersion.parse(upgrade.target or "8.3.5289")

    def moment(self, at: datetime) -> SiteMoment:
        """The site at a time, to the second."""
        epoch = int(at.timestamp())
        key = (epoch, self._faults.version)
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, self._moment(at, epoch))
        return self._kept[1]

    def meters(self, at: float) -> MeterMoment:
        """The meters at an epoch; use and exchange are zeros where the house has no net meter."""
        made = sum(self._house.power(i, at) for i in range(self.config.inverters)) * self._bias
        own = _STANDBY_WATTS if made <= 0.0 else 0.0
        produced = self._counters.told(lambda until: self._sums(range(self.config.inverters), until, self._bias), at)
        if self.config.meters is not Meters.BOTH:
            return MeterMoment(made - own, produced, own, 0.0, NOTHING, 0.0, 0.0)
        used = self._counters.told(self._used, at)
        imported = self._counters.told(lambda until: _lifetime(self._house.grid(until).imported), at).lifetime
        exported = self._counters.told(lambda until: _lifetime(self._house.grid(until).exported), at).lifetime
        return MeterMoment(made - own, produced, own, self._house.use(at), used, imported, exported)

    def midnight(self, at: float) -> float:
        """The start of the local day of an epoch."""
        return self._house.day_at(at).start

    def sums(self, moment: SiteMoment) -> Energies:
        """The energies of the present inverters together, as they last reported."""
        return self._counters.told(lambda until: self._present_sums(moment, until), moment.epoch)

    def _moment(self, at: datetime, epoch: int) -> SiteMoment:
        zone_time = datetime.fromtimestamp(epoch, UTC).astimezone(self.zone)
        return SiteMoment(
            epoch,
            zone_time,
            self.config,
            self.firmware(at),
            self._inverters(epoch),
            self._starting(at),
            tuple(self._outages.relay_open(i, epoch) for i in range(self.config.relays)),
            self._outages.open_line(epoch),
            self._outages.mains_gone(epoch),
        )

    @property
    def zone(self) -> ZoneInfo:
        return self._house.zone

    def _starting(self, at: datetime) -> bool:
        restart = self._faults.active(FaultKind.RESTART, at)
        if restart is None:
            return False
        return (at - restart.start).total_seconds() < RESTART_SECONDS + 2 * self.config.report_seconds

    def _present_sums(self, moment: SiteMoment, until: float) -> Energies:
        if until != moment.epoch:
            moment = self._moment(datetime.fromtimestamp(until, UTC), int(until))
        parts = [inverter.energies for inverter in moment.present]
        return Energies(
            sum(part.today for part in parts),
            sum(part.yesterday for part in parts),
            sum(part.week for part in parts),
            sum(part.lifetime for part in parts),
        )

    def _used(self, until: float) -> Energies:
        used = self._house.grid(until).used
        day = self._house.day_at(until).day
        today, yesterday, week = (self._house.used_before(day - timedelta(days=n)) for n in (0, 1, 6))
        return Energies(used - today, today - yesterday, used - week, used)

    def _inverters(self, epoch: int) -> tuple[InverterMoment, ...]:
        """One for each place, and behind them the units that were replaced."""
        units, gone = [], []
        for number, serial in enumerate(self.config.inverter_serials):
            begun = self._outages.replaced(number, epoch)
            if begun is None:
                units.append(self._inverter(number, serial, epoch))
                continue
            before = self._inverter(number, serial, int(begun))
            place = self.config.inverters + self.config.retired + number
            gone.append(replace(before, number=place, communicating=False, producing=False, active=False))
            unit = self._inverter(number, self.config.spare_serials[number], epoch)
            made = min(unit.energies.lifetime, self._house.energy(number, begun))
            units.append(replace(unit, energies=unit.energies.since(made)))
        return (*units, *gone)

    def _inverter(self, number: int, serial: str, epoch: int) -> InverterMoment:
        interval = self.config.report_seconds
        report_at = self._house.last_report(number, epoch)
        active = not self._outages.retired(number, epoch)
        if report_at is None:
            return InverterMoment(number, serial, 0, 0.0, 0.0, NOTHING, False, False, active, (FAILURE,), 1)
        made = self._house.energy(number, report_at) - self._house.energy(number, report_at - interval)
        watts = max(0.0, made) * 3600.0 / interval
        heard = epoch - report_at < interval + _LATE_SECONDS and self._outages.silence(number, epoch) is None
        return InverterMoment(
            number,
            serial,
            int(report_at),
            watts,
            max(watts, self.config.watts_peak * 0.95 - number % 4),
            self._sums((number,), report_at, 1.0, epoch),
            heard and active,
            heard and active and watts >= 1.0,
            active,
            self._words(number, epoch, report_at, heard, watts),
            self._outages.phase_of(number),
        )

    def _words(self, number: int, epoch: int, report_at: float, heard: bool, watts: float) -> tuple[str, ...]:
        extra = self._outages.words(number, epoch)
        if not heard:
            return (*extra, LOW, FAILURE) if self._outages.silence(number, epoch) is None else (*extra, FAILURE)
        if watts < 1.0 and self._outages.grid_lost(number, report_at):
            return (*extra, GRID_GONE)
        if watts < 1.0 and self._outages.stopped(number, report_at):
            return (*extra, LOW)
        return extra or (OK,)

    def _sums(self, inverters: Iterable[int], at: float, factor: float, day_of: float | None = None) -> Energies:
        """Energies of inverters until `at`, counted into the days around `day_of`."""
        day = self._house.day_at(at if day_of is None else day_of).day
        days = [day - timedelta(days=n) for n in (0, 1, 6)]
        sums = [0.0, 0.0, 0.0, 0.0]
        for number in inverters:
            now = self._house.energy(number, at)
            at_today, at_yesterday, at_week = (min(now, self._begun_with(number, begun)) for begun in days)
            sums[0] += now - at_today
            sums[1] += at_today - at_yesterday
            sums[2] += now - at_week
            sums[3] += now
        return Energies(*(value * factor for value in sums))

    def _begun_with(self, number: int, day: date) -> float:
        """Wh that an inverter had made when a day began; asked for at every moment, so remembered."""
        if self._begun_version != self._faults.version or len(self._begun) > _KEPT_MIDNIGHTS:
            self._begun, self._begun_version = {}, self._faults.version
        key = (number, day)
        if key not in self._begun:
            self._begun[key] = self._house.energy(number, self._house.midnight(day))
        return self._begun[key]


def _lifetime(counted: float) -> Energies:
    """A counter that is told without its days."""
    return Energies(0.0, 0.0, 0.0, counted)
