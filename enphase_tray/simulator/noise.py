"""Chance that is always the same: numbers from a seed and keys, without a state."""

_MASK = (1 << 64) - 1


def mix(*keys: int) -> int:
    """A 64-bit number that looks random and depends on every key (the splitmix64 finaliser, chained)."""
    value = 0x9E3779B97F4A7C15
    for key in keys:
        value = (value + (key & _MASK) * 0xBF58476D1CE4E5B9 + 0x9E3779B97F4A7C15) & _MASK
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
        value ^= value >> 31
    return value


def unit(*keys: int) -> float:
    """A number from 0 (included) to 1 (excluded)."""
    return mix(*keys) / 18446744073709551616.0


def between(low: float, high: float, *keys: int) -> float:
    """A number from `low` to `high`."""
    return low + (high - low) * unit(*keys)
