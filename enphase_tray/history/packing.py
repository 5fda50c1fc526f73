"""What goes into a cell: rows of whole numbers as bytes, numbers and texts that a database can hold.

A row has one number for each place of the layout and is shorter at the end where nothing is known.
"""

import math
import struct
from collections.abc import Sequence
from enum import StrEnum

_UNKNOWN_WATTS = -0x8000
_UNKNOWN_COUNT = 0xFFFFFFFF


class _Format(StrEnum):
    WATTS = "h"
    COUNT = "I"


def pack_watts(values: Sequence[float | None]) -> bytes:
    """W as little-endian 16-bit numbers, rounded to whole watts; what does not fit is stored as unknown."""
    return _pack(_Format.WATTS, values, -0x7FFF, 0x7FFF, _UNKNOWN_WATTS)


def unpack_watts(packed: bytes) -> tuple[float | None, ...]:
    """The reverse of `pack_watts`, without the unknown places at the end."""
    numbers = struct.unpack(f"<{len(packed) // 2}h", packed[: len(packed) // 2 * 2])
    return tuple([None if number == _UNKNOWN_WATTS else float(number) for number in numbers])


def pack_counts(values: Sequence[float | None]) -> bytes:
    """Wh or epoch seconds as little-endian unsigned 32-bit numbers; what does not fit is stored as unknown."""
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
    numbers = []
    for value in values:
        # A value that is no number fails the comparison.
        number = unknown if value is None or not -high <= value <= high else round(value)
        numbers.append(number if low <= number <= high else unknown)
    while numbers and numbers[-1] == unknown:
        numbers.pop()
    return struct.pack(f"<{len(numbers)}{kind}", *numbers)
