"""What goes into a cell: rows of whole numbers as bytes, numbers and texts that a database can hold.

A row has one number for each place of the layout and is shorter at the end where nothing is known.

Watts have two forms, told apart by their length. Most rows of a day lie close together (the same sun on all roofs):
then a base of two bytes and one byte for each place above it, in an odd number of bytes. Else two bytes each.
"""

import contextlib
import math
import struct
from collections.abc import Sequence
from enum import StrEnum

_UNKNOWN_WATTS = -0x8000
_UNKNOWN_STEP = 0xFF
_UNKNOWN_COUNT = 0xFFFFFFFF
_BASE_BYTES = 2
_PADDING = bytes([_UNKNOWN_STEP])
_WATTS = (-0x7FFF, 0x7FFF, _UNKNOWN_WATTS)


class _Format(StrEnum):
    WATTS = "h"
    COUNT = "I"


def pack_watts(values: Sequence[float | None]) -> bytes:
    """W, rounded to whole watts; what does not fit into 16 bits is stored as unknown. Empty if all are unknown."""
    try:
        known = numbers = [round(value) for value in values]  # type: ignore[arg-type]  # the usual row: all known
    except (TypeError, ValueError, OverflowError):
        numbers = _whole(values, *_WATTS)
        known = [number for number in numbers if number != _UNKNOWN_WATTS]
    if not known:
        return b""
    base, most = min(known), max(known)
    if not _WATTS[0] <= base <= most <= _WATTS[1]:
        numbers = _whole(values, *_WATTS)
    elif most - base < _UNKNOWN_STEP:
        steps = bytes([_UNKNOWN_STEP if number == _UNKNOWN_WATTS else number - base for number in numbers])
        return struct.pack("<h", base) + steps + (b"" if len(steps) % 2 else _PADDING)
    return struct.pack(f"<{len(numbers)}h", *numbers)


def unpack_watts(packed: bytes) -> tuple[float | None, ...]:
    """The reverse of `pack_watts`; unknown places at the end may be left out or not."""
    if len(packed) % 2:
        base = float(int.from_bytes(packed[:_BASE_BYTES], "little", signed=True))
        return tuple([None if step == _UNKNOWN_STEP else base + step for step in packed[_BASE_BYTES:]])
    numbers = struct.unpack(f"<{len(packed) // 2}h", packed)
    return tuple([None if number == _UNKNOWN_WATTS else float(number) for number in numbers])


def watts_at(packed: bytes, places: Sequence[int]) -> list[float | None]:
    """W of some places of a packed row, without unpacking the others."""
    if len(packed) % 2:
        base, last = int.from_bytes(packed[:_BASE_BYTES], "little", signed=True), len(packed) - _BASE_BYTES
        steps = [packed[_BASE_BYTES + place] if place < last else _UNKNOWN_STEP for place in places]
        return [None if step == _UNKNOWN_STEP else float(base + step) for step in steps]
    wide = unpack_watts(packed)
    return [wide[place] if place < len(wide) else None for place in places]


def pack_counts(values: Sequence[float | None]) -> bytes:
    """Whole numbers as little-endian unsigned 32-bit ones; what does not fit is stored as unknown."""
    with contextlib.suppress(struct.error):  # the usual row: whole and known
        return struct.pack(f"<{len(values)}I", *values)
    return _pack(_Format.COUNT, values, 0, _UNKNOWN_COUNT - 1, _UNKNOWN_COUNT)


def unpack_counts(packed: bytes) -> tuple[int | None, ...]:
    """The reverse of `pack_counts`, without the unknown places at the end."""
    numbers = struct.unpack(f"<{len(packed) // 4}I", packed[: len(packed) // 4 * 4])
    return tuple([None if number == _UNKNOWN_COUNT else number for number in numbers])


def believable(value: float | None, limit: float) -> float | None:
    """`value` if it is a finite number within plus or minus `limit`, else `None`."""
    if value is None or not math.isfinite(value) or abs(value) > limit:
        return None
    return value


def storable(text: str) -> str:
    """`text` without lone surrogates, which a database cannot hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _pack(kind: _Format, values: Sequence[float | None], low: int, high: int, unknown: int) -> bytes:
    numbers = _whole(values, low, high, unknown)
    return struct.pack(f"<{len(numbers)}{kind}", *numbers)


def _whole(values: Sequence[float | None], low: int, high: int, unknown: int) -> list[int]:
    numbers = []
    for value in values:
        # A value that is no number fails the comparison.
        number = unknown if value is None or not -high <= value <= high else round(value)
        numbers.append(number if low <= number <= high else unknown)
    while numbers and numbers[-1] == unknown:
        numbers.pop()
    return numbers
