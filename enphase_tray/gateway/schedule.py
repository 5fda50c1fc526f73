"""Which endpoints are worth asking now. Pure but for what it is told of past answers."""

from dataclasses import dataclass
from datetime import datetime

from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.endpoints import ENDPOINTS, FALLBACKS
from enphase_tray.gateway.figures import active, is_metered
from enphase_tray.gateway.inverters import device_data_suffices
from enphase_tray.gateway.parts import Parts
from enphase_tray.gateway.switchgear import has_controller
from enphase_tray.gateway.verdict import Verdict
from enphase_tray.model.connection import StepOutcome
from enphase_tray.model.identity import Family, GatewayInfo

DAY = 86_400.0
MOST_PER_POLL = 4
_EARLY = 0.9
"""An endpoint is due a little before its time, so that polls of the same period never just miss it."""
_SHORTEST_CARRY = 1_800.0
_FIGURES = frozenset({"production", "production_v1", "page"})
_PERISHABLE = frozenset({"production", "production_v1", "page", "readings", "ensemble_power", "consumption_v1"})
_V1_STALLS_SINCE = (8, 2, 4264)


@dataclass(slots=True, eq=False)
class Standing:
    """What is known of one endpoint. Times are seconds of the program's monotonic clock."""

    endpoint: Endpoint
    verdict: Verdict | None = None
    checked_at: datetime | None = None
    asked: float = float("-inf")
    answered: float = float("-inf")
    misses: int = 0

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
    found = []
    for endpoint in ENDPOINTS:
        same = [other for other in FALLBACKS if other.name == endpoint.name]
        found += [Standing(item) for item in (endpoint, *same) if item.can_exist(info)]
    return found


def due(known: list[Standing], parts: Parts, info: GatewayInfo, now: float) -> list[Standing]:
    """What a later poll asks: the figures always, the inverters' reports, and then what has waited longest."""
    wanted = [item for item in known if wants(item, known, parts, info)]
    first = [item for item in wanted if _is_due(item, parts, now) and _comes_first(item, parts)]
    rest = [item for item in wanted if item not in first and _lateness(item, parts, now) >= _EARLY]
    rest.sort(key=lambda item: -_lateness(item, parts, now))
    return first + rest[: max(0, MOST_PER_POLL - len(first))]


def wants(item: Standing, known: list[Standing], parts: Parts, info: GatewayInfo) -> bool:
    """Whether its answer would tell something that the others do not."""
    name = item.endpoint.name
    if item.endpoint in FALLBACKS:
        first = next((other for other in known if other.endpoint.name == name), item)
        return first is not item and first.absent
    if name in _NEEDED_IF:
        return _NEEDED_IF[name](parts, info)
    return True


def perished(item: Standing, now: float) -> bool:
    """Whether its last good answer is too old to be shown as of now."""
    if item.endpoint.name in _PERISHABLE and not item.ok:
        return True
    return now - item.answered > max(3 * item.endpoint.every_seconds, _SHORTEST_CARRY)


def _lateness(item: Standing, parts: Parts, now: float) -> float:
    """Age of the last attempt in units of its period; what is absent is tried again after a day."""
    if item.absent:
        return (now - item.asked) / DAY
    return (now - item.asked) / _period(item.endpoint, parts)


def _period(endpoint: Endpoint, parts: Parts) -> float:
    if endpoint.name == "inventory" and not _has_iq_relays(parts):
        return 2 * endpoint.every_seconds
    if endpoint.name == "ensemble_inventory":
        found = parts.ensemble_inventory
        if found is not None and not (found.controllers or found.collars or found.batteries):
            return 3_600.0
    if endpoint.name == "inverters" and device_data_suffices(parts):
        return DAY
    if endpoint.name == "device_data" and not device_data_suffices(parts):
        return 900.0
    if endpoint.name == "production" and not _live_meters(parts) and parts.production_v1 is not None:
        return 900.0 if not parts.production_v1.no_energy else endpoint.every_seconds
    return endpoint.every_seconds


def _comes_first(item: Standing, parts: Parts) -> bool:
    """The figures, the inverters' reports and the relays (an open one must be told at once) come before all else."""
    name = item.endpoint.name
    if name == "inventory":
        return _has_iq_relays(parts)
    if name == "ensemble_inventory":
        found = parts.ensemble_inventory
        return found is not None and bool(found.controllers or found.collars) and not _has_iq_relays(parts)
    return _figures(item, parts) or name == ("device_data" if device_data_suffices(parts) else "inverters")


def _has_iq_relays(parts: Parts) -> bool:
    return bool(parts.inventory and parts.inventory.relays)


def _is_due(item: Standing, parts: Parts, now: float) -> bool:
    late = _lateness(item, parts, now) >= _EARLY
    return late or (_figures(item, parts) and not item.absent)


def _figures(item: Standing, parts: Parts) -> bool:
    """Whether the figures of this site come from here."""
    endpoint = item.endpoint
    return endpoint.name in _FIGURES and _period(endpoint, parts) <= endpoint.every_seconds


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
        return told is None or told.figures.today is None
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
