"""The page of the settings about the program itself."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QScrollArea, QWidget

from enphase_tray.settings.settings import (
    MAX_REFRESH_SECONDS,
    MIN_REFRESH_SECONDS,
    Appearance,
    IconStyle,
    Settings,
    Units,
)
from enphase_tray.ui.choices import Choice, NumberChoice
from enphase_tray.ui.login_fields import add_row, form_layout
from enphase_tray.ui.text import clean
from enphase_tray.ui.theme import GRID
from enphase_tray.ui.widgets import Label, Role, column

_UNITS = {
    Units.AUTO: "W, from 10 kW on kW",
    Units.WATTS: "Always W",
    Units.KILOWATTS: "Always kW",
}
_APPEARANCES = {
    Appearance.SYSTEM: "As the desktop",
    Appearance.LIGHT: "Light",
    Appearance.DARK: "Dark",
}
_ICONS = {
    IconStyle.COLOUR: "In colour",
    IconStyle.MONO_LIGHT: "One tone, for a light panel",
    IconStyle.MONO_DARK: "One tone, for a dark panel",
}
_KINDS = {
    "password": "Password of the gateway",
    "token": "Access token",
    "cloud_password": "Password of the Enphase account",
}


class ProgramPage(QWidget):
    """Refresh, start at log-in, looks, and where secrets are kept."""

    def __init__(self) -> None:
        super().__init__()
        self.minutes = NumberChoice()
        self.minutes.setRange(MIN_REFRESH_SECONDS // 60, MAX_REFRESH_SECONDS // 60)
        self.minutes.setSuffix(" min")
        self.minutes.setAccessibleName("Minutes between two readings")
        self.minutes.setMaximumWidth(GRID * 30)
        self.live = QCheckBox("Read &meters every minute, where the gateway has them")
        self.start = QCheckBox("S&tart when I log in")
        self.units = _choice("Units of power", _UNITS)
        self.appearance = _choice("Colours of the windows", _APPEARANCES)
        self.icon = _choice("Colours of the tray icon", _ICONS)
        self.renewals = QCheckBox("Agree to e&xpected renewals of the gateway's certificate by itself")
        self.in_file = QCheckBox("Where there is no &keyring, keep the token in a file that only I can read")
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
        self.icon.setCurrentIndex(self.icon.findData(settings.icon_style))
        self.renewals.setChecked(settings.gateway.accept_expected_renewals)
        self.in_file.setChecked(settings.token_in_file)
        self.show_places(places)

    def show_places(self, places: Mapping[str, str]) -> None:
        """Say where each kind of secret is kept; one that is not kept at all is left out."""
        kept = [f"{_KINDS.get(kind, kind)}: {place}" for kind, place in places.items() if place != "none"]
        self.places.say(" · ".join(clean(line) for line in kept) or "Nothing secret is kept yet.")

    def settings(self, before: Settings) -> Settings:
        """`before` with what is chosen here, but for what concerns the gateway."""
        return replace(
            before,
            start_at_login=self.start.isChecked(),
            units=Units(self.units.currentData()),
            appearance=Appearance(self.appearance.currentData()),
            icon_style=IconStyle(self.icon.currentData()),
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
        add_row(form, "&Read every", self.minutes)
        form.addRow("", self.live)
        add_row(form, "&Units", self.units)
        add_row(form, "&Appearance", self.appearance)
        add_row(form, "Tray &icon", self.icon)
        form.addRow("", self.start)
        body.addWidget(reading)
        body.addWidget(Label("Trust and secrets", Role.TITLE))
        for widget in (self.renewals, self.in_file, self.places):
            body.addWidget(widget)
        body.addStretch(1)


def scrolled(page: QWidget) -> QScrollArea:
    """`page` in a frame that scrolls where the window is small."""
    area = QScrollArea()
    # The fields in it scroll into sight when they get the focus; a stop of its own would show nothing.
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    page.setProperty("role", "sheet")
    area.setWidget(page)
    area.viewport().setAutoFillBackground(False)
    return area


def _choice(name: str, options: Mapping[Units, str] | Mapping[Appearance, str] | Mapping[IconStyle, str]) -> Choice:
    made = Choice()
    made.setAccessibleName(name)
    for value, text in options.items():
        made.addItem(text, value.value)
    return made
