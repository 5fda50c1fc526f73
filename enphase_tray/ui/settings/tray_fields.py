"""What can be chosen about the tray icon, for the settings."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from PySide6.QtWidgets import QCheckBox, QWidget

from enphase_tray.model.language import mark, tr
from enphase_tray.settings.settings import IconShows, IconStyle, Settings, TrayClick
from enphase_tray.ui.login.login_fields import add_row, form_layout
from enphase_tray.ui.look.choices import Choice
from enphase_tray.ui.look.widgets import Label, Role

_Word = TypeVar("_Word", bound=StrEnum)

_SHOWS = {
    IconShows.FIGURE: mark("The power now, as a number"),
    IconShows.RING: mark("A ring: now against the best of this hour"),
    IconShows.PLAIN: mark("Only how it is"),
}
_STYLES = {
    IconStyle.COLOUR: mark("In colour"),
    IconStyle.MONO: mark("One tone, as the desktop's colours are"),
    IconStyle.MONO_LIGHT: mark("One tone, for a light panel"),
    IconStyle.MONO_DARK: mark("One tone, for a dark panel"),
}
_CLICKS = {
    TrayClick.GLANCE: mark("The small window"),
    TrayClick.WINDOW: mark("The whole window"),
}


class TrayFields(QWidget):
    """Icon, its colours, when it is there, and what a click on it opens."""

    def __init__(self) -> None:
        super().__init__()
        self.shows = _choice(tr("What the tray icon shows"), _SHOWS)
        self.style_choice = _choice(tr("Colours of the tray icon"), _STYLES)
        self.click = _choice(tr("What a click on the tray icon opens"), _CLICKS)
        self.only_wrong = QCheckBox(tr("Show the icon onl&y when something is wrong"))
        self.hint = Label(tr("While it is away, start the program again to see its window."), Role.NOTE, wrap=True)
        self.only_wrong.setAccessibleDescription(self.hint.text())
        form = form_layout(self)
        add_row(form, tr("Tray &icon"), self.shows)
        add_row(form, tr("Col&ours"), self.style_choice)
        add_row(form, tr("Clic&k opens"), self.click)
        form.addRow("", self.only_wrong)
        form.addRow("", self.hint)

    def load(self, settings: Settings) -> None:
        """Show what is set."""
        self.shows.setCurrentIndex(self.shows.findData(settings.icon_shows.value))
        self.style_choice.setCurrentIndex(self.style_choice.findData(settings.icon_style.value))
        self.click.setCurrentIndex(self.click.findData(settings.tray_click.value))
        self.only_wrong.setChecked(settings.icon_only_when_wrong)

    def settings(self, before: Settings) -> Settings:
        """`before` with what is chosen here."""
        return replace(
            before,
            icon_shows=IconShows(self.shows.currentData()),
            icon_style=IconStyle(self.style_choice.currentData()),
            tray_click=TrayClick(self.click.currentData()),
            icon_only_when_wrong=self.only_wrong.isChecked(),
        )


def _choice(name: str, options: Mapping[_Word, str]) -> Choice:
    made = Choice()
    made.setAccessibleName(name)
    for value, text in options.items():
        made.addItem(tr(text), value.value)
    return made
