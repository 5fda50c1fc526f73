"""A recording whose figures move on, as those of a living gateway do, so that no answer is the same twice."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from enphase_tray.model.clock import Clock
from enphase_tray.simulator.recorded import file_name

_STAMPS = ("lastReportDate", "readingTime", "endDate", "created", "timestamp")
_FIGURES = (
    "wattHoursLifetime", "wattHoursToday", "wattHoursSevenDays", "wattsNow", "lastReportWatts",
    "wNow", "whLifetime", "whToday", "whLastSevenDays", "vahLifetime", "rmsCurrent", "rmsVoltage", "reactPwr",
    "apprntPwr", "actEnergyDlvd", "activePower", "apparentPower", "apparentEnergy", "instantaneousDemand", "voltage",
    "current", "today", "week", "now", "joulesProduced", "acVoltageINmV", "dcVoltageINmV", "dcCurrentINmA",
    "acCurrentInmA", "channelTemp",
)  # fmt: skip
_MOVING = re.compile(rf'"({"|".join((*_STAMPS, *_FIGURES))})"(\s*:\s*)(-?[1-9]\d*)')
_INVERTERS = ("/api/v1/production/inverters", "/ivp/pdm/device_data")
_SITE = (
    "/production.json?details=1",
    "/production.json",
    "/production",
    "/api/v1/production",
    "/ivp/meters/readings",
)
_INFO = "/info"
_INFO_CLOCK = re.compile(r"<time>(\d+)</time>")
_REPORT_SECONDS = 900
"""The recording's inverters report every quarter of an hour (`duration` 903)."""


class MovingAnswers(Mapping[str, bytes]):
    """The answers of a folder by target: stamps go with the clock, figures rise by one a minute (that 0 is stays 0).

    Meters move at once, inverters with each report.
    """

    def __init__(self, directory: Path, clock: Clock) -> None:
        texts = {target: directory / file_name(target) for target in (_INFO, *_INVERTERS, *_SITE)}
        self._texts = {target: path.read_text(encoding="utf-8") for target, path in texts.items() if path.is_file()}
        self._clock = clock
        self._start = clock.now()

    def __getitem__(self, target: str) -> bytes:
        text = self._texts[target]
        seconds = int((self._clock.now() - self._start).total_seconds())
        if target == _INFO:
            return _INFO_CLOCK.sub(lambda match: f"<time>{int(match[1]) + seconds}</time>", text).encode()
        if target in _INVERTERS:
            seconds -= seconds % _REPORT_SECONDS

        def moved(match: re.Match[str]) -> str:
            by = seconds if match[1] in _STAMPS else seconds // 60
            return f'"{match[1]}"{match[2]}{int(match[3]) + by}'

        return _MOVING.sub(moved, text).encode()

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)
