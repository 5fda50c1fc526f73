"""`/ivp/ensemble/status`: stands in for the mains relay where the controller's own entry has no word for it."""

from enphase_tray.gateway.decode import decode_object, mapping
from enphase_tray.gateway.endpoint import TOKEN_ONLY, Endpoint
from enphase_tray.gateway.ensemble_parts import EnsembleStatusPart
from enphase_tray.gateway.words import open_reason, relay_state
from enphase_tray.model.language import mark


def parse(body: bytes) -> EnsembleStatusPart:
    """The mains relay. Raises `NotUnderstood`."""
    relay = mapping(decode_object(body).get("relay"))
    real = relay.get("mains_oper_state")
    if real is None:
        return EnsembleStatusPart()
    state = relay_state(real)
    return EnsembleStatusPart(state, open_reason(state, relay.get("mains_admin_state"), relay.get("Enchg_grid_mode")))


ENDPOINT = Endpoint(
    name="ensemble_status",
    path="/ivp/ensemble/status",
    title=mark("mains relay"),
    every_seconds=300,
    parse=parse,
    families=TOKEN_ONLY,
)
