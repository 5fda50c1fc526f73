"""What the history adds to the doctor's report: mean days of panels and their groups, and what was told of each."""

from dataclasses import dataclass
from datetime import date, timedelta

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.health import HealthReport
from enphase_tray.model.history import HistoryEvent
from enphase_tray.status.mean_day import DayBins, leanings
from enphase_tray.ui.charting.chart import Sight
from enphase_tray.ui.look.when import day_bounds

MEAN_DAYS = 14
_EVENTS = 500
_ENOUGH = 6


@dataclass(frozen=True, slots=True)
class _Key:
    site: str
    today: date
    zone: object


class HealthPast:
    """Reads the curves of the last whole days once a day; all panels of a site share them."""

    def __init__(self) -> None:
        self._key: _Key | None = None
        self._bins: DayBins | None = None

    def bins(self, reader: HistoryReader, sight: Sight) -> DayBins:
        """Reports of the last `MEAN_DAYS` whole days. Raises HistoryError."""
        key = _Key(sight.site, sight.today, sight.zone)
        if self._bins is None or key != self._key:
            start, _ = day_bounds(sight.today - timedelta(days=MEAN_DAYS), sight.zone)
            end, _ = day_bounds(sight.today, sight.zone)
            self._bins, self._key = DayBins(reader.inverter_series(sight.site, start, end), sight.zone), key
        return self._bins

    def forget(self) -> None:
        """Let go of what was read."""
        self._bins = None


def events_of(reader: HistoryReader, site: str, serial: str) -> tuple[HistoryEvent, ...]:
    """What was told of one inverter, newest first. Raises HistoryError."""
    return tuple(event for event in reader.events(_EVENTS, site=site) if serial in event.serials)


def group_leanings(bins: DayBins, report: HealthReport) -> tuple[str, ...]:
    """For each group the time of day that it leans to, empty where there is nothing to say."""
    if len(report.groups) < 2:
        return ("",) * len(report.groups)
    # Day curves of a group are alike, which makes it one: some of its panels tell the time of day as well as all.
    return leanings([bins.centre(group[:_ENOUGH]) for group in report.groups])
