"""The installed Qt for Python keeps the interpreter's own objects alive.

PySide6 6.12.0 on Python 3.10 and 3.11 gives away a reference to None or True in calls as plain as `QLabel.setText`.
When the count reaches zero the interpreter aborts, after minutes of redrawing or hours in the tray. This looks at the
counts before and after many such calls. Where these objects are immortal (Python 3.12 and newer) they never move.
"""

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QLabel, QSystemTrayIcon
from pytestqt.qtbot import QtBot

CALLS = 400


class _Sender(QObject):
    happened = Signal()

    def receive(self) -> None:
        """Connected to `happened`."""


@pytest.fixture
def calls(qtbot: QtBot) -> dict[str, Callable[[], object]]:
    """Calls that the program makes all day, by name."""
    label, sender, icon, pixmap = QLabel(), _Sender(), QSystemTrayIcon(), QPixmap(8, 8)
    qtbot.addWidget(label)
    sender.happened.connect(sender.receive)

    def paint() -> None:
        painter = QPainter(pixmap)
        painter.drawLine(0, 0, 7, 7)
        painter.end()

    def emit() -> None:
        sender.happened.emit()

    return {
        "set a text": lambda: label.setText("3,421 W"),
        "set a tooltip": lambda: icon.setToolTip("3,421 W now"),
        "ask for a redraw": label.update,
        "ask a yes-or-no question": label.isEnabled,
        "ask for what is not there": label.parentWidget,
        "emit a signal": emit,
        "paint": paint,
    }


def test_calls_keep_reference_counts(calls: dict[str, Callable[[], object]]) -> None:
    moved = {name: change for name, call in calls.items() if (change := _change(call))}
    assert not moved, f"references gained or lost per call on Python {sys.version.split()[0]}: {moved}"


def test_probe_sees_a_lost_reference() -> None:
    """The measure itself works: a call that keeps one reference for ever is seen on interpreters that count."""
    kept: list[None] = []
    change = _change(lambda: kept.append(None))
    assert change == ({} if sys.version_info >= (3, 12) else {"None": 1.0})


def _change(call: Callable[[], object]) -> dict[str, float]:
    """By how much one call moves the reference count of None, True and False; what stays the same is left out."""
    singletons = {"None": None, "True": True, "False": False}
    call()
    before = {name: sys.getrefcount(value) for name, value in singletons.items()}
    for _ in range(CALLS):
        call()
    after = {name: sys.getrefcount(value) for name, value in singletons.items()}
    per_call = {name: round((after[name] - before[name]) / CALLS, 1) for name in singletons}
    return {name: change for name, change in per_call.items() if change}
