"""`/inventory.json`: flags and status words of inverters, AC batteries and relays, and the relays' state.

The plain form is asked for, not `?deleted=1`: it is the faster one on a big site, and what was removed is told by
`device_data` or by its silence. The long form stands in where the plain one is absent.
"""

from typing import Any

from enphase_tray.gateway.decode import decode_list, epoch, flag, identifier, number, objects, text, whole
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.fields import note_rejected
from enphase_tray.gateway.parts import InventoryDevice, InventoryPart
from enphase_tray.gateway.words import device_status, relay_state
from enphase_tray.model.language import mark, tr
from enphase_tray.model.readings import RelayState

_GONE = ({3}, {0, 3}, {3})
"""The `admin_state`s of what was removed; an AC battery also says 0."""
_BLOCKS = {"PCU": (0, 1), "ACB": (1, 11), "NSRB": (2, 12)}
_MOST_LINES = 3
_LINES = frozenset(f"line{line}-connected" for line in range(1, _MOST_LINES + 1))


def parse(body: bytes) -> InventoryPart:
    """The devices by kind, deleted ones marked; serials may come twice. Raises `NotUnderstood`."""
    rejected: list[str] = []
    kinds: tuple[list[InventoryDevice], list[InventoryDevice], list[InventoryDevice]] = ([], [], [])
    for block in objects(decode_list(body), 100):
        name = block.get("type")
        if not isinstance(name, str) or name not in _BLOCKS:
            continue
        index, expected = _BLOCKS[name]
        for raw in objects(block.get("devices")):
            kind = whole(raw.get("dev_type"), 0, 1_000)
            serial = identifier(raw.get("serial_num"))
            if serial is None:
                note_rejected(rejected, "serial_num of a device")
            elif kind is None or kind == expected:
                kinds[index].append(_device(raw, serial, deleted=_GONE[index]))
    return InventoryPart(tuple(kinds[0]), tuple(kinds[1]), tuple(kinds[2]), tuple(rejected))


def _device(raw: dict[str, Any], serial: str, deleted: set[int]) -> InventoryDevice:
    reason_code = whole(raw.get("reason_code"), -(2**31), 2**31)
    reason = text(raw.get("reason"))
    quiet = reason is None or reason.lower() == "ok"
    if quiet and reason_code is not None and reason_code > 0:
        reason, quiet = tr("Reason code {reason_code}", reason_code=reason_code), False
    return InventoryDevice(
        serial=serial,
        status=device_status(raw),
        part_number=identifier(raw.get("part_num")),
        deleted=whole(raw.get("admin_state"), 0, 1_000) in deleted,
        channel=whole(raw.get("chaneid"), 1, 2**32),
        last_report_at=epoch(raw.get("last_rpt_date")),
        installed_at=epoch(raw.get("installed")) or epoch(raw.get("created_date")),
        relay=relay_state(raw["relay"]) if "relay" in raw else RelayState.UNKNOWN,
        lines=_lines(raw),
        reason=None if quiet else reason,
        percent_full=number(raw.get("percentFull"), 0.0, 100.0),
        celsius=number(raw.get("maxCellTemp"), -60.0, 150.0),
    )


def _lines(raw: dict[str, Any]) -> tuple[bool | None, bool | None, bool | None]:
    """Lines 1 to 3; `None` above the line count. Without a count, `false` may just mean that there is no such line."""
    if _LINES.isdisjoint(raw):
        return None, None, None
    count = whole(raw.get("line-count"), 0, _MOST_LINES)
    found: list[bool | None] = []
    for line in range(1, _MOST_LINES + 1):
        connected = flag(raw.get(f"line{line}-connected"))
        told = connected is True if count is None else line <= count
        found.append(connected if told else None)
    return found[0], found[1], found[2]


ENDPOINT = Endpoint(
    name="inventory",
    path="/inventory.json",
    title=mark("device states"),
    every_seconds=300,
    parse=parse,
    since=(3, 8),
)
FALLBACK = Endpoint(
    name="inventory",
    path="/inventory.json?deleted=1",
    title=mark("device states, removed ones included"),
    every_seconds=300,
    parse=parse,
    since=(3, 8),
)
