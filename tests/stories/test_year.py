"""A year of a computer that is on when its owner is, and of everything that goes wrong with counters."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from enphase_tray.history.check import inspect
from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.history import Provenance
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.simulator.config import HouseConfig, Meters
from enphase_tray.simulator.faults import FaultKind, FaultPlan
from enphase_tray.simulator.site import Site
from tests.stories.conftest import Homes
from tests.stories.home import Home

START = datetime(2026, 1, 3, 16, 30, tzinfo=UTC)
"""An evening in winter; the computer is awake for forty minutes of each day, longer on some."""
END = date(2027, 1, 2)
DAY = timedelta(days=1)
CENTURY = timedelta(days=36500)

MeterStory = Callable[[Home], None]


def _fault(kind: FaultKind, hours: float, target: str | None = None) -> MeterStory:
    return lambda home: home.fault(kind, hours * 60, target)


def _skewed(by: timedelta) -> MeterStory:
    def put_wrong(home: Home) -> None:
        home.computer.skew = by

    return put_wrong


def _upgraded(home: Home) -> None:
    home.fault(FaultKind.FIRMWARE_UPGRADE, target="8.3.5289")
    home.take_token()


# What happens when, by the day's number; it happens as well while the computer is off.
_OFF = {*range(40, 43), *range(150, 172), *range(300, 309)}
_LONG = {10: 26, 85: 30, 200: 50, 297: 30}
_EVENTS: dict[int, MeterStory] = {
    5: _fault(FaultKind.RESTART, 0.5),
    20: _fault(FaultKind.COUNTER_ZERO, 0.3),
    30: _fault(FaultKind.COUNTER_JUMP, 0.3),
    50: _fault(FaultKind.COUNTER_FROZEN, 30),
    60: _fault(FaultKind.BASELINE_LOST, 72),
    70: _fault(FaultKind.INVERTER_REPLACED, 24 * 9000, "2"),
    90: _fault(FaultKind.UNREACHABLE, 60),
    100: _skewed(timedelta(hours=1)),
    102: _skewed(3 * timedelta(days=365)),
    103: _skewed(timedelta()),
    110: _skewed(-CENTURY / 2),
    111: _skewed(timedelta()),
    120: _fault(FaultKind.STATUS, 1, "503"),
    130: _fault(FaultKind.TRUNCATED, 1),
    160: _fault(FaultKind.RESTART, 0.5),
    210: _upgraded,
    220: _fault(FaultKind.HTML_INSTEAD, 1),
    240: _fault(FaultKind.COUNTER_RESET, 24 * 9000),
    250: _fault(FaultKind.INVERTER_REPLACED, 24 * 9000, "4"),
    260: _fault(FaultKind.COUNTER_JUMP, 240, "900000"),
    302: _fault(FaultKind.RESTART, 0.5),
}


def _live_through(home: Home, days: int) -> None:
    for day in range(days):
        if day in _EVENTS:
            _EVENTS[day](home)
        hours = _LONG.get(day, 2 / 3)
        if day not in _OFF:
            home.live(hours * 60)
            if day % 7 == 0:
                home.restart_program()
        rest = timedelta(days=day + 1) - (home.clock.now() - START)
        home.clock.advance(max(0.0, rest.total_seconds()))


def _truth(house: HouseConfig, days: list[date]) -> dict[date, float]:
    """Wh that the panels really made on each day, whatever the gateway told."""
    site = Site(house, FaultPlan())
    moments = [datetime.combine(day, time(), site.zone).astimezone(UTC) for day in [*days, days[-1] + DAY]]
    if house.meters in (Meters.NONE, Meters.DISABLED):
        made = [site.sums(site.moment(at)).lifetime for at in moments]
    else:
        made = [site.meters(at.timestamp()).produced.lifetime for at in moments]
    return {day: after - before for day, (before, after) in zip(days, pairwise(made), strict=True)}


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "house",
    [
        pytest.param(HouseConfig(inverters=6, firmware="8.2.4345", report_seconds=900), id="metered"),
        pytest.param(HouseConfig(inverters=6, firmware="8.2.4345", meters=Meters.NONE), id="standard"),
        pytest.param(
            HouseConfig(inverters=20, firmware="7.6.114", meters=Meters.DISABLED, installed=date(2020, 1, 1)),
            id="wrapping",
        ),
        pytest.param(HouseConfig(inverters=6, firmware="5.0.62", meters=Meters.NONE), id="old"),
    ],
)
def test_a_year_of_everything_keeps_its_history_whole_and_true(home: Homes, house: HouseConfig) -> None:
    one = home(house=house, start=START, refresh_seconds=900, live_meters=False)
    _live_through(one, 366)
    path = ProfilePaths.at(one.folder).history_file
    assert inspect(path).problems == ()
    reader = HistoryReader(path)
    try:
        days = {day.day: day.production for day in reader.days(one.gateway.serial, START.date(), END)}
    finally:
        reader.close()
    truth = _truth(house, sorted(days))
    sure = {
        day: (energy.watt_hours, truth[day])
        for day, energy in days.items()
        if energy is not None and energy.provenance is not Provenance.ESTIMATED
    }
    wrong = {
        str(day): figures for day, figures in sure.items() if figures[0] != pytest.approx(figures[1], rel=0.02, abs=60)
    }
    assert wrong == {}
    assert len(sure) > 140
    told = sum(energy.watt_hours for energy in days.values() if energy is not None)
    assert told == pytest.approx(sum(truth.values()), rel=0.05)
