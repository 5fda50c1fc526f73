"""The shelf of charts. Adding one = one file here + one line in `CHARTS`.

The files import pyqtgraph and numpy, so whoever shows a chart imports its file only when the window first opens.
"""

CHARTS: tuple[str, ...] = ("inverter_day",)
"""Modules of this shelf; a packager has to be told of them, since they are imported late."""
