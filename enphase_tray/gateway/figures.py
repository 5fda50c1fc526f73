"""Production, consumption and exchange with the grid: which source serves which number. Pure."""

from dataclasses import dataclass, field
from types import MappingProxyType

from enphase_tray.gateway.believe import (
    WRAP,
    consumption_energies,
    largest_day,
    lifetime_wraps,
    meter_energies,
    repeats,
    unwrapped,
)
from enphase_tray.gateway.parts import Figures, MeterEntry, MeterReading, Parts
from enphase_tray.model.identity import GatewayInfo
from enphase_tray.model.readings import NetReading, PowerReading, Source

Doubtful = list[tuple[str, str]]
"""Endpoint name and words for each number that is not believed."""

_V1_STALLS_SINCE = (8, 2, 4264)
_UNREPAIRED = Figures()
_NOTHING_READ = MeterReading()
_NO_EXCHANGE = NetReading()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the figures depend on beyond the answers themselves.

    `young`: the site is known to be under 8 days old. `v1_frozen`, `consumption_v1_frozen`: those answers have stood
    still while another source moved. `wraps` counts the falls seen of the inverters' aggregate lifetime.
    `inverters` are sums over the inverters in use, where every one of them has told its energies.
    """

    info: GatewayInfo
    young: bool = False
    starting_up: bool = False
    v1_frozen: bool = False
    consumption_v1_frozen: bool = False
    wraps: int = 0
    inverters: Figures = field(default_factory=Figures)
    inverter_count: int | None = None


@dataclass(slots=True)
class Draft:
    """A reading in the making: the first believable value of each field stays, with its source."""

    values: dict[str, float] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)

    def take(self, source: Source, **values: float | None) -> None:
        """Fill the fields that are still empty."""
        for name, value in values.items():
            if value is not None and name not in self.values:
                self.values[name] = value
                self.sources[name] = source

    def take_figures(self, source: Source, figures: Figures) -> None:
        """Fill what is still empty from four figures."""
        self.take(
            source,
            watts_now=figures.watts_now,
            watt_hours_today=figures.today,
            watt_hours_seven_days=figures.seven_days,
            watt_hours_lifetime=figures.lifetime,
        )

    def finished(self) -> PowerReading | None:
        """The reading; `None` if nothing is known."""
        return PowerReading(**self.values, source=MappingProxyType(self.sources)) if self.values else None


def is_metered(parts: Parts) -> bool:
    """Whether a production meter is switched on."""
    if parts.meters is not None and parts.meters.meters:
        return parts.meters.enabled("production") is not None
    return active(parts.production.production if parts.production else None) is not None


def active(entry: MeterEntry | None) -> MeterEntry | None:
    """The entry, if it is in use."""
    return entry if entry is not None and entry.active > 0 else None


def production(parts: Parts, about: Circumstances, doubtful: Doubtful) -> PowerReading | None:
    """What the site makes. `doubtful` collects the names of numbers that are not believed."""
    if about.starting_up:
        return None
    draft = Draft()
    if is_metered(parts):
        _from_meter(draft, parts, about, doubtful)
        if "watts_now" not in draft.values and "watt_hours_lifetime" not in draft.values:
            if about.info.firmware.numbers < _V1_STALLS_SINCE:
                _from_v1(draft, parts, about, doubtful)
            _from_inverters(draft, parts, about)
    elif _has_metering_hardware(parts, about.info):
        _from_inverters(draft, parts, about)
        if not draft.values and about.info.firmware.numbers < _V1_STALLS_SINCE and (v1 := _live_v1(parts, about)):
            draft.take(Source.GATEWAY, watts_now=v1.watts_now)
    else:
        _from_v1(draft, parts, about, doubtful)
        if not draft.values and parts.page is not None:
            draft.take_figures(Source.PAGE, parts.page)
        if "watts_now" not in draft.values or "watt_hours_lifetime" not in draft.values:
            _from_inverters(draft, parts, about)
    return draft.finished()


def consumption(parts: Parts, about: Circumstances, doubtful: Doubtful) -> PowerReading | None:
    """What the site uses; `None` without a consumption meter in use."""
    if about.starting_up or not _consumption_metered(parts):
        return None
    draft = Draft()
    total = active(parts.production.total) if parts.production else None
    if total is not None:
        repaired = repaired_total(parts)
        if repaired is not None:
            if repaired is _UNREPAIRED:
                doubtful.append(("production", "consumption, which repeats production"))
                return None
            doubtful.append(("production", "consumption today and seven days"))
            draft.take_figures(Source.METER, repaired)
        else:
            told = total.figures
            found = consumption_energies(told.watts_now, told.today, told.seven_days, told.lifetime, about.young)
            doubtful.extend(("production", f"consumption {name}") for name in found.doubtful)
            draft.take_figures(Source.METER, Figures(told.watts_now, found.today, found.seven_days, told.lifetime))
    draft.take(Source.METER, watts_now=_consumption_by_readings(parts))
    if total is None:
        v1 = parts.consumption_v1
        if v1 is not None and not about.consumption_v1_frozen and not v1.no_energy:
            draft.take_figures(Source.GATEWAY, v1)
    return draft.finished()


def net(parts: Parts) -> NetReading | None:
    """Exchange with the grid, from a net meter that is switched on."""
    entry = active(parts.production.net) if parts.production else None
    if parts.meters is not None and parts.meters.meters:
        if parts.meters.enabled("net-consumption") is None:
            return None
    elif entry is None:
        return None
    reading = reading_of(parts, "net-consumption")
    watts = entry.figures.watts_now if entry is not None else None
    if watts is None:
        watts = reading.watts
    found = NetReading(watts, reading.delivered, reading.received)
    return None if found == _NO_EXCHANGE else found


def repaired_total(parts: Parts) -> Figures | None:
    """The consumption entry where it only repeats another meter; `None` where it is its own.

    Some firmware fills it with the net entry: W and lifetime are then net plus production. Where it repeats
    production there is nothing to learn from it: all figures of the answer are `None`.
    """
    told = parts.production
    total = active(told.total) if told else None
    made = active(told.production) if told else None
    if told is None or total is None or made is None:
        return None
    mine = (total.figures.watts_now, total.figures.lifetime)
    if repeats(mine, (made.figures.watts_now, made.figures.lifetime)):
        return _UNREPAIRED
    exchange = active(told.net)
    if exchange is None or not repeats(mine, (exchange.figures.watts_now, exchange.figures.lifetime)):
        return None
    if not made.figures.lifetime:
        return None  # nothing was ever made, so both are rightly equal
    watts, lifetime = mine
    return Figures(watts_now=_plus(watts, made.figures.watts_now), lifetime=_plus(lifetime, made.figures.lifetime))


def meter_lost_its_day(parts: Parts) -> bool:
    """Whether the production meter's day is not believable, so that only the inverters can tell it."""
    entry = active(parts.production.production) if parts.production else None
    if entry is None or parts.production is None:
        return False
    inverters = active(parts.production.inverters)
    told, largest = entry.figures, largest_day(inverters.active if inverters else None)
    return "today" in meter_energies(told.today, told.seven_days, told.lifetime, largest, young=False).doubtful


def reading_of(parts: Parts, measures: str) -> MeterReading:
    """What the switched-on meter of this kind reads; an empty reading if there is none."""
    meter = parts.meters.enabled(measures) if parts.meters else None
    if meter is None or parts.readings is None:
        return _NOTHING_READ
    return parts.readings.by_eid.get(meter.eid, _NOTHING_READ)


def _from_meter(draft: Draft, parts: Parts, about: Circumstances, doubtful: Doubtful) -> None:
    entry = active(parts.production.production) if parts.production else None
    counted = parts.energy.production if parts.energy else None
    reading = reading_of(parts, "production")
    day_lost = False
    if entry is not None:
        told = entry.figures
        lifetime = told.lifetime or reading.delivered or told.lifetime
        found = meter_energies(told.today, told.seven_days, lifetime, largest_day(about.inverter_count), about.young)
        doubtful.extend(("production", f"production {name}") for name in found.doubtful)
        draft.take_figures(Source.METER, Figures(told.watts_now, found.today, found.seven_days, lifetime))
        day_lost = "today" in found.doubtful
        if day_lost:
            _inverter_energies(draft, parts, about)
    draft.take(Source.METER, watts_now=reading.watts, watt_hours_lifetime=reading.delivered)
    if counted is None or counted.no_energy or day_lost:
        return
    lifetime = reading.delivered or counted.lifetime
    found = meter_energies(counted.today, counted.seven_days, lifetime, largest_day(about.inverter_count), about.young)
    draft.take(Source.METER, watt_hours_today=found.today)
    if entry is None:
        doubtful.extend(("energy", f"production {name}") for name in found.doubtful)
        draft.take(Source.METER, watt_hours_seven_days=found.seven_days, watt_hours_lifetime=counted.lifetime)


def _from_v1(draft: Draft, parts: Parts, about: Circumstances, doubtful: Doubtful) -> None:
    v1 = _live_v1(parts, about)
    if v1 is None:
        return
    found = meter_energies(v1.today, v1.seven_days, v1.lifetime, largest_day(about.inverter_count), about.young)
    doubtful.extend(("production_v1", f"production {name}") for name in found.doubtful)
    draft.take_figures(Source.GATEWAY, Figures(v1.watts_now, found.today, found.seven_days, v1.lifetime))


def _live_v1(parts: Parts, about: Circumstances) -> Figures | None:
    """`/api/v1/production`, unless its engine stands still: no energy at all in it, or frozen."""
    v1 = parts.production_v1
    return None if v1 is None or v1.no_energy or about.v1_frozen else v1


def _from_inverters(draft: Draft, parts: Parts, about: Circumstances) -> None:
    """Without a usable meter: the inverters' aggregate for W, their own energies, and their lifetime last."""
    entry = active(parts.production.inverters) if parts.production else None
    if entry is not None:
        draft.take(Source.GATEWAY, watts_now=entry.figures.watts_now)
    counted = parts.energy.inverters if parts.energy else None
    draft.take(Source.INVERTERS, watts_now=about.inverters.watts_now)
    if counted is not None and not counted.no_energy:
        draft.take(Source.INVERTERS, watts_now=counted.watts_now)
    _inverter_energies(draft, parts, about)
    told = entry.figures.lifetime if entry is not None else None
    if told is not None and told > 0:
        lifetime: float | None = told + about.wraps * WRAP
        if lifetime_wraps(about.info.firmware):
            v1 = _live_v1(parts, about)
            lifetime = unwrapped(told, v1.lifetime if v1 is not None else None)
        draft.take(Source.GATEWAY, watt_hours_lifetime=lifetime)
        if "watt_hours_lifetime" not in draft.values:
            draft.values["watt_hours_wrapped"] = told


def _inverter_energies(draft: Draft, parts: Parts, about: Circumstances) -> None:
    for figures in (about.inverters, (parts.energy.inverters if parts.energy else None)):
        # All counters at 0 is what a stalled counter looks like, not what a site looks like.
        if figures is not None and not figures.no_energy:
            draft.take(
                Source.INVERTERS,
                watt_hours_today=figures.today,
                watt_hours_seven_days=figures.seven_days,
                watt_hours_lifetime=figures.lifetime,
            )


def _has_metering_hardware(parts: Parts, info: GatewayInfo) -> bool:
    return info.metering_hardware is True or bool(parts.meters and parts.meters.meters)


def _consumption_metered(parts: Parts) -> bool:
    if parts.meters is not None and parts.meters.meters:
        return any(parts.meters.enabled(kind) for kind in ("net-consumption", "total-consumption"))
    return active(parts.production.total if parts.production else None) is not None


def _consumption_by_readings(parts: Parts) -> float | None:
    """W by the meters themselves: a total meter, else production plus import."""
    total = reading_of(parts, "total-consumption").watts
    if total is not None:
        return total
    return _plus(reading_of(parts, "production").watts, reading_of(parts, "net-consumption").watts)


def _plus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second
