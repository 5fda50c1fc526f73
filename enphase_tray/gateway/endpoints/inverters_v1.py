"""`/api/v1/production/inverters`: the last report of each device, retired ones and AC batteries among them."""

from enphase_tray.gateway.decode import decode_list, epoch, identifier, objects, whole
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.fields import Fields, note_rejected
from enphase_tray.gateway.parts import InverterListPart, ListedInverter
from enphase_tray.model.language import mark

LARGEST_INVERTER = 2_000.0
"""W; twice what one channel can do, for those with several."""


def parse(body: bytes) -> InverterListPart:
    """One row per serial; of a serial given twice the newer report. Raises `NotUnderstood`."""
    rejected: list[str] = []
    rows: dict[str, ListedInverter] = {}
    for raw in objects(decode_list(body)):
        serial = identifier(raw.get("serialNumber"))
        if serial is None:
            note_rejected(rejected, "serialNumber of a device")
            continue
        take = Fields(raw, rejected, f" of {serial}")
        kind = whole(raw.get("devType"), 0, 1_000) if "devType" in raw else 1  # absent up to firmware 4.2
        at = epoch(raw.get("lastReportDate"))
        row = ListedInverter(
            serial=serial,
            device_type=1 if kind is None else kind,
            watts=take.watts("lastReportWatts", -LARGEST_INVERTER, LARGEST_INVERTER),
            max_watts=take.watts("maxReportWatts", 0.0, LARGEST_INVERTER),
            at=at,
            never=at is None and whole(raw.get("lastReportDate"), 0, 0) == 0,
        )
        present = rows.get(serial)
        if present is None or (row.at is not None and (present.at is None or row.at > present.at)):
            rows[serial] = row
    return InverterListPart(tuple(rows.values()), tuple(rejected))


ENDPOINT = Endpoint(
    name="inverters",
    path="/api/v1/production/inverters",
    title=mark("inverter reports"),
    every_seconds=300,
    parse=parse,
    since=(3, 8),
)
