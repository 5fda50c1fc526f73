"""`/ivp/ensemble/power`: what each IQ Battery gives or takes."""

from types import MappingProxyType

from enphase_tray.gateway.decode import decode_object, identifier, number, objects
from enphase_tray.gateway.endpoint import TOKEN_ONLY, Endpoint
from enphase_tray.gateway.ensemble_parts import BatteryPower, EnsemblePowerPart
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import mark, tr

_LARGEST_MILLIWATTS = 1e9


def parse(body: bytes) -> EnsemblePowerPart:
    """W by serial, positive while discharging (the gateway tells mW). Raises `NotUnderstood`."""
    document = decode_object(body)
    listed = document.get("devices:", document.get("devices"))  # the colon is the gateway's
    if not isinstance(listed, list):
        raise NotUnderstood(
            tr("The battery power has another shape than expected"), tr("Report the gateway's firmware version")
        )
    found: dict[str, BatteryPower] = {}
    for raw in objects(listed, 1_000):
        serial = identifier(raw.get("serial_num"))
        if serial is not None:
            milliwatts = number(raw.get("real_power_mw"), -_LARGEST_MILLIWATTS, _LARGEST_MILLIWATTS)
            watts = None if milliwatts is None else milliwatts / 1000.0
            found.setdefault(serial, BatteryPower(watts, number(raw.get("soc"), 0.0, 100.0)))
    return EnsemblePowerPart(MappingProxyType(found))


ENDPOINT = Endpoint(
    name="ensemble_power",
    path="/ivp/ensemble/power",
    title=mark("battery power"),
    every_seconds=300,
    parse=parse,
    families=TOKEN_ONLY,
)
