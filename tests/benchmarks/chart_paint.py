"""One measurement of a chart in a process of its own, as JSON on standard output: `{"ms": ...}`.

python -m tests.benchmarks.chart_paint HISTORY bare|day|energy|heat_map|pan

A fresh process each time, because the first frame is what somebody waits for who opens the window; what the libraries
cost to import is not in it.
"""

import importlib
import json
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.settings.settings import Appearance
from enphase_tray.status.status import describe
from enphase_tray.status.words import Wording
from enphase_tray.ui.charting.chart import Chart, Sight
from enphase_tray.ui.charting.periods import Span, period_of
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.look.header import Shown
from enphase_tray.ui.look.theme import apply_appearance
from tests.benchmarks.plan import LAST_DAY, SITE, ZONE, Plan

WIDTH, HEIGHT = 1000, 600
CURVES, POINTS = 30, 288
PANS = 40
SPANS = {"day": Span.DAY, "pan": Span.DAY, "energy": Span.ALL, "heat_map": Span.LAST_365}
READING_COUNTS = {"energy", "heat_map"}
"""Charts whose limit holds with the reading of the history."""

_FIRST_DAY = Plan().first_day
_EVENING = datetime.combine(LAST_DAY, datetime.min.time(), ZoneInfo(ZONE)).astimezone(UTC) + timedelta(hours=21)


class _Painted(QObject):
    """Notes when anything in a widget is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.seen = self.seen or event.type() is QEvent.Type.Paint
        return False


class _WatchedReader(HistoryReader):
    """Knows how long it was busy, ms."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.busy_ms = 0.0

    @contextmanager
    def _timed(self) -> Any:
        began = time.perf_counter()
        yield
        self.busy_ms += (time.perf_counter() - began) * 1000

    def site_series(self, *asked: Any, **more: Any) -> Any:
        with self._timed():
            return super().site_series(*asked, **more)

    def days(self, *asked: Any, **more: Any) -> Any:
        with self._timed():
            return super().days(*asked, **more)


def main(place: Path, what: str) -> dict[str, float]:
    application = QApplication([])
    if what == "bare":
        return {"ms": _first_frame(application, _bare())}
    apply_appearance(application, Appearance.LIGHT)
    module = importlib.import_module(f"enphase_tray.ui.charts.{'day' if what == 'pan' else what}")
    reader = _WatchedReader(place)
    sight = _sight(SPANS[what])

    def build() -> QWidget:
        chart: Chart = module.CHART(Choices())
        chart.resize(WIDTH, HEIGHT)
        empty = chart.load(reader, sight)
        if empty:
            raise RuntimeError(empty)
        return chart

    spent = _first_frame(application, build)
    if what == "pan":
        return {"ms": _pan(application)}
    return {"ms": spent if what in READING_COUNTS else spent - reader.busy_ms}


def _first_frame(application: QApplication, build: Callable[[], QWidget]) -> float:
    """Milliseconds until the widget is on the screen."""
    painted = _Painted()
    began = time.perf_counter()
    widget = build()
    application.installEventFilter(painted)
    widget.show()
    while not painted.seen:
        application.processEvents()
    spent = (time.perf_counter() - began) * 1000
    application.removeEventFilter(painted)
    _keep.append(widget)
    return spent


_keep: list[QWidget] = []


def _bare() -> Callable[[], QWidget]:
    """The yardstick, in the leanest way there is: thirty curves of a day in a plain plot, the figures at hand."""
    import numpy as np
    import pyqtgraph

    minutes = np.arange(POINTS, dtype=float)
    heights = [np.clip(np.sin(np.pi * (minutes - 70) / 150), 0, None) * (250 + curve) for curve in range(CURVES)]

    def build() -> QWidget:
        plot: Any = pyqtgraph.PlotWidget()
        plot.resize(WIDTH, HEIGHT)
        for number, curve in enumerate(heights):
            pen = pyqtgraph.mkPen((number * 8, 90, 200), width=1)
            plot.addItem(pyqtgraph.PlotCurveItem(minutes, curve, pen=pen))
        widget: QWidget = plot
        return widget

    return build


def _pan(application: QApplication) -> float:
    """Milliseconds of a repaint while the zoomed day is moved along, the median of many."""
    chart: Any = _keep[-1]
    plot = chart.plot
    chart.zoom(0.4)
    low, high = plot.span
    times = []
    for step in range(PANS):
        shift = (high - low) * 0.01 * (step if step < PANS / 2 else PANS - step)
        began = time.perf_counter()
        plot.look(low + shift, high + shift)
        plot.viewport().repaint()
        application.processEvents()
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def _sight(span: Span) -> Sight:
    wording = Wording(zone=ZoneInfo(ZONE))
    shown = Shown(None, describe(None, _EVENING, wording), _EVENING, wording)
    return Sight(SITE, period_of(span, LAST_DAY, _FIRST_DAY, LAST_DAY), LAST_DAY, shown)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
