"""Short names for serial numbers that stand beside each other."""

from collections import Counter
from collections.abc import Iterable

from enphase_tray.ui.look.text import clean

_LEAST = 4


def short_names(serials: Iterable[str]) -> dict[str, str]:
    """`…0123` for each serial: so many of its last signs, four at least, as tell all of them apart."""
    known = tuple(serials)
    longest = max((len(serial) for serial in known), default=0)
    for length in range(_LEAST, longest):
        ends = Counter(serial[-length:] for serial in known)
        if max(ends.values()) == 1:
            return {serial: clean(f"…{serial[-length:]}" if len(serial) > length + 1 else serial) for serial in known}
    return {serial: clean(serial) for serial in known}
