"""What the day's chart says: totals, the moment under the cursor, and why there is nothing to see."""

from datetime import UTC, datetime

from enphase_tray.model.history import Provenance
from enphase_tray.model.language import tr
from enphase_tray.model.readings import PowerReading
from enphase_tray.status.words import Wording, provenance_words
from enphase_tray.ui.charting.chart import Sight
from enphase_tray.ui.figures.day_compare import Compared


def total_words(compared: Compared, sight: Sight) -> str:
    """The day's energy beside that of the day before: `12.3 kWh so far, yesterday 10.1 kWh by this time`."""
    words = sight.wording
    made, used = energies(compared, sight)
    if sight.live:
        then = compared.before_until(compared.day.times[-1])
        parts = [
            tr("{energy} so far", energy=words.energy(made)) if made is not None else tr("Today's energy is not known")
        ]
        if then is not None:
            parts[0] += tr(", yesterday {energy} by this time", energy=words.energy(then))
        if used is not None:
            parts.append(tr("{energy} used", energy=words.energy(used)))
        return " · ".join(parts)
    counted, before = compared.made(compared.day), compared.made(compared.before)
    parts = [
        tr("{energy} made", energy=words.energy(made)) if made is not None else tr("The day's energy is not known")
    ]
    if counted is not None and counted.provenance >= Provenance.BACK_FILLED:
        parts[0] += f" ({provenance_words(counted.provenance)})"
    if before is not None:
        parts[0] += tr(", {energy} the day before", energy=words.energy(before.watt_hours))
    if used is not None:
        parts.append(tr("{energy} used", energy=words.energy(used)))
    return " · ".join(parts)


def energies(compared: Compared, sight: Sight) -> tuple[float | None, float | None]:
    """Energy made and used on the day, Wh: of today what the gateway tells itself, else what was counted."""
    shot = sight.shown.snapshot if sight.live else None
    made, used = compared.made(compared.day), compared.used()
    told_made = _today(None if shot is None else shot.production)
    told_used = _today(None if shot is None else shot.consumption)
    return (
        told_made if told_made is not None else None if made is None else made.watt_hours,
        told_used if told_used is not None else None if used is None else used.watt_hours,
    )


def moment_words(compared: Compared, moment: float, sight: Sight) -> str:
    """What was at `moment` (epoch seconds), and at that time on the days behind."""
    words, day = sight.wording, compared.day
    made, used, net = (curve.between(moment) for curve in (day.production, day.consumption, day.net))
    parts = [clock(moment, words)]
    if made is None and used is None and net is None:
        after = bool(day.times) and moment > day.times[-1]
        parts.append(tr("not yet") if sight.live and after else tr("nothing was read here"))
    if made is not None:
        parts.append(words.watts(made))
    if used is not None:
        parts.append(tr("using {watts}", watts=words.watts(used)))
    if net is not None:
        power = words.watts(abs(net))
        parts.append(tr("{watts} from grid", watts=power) if net >= 0 else tr("{watts} to grid", watts=power))
    yesterday = tr("yesterday") if sight.live else tr("the day before")
    best = None if compared.best is compared.before else compared.best
    for curves, name in ((compared.before, yesterday), (best, tr("best day"))):
        then = None if curves is None else curves.production.between(moment - compared.apart(curves))
        if then is not None:
            parts.append(f"{name} {words.watts(then)}")
    return " · ".join(parts)


def why_empty(compared: Compared, sight: Sight) -> str:
    """Why the day has no curve."""
    if not sight.live:
        made = compared.made(compared.day)
        if made is None:
            return tr("Nothing was recorded on this day.")
        return tr(
            "Power was not read on this day. The gateway counted {energy}.",
            energy=sight.wording.energy(made.watt_hours),
        )
    before = compared.before
    first = None if before is None else before.first_light()
    if first is None:
        return tr("Nothing has been read yet today.")
    return tr(
        "Nothing has been read yet today. Yesterday the first light was at {time}.", time=clock(first, sight.wording)
    )


def clock(moment: float, words: Wording) -> str:
    """The time of day of an epoch second."""
    at = datetime.fromtimestamp(moment, UTC)
    return words.clock(at, at)


def _today(reading: PowerReading | None) -> float | None:
    return None if reading is None else reading.watt_hours_today
