"""The shelf of charts. Adding one = one file here + one line in `CHARTS`.

A file has a class derived from `ui.chart.Chart` and names it `CHART`. A page of its own is one line in `ui.pages.TABS`.
The files may import pyqtgraph and numpy, so whoever shows a chart imports its file only when it first comes into sight.
"""

CHARTS: tuple[str, ...] = ("day", "energy", "health", "heat_map", "inverter_day", "panel")
"""Modules of this shelf; a packager has to be told of them, since they are imported late."""
