"""The page of the settings that says what is told, when, and what was muted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time
from types import MappingProxyType

from PySide6.QtCore import QLocale, Qt, QTime, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QWidget

from enphase_tray.alerts.rules import RULES
from enphase_tray.model.alerts import Limits
from enphase_tray.model.language import mark, tr, trc
from enphase_tray.settings.attention import Mute
from enphase_tray.settings.settings import LIMIT_RANGES, QuietHours, RuleMode, Settings
from enphase_tray.settings.validate import check_currency, check_price
from enphase_tray.status.muting import mute_subject, mute_words
from enphase_tray.status.words import Wording
from enphase_tray.ui.login.login_fields import marked
from enphase_tray.ui.look.choices import Choice, NumberChoice, TimeChoice
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID, to_font
from enphase_tray.ui.look.widgets import Field, Label, Role, button, column, row
from enphase_tray.ui.notices.attention import Attention

_MODES = {RuleMode.ON: mark("At once"), RuleMode.DIGEST: mark("Daily summary"), RuleMode.OFF: mark("Off")}
_LIMITS = {
    "panel_weak": ("weak_percent", mark("from"), " %", mark("Per cent that a panel must lose")),
    "gateway_unreachable": ("unreachable_minutes", mark("after"), mark(" min"), mark("Minutes without an answer")),
    "token_expiring": ("token_days", mark("from"), mark(" days"), mark("Days before the end of the token")),
}
"""Rule to its threshold: field of `Limits`, word before it, unit, what it is."""
_LIST_LINES = 4.5


class AlertsPage(QWidget):
    """A line for each rule, quiet hours, the daily summary, the price of energy, and what is muted."""

    preview_asked = Signal(str)
    """The user wants to see what this rule would have told."""

    def __init__(self, attention: Attention, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._attention = attention
        self._now = now
        self._wording = Wording(zone=attention.zone)
        self.modes: dict[str, Choice] = {}
        self.limits: dict[str, NumberChoice] = {}
        self.quiet = QCheckBox(tr("&Quiet hours: tell nothing from"))
        self.quiet_start = TimeChoice(tr("Quiet hours begin at"))
        self.quiet_end = TimeChoice(tr("Quiet hours end at"))
        self.critical = QCheckBox(tr("But what stops the plant is told &at once"))
        self.digest_at = TimeChoice(tr("Time of the daily summary"))
        self.weekly = QCheckBox(tr("Write a report of the &week each Monday"))
        self.price = Field(QLineEdit(), tr("Price of a kilowatt-hour"))
        self.currency = Field(QLineEdit(), tr("Currency"))
        self.muted = QListWidget()
        self.muted.setAccessibleName(tr("What is muted"))
        self.hear = button(tr("&Hear of it again"), name=tr("Hear again of what is chosen in the list of mutes"))
        none = tr("Nothing is muted. A right click on an inverter, an event or “Mute” at a relay does it.")
        self._no_mutes = Label(none, Role.NOTE, wrap=True)
        self._shown: tuple[Mute, ...] = ()
        self._compose()
        self.quiet.toggled.connect(self._switch_quiet)
        self.hear.clicked.connect(self._hear)
        self.muted.itemSelectionChanged.connect(self._chosen)
        attention.changed.connect(self.show_mutes)

    def load(self, settings: Settings) -> None:
        """Show what is set."""
        for name, choice in self.modes.items():
            choice.setCurrentIndex(choice.findData(settings.mode(name).value))
        for name, number in self.limits.items():
            number.setValue(getattr(settings.limits, name))
        quiet = settings.quiet
        self.quiet.setChecked(quiet.enabled)
        self.quiet_start.setTime(_shown_time(quiet.start))
        self.quiet_end.setTime(_shown_time(quiet.end))
        self.critical.setChecked(quiet.critical_anyway)
        self.digest_at.setTime(_shown_time(settings.digest_at))
        self.weekly.setChecked(settings.weekly_report)
        price = settings.price_per_kwh
        _line(self.price).setText("" if price is None else QLocale().toString(price, "g", 12))
        _line(self.currency).setText(settings.currency)
        self._switch_quiet()
        self.show_mutes()

    def check(self) -> list[Field]:
        """Mark what is wrong and return those fields."""
        price, understood = self._price()
        said = check_price(price) if understood else tr("Type a number such as 0.32, or leave it empty.")
        return marked(((self.price, said), (self.currency, check_currency(self.currency.text))))

    def settings(self, before: Settings) -> Settings:
        """`before` with what is chosen here; entries of rules that are not known here stay."""
        modes = {name: RuleMode(choice.currentData()) for name, choice in self.modes.items()}
        return replace(
            before,
            rules=MappingProxyType({**before.rules, **modes}),
            limits=self.chosen_limits(before.limits),
            quiet=QuietHours(
                self.quiet.isChecked(),
                _time(self.quiet_start),
                _time(self.quiet_end),
                self.critical.isChecked(),
            ),
            digest_at=_time(self.digest_at),
            weekly_report=self.weekly.isChecked(),
            price_per_kwh=self._price()[0],
            currency=self.currency.text,
        )

    def chosen_limits(self, before: Limits) -> Limits:
        """The thresholds as they are typed."""
        return replace(before, **{name: number.value() for name, number in self.limits.items()})

    @Slot()
    def show_mutes(self) -> None:
        """List what is muted now."""
        self._shown = self._attention.mutes
        self.muted.clear()
        for mute in self._shown:
            words = mute_words(mute, self._now(), self._wording)
            self.muted.addItem(QListWidgetItem(clean(f"{mute_subject(mute)}: {words}")))
        self.muted.setVisible(bool(self._shown))
        self.hear.setVisible(bool(self._shown))
        self._no_mutes.setVisible(not self._shown)
        self._chosen()

    def _price(self) -> tuple[float | None, bool]:
        """What is typed (`None`: nothing), and whether it is a number; with a point or the user's own separator."""
        text = self.price.text
        if not text:
            return None, True
        value, understood = QLocale().toDouble(text)
        if not understood:
            value, understood = QLocale.c().toDouble(text.replace(",", "."))
        return (value if understood else None), understood

    def _compose(self) -> None:
        body = column(self, 4 * GRID, 3 * GRID)
        body.addWidget(Label(tr("Tell me when…"), Role.TITLE))
        body.addLayout(self._rules())
        note = tr(
            "Alerts also stand in the window and in its list of events. What is off is not looked for at all. "
            "“Look back” shows what a rule would have told you in the last 30 days."
        )
        body.addWidget(Label(note, Role.NOTE, wrap=True))
        body.addWidget(Label(tr("When"), Role.TITLE))
        body.addLayout(_line_of(self.quiet, self.quiet_start, _word(trc("time", "to"), self.quiet_end), self.quiet_end))
        indented = _line_of(self.critical)
        indented.setContentsMargins(6 * GRID, 0, 0, 0)
        body.addLayout(indented)
        body.addLayout(_line_of(_word(tr("Daily s&ummary at"), self.digest_at), self.digest_at))
        body.addWidget(self.weekly)
        body.addWidget(Label(tr("What a kilowatt-hour is worth"), Role.TITLE))
        _line(self.price).setPlaceholderText(tr("not set"))
        _line(self.currency).setPlaceholderText("EUR")
        for field, width in ((self.price, 30), (self.currency, 20)):
            field.setMaximumWidth(to_font(width * GRID))
        price, currency = _word(tr("P&rice"), self.price), _word(tr("Curre&ncy"), self.currency)
        body.addLayout(_line_of(price, self.price, currency, self.currency))
        body.addWidget(Label(tr("Muted"), Role.TITLE))
        body.addWidget(self._no_mutes)
        self.muted.setMaximumHeight(round(_LIST_LINES * (self.muted.fontMetrics().height() + 3 * GRID)))
        body.addWidget(self.muted)
        body.addLayout(_line_of(self.hear))
        body.addStretch(1)

    def _rules(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(0, 1)
        for place, rule in enumerate(RULES):
            choice = Choice()
            choice.setAccessibleName(tr("{rule}: tell", rule=tr(rule.label)))
            for mode, words in _MODES.items():
                choice.addItem(tr(words), mode.value)
            self.modes[rule.name] = choice
            grid.addWidget(Label(tr(rule.label), wrap=True), place, 0)
            if rule.name in _LIMITS:
                self._add_limit(grid, place, rule.name)
            grid.addWidget(choice, place, 3)
            look = button(
                tr("Look back…"),
                Role.QUIET,
                tr("What would “{rule}” have told me in the last 30 days?", rule=tr(rule.label)),
            )
            look.clicked.connect(self._asking(rule.name))
            grid.addWidget(look, place, 4)
        return grid

    def _add_limit(self, grid: QGridLayout, place: int, rule: str) -> None:
        name, word, unit, meaning = _LIMITS[rule]
        number = NumberChoice()
        number.setRange(*LIMIT_RANGES[name])
        number.setSuffix(tr(unit))
        number.setAccessibleName(tr(meaning))
        number.setFixedWidth(to_font(24 * GRID))
        self.limits[name] = number
        word_side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(Label(tr(word), Role.NOTE), place, 1, word_side)
        grid.addWidget(number, place, 2)

    def _asking(self, rule: str) -> Callable[[], None]:
        return lambda: self.preview_asked.emit(rule)

    @Slot()
    def _switch_quiet(self) -> None:
        for widget in (self.quiet_start, self.quiet_end, self.critical):
            widget.setEnabled(self.quiet.isChecked())

    @Slot()
    def _chosen(self) -> None:
        self.hear.setEnabled(bool(self.muted.selectedItems()))

    @Slot()
    def _hear(self) -> None:
        rows = {self.muted.row(item) for item in self.muted.selectedItems()}
        self._attention.remove(mute for place, mute in enumerate(self._shown) if place in rows)


def _word(text: str, buddy: QWidget) -> Label:
    label = Label(text)
    label.setBuddy(buddy.editor if isinstance(buddy, Field) else buddy)
    return label


def _line_of(*widgets: QWidget) -> QHBoxLayout:
    """Widgets side by side, as wide as they need to be."""
    line = row()
    for widget in widgets:
        line.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop if isinstance(widget, Field) else Qt.AlignmentFlag(0))
    line.addStretch(1)
    return line


def _line(field: Field) -> QLineEdit:
    editor = field.editor
    if not isinstance(editor, QLineEdit):
        raise TypeError("a field of one line")
    return editor


def _shown_time(moment: time) -> QTime:
    return QTime(moment.hour, moment.minute)


def _time(field: TimeChoice) -> time:
    shown = field.time()
    return time(shown.hour(), shown.minute())
