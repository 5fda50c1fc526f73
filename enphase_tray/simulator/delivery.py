"""How a fault changes the way an answer travels, or the answer itself."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from enphase_tray.simulator.faults import Fault, FaultKind, FaultPlan
from enphase_tray.simulator.message import HTML, Response
from enphase_tray.simulator.pages import web_page

RESTART_SECONDS = 60
_RESET_SECONDS = 240
_BUSY_STATUS = 503


@dataclass(frozen=True, slots=True)
class Delivery:
    """What happens to an answer on its way: nothing, by default."""

    reset: bool = False
    hang: bool = False
    wait_seconds: float = 0.0
    drip_seconds: float = 0.0
    truncate: bool = False


def delivery(faults: FaultPlan, path: str | None, at: datetime, timezone: str | None) -> Delivery:
    """How an answer for `path` travels now; `path` is `None` while a connection is only being opened."""
    if faults.active(FaultKind.UNREACHABLE, at) or _in_nightly_reset(faults, at, timezone):
        return Delivery(reset=True)
    if path is None:
        return Delivery()
    slow, drip = faults.active(FaultKind.SLOW, at), faults.active(FaultKind.DRIP, at)
    return Delivery(
        hang=_hits(faults.active(FaultKind.HANG, at), path),
        wait_seconds=_seconds(slow, 5.0),
        drip_seconds=_seconds(drip, 0.2),
        truncate=_hits(faults.active(FaultKind.TRUNCATED, at), path),
    )


def disturb(faults: FaultPlan, path: str, at: datetime) -> Response | None:
    """What is answered in place of the gateway's own words, `None` where it may speak."""
    restart = faults.active(FaultKind.RESTART, at)
    if restart is not None and (at - restart.start).total_seconds() < RESTART_SECONDS:
        return Response(_BUSY_STATUS, b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>", HTML)
    html = faults.active(FaultKind.HTML_INSTEAD, at)
    if _hits(html, path) and (path != "/info" or (html is not None and html.target == "/info")):
        return web_page()
    status = faults.active(FaultKind.STATUS, at)
    if status is None:
        return None
    code, slash, rest = (status.target or "500").partition("/")
    if slash and path.split("?")[0] != "/" + rest:
        return None
    return Response(int(code), f"<html><body><h1>{code}</h1></body></html>".encode(), HTML)


def _in_nightly_reset(faults: FaultPlan, at: datetime, timezone: str | None) -> bool:
    if faults.active(FaultKind.NIGHTLY_RESET, at) is None:
        return False
    local = at.astimezone(ZoneInfo(timezone or "UTC"))
    return local.hour == 23 and local.minute * 60 + local.second < _RESET_SECONDS


def _hits(fault: Fault | None, path: str) -> bool:
    return fault is not None and (fault.target is None or fault.target == path)


def _seconds(fault: Fault | None, default: float) -> float:
    if fault is None:
        return 0.0
    return float(fault.target) if fault.target else default
