"""How often a chance is tried: a few times in every run of the tests, the whole number when asked for."""

import os


def times(usual: int, full: int) -> int:
    """`full` where ENPHASE_TRAY_FULL is set (for the proofs that take minutes), else `usual`."""
    return full if os.environ.get("ENPHASE_TRAY_FULL") else usual
