"""What the ledger works with: where a counter stands, what is read of it, and what follows. Pure."""

from typing import NamedTuple

from enphase_tray.history.allocation import HOUR, Share, Told
from enphase_tray.model.history import Provenance

MOST_SUN_HOURS = 12
"""No day brings more energy than so many hours of full power."""
MOST_USED_A_DAY = 500_000.0
"""Wh. No home uses or trades more in a day."""
_TIMES_BEST, _MOST_WITHOUT_PAST = 10, 100_000.0
"""Nor more than so many times what its best day brought, above so many Wh."""
_NEGLIGIBLE = 0.5
"""Wh that say nothing about how sure a day is."""


class Chain(NamedTuple):
    """The newest epoch of a counter and where it stands. Times are epoch seconds, energies Wh.

    `latest` is the counter as it was told; `latest + wraps * WRAP - opening` is what the epoch has booked. `moved_at`
    is when it last moved, `best` its best whole day. `day` is the local day of `latest_at`, `booked` what the epoch
    has booked on it, as sure as `provenance`. `frozen`: it stands still while power flows.
    """

    number: int
    opening: float
    opened_at: int
    latest: float
    latest_at: int
    moved_at: int
    wraps: int
    best: float
    frozen: bool
    suspect: float | None
    suspect_at: int | None
    suspect_reason: str | None
    day: int
    booked: float
    provenance: int


class Reading(NamedTuple):
    """A counter's value. `flowing`: power flows, so that it must rise. `sure`: both clocks told this time."""

    at: int
    lifetime: float
    told: Told = Told()
    flowing: bool = False
    sure: bool = False


class Limits(NamedTuple):
    """What a counter can do: the most power; how far it may run behind (s); whether only by day.

    `held_back`: it is made of reports, so energy of before midnight may show up after it. `full_hours`: for how many
    hours of a day the most power can last; a meter may see more than the sun.
    """

    watts: float
    lag_seconds: int
    sunny: bool
    held_back: bool
    full_hours: int = MOST_SUN_HOURS

    def most_a_day(self, best: float) -> float:
        """Wh that a day can bring where the best one so far brought `best` (0: not known)."""
        if self.sunny:
            return self.watts * self.full_hours
        return min(MOST_USED_A_DAY, max(_TIMES_BEST * best, _MOST_WITHOUT_PAST)) if best else MOST_USED_A_DAY


class Step(NamedTuple):
    """What a reading changes: the chain (`None`: nothing), its bookings, and the reasons of answers rejected.

    `gather_on`: the clock was put back; what is booked on later days belongs to this one.
    """

    chain: Chain | None = None
    bookings: tuple[Share, ...] = ()
    rejected: tuple[str, ...] = ()
    gather_on: int | None = None


def surer(provenance: int, share: Share) -> int:
    """The provenance of a day that gets another share: that of the least sure one that is worth mentioning."""
    return max(provenance, share.provenance) if share.watt_hours > _NEGLIGIBLE else provenance


def new_day(share: Share) -> int:
    """The provenance of a day that has nothing but this share."""
    return surer(Provenance.MEASURED, share)


def is_hole(before: Chain, since: int) -> bool:
    """Whether something may be lost between an epoch and a next one that was first read then.

    What a unit that was taken away has made since the last reading is in nobody's figures any more.
    """
    return since - before.latest_at > HOUR
