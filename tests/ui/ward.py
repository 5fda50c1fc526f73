"""A fortnight of curves behind the samples of the sick bay: two groups, one panel shaded in the afternoon."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import Alert, AlertEvent, Change, Severity
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.readings import Snapshot
from enphase_tray.status.health import NO_PRICE, Price
from enphase_tray.ui.look.header import Shown
from tests.status import sick_bay
from tests.ui import lived
from tests.ui import make_believe as site

SHADED = 3
SHADE_HOURS = (15.0, 17.0)
SHADE = 0.3
_SUNRISE, _LIGHT_HOURS = 6.0, 15.0


def watts(number: int, day: date, hour: float) -> float:
    """The odd ones face west, the even ones east; days differ; one is shaded between three and five."""
    shift = 1.5 if number % 2 else -1.5
    share = (hour - _SUNRISE - shift) / _LIGHT_HOURS
    if not 0 < share < 1:
        return 0.0
    height = 4 * share * (1 - share)
    bright = 0.75 + 0.25 * (day.toordinal() % 3) / 2
    shade = SHADE if number == SHADED and SHADE_HOURS[0] <= hour < SHADE_HOURS[1] else 1.0
    return round(260.0 * height**1.5 * bright * shade)


def snapshot(count: int, day: date, hour: float) -> Snapshot:
    """What the gateway tells at that hour, each inverter's report being half a minute old."""
    at = lived.moment(day, hour)
    inverters = tuple(
        site.inverter(
            number,
            at,
            last_report_watts=watts(number, day, hour),
            last_report_at=at - timedelta(seconds=30),
            watt_hours_today=None,
        )
        for number in range(count)
    )
    plain = site.snapshot(at, 0, inverters=inverters)
    return replace(plain, production=None)


def history(path: Path, count: int = 12, days: int = 14, minutes: int = 30) -> HistoryReader:
    """Whole days until yesterday and this morning, with an alert of the shaded panel."""
    clock = ManualClock(lived.moment(sick_bay.TODAY - timedelta(days=days)))
    writer = HistoryWriter(path, clock)
    for ago in range(days, -1, -1):
        day = sick_bay.TODAY - timedelta(days=ago)
        for step in range(4 * 60 // minutes, (23 if ago else 14) * 60 // minutes):
            clock.set(lived.moment(day, step * minutes / 60))
            writer.append(snapshot(count, day, step * minutes / 60))
    serial = site.serial(SHADED)
    title = f"Panel {serial[-5:]} makes less than its group"
    alert = Alert("panel_weak-1", "panel_weak", serial, Severity.WARNING, (serial,), title, "Shade?", sick_bay.SINCE)
    writer.record_events((AlertEvent(sick_bay.SINCE, Change.RAISED, alert),), site.SITE)
    writer.close()
    return HistoryReader(path)


def shown(health: object, count: int = 12, price: Price = NO_PRICE, **changes: object) -> Shown:
    """What the page is told."""
    shot = snapshot(count, sick_bay.TODAY, 14.0)
    plain = lived.shown(shot)
    result = site.result(shot, health=health, **changes)
    return replace(plain, result=result, price=price)
