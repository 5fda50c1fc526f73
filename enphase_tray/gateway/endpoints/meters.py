"""`/ivp/meters`: which meters there are, and which of them are switched on."""

from enphase_tray.gateway.decode import decode_list, objects, text, whole
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.parts import Meter, MetersPart
from enphase_tray.model.language import mark

_LARGEST_EID = 2**32
_PRODUCTION_EID = 704643328


def parse(body: bytes) -> MetersPart:
    """The meters; an empty list on a gateway without metering hardware. Raises `NotUnderstood`."""
    meters = []
    for raw in objects(decode_list(body), 100):
        eid = whole(raw.get("eid"), 0, _LARGEST_EID)
        # Old firmware leaves the word out, and only this number is the same for one kind of meter on all gateways.
        measures = text(raw.get("measurementType")) or ("production" if eid == _PRODUCTION_EID else None)
        if eid is not None and measures is not None:
            enabled = str(raw.get("state")).strip().lower() == "enabled"
            meters.append(Meter(eid, enabled, measures, whole(raw.get("phaseCount"), 1, 3)))
    return MetersPart(tuple(meters))


ENDPOINT = Endpoint(
    name="meters", path="/ivp/meters", title=mark("meters"), every_seconds=3600, parse=parse, since=(4,)
)
