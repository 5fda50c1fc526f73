"""Figures, times and ages in words, the same in every face."""

from datetime import datetime, timedelta, tzinfo

from enphase_tray.model.dates import dated
from enphase_tray.model.history import Provenance
from enphase_tray.model.language import mark, tr, trn

UNKNOWN = "–"
"""What stands where a figure is not known."""

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_PROVENANCES = {
    Provenance.MEASURED: mark("measured"),
    Provenance.DERIVED: mark("derived"),
    Provenance.BACK_FILLED: mark("back-filled"),
    Provenance.ESTIMATED: mark("estimated"),
}


def provenance_words(provenance: Provenance) -> str:
    """How an energy is known, in the user's language; `Provenance.word` is for files and machines."""
    return tr(_PROVENANCES[provenance])


def capital(text: str) -> str:
    """`text` as it begins a line."""
    return text[:1].upper() + text[1:]


def sentences(*texts: str) -> str:
    """Texts one after the other, each ended where it has no end of its own; empty ones are left out."""
    said = [text for text in texts if text]
    return " ".join(text if text.endswith((".", "!", "?", "…")) else f"{text}." for text in said)


class Wording:
    """How figures are written: the separators of the user's language, the wish for units, the zone for times."""

    def __init__(self, decimal: str = ".", group: str = ",", units: str = "auto", zone: tzinfo | None = None) -> None:
        """`units` is a value of `settings.Units`; without `zone` times are in the computer's own."""
        self.decimal = decimal
        self.group = group
        self.units = units
        self.zone = zone

    def with_zone(self, zone: tzinfo | None) -> "Wording":
        """The same wording for times in another zone."""
        return Wording(self.decimal, self.group, self.units, zone)

    def watts(self, watts: float | None) -> str:
        """A power with its unit, or a dash: `3,421 W`, from 10 kW on `12.3 kW` unless the user chose one unit."""
        if watts is None:
            return UNKNOWN
        kilowatts = self.units == "kilowatts" or (self.units == "auto" and abs(round(watts)) >= 10_000)
        if kilowatts:
            return f"{self.number(watts / 1000.0, 2 if abs(watts) < 9_995 else 1)} kW"
        return f"{self.number(watts, 0)} W"

    def energy(self, watt_hours: float | None) -> str:
        """An energy with three significant figures and its unit, or a dash: `12.3 kWh`."""
        if watt_hours is None:
            return UNKNOWN
        value, unit = watt_hours, "Wh"
        for larger in ("kWh", "MWh", "GWh"):
            if abs(value) < 999.5:
                break
            value, unit = value / 1000.0, larger
        decimals = 0 if unit == "Wh" or abs(value) >= 99.95 else 1 if abs(value) >= 9.995 else 2
        return f"{self.number(value, decimals)} {unit}"

    def number(self, value: float, decimals: int) -> str:
        """A number with the language's separators; never `-0`."""
        text = f"{value:,.{decimals}f}"
        if text.strip("-0.,") == "":
            text = text.lstrip("-")
        return text.replace(",", "\0").replace(".", self.decimal).replace("\0", self.group)

    def age(self, seconds: float) -> str:
        """How long ago: `just now`, `2 min ago`, `3 h ago`, `2 days ago`."""
        if seconds < 45:
            return tr("just now")
        if seconds < 90 * _MINUTE:
            return tr("{minutes} min ago", minutes=max(1, round(seconds / _MINUTE)))
        if seconds < 36 * _HOUR:
            return tr("{hours} h ago", hours=round(seconds / _HOUR))
        return trn("{count} day ago", "{count} days ago", round(seconds / _DAY))

    def clock(self, at: datetime, now: datetime | None = None) -> str:
        """A time of day, with the day in front where it is not the day of `now`: `10:40`, `25 Jun 10:40`."""
        local = at.astimezone(self.zone)
        if now is not None and now.astimezone(self.zone).date() == local.date():
            return f"{local:%H:%M}"
        if now is not None and abs(now - at) > timedelta(days=300):
            return f"{dated('{day} {mon} {year}', local)} {local:%H:%M}"
        return f"{dated('{day} {mon}', local)} {local:%H:%M}"
