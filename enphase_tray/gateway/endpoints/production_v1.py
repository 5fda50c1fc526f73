"""`/api/v1/production`: the four figures; live on a gateway without meters, up to 15 min old with them."""

from enphase_tray.gateway.decode import decode_object
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.fields import watt_hours
from enphase_tray.gateway.parts import Figures
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import mark, tr

_KEYS = ("wattHoursToday", "wattHoursSevenDays", "wattHoursLifetime", "wattsNow")


def parse(body: bytes) -> Figures:
    """W and Wh as told. Raises `NotUnderstood`."""
    document = decode_object(body)
    if not any(key in document for key in _KEYS):
        raise NotUnderstood(tr("The production answer holds no figures"), tr("Report the gateway's firmware version"))
    rejected: list[str] = []
    found = watt_hours(document, rejected)
    return Figures(found.watts_now, found.today, found.seven_days, found.lifetime, tuple(rejected))


ENDPOINT = Endpoint(
    name="production_v1", path="/api/v1/production", title=mark("production figures"), every_seconds=300, parse=parse
)
