"""What the energy chart says: totals of now, a bar under the cursor, and all bars together."""

from collections.abc import Iterable
from datetime import date, timedelta

from enphase_tray.model.dates import dated
from enphase_tray.model.history import Provenance, Rejection
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.model.readings import Snapshot
from enphase_tray.status.words import UNKNOWN, Wording, provenance_words
from enphase_tray.ui.charting.periods import Period, Span
from enphase_tray.ui.figures.energy_bars import Bar, Days, Quantity, Total, best_of, total_between

_REASONS = {
    "fall": mark("it fell"),
    "frozen": mark("it stood still"),
    "jump": mark("it leapt"),
    "unreadable": mark("unreadable"),
    "zero": mark("all zero"),
}
"""Why an answer was left out, as the history notes it."""


def totals_line(days: Days, quantity: Quantity, today: date, snapshot: Snapshot | None, words: Wording) -> str:
    """`This week 81.2 kWh · this month 412 kWh · this year 3.12 MWh · lifetime 10.3 MWh`."""
    starts = (
        (tr("This week"), today - timedelta(days=today.weekday())),
        (tr("this month"), today.replace(day=1)),
        (tr("this year"), date(today.year, 1, 1)),
    )
    parts = [f"{name} {_energy(total_between(days, start, today, quantity), words)}" for name, start in starts]
    lifetime = _lifetime(snapshot, quantity)
    if lifetime is not None:
        parts.append(tr("lifetime {energy}", energy=words.energy(lifetime)))
    return " · ".join(parts)


def bar_words(bar: Bar, words: Wording) -> str:
    """One bar in a sentence: how much, how it is known, and a year before."""
    if bar.over == 0:
        parts = [tr("{name}: still to come", name=bar.name)]
    elif bar.total is None:
        parts = [tr("{name}: not known", name=bar.name)]
    else:
        parts = [_so_much(bar.name, bar.total, words, so_far=bar.running)]
        if bar.total.days < bar.over:
            parts.append(_days_known(bar.total.days, bar.over))
    before = bar.before
    if bar.span is Span.DAY:
        earlier = tr("a year before")
    elif bar.span is Span.YEAR:
        earlier = f"{bar.first.year - 1}"
    else:
        earlier = tr("{month}:", month=dated("{month} {year}", bar.first.replace(year=bar.first.year - 1)))
    if before is not None:
        parts.append(f"{earlier} {words.energy(before.watt_hours)}")
    if bar.before_until is not None:
        until = tr("{energy} by this day", energy=words.energy(bar.before_until.watt_hours))
        if before is None:
            parts.append(f"{earlier} {until}")
        else:
            parts[-1] += f", {until}"
    return " · ".join(parts)


def left_out_words(rejections: Iterable[Rejection], bar: Bar, quantity: Quantity) -> str:
    """`3 answers left out (frozen, jump)`; empty where every answer was believed."""
    mine = [one for one in rejections if one.quantity == quantity.value and bar.first <= one.day <= bar.last]
    count = sum(one.count for one in mine)
    if not count:
        return ""
    reasons = ", ".join(sorted({tr(_REASONS.get(one.reason, one.reason)) for one in mine}))
    return trn("{count} answer left out ({reasons})", "{count} answers left out ({reasons})", count, reasons=reasons)


def all_words(bars: tuple[Bar, ...], period: Period, words: Wording) -> str:
    """All bars together, and the best of them."""
    parts = [bar.total for bar in bars if bar.total is not None]
    if not parts:
        return ""
    total = Total(
        sum(part.watt_hours for part in parts),
        sum(part.unsure for part in parts),
        max(part.provenance for part in parts),
        sum(part.days for part in parts),
    )
    running = any(bar.over == 0 or bar.running for bar in bars) and any(bar.over for bar in bars)
    name = tr("All years") if period.span is Span.ALL else period.words
    said = [_so_much(name, total, words, so_far=running)]
    over = sum(bar.over for bar in bars)
    if total.days < over and period.span is not Span.ALL:
        said.append(_days_known(total.days, over))
    best = best_of(bars)
    if best is not None and best.total is not None:
        said.append(tr(_BEST.get(best.span, _BEST_YEAR), name=best.name, energy=words.energy(best.total.watt_hours)))
    return " · ".join(said)


def known_words(total: Total | None) -> str:
    """Where a bar's energy comes from, in a word; of several days how much is of the least sure kinds."""
    if total is None:
        return UNKNOWN
    share = 100.0 * total.unsure / total.watt_hours if total.watt_hours > 0 else 0.0
    if total.days == 1 or total.provenance < Provenance.BACK_FILLED:
        return provenance_words(total.provenance)
    return f"{max(1, round(share))} % {provenance_words(total.provenance)}"


_BEST = {Span.DAY: mark("best day {name}, {energy}"), Span.MONTH: mark("best month {name}, {energy}")}
_BEST_YEAR = mark("best year {name}, {energy}")


def _so_much(name: str, total: Total, words: Wording, *, so_far: bool) -> str:
    energy = words.energy(total.watt_hours) + _surety(total, words)
    if so_far:
        return tr("{name} so far: {energy}", name=name, energy=energy)
    return tr("{name}: {energy}", name=name, energy=energy)


def _days_known(known: int, over: int) -> str:
    return trn("{count} of {total} days known", "{count} of {total} days known", known, total=over)


def _surety(total: Total, words: Wording) -> str:
    if total.provenance < Provenance.BACK_FILLED or not total.days:
        return ""
    if total.days == 1 or total.unsure >= total.watt_hours:
        return f" ({provenance_words(total.provenance)})"
    return tr(", {energy} of it {how}", energy=words.energy(total.unsure), how=provenance_words(total.provenance))


def _energy(total: Total | None, words: Wording) -> str:
    return words.energy(None if total is None else total.watt_hours)


def _lifetime(snapshot: Snapshot | None, quantity: Quantity) -> float | None:
    if snapshot is None:
        return None
    net = snapshot.net
    reading = {Quantity.PRODUCTION: snapshot.production, Quantity.CONSUMPTION: snapshot.consumption}.get(quantity)
    if reading is not None:
        return reading.watt_hours_lifetime
    if net is None:
        return None
    told = {Quantity.IMPORTED: net.watt_hours_imported, Quantity.EXPORTED: net.watt_hours_exported}
    return told.get(quantity)
