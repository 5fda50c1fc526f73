"""`/production.json?details=1`: the inverters' aggregate and the live meters."""

from typing import Any

from enphase_tray.gateway.decode import decode_object, epoch, objects, whole
from enphase_tray.gateway.endpoint import ANYWHERE, TOKEN_ONLY, Endpoint
from enphase_tray.gateway.fields import Fields, signed
from enphase_tray.gateway.parts import Figures, MeterEntry, ProductionPart
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import mark, tr

_MEGAWATT = 1_000_000.0
_MOST_LINES = 3
_MOST_ENTRIES = 20


def parse(body: bytes) -> ProductionPart:
    """The entries by what they measure, told apart by `measurementType`, never by position. Raises `NotUnderstood`."""
    document = decode_object(body)
    if not any(isinstance(document.get(key), list) for key in ("production", "consumption", "storage")):
        raise NotUnderstood(tr("The production answer holds no figures"), tr("Report the gateway's firmware version"))
    rejected: list[str] = []
    inverters = production = total = net = None
    for raw in objects(document.get("production"), _MOST_ENTRIES):
        kind, measures = raw.get("type"), raw.get("measurementType")
        if kind == "inverters" and inverters is None:
            inverters = _entry(raw, rejected, " of the inverters")
        elif kind == "eim" and measures in (None, "production"):  # firmware 4.2 has no measurementType
            production = _better(production, _entry(raw, rejected, " of the production meter"))
    for raw in objects(document.get("consumption"), _MOST_ENTRIES):
        measures = raw.get("measurementType")
        if raw.get("type") not in (None, "eim"):
            continue
        if measures in (None, "total-consumption"):
            total = _better(total, _entry(raw, rejected, " of the consumption meter"))
        elif measures == "net-consumption":
            net = _better(net, _entry(raw, rejected, " of the grid meter", lifetime_low=-1e12))
    return ProductionPart(inverters, production, total, net, tuple(rejected))


def _entry(raw: dict[str, Any], rejected: list[str], about: str, lifetime_low: float = 0.0) -> MeterEntry:
    active = whole(raw.get("activeCount"), 0, 100_000) or 0
    # A meter that is switched off shows noise, below zero too: nobody looks at it, so nobody is told of it.
    take = Fields(raw, rejected if active else [], about)
    return MeterEntry(
        active=active,
        figures=Figures(
            watts_now=take.watts("wNow"),
            today=take.energy("whToday"),
            seven_days=take.energy("whLastSevenDays"),
            lifetime=take.energy("whLifetime", lifetime_low),
        ),
        lines=tuple(signed(line.get("wNow"), -_MEGAWATT, _MEGAWATT) for line in objects(raw.get("lines"), _MOST_LINES)),
        read_at=epoch(raw.get("readingTime")),
    )


def _better(present: MeterEntry | None, other: MeterEntry) -> MeterEntry:
    """The first entry of a kind, unless it is switched off and the other is not."""
    return other if present is None or (other.active and not present.active) else present


ENDPOINT = Endpoint(
    name="production",
    path="/production.json?details=1",
    title=mark("live production"),
    every_seconds=60,
    parse=parse,
    families=ANYWHERE,
    since=(3, 8),
)
FALLBACK = Endpoint(
    name="production",
    path="/production",
    title=mark("live production, short form"),
    every_seconds=60,
    parse=parse,
    families=TOKEN_ONLY,
)
