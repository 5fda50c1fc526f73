"""The gateway's words for states, turned into ours."""

from collections.abc import Mapping
from typing import Any

from enphase_tray.gateway.decode import flag, text
from enphase_tray.model.language import mark, tr
from enphase_tray.model.readings import DeviceStatus, RelayState

MOST_WORDS = 32

_GRID_MODES = {
    "multimode-generator": mark("Running on the generator"),
    "multimode-offgrid": mark("Running off the grid"),
    "off_grid": mark("Running off the grid"),
    "off-grid": mark("Running off the grid"),
}


def relay_state(word: object) -> RelayState:
    """`closed` (also spelt `close`) or any word with `open` in it; all else, also nothing, is unknown."""
    said = word.strip().lower() if isinstance(word, str) else ""
    if said in {"closed", "close"}:
        return RelayState.CLOSED
    return RelayState.OPEN if "open" in said else RelayState.UNKNOWN


def open_reason(state: RelayState, wanted: object, mode: object) -> str | None:
    """Why a mains relay or collar is open, in words: from the grid mode, else from the wanted state."""
    if state is not RelayState.OPEN:
        return None
    known = _GRID_MODES.get(mode.strip().lower()) if isinstance(mode, str) else None
    if known is not None:
        return tr(known)
    return tr("Opened on command") if relay_state(wanted) is RelayState.OPEN else None


def device_status(device: Mapping[str, Any]) -> DeviceStatus:
    """The four flags and all status words of a device, as spelt and in order."""
    raw = device.get("device_status")
    words = raw[:MOST_WORDS] if isinstance(raw, list) else [raw]
    return DeviceStatus(
        producing=flag(device.get("producing")),
        communicating=flag(device.get("communicating")),
        provisioned=flag(device.get("provisioned")),
        operating=flag(device.get("operating")),
        words=tuple(word for word in (text(item) for item in words) if word),
    )
