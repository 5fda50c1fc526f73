"""Chance that can be asked for any moment in any order: the same seed and place in time give the same number."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def uniform(seed: int, stream: int, keys: Whole | int) -> Floats:
    """A number from 0 to 1 for each key, independent from key to key."""
    with np.errstate(over="ignore"):
        z = np.asarray(keys, dtype=np.int64).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z += np.uint64((seed * 0xBF58476D1CE4E5B9 + stream * 0x94D049BB133111EB) % 2**64)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
        z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)) / float(2**53), dtype=np.float64)


def once(seed: int, stream: int, key: int) -> float:
    """As `uniform`, for one key."""
    z = (key * 0x9E3779B97F4A7C15 + seed * 0xBF58476D1CE4E5B9 + stream * 0x94D049BB133111EB) % 2**64
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = (z ^ (z >> shift)) * factor % 2**64
    return ((z ^ (z >> 31)) >> 11) / float(2**53)


def wave(seed: int, stream: int, x: Floats) -> Floats:
    """A curve from 0 to 1 that wanders from one whole number to the next."""
    knot = np.floor(x)
    part = x - knot
    number = knot.astype(np.int64)
    return uniform(seed, stream, number) * (1 - part) + uniform(seed, stream, number + 1) * part
