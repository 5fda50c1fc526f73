"""`/home.json`: the time zone. Slow, so it is asked for rarely."""

from enphase_tray.gateway.decode import decode_object, text
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.parts import HomePart
from enphase_tray.model.language import mark

_WITHIN_ZONE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-")


def parse(body: bytes) -> HomePart:
    """The zone as an IANA name; nothing else of this private document is kept. Raises `NotUnderstood`."""
    document = decode_object(body)
    zone = text(document.get("timezone"), 64)
    believable = zone is not None and _WITHIN_ZONE.issuperset(zone) and not zone.startswith(("/", "."))
    rejected = ("timezone",) if zone is not None and not believable else ()
    return HomePart(zone if believable else None, rejected)


ENDPOINT = Endpoint(
    name="home", path="/home.json", title=mark("place and network"), every_seconds=86_400, parse=parse, since=(3, 8)
)
FALLBACK = Endpoint(
    name="home",
    path="/home",
    title=mark("place and network, older form"),
    every_seconds=86_400,
    parse=parse,
    since=(3, 8),
)
