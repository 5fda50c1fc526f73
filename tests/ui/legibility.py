"""Finds text that has less room than it needs: in labels, buttons, fields, tabs, heads and cells of tables.

What is shortened on purpose (an ellipsis) has to say the whole on hover. Texts that charts paint themselves are not
seen here; their own tests look at them.
"""

import re
from collections.abc import Callable, Iterator

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QStyle,
    QStyleOptionButton,
    QTabBar,
    QTableView,
    QTabWidget,
    QToolButton,
    QWidget,
)

SLACK = 1
"""Pixels that rounding may cost."""
_ENDLESS = 100_000
_LEAST_LETTERS = 6
"""An ellipsis after fewer letters says nothing."""

Hook = Callable[[str], str]
_GROWN = "ün"
"""What words grow by begins with this, which no English text has."""
_CODES = re.compile(r"(?:[0-9A-Fa-f]{8} ?)+|(?:[0-9A-Z]{4}-?){2,}")
"""Fingerprints and pairing codes."""


def pseudo(text: str) -> str:
    """`text` as long as the wordiest of the languages, its words grown together as German does.

    Short texts grow by more: "Off" is "Ausgeschaltet". Figures and serials are the same everywhere.
    """
    said = _GROWN in text or any(digit.isdigit() for digit in text) or _CODES.fullmatch(text)
    if said or not any(letter.isalpha() for letter in text):
        return text
    grown = 1.8 if len(text) < 12 else 1.4 if len(text) < 40 else 1.3
    letters = f"{_GROWN}längerungs "
    wanted = round(len(text) * (grown - 1))
    return (
        text.rstrip("…")
        + "".join(letters[place % len(letters)] for place in range(wanted))
        + text[len(text.rstrip("…")) :]
    )


def say_otherwise(window: QWidget, hook: Hook) -> None:
    """Put what `hook` makes of it in the place of each text of `window`, as another language would."""
    for label in window.findChildren(QLabel):
        if label.text():
            whole = getattr(label, "whole", None)
            if whole is None:
                label.setText(hook(label.text()))
            else:
                label.say(hook(whole))  # type: ignore[attr-defined]
    for control in window.findChildren(QAbstractButton):
        if control.text():
            control.setText(hook(control.text()))
    for box in window.findChildren(QComboBox):
        for place in range(box.count()):
            box.setItemText(place, hook(box.itemText(place)))
    for line in window.findChildren(QLineEdit):
        line.setPlaceholderText(hook(line.placeholderText()))
    for bar in window.findChildren(QTabBar):
        for place in range(bar.count()):
            bar.setTabText(place, hook(bar.tabText(place)))


def refit(window: QWidget) -> None:
    """Make `window` as high as it would have been built with the texts that it has now."""
    settle()
    layout = window.layout()
    if layout is not None and layout.hasHeightForWidth():
        window.resize(window.width(), max(window.height(), layout.totalHeightForWidth(window.width())))


def settle() -> None:
    """Let layouts come to rest."""
    for _ in range(4):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


def complaints(window: QWidget) -> list[str]:
    """What cannot be read in `window`, each as a line; empty where all is well."""
    found = list(_narrow(window))
    found += _overlaps(window)
    found += _outside(window)
    return found


def _narrow(window: QWidget) -> Iterator[str]:
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or not widget.isVisible() or widget.objectName().startswith("qt_"):
            continue
        why = ""
        if isinstance(widget, QLabel):
            why = _label(widget)
        elif isinstance(widget, (QCheckBox, QRadioButton, QPushButton)):
            why = _button(widget)
        elif isinstance(widget, QComboBox):
            why = _combo(widget)
        elif isinstance(widget, QLineEdit):
            why = _line(widget)
        elif isinstance(widget, QTabBar):
            why = _tabs(widget)
        elif isinstance(widget, QTableView):
            why = "; ".join(_heads(widget)) or "; ".join(_cells(widget))
        if why:
            yield f"{_path(widget, window)}: {why}"


