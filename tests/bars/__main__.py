"""`make bars`: the table of promises, measured on systems drawn from seeds.

    python -m tests.bars [--years N] [--seed S] [--jobs N]

Seeds below 5000 are for tuning; figures count only for seeds that nobody has looked at, from 50000 on.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from enphase_tray.model.alerts import AlertEvent
from tests.bars import measured, weak_panels
from tests.bars.bar import Bar
from tests.field.place import DAY
from tests.field.story import YEAR, Case, break_inverters, open_relay, watch
from tests.field.system import draw

WELL_DAYS = 61.0


def well(seed: int) -> list[AlertEvent]:
    """Everything told of a system that nothing happens to."""
    start = YEAR + random.Random(f"start {seed}").uniform(0, 365) * DAY
    return watch(draw(seed, start, WELL_DAYS), start, start + WELL_DAYS * DAY)


def one_stands(seed: int) -> Case | None:
    return break_inverters(seed)


def all_stand(seed: int) -> Case | None:
    return break_inverters(seed, whole=True, cause="grid" if seed % 2 else "breaker")


def weak(seed: int) -> weak_panels.Tally:
    return weak_panels.tally([seed])


def together(tallies: Iterable[weak_panels.Tally]) -> weak_panels.Tally:
    whole = weak_panels.Tally()
    for one in tallies:
        whole.years += one.years
        whole.false += one.false
        whole.weak += one.weak
        whole.sudden += one.sudden
        whole.groups += one.groups
        whole.causes += one.causes
    return whole


def main(given: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bars", description="Measure the promises of the alerts.")
    parser.add_argument("--years", type=float, default=21.0, help="system-years without a fault (default 21)")
    parser.add_argument("--seed", type=int, default=50_000, help="first seed (default 50000)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    options = parser.parse_args(given)
    began = time.monotonic()
    with ProcessPoolExecutor(options.jobs) as pool:
        held = [_print(bar) for bar in _measure(pool, options.seed, options.years)]
    print(f"{time.monotonic() - began:.0f} s")
    return 0 if all(held) else 1


def _measure(pool: ProcessPoolExecutor, seed: int, years: float) -> Iterator[Bar]:
    """Each bar as soon as it is known."""
    cases = max(20, round(15 * years))
    seeds = range(seed, seed + cases)
    arrays = range(seed, seed + max(1, round(years * 365 / WELL_DAYS)))
    relay = list(pool.map(open_relay, seeds[: cases // 2]))
    yield from measured.relays(relay)
    stands = [case for case in pool.map(one_stands, seeds) if case is not None]
    yield from measured.inverters(stands)
    plant = [case for case in pool.map(all_stand, seeds[: cases // 3]) if case is not None]
    yield from measured.site(plant)
    healthy = list(pool.map(well, arrays))
    yield from measured.false_alarms([event for told in healthy for event in told], len(arrays) * WELL_DAYS / 365)
    yield from measured.messages([*healthy, *(case.told for case in (*relay, *stands, *plant))])
    yield from weak_panels.bars(together(pool.map(weak, seeds[: max(4, round(2 * years))])))


def _print(bar: Bar) -> bool:
    verdict = "holds" if bar.holds else "DOES NOT HOLD"
    print(f"{bar.name:52}  {bar.bar:28}  {verdict:13}  {bar.measured}", flush=True)
    return bar.holds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
