"""The sky over one place: kinds of days that follow each other, cloud fields that pass, fog, storms and snow."""

import numpy as np

from tests.field.chance import Floats, once, uniform, wave
from tests.field.place import DAY, is_cold

_FOG = 0.25
"""Of clear scattered light: some 3 % of all light, darker than fog is; inverters still wake under it before noon."""
_KINDS = ((0.32, "clear"), (0.66, "broken"), (0.88, "overcast"), (0.95, "dark"), (1.01, "fog"))


class Weather:
    """What is left of direct and scattered light, for any moments in any order."""

    def __init__(self, seed: int, latitude: float, longitude: float) -> None:
        self.seed = seed
        self.latitude = latitude
        self.longitude = longitude
        self.gloom = once(seed, 1, 0) * 0.5
        """Up to 1: how much of the sunnier kinds of days is lost at this place."""

    def day_of(self, at: float) -> int:
        """The number of the solar day."""
        return int((at + self.longitude * 240.0) // DAY)

    def kind(self, day: int) -> str:
        level = 0.55 * once(self.seed, 2, day) + 0.45 * once(self.seed, 3, day // 4)
        level = level * (1 - 0.4 * self.gloom) + 0.4 * self.gloom
        level = min(1.0, max(0.0, (level - 0.12) / 0.76))
        return next(kind for limit, kind in _KINDS if level <= limit)

    def light(self, at: Floats) -> tuple[Floats, Floats]:
        """Factors for direct and for scattered light."""
        solar = at + self.longitude * 240.0
        days = np.floor(solar / DAY).astype(np.int64)
        hour = solar % DAY / 3600.0
        depth = uniform(self.seed, 4, days)
        level = 0.6 * wave(self.seed, 5, at / 700.0) + 0.4 * wave(self.seed, 6, at / 4100.0)
        beam = np.ones_like(at)
        haze = np.ones_like(at)
        for day in np.unique(days):
            here = days == day
            kind = self.kind(int(day))
            if kind == "broken":
                cover = np.clip((level[here] - 0.25 - 0.5 * depth[here]) * 6 + 0.5, 0.0, 1.0)
                beam[here], haze[here] = 1 - cover, 1.35 - 0.75 * cover
            elif kind in ("overcast", "dark"):
                dull = 0.25 + 0.5 * depth[here] if kind == "overcast" else 0.2 + 0.15 * depth[here]
                beam[here], haze[here] = 0.0, dull * (0.5 + level[here])
            elif kind == "fog":
                lifts = 9.0 + 5.0 * depth[here]
                clear = np.clip(hour[here] - lifts, 0.0, 1.0)
                beam[here], haze[here] = clear, _FOG + (1 - _FOG) * clear
            storm = once(self.seed, 7, int(day))
            if kind in ("broken", "overcast") and storm < 0.08:
                begins = 11.0 + 6.0 * once(self.seed, 8, int(day))
                over = here & (hour >= begins) & (hour < begins + 0.3 + 10.0 * storm)
                beam[over], haze[over] = 0.0, 0.05 + 0.8 * storm
        return beam, haze

    def snows(self, start: float, end: float, panels: int) -> list[tuple[float, Floats, float]]:
        """Snow falls from `start` to `end`: when, until when each panel is covered, and what light comes through."""
        found: list[tuple[float, Floats, float]] = []
        for day in range(self.day_of(start), self.day_of(end) + 1):
            noon = (day + 0.5) * DAY - self.longitude * 240.0
            if not is_cold(self.latitude, noon) or once(self.seed, 9, day) > 0.05:
                continue
            fell = noon - 12 * 3600.0 + DAY * once(self.seed, 10, day) * 0.8
            lasts = 1 + int(9 * once(self.seed, 11, day) ** 2)
            numbers = np.arange(panels) + 1000 * day
            late = np.floor(3 * uniform(self.seed, 12, numbers) ** 2)
            hour = 9.5 + 6.0 * uniform(self.seed, 13, numbers)
            slides = (day + lasts + late) * DAY + hour * 3600.0 - self.longitude * 240.0
            found.append((fell, slides, 0.12 * once(self.seed, 14, day) ** 3))
        return found
