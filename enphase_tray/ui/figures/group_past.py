"""What the inverters of a gateway made in the median, day by day: read year by year and kept."""

from datetime import date, timedelta

from enphase_tray.history.reader import HistoryReader
from enphase_tray.ui.figures.heat import medians_of

_UNSETTLED = timedelta(days=8)
"""A gateway tells of a week in hindsight, so days as young as that may still change."""


class GroupPast:
    """Medians of one gateway; another one's take their place when they are asked for."""

    def __init__(self) -> None:
        self._site = ""
        self._years: dict[int, dict[date, float]] = {}

    def missing(self, site: str, years: range) -> list[int]:
        """Which of `years` have not been read, the newest first."""
        return [year for year in reversed(years) if site != self._site or year not in self._years]

    def kept(self, site: str, years: range) -> dict[date, float]:
        """The medians by days, Wh, of those of `years` that have been read."""
        if site != self._site:
            return {}
        return {day: middle for year in years for day, middle in self._years.get(year, {}).items()}

    def read(self, reader: HistoryReader, site: str, year: int, today: date) -> None:
        """Read a year; one that is kept only anew as far as it may have changed. Raises HistoryError."""
        if site != self._site:
            self._site, self._years = site, {}
        first, last = date(year, 1, 1), date(year, 12, 31)
        if year in self._years:
            first = max(first, today - _UNSETTLED)
        if first > last:
            return
        days = reader.inverter_days(site, first, last)
        medians = medians_of(days, days.energy)
        known = {day: middle for day, middle in zip(days.days, medians, strict=False) if middle is not None}
        self._years.setdefault(year, {}).update(known)
