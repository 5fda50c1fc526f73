"""Which endpoints are worth asking now. Pure but for what it is told of past answers."""

import math
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from enphase_tray.gateway.candidates import device_data_suffices
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.endpoints import ENDPOINTS, FALLBACKS
from enphase_tray.gateway.figures import active, is_metered, meter_lost_its_day
from enphase_tray.gateway.parts import Parts
from enphase_tray.gateway.switchgear import has_controller
from enphase_tray.gateway.verdict import Verdict
from enphase_tray.model.connection import StepOutcome
from enphase_tray.model.identity import Family, GatewayInfo
from enphase_tray.model.readings import Problem

DAY = 86_400.0
MOST_PER_POLL = 3
"""Requests of one poll, after the first one that asks all there is (and but for a renewed log-in)."""
_EARLY = 0.9
"""An endpoint is due a little before its time, so that polls of the same period never just miss it."""
_SHORTEST_CARRY = 1_800.0
PERIOD = 300.0
"""The usual time between polls, which the endpoints' own periods are made for."""
_QUARTER = 900.0
_WEIGHT = 2.0
"""Something else has to be that much later than the inverters' reports to be asked before them."""
_LEFT_OUT = 1e9
_FIGURES = frozenset({"production", "production_v1", "page"})
_MAY_STAND_FIRST = _FIGURES | {"readings"}
_PERISHABLE = frozenset({"production", "production_v1", "page", "readings", "ensemble_power", "consumption_v1"})
_V1_STALLS_SINCE = (8, 2, 4264)


@dataclass(slots=True, eq=False)
class Standing:
    """What is known of one endpoint. Times are seconds of the program's monotonic clock.

    `body` is its last answer; where that was good, `verdict` holds the part that was made of it. `problem` is
    what `verdict` means to the user, if anything. `original` is what it only stands in for.
    """

    endpoint: Endpoint
    verdict: Verdict | None = None
    checked_at: datetime | None = None
    asked: float = float("-inf")
    answered: float = float("-inf")
    misses: int = 0
    body: bytes = b""
    original: "Standing | None" = None
    problem: Problem | None = None

    @property
    def absent(self) -> bool:
        """Whether the gateway does not have it."""
        return self.verdict is not None and self.verdict.outcome is StepOutcome.ABSENT

    @property
    def ok(self) -> bool:
        """Whether its last answer was good."""
        return self.verdict is not None and self.verdict.outcome is StepOutcome.OK


def standings(info: GatewayInfo) -> list[Standing]:
    """All endpoints that a gateway of this kind may have, in the order of asking, fallbacks after their originals."""
    found: list[Standing] = []
    for endpoint in ENDPOINTS:
        if endpoint.can_exist(info):
            original = Standing(endpoint)
            others = [item for item in FALLBACKS if item.name == endpoint.name and item.can_exist(info)]
            found += [original, *[Standing(item, original=original) for item in others]]
    return found


def pace_of(period_seconds: float) -> float:
    """How much sooner everything is due where polls come oftener than usual: a poll then asks no less than usual."""
    return min(1.0, period_seconds / PERIOD)


def due(
    known: list[Standing], parts: Parts, info: GatewayInfo, now: float, last_poll: float, pace: float = 1.0
) -> list[Standing]:
    """What a later poll asks, the most urgent first: at most `MOST_PER_POLL`, more only after a long pause.

    The figures always; relays that the poll before (it began at `last_poll`) left out; and then what is latest. So
    where there is much to ask about, each thing is asked less often, and relays at least in every second poll.
    """
    good = {item.endpoint.name for item in known if item.ok}
    urgent: list[tuple[float, Standing]] = []
    for item in known:
        name, age, absent = item.endpoint.name, now - item.asked, item.absent
        # What is absent is tried again after a day. Nothing else is due before its own time, only later.
        soonest = DAY if absent else item.endpoint.every_seconds * pace
        if age < _EARLY * soonest and (absent or name not in _MAY_STAND_FIRST):
            continue
        if not wants(item, parts, info):
            continue
        late = age / (soonest if absent else _period(item.endpoint, good, parts) * pace)
        first = _stands_first(name, good, parts)
        if not (first or late >= _EARLY):
            continue
        if first:
            urgent.append((math.inf, item))
        else:
            left_out = item.asked < last_poll and _tells_of_relays(item, parts)
            weight = _WEIGHT if name == "inverters" else 1.0
            urgent.append((_LEFT_OUT if left_out else weight * late, item))
    urgent.sort(key=lambda pair: -pair[0])
    chosen = _reports_once([item for _, item in urgent], parts)
    return chosen[: max(MOST_PER_POLL, int(MOST_PER_POLL * (now - last_poll) / (PERIOD * pace)))]


def wants(item: Standing, parts: Parts, info: GatewayInfo) -> bool:
    """Whether its answer would tell something that the others do not."""
    if item.original is not None:
        return item.original.absent
    needed = _NEEDED_IF.get(item.endpoint.name)
    return needed is None or needed(parts, info)


def perished(item: Standing, now: float) -> bool:
    """Whether its last good answer is too old to be shown as of now."""
    if item.endpoint.name in _PERISHABLE and not item.ok:
        return True
    return now - item.answered > max(3 * item.endpoint.every_seconds, _SHORTEST_CARRY)


