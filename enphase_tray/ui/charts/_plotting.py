"""numpy and pyqtgraph under the names everybody knows them by; pyqtgraph has no types, so it is `Any` here."""

import linecache
from typing import Any


def _loaded() -> tuple[Any, Any]:
    """Both libraries.

    PySide6 reads the source of every module that is imported after it, and Python would keep the lines of all of them:
    12 MB for these two, unless the lines go in between.
    """
    linecache.clearcache()
    import numpy

    linecache.clearcache()
    import pyqtgraph

    linecache.clearcache()
    return numpy, pyqtgraph


np, pg = _loaded()
