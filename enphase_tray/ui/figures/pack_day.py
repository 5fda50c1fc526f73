"""The inverters' curves of one local day: loaded from the history once, then grown by each new snapshot."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.history import InverterSeries
from enphase_tray.model.readings import InverterReading, Snapshot
from enphase_tray.ui.charting.chart import Sight
from enphase_tray.ui.figures.day_curves import Curve, hold_of
from enphase_tray.ui.look.when import day_bounds

_LIT_WATTS = 1.0
_MARGIN_SECONDS = 1800.0


class PackDay:
    """One curve for each inverter that has reported on that day of the gateway; `start` and `end` are epoch seconds."""

    def __init__(self, day: date, zone: tzinfo | None) -> None:
        self.day = day
        start, end = day_bounds(day, zone)
        self.start, self.end = start.timestamp(), end.timestamp()
        self.curves: dict[str, Curve] = {}
        self._last_reports: dict[str, datetime | None] = {}

    def load(self, series: InverterSeries) -> None:
        """Take over what the history knows of the day."""
        for serial in sorted(series.watts):
            known = [(at, watts) for at, watts in zip(series.times, series.watts[serial], strict=True)
                     if watts is not None]  # fmt: skip
            if known:
                times = [at for at, _ in known]
                self.curves[serial] = Curve(times, [watts for _, watts in known], hold_of(times))

    def remember(self, inverters: Iterable[InverterReading]) -> None:
        """Note which reports are known already, so that `append` adds only newer ones."""
        self._last_reports = {inverter.serial: inverter.last_report_at for inverter in inverters}

    def append(self, snapshot: Snapshot) -> bool:
        """Add what `snapshot` tells anew; `False` where that is nothing, or of another day."""
        at = snapshot.at.timestamp()
        if not self.start <= at < self.end:
            return False
        grown = False
        for inverter in snapshot.inverters:
            watts, told = inverter.last_report_watts, inverter.last_report_at
            if inverter.retired or watts is None or self._last_reports.get(inverter.serial) == told:
                continue
            if told is None or told.timestamp() >= self.start:
                self._last_reports[inverter.serial] = told
                grown = self.curves.setdefault(inverter.serial, Curve()).add(at, watts) or grown
        return grown

    def lit_span(self) -> tuple[float, float]:
        """The part of the day to show: first to last light, half an hour more on each side; else all of it."""
        lit = [
            (times[0], times[-1])
            for curve in self.curves.values()
            if (times := [at for at, watts in zip(curve.times, curve.watts, strict=True) if watts > _LIT_WATTS])
        ]
        first, last = min((low for low, _ in lit), default=0.0), max((high for _, high in lit), default=0.0)
        if last - first < 2 * _MARGIN_SECONDS:
            return self.start, self.end
        return max(self.start, first - _MARGIN_SECONDS), min(self.end, last + _MARGIN_SECONDS)


def day_of(reader: HistoryReader, sight: Sight) -> PackDay:
    """The first day in sight, and what the newest result adds to it. Raises HistoryError."""
    day = PackDay(sight.period.first, sight.zone)
    start, end = day_bounds(day.day, sight.zone)
    day.load(reader.inverter_series(sight.site, start, end))
    snapshot = sight.shown.snapshot
    if snapshot is not None and sight.live:
        if not day.curves:
            day.append(snapshot)
        day.remember(snapshot.inverters)
    return day
