"""`/ivp/meters/readings`: what the meters read this second, and their counters of import and export."""

from types import MappingProxyType
from typing import Any

from enphase_tray.gateway.decode import decode_list, epoch, number, objects, whole
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.fields import Fields, signed
from enphase_tray.gateway.parts import ChannelReading, MeterReading, ReadingsPart
from enphase_tray.model.language import mark

_MEGAWATT = 1_000_000.0
_LARGEST_EID = 2**32


def parse(body: bytes) -> ReadingsPart:
    """The readings by `eid`: their order and number differ from those of the meters. Raises `NotUnderstood`."""
    found: dict[int, MeterReading] = {}
    for raw in objects(decode_list(body), 100):
        eid = whole(raw.get("eid"), 0, _LARGEST_EID)
        if eid is None or eid in found:
            continue
        # Nothing is noted as rejected: most meters in this list are not in use, and theirs is noise.
        take = Fields(raw, [])
        found[eid] = MeterReading(
            watts=take.watts("activePower"),
            delivered=take.energy("actEnergyDlvd"),
            received=take.energy("actEnergyRcvd"),
            channels=tuple(_channel(channel) for channel in objects(raw.get("channels"), 3)),
            read_at=epoch(raw.get("timestamp")),
        )
    return ReadingsPart(MappingProxyType(found))


def _channel(raw: dict[str, Any]) -> ChannelReading:
    return ChannelReading(
        watts=signed(raw.get("activePower"), -_MEGAWATT, _MEGAWATT),
        volts=number(raw.get("voltage"), 0.0, 1_000.0),
        hertz=number(raw.get("freq"), 10.0, 100.0),
    )


ENDPOINT = Endpoint(
    name="readings",
    path="/ivp/meters/readings",
    title=mark("meter readings"),
    every_seconds=300,
    parse=parse,
    since=(4,),
)