def _label(label: QLabel) -> str:
    text = label.text()
    if not text or (label.pixmap() is not None and not label.pixmap().isNull()):
        return ""
    whole = getattr(label, "whole", None)
    if whole is not None and text != whole:
        kept = text.rstrip("…")
        if label.toolTip() == "":
            return f"{whole!r} is cut to {text!r} and says no more on hover"
        return f"{whole!r} is cut to {text!r}" if len(kept) < _LEAST_LETTERS else ""
    flags = Qt.TextFlag.TextShowMnemonic | (Qt.TextFlag.TextWordWrap if label.wordWrap() else Qt.TextFlag(0))
    room = label.contentsRect()
    needed = label.fontMetrics().boundingRect(QRect(0, 0, room.width(), _ENDLESS), int(flags), text)
    if needed.width() > room.width() + SLACK:
        return f"{text!r} needs {needed.width()} px of width, has {room.width()}"
    if needed.height() > room.height() + SLACK:
        return f"{text!r} needs {needed.height()} px of height, has {room.height()}"
    return ""


def _button(button: QAbstractButton) -> str:
    option = QStyleOptionButton()
    text = button.text()
    if not text:
        return ""
    hint = button.sizeHint()
    style = button.style()
    needed = QFontMetrics(button.font()).size(int(Qt.TextFlag.TextShowMnemonic), text)
    if isinstance(button, QPushButton):
        button.initStyleOption(option)
        room = style.subElementRect(QStyle.SubElement.SE_PushButtonContents, option, button)
    else:
        room = button.rect()
        needed.setWidth(hint.width())
    if needed.width() > room.width() + SLACK or needed.height() > button.height() + SLACK:
        return f"{text!r} needs {needed.width()}x{needed.height()}, has {room.width()}x{button.height()}"
    return ""


def _combo(box: QComboBox) -> str:
    texts = [box.itemText(place) for place in range(box.count())]
    widest = max(texts, key=box.fontMetrics().horizontalAdvance, default="")
    needed = box.fontMetrics().horizontalAdvance(widest)
    room = box.width() - 8 - 20
    return f"{widest!r} needs {needed} px, has {room}" if needed > room + SLACK else ""


def _line(line: QLineEdit) -> str:
    spin = isinstance(line.parent(), QAbstractSpinBox)
    text = line.text() if spin else line.placeholderText()
    if not text or (not spin and line.text()):
        return ""
    needed = line.fontMetrics().horizontalAdvance(text)
    margins = line.textMargins()
    room = line.contentsRect().width() - margins.left() - margins.right() - (0 if spin else 2 * 8)
    if needed > room + SLACK:
        return f"{text!r} needs {needed} px, has {room}"
    if line.fontMetrics().height() > line.height() + SLACK:
        return f"{text!r} needs {line.fontMetrics().height()} px of height, has {line.height()}"
    return ""


def _tabs(bar: QTabBar) -> str:
    owner = bar.parent()
    room = owner.width() if isinstance(owner, QTabWidget) else bar.width()
    needed = sum(bar.tabSizeHint(place).width() for place in range(bar.count()))
    scrolls = any(arrow.isVisible() for arrow in bar.findChildren(QToolButton))
    if scrolls or needed > room + SLACK:
        return f"tabs need {needed} px, have {min(room, bar.width())}"
    return ""


def _heads(view: QTableView) -> Iterator[str]:
    header, model = view.horizontalHeader(), view.model()
    if not header.isVisible() or model is None:
        return
    for section in range(header.count()):
        text = str(model.headerData(section, Qt.Orientation.Horizontal) or "")
        needed = header.fontMetrics().horizontalAdvance(text) + 8
        if not header.isSectionHidden(section) and needed > header.sectionSize(section) + SLACK:
            yield f"head {text!r} needs {needed} px, has {header.sectionSize(section)}"
    if header.height() < header.fontMetrics().height():
        yield f"heads need {header.fontMetrics().height()} px of height, have {header.height()}"


