"""`/ivp/pdm/energy`: today, seven days and lifetime summed over the inverters."""

from enphase_tray.gateway.decode import decode_object, mapping
from enphase_tray.gateway.endpoint import TOKEN_ONLY, Endpoint
from enphase_tray.gateway.fields import watt_hours
from enphase_tray.gateway.parts import EnergyPart, Figures
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import mark, tr


def parse(body: bytes) -> EnergyPart:
    """The inverters' sums and the meters' counters. Raises `NotUnderstood`."""
    document = decode_object(body)
    if not mapping(document.get("production")) and not mapping(document.get("consumption")):
        raise NotUnderstood(tr("The energy answer holds no figures"), tr("Report the gateway's firmware version"))
    rejected: list[str] = []

    def take(part: str, source: str, about: str) -> Figures | None:
        raw = mapping(document.get(part)).get(source)
        return watt_hours(raw, rejected, about) if isinstance(raw, dict) else None

    return EnergyPart(
        inverters=take("production", "pcu", " of the inverters"),
        production=take("production", "eim", " of the production meter"),
        consumption=take("consumption", "eim", " of the consumption meter"),
        rejected=tuple(rejected),
    )


ENDPOINT = Endpoint(
    name="energy",
    path="/ivp/pdm/energy",
    title=mark("energy of the inverters"),
    every_seconds=300,
    parse=parse,
    families=TOKEN_ONLY,
)
