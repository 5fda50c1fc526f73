"""Small building blocks that every window uses: plain labels, cards, buttons, banners, marked fields."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.text import clean, tip
from enphase_tray.ui.look.theme import GRID, note_font, title_font, to_font

_LONGEST_WORD = 40 * GRID
_Box = TypeVar("_Box", bound=QLayout)


class Role(StrEnum):
    """What a label or button is for; the style sheet and the font follow it."""

    TEXT = "text"
    NOTE = "note"
    ERROR = "error"
    TITLE = "title"
    MAIN = "main"
    QUIET = "quiet"


class Label(QLabel):
    """A label that shows its text as it is, never as rich text."""

    def __init__(self, text: str = "", role: Role = Role.TEXT, *, wrap: bool = False) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role.value)
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
        if role in {Role.NOTE, Role.ERROR}:
            self.setFont(note_font(self.font()))
        elif role is Role.TITLE:
            self.setFont(title_font(self.font()))
        self.say(text)

    def minimumSizeHint(self) -> QSize:
        """One line high: a wrapping label would ask for the height of its narrowest form, wherever it scrolls.

        As wide as its longest word, but for words from outside that know no measure.
        """
        if not self.wordWrap():
            return super().minimumSizeHint()
        metrics = self.fontMetrics()
        longest = max(self.text().split(" "), key=len, default="")
        width = min(metrics.horizontalAdvance(longest) + 2, to_font(_LONGEST_WORD))
        return QSize(max(20 * GRID, width), metrics.height())

    def say(self, text: str, hint: str = "") -> None:
        """Show `text` (cleaned), with `hint` on hover; nothing happens where both stand already."""
        shown = clean(text)
        if shown != self.text():
            self.setText(shown)
        if tip(hint) != self.toolTip():
            self.setToolTip(tip(hint))


class ElidedLabel(Label):
    """A one-line label that gives way when there is little room and then shows the whole on hover."""

    def __init__(self, text: str = "", role: Role = Role.TEXT) -> None:
        self._whole = self._short = ""
        super().__init__(text, role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def whole(self) -> str:
        """The text without regard to room."""
        return self._whole

    def say(self, text: str, hint: str = "", short: str = "") -> None:
        """As with any label; `short` is said instead, before anything is cut off, where there is little room."""
        self._whole, self._short = clean(text), clean(short)
        self.setAccessibleName(self._whole)
        self._fit(hint)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._whole) + 2, metrics.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(GRID * 8, self.fontMetrics().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit("")

    def _fit(self, hint: str) -> None:
        room = max(self.width(), GRID * 8)
        said = self._whole
        if self._short and self.fontMetrics().horizontalAdvance(said) > room:
            said = self._short
        shown = self.fontMetrics().elidedText(said, Qt.TextElideMode.ElideRight, room)
        self.setText(shown)
        self.setToolTip(tip(hint or (self._whole if shown != self._whole else "")))


class Card(QFrame):
    """A quiet rounded surface; `body` is its column."""

    def __init__(self, margin: int = 3 * GRID, spacing: int = GRID) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.body = column(self, margin, spacing)


class Banner(QFrame):
    """A line across the window that says what is wrong, what to do, and offers the button that does it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.setVisible(False)
        self._do: Callable[[], None] | None = None
        self._find_out: Callable[[], None] | None = None
        self._mark = MarkWidget(Mark.LOOK, 16)
        self.title = Label(wrap=True)
        self.advice = Label(role=Role.NOTE, wrap=True)
        self.button = button("")
        self.button.clicked.connect(self._clicked)
        self.more = button("", Role.QUIET)
        self.more.setVisible(False)
        self.more.clicked.connect(self._asked_more)
        font = QFont(self.title.font())
        font.setWeight(QFont.Weight.DemiBold)
        self.title.setFont(font)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(3 * GRID)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.title)
        texts.addWidget(self.advice)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self.more, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_trouble(
        self, mark: Mark, title: str, advice: str, action: str = "", do: Callable[[], None] | None = None
    ) -> None:
        """Say it; without `action` there is no button."""
        grave = mark in {Mark.FAULT, Mark.NO_LINK}
        if self.property("grave") != grave:
            self.setProperty("grave", grave)
            repolish(self)
        self._mark.set_mark(mark)
        self.title.say(title)
        self.advice.say(advice)
        self.advice.setVisible(bool(advice))
        self._do = do
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.setAccessibleName(clean(f"{title}. {advice}"))
        self.setVisible(True)

    def offer_more(self, text: str, do: Callable[[], None] | None) -> None:
        """A second, quieter button; none where `text` is empty."""
        self._find_out = do
        self.more.setText(text)
        self.more.setVisible(bool(text))

    def _asked_more(self) -> None:
        if self._find_out is not None:
            self._find_out()

    def _clicked(self) -> None:
        if self._do is not None:
            self._do()