def _cells(view: QTableView) -> Iterator[str]:
    """Cells may be wider than they show where the whole is said on hover, or where the table scrolls sideways."""
    model = view.model()
    if model is None or not model.rowCount():
        return
    if view.rowHeight(0) < view.fontMetrics().height():
        yield f"rows need {view.fontMetrics().height()} px of height, have {view.rowHeight(0)}"
    for column in range(model.columnCount()):
        needed, room = view.sizeHintForColumn(column), view.columnWidth(column)
        if needed <= room + SLACK or view.isColumnHidden(column):
            continue
        for row in range(min(model.rowCount(), 20)):
            index = model.index(row, column)
            wide = view.fontMetrics().horizontalAdvance(str(index.data() or "")) + 8
            if wide > room and not index.data(Qt.ItemDataRole.ToolTipRole):
                yield f"cell {index.data()!r} needs {wide} px, has {room}, and says no more on hover"
                break


def _overlaps(window: QWidget) -> Iterator[str]:
    """Widgets with words of their own that lie on each other."""
    worded = [
        widget
        for widget in window.findChildren(QWidget)
        if isinstance(widget, (QLabel, QAbstractButton, QLineEdit, QComboBox))
        and widget.isVisible()
        and _words(widget)
        and not isinstance(widget.parent(), (QComboBox, QAbstractSpinBox, QLineEdit, QTabBar))
    ]
    places = [(widget, _seen(widget, window)) for widget in worded]
    for at, (one, where) in enumerate(places):
        for other, there in places[at + 1 :]:
            both = where & there
            if both.width() > SLACK and both.height() > SLACK and not one.isAncestorOf(other):
                yield f"{_path(one, window)} {_words(one)!r} lies on {_path(other, window)} {_words(other)!r}"


def _outside(window: QWidget) -> Iterator[str]:
    """Widgets with words that reach beyond what surrounds them, where that does not scroll."""
    for widget in window.findChildren(QWidget):
        if not isinstance(widget, (QLabel, QAbstractButton, QLineEdit, QComboBox)) or not widget.isVisible():
            continue
        if not _words(widget) or _scrolls(widget, window):
            continue
        whole = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
        if not _seen(widget, window).adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(whole):
            yield f"{_path(widget, window)} {_words(widget)!r} reaches beyond its surroundings"


def _seen(widget: QWidget, window: QWidget) -> QRect:
    """The part of a widget that its surroundings let be seen, in coordinates of `window`."""
    rect = QRect(widget.mapTo(window, widget.rect().topLeft()), widget.size())
    around = widget.parentWidget()
    while around is not None and around is not window.parentWidget():
        rect &= QRect(around.mapTo(window, around.rect().topLeft()), around.size())
        if around is window:
            break
        around = around.parentWidget()
    return rect


def _scrolls(widget: QWidget, window: QWidget) -> bool:
    """Whether what is out of sight can be scrolled to; sideways only tables scroll."""
    around = widget.parentWidget()
    while around is not None and around is not window:
        if isinstance(around, QAbstractScrollArea):
            sideways = isinstance(around, QScrollArea) and around.widget().width() > around.viewport().width() + SLACK
            return not sideways
        around = around.parentWidget()
    return False


def _words(widget: QWidget) -> str:
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, (QLabel, QAbstractButton)):
        return widget.text()
    return widget.text() or widget.placeholderText() if isinstance(widget, QLineEdit) else ""


def _path(widget: QWidget, window: QWidget) -> str:
    names = []
    at: QWidget | None = widget
    while at is not None and at is not window:
        names.append(at.objectName() or type(at).__name__)
        at = at.parentWidget()
    return "/".join(reversed(names[:3]))
