"""Today beside yesterday, as the small window shows it."""

from datetime import datetime, timedelta

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.language import tr
from enphase_tray.model.readings import Snapshot
from enphase_tray.status.words import Wording
from enphase_tray.ui.figures.day_compare import Compared
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.figures.day_words import clock
from enphase_tray.ui.figures.site_day import SiteDayCurves
from enphase_tray.ui.look.when import day_bounds, local_day, zone_of


def read_day(reader: HistoryReader, snapshot: Snapshot, now: datetime) -> Compared:
    """Today's curve and yesterday's of production, of the snapshot's gateway. Raises HistoryError."""
    site, zone = snapshot.gateway.serial, zone_of(snapshot)
    today = local_day(now, zone)
    yesterday = today - timedelta(days=1)
    curves = [SiteDayCurves(day, zone, reader.site_series(site, *day_bounds(day, zone))) for day in (today, yesterday)]
    curves[0].append(snapshot)
    for day in curves:
        day.consumption, day.net = Curve(), Curve()  # with these the whole day would be drawn, nights and all
    known = {found.day: found for found in reader.days(site, yesterday, yesterday)}
    return Compared(curves[0], curves[1] if curves[1].production.times else None, None, known)


def against_yesterday(compared: Compared | None, wording: Wording) -> str:
    """What yesterday had made by this time; of a day that was watched in parts its whole, and nothing where unknown."""
    if compared is None or not compared.day.times:
        return ""
    then = compared.before_until(compared.day.times[-1])
    if then is not None:
        return tr("{energy} yesterday by this time", energy=wording.energy(then))
    whole = compared.made(compared.before)
    return "" if whole is None else tr("{energy} yesterday in all", energy=wording.energy(whole.watt_hours))


def curve_words(compared: Compared | None, wording: Wording) -> str:
    """What the picture of the day shows, for those who do not see it."""
    if compared is None or not compared.day.production.times:
        return tr("Nothing has been read yet today.")
    times, watts = compared.day.production.times, compared.day.production.watts
    best = max(range(len(watts)), key=watts.__getitem__)
    return tr(
        "Power today, up to {watts} at {time}", watts=wording.watts(watts[best]), time=clock(times[best], wording)
    )
