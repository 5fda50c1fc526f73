"""What a snapshot tells of the site's lifetime counters, and what is believable of each."""

from collections.abc import Mapping

from enphase_tray.history.allocation import Told
from enphase_tray.history.bookkeeping import Chain, Limits
from enphase_tray.history.chains import ToldCounter
from enphase_tray.history.known import ChainKey, KnownSite
from enphase_tray.history.moments import Moment
from enphase_tray.history.packing import believable, storable
from enphase_tray.history.units import LAG_SECONDS, WATTS
from enphase_tray.model.readings import InverterReading, PowerReading, Snapshot, Source

_MOST_WATT_HOURS = 1e13
_MOST_USED_WATTS = 200_000.0
"""Nothing in a home draws or gives more at once."""
_METER_LAG_SECONDS = 300
_DAY_HOURS = 25
_FLOWING_WATTS = 100.0
"""A counter that stands for half an hour while so much power flows is frozen."""
_ABOVE_PEAK = 1.25
_LEARNING_WATT_HOURS = 500.0
_YESTERDAY_AND_TODAY = 2 * 86_400

_METER, _INVERTERS = Source.METER.value, Source.INVERTERS.value
_NOTHING_TOLD = Told()
_EXCHANGE = Limits(_MOST_USED_WATTS, _METER_LAG_SECONDS, sunny=False, held_back=False)


def told_by(
    snapshot: Snapshot,
    site: KnownSite,
    chains: Mapping[ChainKey, Chain],
    moment: Moment,
    day: int,
    units: int,
    *,
    all_zero: bool,
) -> tuple[list[ToldCounter], list[str]]:
    """Every counter with its value and limits, and the quantities of counters that are no numbers.

    `units`: how many inverters are in use. `all_zero`: the answers are those of a gateway that has just restarted.
    Learns whether the week includes today.
    """
    told: list[ToldCounter] = []
    unreadable: list[str] = []

    def add(quantity: str, source: str, lifetime: float | None, limits: Limits, own: Told, flowing: bool) -> None:
        if lifetime is None or (all_zero and lifetime == 0.0 and (quantity, source) not in chains):
            return
        known = believable(lifetime, _MOST_WATT_HOURS)
        if known is None or known < 0:
            unreadable.append(quantity)
        else:
            told.append(((quantity, source), known, limits, own, flowing))

    production, consumption, net = snapshot.production, snapshot.consumption, snapshot.net
    if production is not None:
        lifetime, source = _lifetime(production)
        own = _told(production, source)
        if source == _INVERTERS:
            before = chains.get(("production", source))
            gap = before is None or before.day != day
            own = _told_by_inverters(own, production, snapshot, site, moment, day, gap=gap)
        limits = _production_limits(units, site, source)
        add("production", source, lifetime, limits, own, _flows(production))
    if consumption is not None:
        lifetime, source = _lifetime(consumption)
        add("consumption", source, lifetime, _EXCHANGE, _told(consumption, source), _flows(consumption))
    if net is not None:
        # These may rightly stand for days while power flows the other way.
        add("imported", _METER, net.watt_hours_imported, _EXCHANGE, _NOTHING_TOLD, False)
        add("exported", _METER, net.watt_hours_exported, _EXCHANGE, _NOTHING_TOLD, False)
    return told, unreadable


def _lifetime(power: PowerReading) -> tuple[float | None, str]:
    """The counter and its source; one that wraps serves as well, since the ledger undoes wraps."""
    source = power.source.get("watt_hours_lifetime")
    if source is not None:
        return power.watt_hours_lifetime, str(source)
    return power.watt_hours_wrapped, Source.GATEWAY.value


def _told(power: PowerReading, source: str) -> Told:
    """The gateway's own today, where it is of the same source."""
    same = power.source.get("watt_hours_today") == source
    return Told(believable(power.watt_hours_today, _MOST_WATT_HOURS) if same else None)


def _flows(power: PowerReading) -> bool:
    return power.watts_now is not None and power.watts_now >= _FLOWING_WATTS


def _production_limits(units: int, site: KnownSite, source: str) -> Limits:
    """What the inverters in use can make; a meter may see other panels too, so also what it has shown."""
    count = units or len(site.places)
    watts = count * WATTS if count else _MOST_USED_WATTS
    if source == _METER:
        watts = max(watts, site.peak_watts * _ABOVE_PEAK)
        return Limits(watts, _METER_LAG_SECONDS, sunny=True, held_back=False, full_hours=_DAY_HOURS)
    return Limits(watts, LAG_SECONDS, sunny=True, held_back=source == _INVERTERS)


def _told_by_inverters(
    own: Told, power: PowerReading, snapshot: Snapshot, site: KnownSite, moment: Moment, day: int, *, gap: bool
) -> Told:
    """Yesterday as the sum of all inverters in use, and the week; only for a `gap` over midnight: nobody else asks."""
    week = believable(power.watt_hours_seven_days, _MOST_WATT_HOURS)
    if power.source.get("watt_hours_seven_days") != _INVERTERS:
        week = None
    if site.week_has_today is None and week is not None and own.today is not None:
        _learn_week(site, day, own.today, week)
    if not gap:
        return own
    return Told(own.today, _yesterday(snapshot.inverters, site, moment), week, site.week_has_today)


def _yesterday(inverters: tuple[InverterReading, ...], site: KnownSite, moment: Moment) -> float | None:
    """The sum over all inverters in use; `None` if one of them does not tell it, or one was taken away since then."""
    live = [unit for unit in inverters if not unit.retired]
    told = [unit.watt_hours_yesterday for unit in live]
    known = [value for value in told if value is not None]
    serials = {storable(unit.serial) for unit in live}
    since = moment.ledger - _YESTERDAY_AND_TODAY
    gone = any(
        place < len(site.last) and (site.last[place] or 0) > since
        for serial, place in site.places.items()
        if serial not in serials
    )
    return sum(known) if known and len(known) == len(told) and not gone else None


def _learn_week(site: KnownSite, day: int, today: float, week: float) -> None:
    """Within a day: a week that rises as today does includes it, one that stands does not."""
    if site.week_seen is None or site.week_seen[0] != day or today < site.week_seen[1]:
        site.week_seen = (day, today, week)
        return
    rise, week_rise = today - site.week_seen[1], week - site.week_seen[2]
    if rise >= _LEARNING_WATT_HOURS:
        if abs(week_rise - rise) < rise / 10:
            site.week_has_today = True
        elif abs(week_rise) < rise / 10:
            site.week_has_today = False
        site.week_seen = (day, today, week)
