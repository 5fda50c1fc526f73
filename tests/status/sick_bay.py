"""Reports of the doctor as tests say: a panel for each cause among healthy ones, and days of shares."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from enphase_tray.model.health import Cause, Certainty, Concern, Finding, HealthReport, PanelHealth, ShareDay

NOON = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
TODAY = date(2026, 6, 25)
SINCE = datetime(2026, 6, 12, 12, 0, tzinfo=UTC)
DAYS = 35
SHADED_FROM = date(2026, 6, 12)


def serial(number: int) -> str:
    """As `make_believe` numbers them."""
    return str(121_900_001_000 + 37 * number)


def share_days(before: float, after: float, since: date = SHADED_FROM, count: int = DAYS) -> tuple[ShareDay, ...]:
    """So many days until yesterday: a share before and one from `since` on, each ninth day too dark to count."""
    found = []
    for ago in range(count, 0, -1):
        day = TODAY - timedelta(days=ago)
        usable = ago % 9 != 4
        share = (before if day < since else after) + 0.02 * math.sin(1.7 * ago) + (0.0 if usable else 0.09)
        found.append(ShareDay(day, None if ago == 20 else share, usable))
    return tuple(found)


def well(number: int, group: int | None = 0, share: float = 1.0) -> PanelHealth:
    return PanelHealth(serial(number), group, Concern.WELL, share, share, None, share_days(share, share))


def ill(
    number: int,
    cause: Cause,
    *,
    certainty: Certainty = Certainty.LIKELY,
    concern: Concern = Concern.LOOK,
    group: int | None = 0,
    share: float | None = 0.66,
    usual: float | None = 0.98,
    lost: float | None = 4210.0,
    words: tuple[str, ...] = (),
    since: datetime | None = SINCE,
    **numbers: float,
) -> PanelHealth:
    finding = Finding(cause, certainty, since, lost, numbers, words)
    days = share_days(usual or 1.0, 0.0 if share is None else share)
    return PanelHealth(serial(number), group, concern, share, usual, finding, days)


def shaded(number: int = 3) -> PanelHealth:
    return ill(number, Cause.SHADE, hour_from=15.0, hour_to=17.0)


def report(panels: Sequence[PanelHealth], *, usable: int = 31, site: Finding | None = None) -> HealthReport:
    ordered = tuple(sorted(panels, key=lambda panel: panel.serial))
    numbers = sorted({panel.group for panel in ordered if panel.group is not None})
    groups = tuple(tuple(panel.serial for panel in ordered if panel.group == number) for number in numbers)
    first, last = TODAY - timedelta(days=DAYS), TODAY - timedelta(days=1)
    return HealthReport(NOON, first, last, usable, groups, ordered, site)


def house(count: int = 12) -> HealthReport:
    """A house with something of everything, the odd panels in a group of their own."""
    sick = {
        1: ill(1, Cause.NO_DC, certainty=Certainty.SURE, concern=Concern.FAULT, group=1, share=0.99, lost=9120.0,
               words=("envoy.cond_flags.pcu_chan.dcvoltagetoolow",), dc_volts=0.4),
        3: ill(3, Cause.SHADE, group=1, hour_from=15.0, hour_to=17.0),
        6: ill(6, Cause.SOILING, concern=Concern.WATCH, share=0.88, usual=0.99, lost=1020.0, days=28.0),
        8: PanelHealth(serial(8), None, Concern.WELL, finding=Finding(Cause.RETIRED, Certainty.SURE, None, None)),
    }  # fmt: skip
    return report([sick.get(number) or well(number, number % 2, 0.97 + 0.01 * (number % 5)) for number in range(count)])


def healthy(count: int = 12) -> HealthReport:
    return report([well(number, number % 2) for number in range(count)])


def young(count: int = 12, usable: int = 2) -> HealthReport:
    """Too few days are known."""
    panels = [PanelHealth(serial(number), None, Concern.UNKNOWN, None, None) for number in range(count)]
    return report(panels, usable=usable)
