"""What the energy chart says: totals of now, a bar under the cursor, and all bars together."""

from collections.abc import Iterable
from datetime import date, timedelta

from enphase_tray.model.history import Provenance, Rejection
from enphase_tray.model.readings import Snapshot
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.energy_bars import Bar, Days, Quantity, Total, best_of, total_between
from enphase_tray.ui.periods import Period, Span


def totals_line(days: Days, quantity: Quantity, today: date, snapshot: Snapshot | None, words: Wording) -> str:
    """`This week 81.2 kWh · this month 412 kWh · this year 3.12 MWh · lifetime 10.3 MWh`."""
    starts = (
        ("This week", today - timedelta(days=today.weekday())),
        ("this month", today.replace(day=1)),
        ("this year", date(today.year, 1, 1)),
    )
    parts = [f"{name} {_energy(total_between(days, start, today, quantity), words)}" for name, start in starts]
    lifetime = _lifetime(snapshot, quantity)
    if lifetime is not None:
        parts.append(f"lifetime {words.energy(lifetime)}")
    return " · ".join(parts)


def bar_words(bar: Bar, words: Wording) -> str:
    """One bar in a sentence: how much, how it is known, and a year before."""
    so_far = " so far" if bar.running else ""
    if bar.over == 0:
        parts = [f"{bar.name}: still to come"]
    elif bar.total is None:
        parts = [f"{bar.name}: not known"]
    else:
        parts = [f"{bar.name}{so_far}: {words.energy(bar.total.watt_hours)}{_surety(bar.total, words)}"]
        if bar.total.days < bar.over:
            parts.append(f"{bar.total.days} of {bar.over} days known")
    before = bar.before
    earlier = "a year before" if bar.span is Span.DAY else f"{bar.first:%B} {bar.first.year - 1}:"
    if bar.span is Span.YEAR:
        earlier = f"{bar.first.year - 1}"
    if before is not None:
        parts.append(f"{earlier} {words.energy(before.watt_hours)}")
    if bar.before_until is not None:
        until = f"{words.energy(bar.before_until.watt_hours)} by this day"
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
    return f"{count} answer{'s' if count > 1 else ''} left out ({', '.join(sorted({one.reason for one in mine}))})"


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
    name = "All years" if period.span is Span.ALL else period.words
    said = [f"{name}{' so far' if running else ''}: {words.energy(total.watt_hours)}{_surety(total, words)}"]
    over = sum(bar.over for bar in bars)
    if total.days < over and period.span is not Span.ALL:
        said.append(f"{total.days} of {over} days known")
    best = best_of(bars)
    if best is not None and best.total is not None:
        kind = {Span.DAY: "day", Span.MONTH: "month"}.get(best.span, "year")
        said.append(f"best {kind} {best.name}, {words.energy(best.total.watt_hours)}")
    return " · ".join(said)


def known_words(total: Total | None) -> str:
    """Where a bar's energy comes from, in a word; of several days how much is of the least sure kinds."""
    if total is None:
        return UNKNOWN
    share = 100.0 * total.unsure / total.watt_hours if total.watt_hours > 0 else 0.0
    if total.days == 1 or total.provenance < Provenance.BACK_FILLED:
        return total.provenance.word
    return f"{max(1, round(share))} % {total.provenance.word}"


def _surety(total: Total, words: Wording) -> str:
    if total.provenance < Provenance.BACK_FILLED or not total.days:
        return ""
    if total.days == 1 or total.unsure >= total.watt_hours:
        return f" ({total.provenance.word})"
    return f", {words.energy(total.unsure)} of it {total.provenance.word}"


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
