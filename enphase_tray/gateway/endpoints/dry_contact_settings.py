"""`/ivp/ss/dry_contact_settings`: the names of the loads behind dry contacts."""

from types import MappingProxyType

from enphase_tray.gateway.decode import decode_object, objects, text
from enphase_tray.gateway.endpoint import TOKEN_ONLY, Endpoint
from enphase_tray.gateway.ensemble_parts import DryContactNamesPart
from enphase_tray.model.language import mark


def parse(body: bytes) -> DryContactNamesPart:
    """The names by contact; contacts without one are left out. Raises `NotUnderstood`."""
    found: dict[str, str] = {}
    for raw in objects(decode_object(body).get("dry_contacts"), 100):
        contact, name = text(raw.get("id"), 20), text(raw.get("load_name"), 80)
        if contact is not None and name is not None:
            found.setdefault(contact, name)
    return DryContactNamesPart(MappingProxyType(found))


ENDPOINT = Endpoint(
    name="dry_contact_names",
    path="/ivp/ss/dry_contact_settings",
    title=mark("names of dry contacts"),
    every_seconds=86_400,
    parse=parse,
    families=TOKEN_ONLY,
)
