"""`/ivp/ensemble/inventory`: IQ Batteries, the system controller with its mains relay, the meter collar."""

from typing import Any

from enphase_tray.gateway.decode import decode_list, epoch, identifier, number, objects
from enphase_tray.gateway.endpoint import TOKEN_ONLY, Endpoint
from enphase_tray.gateway.ensemble_parts import EnsembleBattery, EnsembleInventoryPart, EnsembleRelay
from enphase_tray.gateway.words import device_status, open_reason, relay_state
from enphase_tray.model.language import mark


def parse(body: bytes) -> EnsembleInventoryPart:
    """What stands in the blocks that mean something to a viewer; others are passed over. Raises `NotUnderstood`."""
    batteries: dict[str, EnsembleBattery] = {}
    controllers: dict[str, EnsembleRelay] = {}
    collars: dict[str, EnsembleRelay] = {}
    for block in objects(decode_list(body), 100):
        kind = block.get("type")
        for raw in objects(block.get("devices"), 1_000):
            serial = identifier(raw.get("serial_num"))
            if serial is None:
                continue
            if kind == "ENCHARGE":
                batteries.setdefault(serial, _battery(raw, serial))
            elif kind == "ENPOWER":
                wanted, real, mode = (
                    raw.get(key) for key in ("mains_admin_state", "mains_oper_state", "Enchg_grid_mode")
                )
                controllers.setdefault(serial, _relay(raw, serial, wanted, real, mode))
            elif kind == "COLLAR":
                collars.setdefault(serial, _relay(raw, serial, None, raw.get("mid_state"), raw.get("grid_state")))
    return EnsembleInventoryPart(tuple(batteries.values()), tuple(controllers.values()), tuple(collars.values()))


def _battery(raw: dict[str, Any], serial: str) -> EnsembleBattery:
    return EnsembleBattery(
        serial=serial,
        status=device_status(raw),
        part_number=identifier(raw.get("part_num")),
        percent_full=number(raw.get("percentFull"), 0.0, 100.0),
        capacity=number(raw.get("encharge_capacity"), 1.0, 1e6),
        celsius=number(raw.get("temperature"), -60.0, 150.0),
    )


def _relay(raw: dict[str, Any], serial: str, wanted: object, real: object, mode: object) -> EnsembleRelay:
    state = relay_state(real)
    return EnsembleRelay(
        serial=serial,
        relay=None if real is None else state,
        reason=open_reason(state, wanted, mode),
        status=device_status(raw),
        part_number=identifier(raw.get("part_num")),
        last_report_at=epoch(raw.get("last_rpt_date")),
    )


ENDPOINT = Endpoint(
    name="ensemble_inventory",
    path="/ivp/ensemble/inventory",
    title=mark("batteries and system controller"),
    every_seconds=300,
    parse=parse,
    families=TOKEN_ONLY,
)
