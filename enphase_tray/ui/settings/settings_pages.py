"""The page of the settings about the program itself."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QWidget

from enphase_tray.model.language import mark, tr
from enphase_tray.settings.settings import (
    MAX_REFRESH_SECONDS,
    MIN_REFRESH_SECONDS,
    Appearance,
    Language,
    Settings,
    Units,
)
from enphase_tray.ui.login.login_fields import add_row, form_layout
from enphase_tray.ui.look.choices import Choice, NumberChoice
from enphase_tray.ui.look.scrolling import DownScroll
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID, to_font
from enphase_tray.ui.look.widgets import Label, Role, column
from enphase_tray.ui.resources import catalogues_directory
from enphase_tray.ui.settings.tray_fields import TrayFields

_UNITS = {
    Units.AUTO: mark("W below 10 kW, kW above"),
    Units.WATTS: mark("Always W"),
    Units.KILOWATTS: mark("Always kW"),
}
_APPEARANCES = {
    Appearance.SYSTEM: mark("As the desktop"),
    Appearance.LIGHT: mark("Light"),
    Appearance.DARK: mark("Dark"),
}
_LANGUAGES = {
    Language.SYSTEM: mark("As the system"),
    Language.ENGLISH: "English",
    Language.GERMAN: "Deutsch",
    Language.FRENCH: "Français",
    Language.DUTCH: "Nederlands",
    Language.SPANISH: "Español",
}
"""Each calls itself by its own name."""
_KINDS = {
    "password": mark("Password of the gateway"),
    "token": mark("Access token"),
    "cloud_password": mark("Password of the Enphase account"),
}


class ProgramPage(QWidget):
    """Refresh, start at log-in, looks, and where secrets are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.minutes = NumberChoice()
        self.minutes.setRange(MIN_REFRESH_SECONDS // 60, MAX_REFRESH_SECONDS // 60)
        self.minutes.setSuffix(tr(" min"))
        self.minutes.setAccessibleName(tr("Minutes between two readings"))
        self.minutes.setMaximumWidth(to_font(30 * GRID))
        self.live = QCheckBox(tr("Read &meters every minute, where the gateway has them"))
        self.start = QCheckBox(tr("Start w&hen I log in"))
        self.units = _choice(tr("Units of power"), _UNITS)
        self.appearance = _choice(tr("Colours of the windows"), _APPEARANCES)
        self.tray = TrayFields()
        self.language = _choice(tr("Language of the windows"), _spoken())
        self.renewals = QCheckBox(tr("Agree to e&xpected renewals of the gateway's certificate by itself"))
        self.in_file = QCheckBox(tr("&Where there is no keyring, keep the token in a file that only I can read"))
        self.places = Label(role=Role.NOTE, wrap=True)
        self._seconds = 0
        self._compose()

    def load(self, settings: Settings, places: Mapping[str, str]) -> None:
        """Show what is set."""
        self._seconds = settings.gateway.refresh_seconds
        self.minutes.setValue(round(self._seconds / 60))
        self.live.setChecked(settings.gateway.live_meters)
        self.start.setChecked(settings.start_at_login)
        self.units.setCurrentIndex(self.units.findData(settings.units))
        self.appearance.setCurrentIndex(self.appearance.findData(settings.appearance))
        self.tray.load(settings)
        self.language.setCurrentIndex(max(0, self.language.findData(settings.language)))
        self.renewals.setChecked(settings.gateway.accept_expected_renewals)
        self.in_file.setChecked(settings.token_in_file)
        self.show_places(places)

    def show_places(self, places: Mapping[str, str]) -> None:
        """Say where each kind of secret is kept; one that is not kept at all is left out."""
        kept = [f"{tr(_KINDS.get(kind, kind))}: {tr(place)}" for kind, place in places.items() if place != "none"]
        self.places.say(" · ".join(clean(line) for line in kept) or tr("Nothing secret is kept yet."))

    def settings(self, before: Settings) -> Settings:
        """`before` with what is chosen here, but for what concerns the gateway."""
        return replace(
            self.tray.settings(before),
            start_at_login=self.start.isChecked(),
            units=Units(self.units.currentData()),
            appearance=Appearance(self.appearance.currentData()),
            language=Language(self.language.currentData()),
            token_in_file=self.in_file.isChecked(),
        )

    @property
    def refresh_seconds(self) -> int:
        """As set by hand in the file while it shows as the same number of minutes."""
        shown = self.minutes.value()
        return self._seconds if round(self._seconds / 60) == shown else shown * 60

    def _compose(self) -> None:
        body = column(self, 4 * GRID, 2 * GRID)
        reading = QWidget()
        form = form_layout(reading)
        add_row(form, tr("&Read every"), self.minutes)
        form.addRow("", self.live)
        add_row(form, tr("&Units"), self.units)
        add_row(form, tr("&Appearance"), self.appearance)
        add_row(form, tr("La&nguage"), self.language)
        form.addRow("", Label(tr("Another language is spoken from the next start on."), Role.NOTE, wrap=True))
        form.addRow("", self.start)
        body.addWidget(reading)
        body.addWidget(Label(tr("In the tray"), Role.TITLE))
        body.addWidget(self.tray)
        body.addWidget(Label(tr("Trust and secrets"), Role.TITLE))
        for widget in (self.renewals, self.in_file, self.places):
            body.addWidget(widget)
        body.addStretch(1)


def scrolled(page: QWidget) -> DownScroll:
    """`page` in a frame that scrolls where the window is small."""
    area = DownScroll()
    area.put_page(page)
    return area


def _spoken() -> Mapping[Language, str]:
    """The languages that there is a catalogue for."""
    known = {
        Language.SYSTEM.value,
        Language.ENGLISH.value,
        *(file.stem for file in catalogues_directory().glob("*.mo")),
    }
    return {language: name for language, name in _LANGUAGES.items() if language.value in known}


def _choice(name: str, options: Mapping[Units, str] | Mapping[Appearance, str] | Mapping[Language, str]) -> Choice:
    made = Choice()
    made.setAccessibleName(name)
    for value, text in options.items():
        made.addItem(tr(text), value.value)
    return made