def _reports_once(chosen: list[Standing], parts: Parts) -> list[Standing]:
    """Device data, where they are due, in the place of the list of reports: they hold the reports as well."""
    names = [item.endpoint.name for item in chosen]
    if "device_data" not in names or "inverters" not in names or not device_data_suffices(parts):
        return chosen
    place, other = names.index("inverters"), names.index("device_data")
    chosen[place], chosen[other] = chosen[other], chosen[place]
    return [item for item in chosen if item.endpoint.name != "inverters"]


def _period(endpoint: Endpoint, good: Set[str], parts: Parts) -> float:
    """How long its answer stays worth having here; `good` names the endpoints whose last answer was good."""
    name = endpoint.name
    if name == "inventory" and not _has_iq_relays(parts):
        return _QUARTER
    if name == "ensemble_inventory":
        found = parts.ensemble_inventory
        if found is not None and not (found.controllers or found.collars or found.batteries):
            return 3_600.0
    if name == "device_data" and "inverters" in good and _listed(parts):
        return _QUARTER
    if name == "readings" and "production" in good and _powers_told(parts):
        return _QUARTER
    if name == "production" and not _live_meters(parts) and parts.production_v1 is not None:
        return _QUARTER if not parts.production_v1.no_energy else endpoint.every_seconds
    return endpoint.every_seconds


def _stands_first(name: str, good: Set[str], parts: Parts) -> bool:
    """The figures, and what stands in for them where they did not come."""
    if name == "production":
        return _live_meters(parts) or parts.production_v1 is None or parts.production_v1.no_energy
    return name in _FIGURES or (name == "readings" and "production" not in good)


def _tells_of_relays(item: Standing, parts: Parts) -> bool:
    if item.endpoint.name == "inventory":
        return _has_iq_relays(parts)
    found = parts.ensemble_inventory
    return item.endpoint.name == "ensemble_inventory" and found is not None and bool(found.controllers or found.collars)


def _listed(parts: Parts) -> bool:
    """Whether the short list of reports tells of the inverters; device data are long, and stall on some firmware."""
    return parts.inverters is not None and bool(parts.inverters.rows)


def _has_iq_relays(parts: Parts) -> bool:
    return bool(parts.inventory and parts.inventory.relays)


def _powers_told(parts: Parts) -> bool:
    """Whether the live production tells all powers of all meters in use, so that only counters are left to read."""
    told = parts.production
    if told is None or parts.meters is None:
        return False
    entries = {"production": told.production, "net-consumption": told.net, "total-consumption": told.total}
    for measures, entry in entries.items():
        meter = parts.meters.enabled(measures)
        if meter is None:
            continue
        if active(entry) is None or entry is None or entry.figures.watts_now is None:
            return False
        if (meter.phase_count or 1) > 1 and not entry.lines:
            return False
    return True


def _live_meters(parts: Parts) -> bool:
    told = parts.production
    return is_metered(parts) or (told is not None and active(told.total) is not None)


def _wants_v1(parts: Parts, info: GatewayInfo) -> bool:
    """Not where a meter serves all figures, nor where it is known to stand still."""
    if is_metered(parts):
        return parts.production is None or active(parts.production.production) is None
    hardware = info.metering_hardware is True or bool(parts.meters and parts.meters.meters)
    return not hardware or info.firmware.numbers < _V1_STALLS_SINCE or parts.production is None


def _wants_page(parts: Parts, info: GatewayInfo) -> bool:
    return parts.production is None and (parts.production_v1 is None or parts.production_v1.no_energy)


def _wants_energy(parts: Parts, info: GatewayInfo) -> bool:
    """Where neither a meter nor v1 nor complete device data give the energies."""
    if is_metered(parts):
        told = active(parts.production.production) if parts.production else None
        lost = meter_lost_its_day(parts) and not device_data_suffices(parts)
        return told is None or told.figures.today is None or lost
    v1 = parts.production_v1
    served = info.metering_hardware is not True and v1 is not None and not v1.no_energy
    return not served and not device_data_suffices(parts)


def _wants_readings(parts: Parts, info: GatewayInfo) -> bool:
    kinds = ("production", "net-consumption", "total-consumption")
    return parts.meters is not None and any(parts.meters.enabled(kind) for kind in kinds)


def _wants_consumption(parts: Parts, info: GatewayInfo) -> bool:
    metered = parts.meters is not None and any(
        parts.meters.enabled(kind) for kind in ("net-consumption", "total-consumption")
    )
    return metered and (parts.production is None or active(parts.production.total) is None)


def _wants_battery_power(parts: Parts, info: GatewayInfo) -> bool:
    return bool(parts.ensemble_inventory and parts.ensemble_inventory.batteries)


def _wants_mains(parts: Parts, info: GatewayInfo) -> bool:
    controllers = parts.ensemble_inventory.controllers if parts.ensemble_inventory else ()
    return any(controller.relay is None for controller in controllers)


def _wants_contacts(parts: Parts, info: GatewayInfo) -> bool:
    return has_controller(parts)


def _wants_meters(parts: Parts, info: GatewayInfo) -> bool:
    return info.family is Family.TOKEN or info.metering_hardware is not False


_NEEDED_IF = {
    "meters": _wants_meters,
    "page": _wants_page,
    "production_v1": _wants_v1,
    "energy": _wants_energy,
    "readings": _wants_readings,
    "consumption_v1": _wants_consumption,
    "ensemble_power": _wants_battery_power,
    "ensemble_status": _wants_mains,
    "dry_contacts": _wants_contacts,
    "dry_contact_names": _wants_contacts,
}
