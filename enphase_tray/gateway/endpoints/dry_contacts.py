"""`/ivp/ensemble/dry_contacts`: the load-switching contacts of a system controller."""

from types import MappingProxyType

from enphase_tray.gateway.decode import decode_object, objects, text
from enphase_tray.gateway.endpoint import TOKEN_ONLY, Endpoint
from enphase_tray.gateway.ensemble_parts import DryContactsPart
from enphase_tray.gateway.words import relay_state
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import mark, tr
from enphase_tray.model.readings import RelayState


def parse(body: bytes) -> DryContactsPart:
    """The contacts' states by name. Raises `NotUnderstood`."""
    listed = decode_object(body).get("dry_contacts")
    if not isinstance(listed, list):
        raise NotUnderstood(
            tr("The dry contacts have another shape than expected"), tr("Report the gateway's firmware version")
        )
    found: dict[str, RelayState] = {}
    for raw in objects(listed, 100):
        name = text(raw.get("id"), 20)
        if name is not None:
            found.setdefault(name, relay_state(raw.get("status")))
    return DryContactsPart(MappingProxyType(found))


ENDPOINT = Endpoint(
    name="dry_contacts",
    path="/ivp/ensemble/dry_contacts",
    title=mark("dry contacts"),
    every_seconds=900,
    parse=parse,
    families=TOKEN_ONLY,
)
