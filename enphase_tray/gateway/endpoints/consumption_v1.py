"""`/api/v1/consumption`: the consumption of a metered gateway in 15-minute steps; frozen on some firmware 8.3."""

from enphase_tray.gateway.decode import decode_object
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.fields import watt_hours
from enphase_tray.gateway.parts import Figures
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import mark, tr


def parse(body: bytes) -> Figures:
    """W and Wh as told. Raises `NotUnderstood`."""
    document = decode_object(body)
    if not any(key.startswith("watt") for key in document):
        raise NotUnderstood(tr("The consumption answer holds no figures"), tr("Report the gateway's firmware version"))
    rejected: list[str] = []
    found = watt_hours(document, rejected)
    return Figures(found.watts_now, found.today, found.seven_days, found.lifetime, tuple(rejected))


ENDPOINT = Endpoint(
    name="consumption_v1",
    path="/api/v1/consumption",
    title=mark("consumption figures"),
    every_seconds=900,
    parse=parse,
    since=(4,),
)
