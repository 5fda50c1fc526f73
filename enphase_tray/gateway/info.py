"""`/info`: who the gateway is. Pure; the document needs no log-in on any firmware."""

import re
from xml.etree import ElementTree

from enphase_tray.gateway.decode import epoch, flag, text
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.language import tr

PATH = "/info"
_LONGEST = 256 * 1024
_DECLARATIONS = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_info(body: bytes) -> GatewayInfo:
    """The gateway's identity from the bytes of `/info`. Raises `NotUnderstood`."""
    # No zero bytes, hence no UTF-16: the search for declarations sees all that the parser will see.
    if len(body) > _LONGEST or b"\0" in body or _DECLARATIONS.search(body):
        raise _refused()
    try:
        root = ElementTree.fromstring(body.strip())  # noqa: S314 - documents with declarations were refused above
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise _refused() from error
    serial = text(root.findtext("device/sn"), 40)
    software = text(root.findtext("device/software"), 40)
    if root.tag != "envoy_info" or serial is None or software is None:
        raise _refused()
    firmware = FirmwareVersion.parse(software)
    newer = flag(root.findtext("web-tokens")) is True or (firmware.major or 0) >= 7
    return GatewayInfo(
        serial=serial,
        part_number=text(root.findtext("device/pn"), 40),
        firmware=firmware,
        family=Family.TOKEN if newer else Family.DIGEST,
        metering_hardware=flag(root.findtext("device/imeter")),
        clock_at=epoch(root.findtext("time")),
    )


def _refused() -> NotUnderstood:
    return NotUnderstood(
        tr("What answers there does not say that it is an Envoy or IQ Gateway"), tr("Check the address in the settings")
    )
