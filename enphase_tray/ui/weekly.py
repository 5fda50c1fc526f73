"""The report of last week, written by itself at the first reading of a new one."""

import logging
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.files import write_private
from enphase_tray.settings.settings import Settings
from enphase_tray.status.words import Wording
from enphase_tray.ui.look.when import local_day, zone_of

log = logging.getLogger(__name__)

_PATIENCE = 3
"""So many results without a word of the doctor, and the report is written without it."""


class WeeklyReports(QObject):
    """Writes `week-<Monday>.html` into a folder of the profile, once a week, while the user wishes it."""

    def __init__(
        self,
        folder: Path,
        settings: Callable[[], Settings],
        history: Callable[[], HistoryReader],
        wording: Callable[[], Wording],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._settings = settings
        self._history = history
        self._wording = wording
        self._done: date | None = None
        self._waited = 0

    @Slot(object)
    def tell(self, result: PollResult) -> None:
        """Take in a result; the first of a week that knows how the panels are brings the report."""
        snapshot = result.snapshot
        if not self._settings().weekly_report or snapshot is None or result.failure is not None or result.live:
            return
        today = local_day(result.at, zone_of(snapshot))
        last_week = today - timedelta(days=today.weekday() + 7)
        if last_week == self._done:
            return
        self._waited += 1
        if result.health is None and self._waited < _PATIENCE:
            return
        self._done, self._waited = last_week, 0
        try:
            self._write(last_week, result)
        except EnphaseTrayError as error:
            log.warning("the weekly report could not be written: %s", error)

    def _write(self, first: date, result: PollResult) -> None:
        # Only now: it is needed once a week, and by those who wish it.
        from enphase_tray.status.health import Price
        from enphase_tray.status.report import report_name, weekly_report
        from enphase_tray.status.week import read_week

        path = self._folder / report_name(first)
        snapshot, settings = result.snapshot, self._settings()
        if snapshot is None or path.exists():
            return
        zone = zone_of(snapshot)
        reader = self._history()
        try:
            week = read_week(
                reader,
                snapshot.gateway.serial,
                first,
                result.health,
                result.at,
                zone,
                firmware=snapshot.gateway.firmware.text,
                site_name=settings.gateway.site_name,
            )
        finally:
            reader.close()
        if any(day is not None for day in week.days):
            price = Price(settings.price_per_kwh, settings.currency)
            write_private(path, weekly_report(week, self._wording().with_zone(zone), price).encode())
