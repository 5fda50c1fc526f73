"""The week before the demo, lived by the real program: every poll read over the loopback, judged and remembered."""

from datetime import datetime, timedelta

from enphase_tray.model.clock import ManualClock
from enphase_tray.monitor.monitor import Monitor

DAY_STEP = timedelta(minutes=15)
LAST_DAY_STEP = timedelta(minutes=5)
NIGHT_STEP = timedelta(hours=1)
LAST_DAY = timedelta(hours=20)


def live_through(monitor: Monitor, clock: ManualClock, end: datetime) -> int:
    """Poll from the clock's moment to `end`: each 5 min on the last day, else each 15 min, hourly in the dark.

    Returns how many polls that were. The monitor must read by the same clock.
    """
    polls = 0
    while clock.now() < end:
        result = monitor.poll()
        polls += 1
        dark = result.assessment.daylight is False
        step = LAST_DAY_STEP if end - clock.now() <= LAST_DAY else DAY_STEP
        clock.advance(min(NIGHT_STEP if dark else step, end - clock.now()).total_seconds() or 1.0)
    return polls
