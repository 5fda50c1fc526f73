"""`export`: the history as comma-separated values (see `columns`), day by day, so that ten years need no memory."""

import argparse
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import TextIO

from enphase_tray.cli.columns import COLUMNS
from enphase_tray.cli.context import profile_paths
from enphase_tray.cli.output import UsageError, give_up_output
from enphase_tray.cli.summary import zone_of
from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.errors import HistoryError, Retry
from enphase_tray.model.history import Energy
from enphase_tray.status.csv import local_text, utc_text, write_csv

_ONE_DAY = timedelta(days=1)
_STANDARD_OUTPUT = "-"
_TOLD_AFTERWARDS = timedelta(days=8)
"""A gateway tells the energy of so many days back when it is first read."""
_STRETCH = timedelta(days=92)
"""Days that are read together: few questions, little memory."""
_OF_INVERTERS = ("inverters", "inverter-days")
_ALL_EVENTS = 2**31 - 1

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is exported of one gateway: local days `first` to `last` on the clocks of `zone`; `None`: without limit.

    `inverter` is the only one wanted, if there is one.
    """

    site: str
    inverter: str | None
    zone: tzinfo | None
    first: date | None
    last: date | None

    @property
    def serials(self) -> tuple[str, ...] | None:
        return None if self.inverter is None else (self.inverter,)


def export(options: argparse.Namespace) -> int:
    """Write the table. Raises `UsageError` and `HistoryError`; a file is replaced only by a whole new one."""
    first, last = options.first, options.last
    if first is not None and last is not None and last < first:
        raise UsageError("--to lies before --from", "Both are days, such as 2026-06-25, and both belong to it")
    history = profile_paths(options).history_file
    if options.output is not None and Path(options.output).resolve() == history.resolve():
        raise UsageError("The export would replace the history itself", "Name another file with --output")
    with closing(HistoryReader(history)) as reader:
        chosen = _chosen(reader, options.serial, options.what)
        wanted = [_Wanted(site, unit, zone_of(reader.timezone(site)), first, last) for site, unit in chosen]
        with _opened(options.output) as file:
            write_csv(file, COLUMNS[options.what], _rows(reader, options.what, wanted))
    return 0


def _chosen(reader: HistoryReader, serial: str | None, what: str) -> list[tuple[str, str | None]]:
    """Gateways, each with the only inverter that is wanted of it or `None`.

    Raises `UsageError` for a serial that is not in the history, `HistoryError` if there is no history at all.
    """
    sites = reader.sites()
    if not sites:
        raise HistoryError("There is no history yet", "Run enphase-tray, or enphase-tray watch", Retry.NEVER)
    if serial is None or serial in sites:
        return [(site, None) for site in sites if serial in (None, site)]
    owners = [site for site in sites if reader.inverter_days(site, date.min, date.max, (serial,)).energy]
    if not owners:
        raise UsageError(f"There is no history of {serial}", f"There is one of the gateway {' and of '.join(sites)}")
    if what not in _OF_INVERTERS:
        raise UsageError(f"{serial} is an inverter", f"Add --what {' or --what '.join(_OF_INVERTERS)}")
    return [(site, serial) for site in owners]


def _rows(reader: HistoryReader, what: str, wanted: Sequence[_Wanted]) -> Iterator[Row]:
    if what == "events":
        # Not every event belongs to a gateway, so they are not told gateway by gateway.
        return _events(reader, wanted[-1], None if len(wanted) > 1 else wanted[-1].site)
    return (row for one in wanted for row in _TABLES[what](reader, one))


def _power(reader: HistoryReader, wanted: _Wanted) -> Iterator[Row]:
    for start, end in _days_with_readings(reader, wanted):
        series = reader.site_series(wanted.site, start, end)
        for seconds, *watts in zip(series.times, series.production, series.consumption, series.net, strict=True):
            if any(value is not None for value in watts):
                yield (*_place_and_time(wanted, _moment(seconds)), *watts)


def _inverters(reader: HistoryReader, wanted: _Wanted) -> Iterator[Row]:
    for start, end in _days_with_readings(reader, wanted):
        series = reader.inverter_series(wanted.site, start, end, wanted.serials)
        serials = sorted(series.watts)
        for index, seconds in enumerate(series.times):
            when = _place_and_time(wanted, _moment(seconds))
            for serial in serials:
                watts = series.watts[serial][index]
                if watts is not None:
                    yield (*when, serial, watts)


def _days(reader: HistoryReader, wanted: _Wanted) -> Iterator[Row]:
    for day in reader.days(wanted.site, wanted.first or date.min, wanted.last or date.max):
        figures = (day.production, day.consumption, day.imported, day.exported)
        yield (*_place_and_day(wanted, day.day), *(cell for energy in figures for cell in _energy(energy)))


def _inverter_days(reader: HistoryReader, wanted: _Wanted) -> Iterator[Row]:
    for first, last in _stretches(reader, wanted):
        found = reader.inverter_days(wanted.site, first, last, wanted.serials)
        serials = sorted(found.energy)
        for index, day in enumerate(found.days):
            when = _place_and_day(wanted, day)
            for serial in serials:
                energy = found.energy[serial][index]
                if energy is not None:
                    yield (*when, serial, *_energy(energy))


def _events(reader: HistoryReader, wanted: _Wanted, site: str | None) -> Iterator[Row]:
    since = None if wanted.first is None else _midnight(wanted.first, wanted.zone)
    until = None if wanted.last is None else _midnight(wanted.last + _ONE_DAY, wanted.zone)
    for event in reversed(reader.events(_ALL_EVENTS, since, site)):
        if until is None or event.at < until:
            told = (event.kind, event.rule, event.severity, " ".join(event.serials), event.title, event.body)
            yield (utc_text(event.at), local_text(event.at, wanted.zone), *told)


_TABLES: dict[str, Callable[[HistoryReader, _Wanted], Iterator[Row]]] = {
    "power": _power,
    "inverters": _inverters,
    "days": _days,
    "inverter-days": _inverter_days,
}


def _place_and_time(wanted: _Wanted, moment: datetime) -> tuple[str, str, str]:
    return wanted.site, utc_text(moment), local_text(moment, wanted.zone)


def _place_and_day(wanted: _Wanted, day: date) -> tuple[str, date, str, str]:
    start, end = (_midnight(one, wanted.zone) for one in (day, day + _ONE_DAY))
    return wanted.site, day, utc_text(start), utc_text(end)


def _energy(energy: Energy | None) -> tuple[float | None, str | None]:
    return (None, None) if energy is None else (energy.watt_hours, energy.provenance.word)


def _days_with_readings(reader: HistoryReader, wanted: _Wanted) -> Iterator[tuple[datetime, datetime]]:
    """The limits of each local day from the first reading to the last, as far as they are wanted."""
    span = _span(reader, wanted)
    while span is not None and span[0] <= span[1]:
        day, last = span
        yield _midnight(day, wanted.zone), _midnight(day + _ONE_DAY, wanted.zone)
        span = day + _ONE_DAY, last


def _stretches(reader: HistoryReader, wanted: _Wanted) -> Iterator[tuple[date, date]]:
    """First and last day of each piece in which days are read, those before the first reading included."""
    span = _span(reader, wanted, before=_TOLD_AFTERWARDS)
    while span is not None and span[0] <= span[1]:
        first, last = span
        yield first, min(first + _STRETCH - _ONE_DAY, last)
        span = first + _STRETCH, last


def _span(reader: HistoryReader, wanted: _Wanted, before: timedelta = timedelta()) -> tuple[date, date] | None:
    """Local days of the first reading (or so long before it) and of the last, cut to what is wanted."""
    begun, ended = reader.first_at(wanted.site), reader.last_at(wanted.site)
    if begun is None or ended is None:
        return None
    first, last = (begun - before).astimezone(wanted.zone).date(), ended.astimezone(wanted.zone).date()
    return max(first, wanted.first or first), min(last, wanted.last or last)


def _midnight(day: date, zone: tzinfo | None) -> datetime:
    """The moment at which a local day begins, aware."""
    moment = datetime.combine(day, time(), zone)
    return moment if zone is not None else moment.astimezone()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def _opened(name: str | None) -> Iterator[TextIO]:
    """Where the table goes. Raises `HistoryError` for whatever the disk says meanwhile."""
    try:
        with _standard_output() if name in (None, _STANDARD_OUTPUT) else _replacing(Path(str(name))) as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        where = "Standard output" if name in (None, _STANDARD_OUTPUT) else f"The file {name}"
        advice = "Choose another place with --output, or make room there"
        raise HistoryError(f"{where} cannot be written: {error.strerror}", advice, Retry.NEVER) from error


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    """As a file has it, on every system: UTF-8, and no line end added to ours."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except OSError:
        give_up_output()
        raise


@contextmanager
def _replacing(path: Path) -> Iterator[TextIO]:
    """A file that takes the place of `path` when it is whole; a device or a pipe is written as it is."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        with path.open("w", encoding="utf-8", newline="\n") as device:
            yield device
        return
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    file = part.open("x", encoding="utf-8", newline="\n")
    try:
        with file:
            if target.exists():
                shutil.copymode(target, part)
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