class Field(QWidget):
    """An input with what is wrong with it, or what to know, beneath."""

    edited = Signal()

    def __init__(self, editor: QLineEdit | QPlainTextEdit, name: str, hint: str = "") -> None:
        super().__init__()
        self.editor = editor
        self._hint = hint
        editor.setAccessibleName(name)
        self.note = Label(hint, Role.NOTE, wrap=True)
        body = column(self, 0, GRID // 2)
        body.addWidget(editor)
        body.addWidget(self.note)
        self.note.setVisible(bool(hint))
        self.setFocusProxy(editor)
        editor.textChanged.connect(self._changed)

    @property
    def text(self) -> str:
        """What was typed, without blanks at its ends."""
        editor = self.editor
        return (editor.text() if isinstance(editor, QLineEdit) else editor.toPlainText()).strip()

    @property
    def wrong(self) -> bool:
        return bool(self.editor.property("wrong"))

    def say(self, note: str, *, wrong: bool = False) -> None:
        """Show `note` beneath; `wrong` marks the input too. An empty note brings the hint back."""
        self._mark_wrong(wrong)
        self.note.say(note or self._hint)
        self.note.setVisible(bool(note or self._hint))
        self.editor.setAccessibleDescription(clean(note or self._hint))

    def _changed(self) -> None:
        if self.wrong:
            self.say("")
        self.edited.emit()

    def _mark_wrong(self, wrong: bool) -> None:
        if self.wrong == wrong:
            return
        self.editor.setProperty("wrong", wrong)
        self.note.setProperty("role", (Role.ERROR if wrong else Role.NOTE).value)
        repolish(self.editor)
        repolish(self.note)


def button(text: str, role: Role = Role.TEXT, name: str = "") -> QPushButton:
    """A push button; `&` in `text` marks its key. `name` is what a screen reader says instead."""
    made = QPushButton(text)
    made.setProperty("role", role.value)
    made.setAutoDefault(False)
    if name:
        made.setAccessibleName(name)
        made.setToolTip(tip(name))
    return made


def divider() -> QFrame:
    """A thin upright line between groups."""
    line = QFrame()
    line.setProperty("role", "divider")
    line.setFixedWidth(1)
    return line


def column(owner: QWidget | None, margin: int = 0, spacing: int = GRID) -> QVBoxLayout:
    """A column of widgets, set as the layout of `owner`."""
    made = QVBoxLayout() if owner is None else QVBoxLayout(owner)
    return _spaced(made, margin, spacing)


def row(owner: QWidget | None = None, margin: int = 0, spacing: int = 2 * GRID) -> QHBoxLayout:
    """A row of widgets, set as the layout of `owner`."""
    made = QHBoxLayout() if owner is None else QHBoxLayout(owner)
    return _spaced(made, margin, spacing)


def repolish(widget: QWidget) -> None:
    """Let the style sheet see a changed property."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def empty_state(text: str) -> Label:
    """What stands in the middle of a page that has nothing to show yet."""
    label = Label(text, Role.NOTE, wrap=True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label


def _spaced(layout: _Box, margin: int, spacing: int) -> _Box:
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout
