"""`history --check`: is the history whole, how large is it, where are its gaps, and where does its energy come from."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from enphase_tray.cli import output
from enphase_tray.cli.context import profile_paths
from enphase_tray.history.check import inspect
from enphase_tray.model.errors import HistoryError, Retry
from enphase_tray.model.history import ChainCheck, HistoryCheck, SiteCheck
from enphase_tray.model.history_json import check_to_json
from enphase_tray.status.csv import utc_text
from enphase_tray.status.words import UNKNOWN, Wording

_INVERTER = "inverter"
_UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def history(options: argparse.Namespace) -> int:
    """Print what was found; the status is 7 where something is wrong. Raises `HistoryError` if it cannot be read."""
    path = profile_paths(options).history_file
    found = inspect(path)
    if not found.sites and not found.problems:
        raise HistoryError("There is no history yet", "Run enphase-tray, or enphase-tray watch", Retry.NEVER)
    if options.json:
        output.print_json({"schema": output.SCHEMA, "file": str(path), **check_to_json(found)})
    else:
        _print(path, found)
    if not found.problems:
        return 0
    several = f"{len(found.problems)} problems were found" if len(found.problems) > 1 else "One problem was found"
    output.print_failure("The history is not whole", f"{several}; please keep a copy of the file and report them")
    return output.exit_status(HistoryError.kind)


def _print(path: Path, found: HistoryCheck) -> None:
    wording = Wording()
    sample = found.bytes_per_sample
    each = "" if sample is None else f", {wording.number(sample, 2)} bytes for each stored report of an inverter"
    output.print_line(f"{path}: {wording.number(found.size / 1e6, 1)} MB{each}")
    for site in found.sites:
        output.print_line()
        _print_site(site, wording)
    output.print_line()
    for problem in found.problems:
        output.print_line(f"Problem: {problem}")
    if not found.problems:
        output.print_line("The history is whole.")


def _print_site(site: SiteCheck, wording: Wording) -> None:
    output.print_line(f"Gateway {site.serial}, {wording.number(site.inverters, 0)} inverters")
    if site.first_at is not None and site.last_at is not None:
        output.print_line(
            f"{utc_text(site.first_at)} to {utc_text(site.last_at)}: energy of {wording.number(site.days, 0)} days,"
            f" {wording.number(site.readings, 0)} readings, {wording.number(site.samples, 0)} reports of inverters"
        )
    gaps = site.gaps
    if gaps.count:
        output.print_line(
            f"Gaps: {wording.number(gaps.count, 0)}, {_duration(gaps.total)} together, the longest"
            f" {_duration(gaps.longest)}; usually there are {_duration(gaps.usual)} between two readings"
        )
    else:
        output.print_line("Gaps: none")
    shares = (f"{wording.number(100 * share, 1)} % {source.word}" for source, share in site.shares.items() if share)
    output.print_line(f"Energy: {', '.join(shares) or UNKNOWN}")
    rejected = (f"{wording.number(count, 0)} {reason}" for reason, count in sorted(site.rejections.items()))
    output.print_line(f"Rejected: {', '.join(rejected) or 'nothing'}")
    output.print_table(
        [("Counter", "Epochs", "Wraps", "Rose by", "Days add up to", "Off by"), *_counters(site, wording)]
    )


def _counters(site: SiteCheck, wording: Wording) -> Iterator[tuple[str, ...]]:
    """A row for each counter of the site, and one for all inverters together."""
    for chain in site.chains:
        if chain.quantity != _INVERTER:
            yield _counter(f"{chain.quantity} ({chain.source})", (chain,), wording)
    inverters = tuple(chain for chain in site.chains if chain.quantity == _INVERTER)
    if inverters:
        yield _counter("inverters", inverters, wording)


def _counter(name: str, chains: tuple[ChainCheck, ...], wording: Wording) -> tuple[str, ...]:
    epochs = [epoch for chain in chains for epoch in chain.epochs]
    worst = max(abs(epoch.booked - epoch.counted) for epoch in epochs)
    return (
        name,
        wording.number(len(epochs), 0),
        wording.number(sum(epoch.wraps for epoch in epochs), 0),
        wording.energy(sum(epoch.counted for epoch in epochs)),
        wording.energy(sum(epoch.booked for epoch in epochs)),
        f"{wording.number(worst, 2)} Wh",
    )


def _duration(seconds: float) -> str:
    """The two largest units: `2 d 3 h`, `5 min`."""
    words: list[str] = []
    left = round(seconds)
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count or (unit == "s" and not words):
            words.append(f"{count} {unit}")
    return " ".join(words[:2])
