"""What is said of the inverters' day: at a moment, of those off the pack, as a table, and for a spreadsheet."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo

from enphase_tray.model.language import tr
from enphase_tray.status.csv import local_text
from enphase_tray.status.words import UNKNOWN, Wording
from enphase_tray.ui.charting.chart import Sheet, Twin
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.figures.pack import Pack, Stray
from enphase_tray.ui.look.text import clean


def stray_words(stray: Stray | None, wording: Wording) -> str:
    """Why an inverter is off the pack: `nothing since 10:40`, `0.62 of the median`; empty for none."""
    if stray is None:
        return ""
    if stray.since is None:
        return tr("{number} of the median", number=wording.number(stray.share, 2))
    time = _clock(stray.since, wording)
    return tr("no report since {time}", time=time) if stray.silent else tr("nothing since {time}", time=time)


def moment_words(
    pack: Pack, serial: str, moment: float | None, watts: float | None, stray: Stray | None, wording: Wording
) -> str:
    """What stands under the cursor: the pack at `moment`, and one inverter with its `watts` there (empty: none)."""
    parts = []
    if moment is not None:
        middle, low, high = pack.at(moment)
        parts.append(_clock(moment, wording))
        if middle is None:
            parts.append(tr("too few reports for a median"))
        else:
            parts.append(
                tr(
                    "median {watts}, most {low} to {high}",
                    watts=wording.watts(middle),
                    low=wording.watts(low),
                    high=wording.watts(high),
                )
            )
    if serial:
        said = clean(serial) if moment is None else f"{clean(serial)} {wording.watts(watts)}"
        share = pack.shares.get(serial)
        if stray is not None:
            said = f"{said}, {stray_words(stray, wording)}"
        elif share is not None:
            said = tr("{said}, {number} of the median's energy", said=said, number=wording.number(share, 2))
        parts.append(said)
    return " · ".join(parts)


def day_twin(curves: Mapping[str, Curve], pack: Pack, wording: Wording) -> Twin:
    """Times of reports down, newest first; the pack's median and each of `curves` across. No report is a dash."""
    columns = [dict(zip(curve.times, curve.watts, strict=True)) for curve in curves.values()]
    times = sorted({at for column in columns for at in column}, reverse=True)

    def cell(row: int, column: int) -> str:
        at = times[row]
        if column == 0:
            return _clock(at, wording)
        watts = pack.at(at)[0] if column == 1 else columns[column - 2].get(at)
        return UNKNOWN if watts is None else wording.watts(watts)

    return Twin((tr("Time"), tr("Median"), *map(clean, curves)), len(times), cell)


def day_sheet(curves: Mapping[str, Curve], zone: tzinfo | None) -> Sheet:
    """Every report of each inverter in `curves`, W."""

    def rows() -> Iterator[tuple[object, ...]]:
        for serial, curve in curves.items():
            for at, watts in zip(curve.times, curve.watts, strict=True):
                moment = datetime.fromtimestamp(at, UTC)
                yield moment, local_text(moment, zone), serial, watts

    return Sheet(("time_utc", "time_local", "serial", "watts"), rows())


def _clock(at: float, wording: Wording) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return wording.clock(moment, moment)
