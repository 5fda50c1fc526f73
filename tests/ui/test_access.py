"""Everything has a name for those who do not see it, and a way to it for those who use no mouse."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QLabel, QTableView, QWidget

from enphase_tray.ui.charting.chart import Chart
from enphase_tray.ui.window.pages import TABS
from tests.ui import views
from tests.ui.legibility import settle

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

ROLES = QAccessible.Role
CONTROLS = {
    ROLES.Button, ROLES.ButtonMenu, ROLES.CheckBox, ROLES.RadioButton, ROLES.ComboBox, ROLES.EditableText,
    ROLES.SpinBox, ROLES.PageTab, ROLES.Table, ROLES.List, ROLES.Slider, ROLES.Link,
}  # fmt: skip
"""What can be operated; it has to say what it is for."""
WORDLESS = re.compile(r"^\W*$")


class Node(NamedTuple):
    """One thing in the tree that a screen reader walks."""

    depth: int
    role: ROLES
    name: str
    description: str
    owner: QWidget | None
    hidden: bool

    def __str__(self) -> str:
        return f"{'  ' * self.depth}{self.role.name} {self.name!r} {self.description!r}"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> views.Stage:
    return views.Stage(tmp_path_factory.mktemp("stage"))


def tree(widget: QWidget) -> list[Node]:
    """All that a screen reader finds in a window, in its order."""
    root = QAccessible.queryAccessibleInterface(widget)
    return [] if root is None else list(_walk(root, 0))


def _walk(item: QAccessibleInterface, depth: int) -> Iterator[Node]:
    owner = item.object()
    yield Node(
        depth,
        item.role(),
        item.text(QAccessible.Text.Name),
        item.text(QAccessible.Text.Description),
        owner if isinstance(owner, QWidget) else None,
        bool(item.state().invisible),
    )
    if item.role() in {ROLES.Table, ROLES.List, ROLES.ComboBox, ROLES.SpinBox}:
        return  # what is in them speaks by its text
    for place in range(item.childCount()):
        child = item.child(place)
        if child is not None:
            yield from _walk(child, depth + 1)


def nameless(nodes: list[Node]) -> list[str]:
    """Controls that say nothing, or only a sign."""
    return [
        str(node)
        for node in nodes
        if node.role in CONTROLS and not node.hidden and WORDLESS.search(node.name) and not _of_qt(node)
    ]


def _of_qt(node: Node) -> bool:
    """Parts of Qt's own widgets, which speak through the whole: arrows of scroll bars and of a field's calendar."""
    return node.owner is not None and node.owner.objectName().startswith("qt_")


def unseen(window: QWidget) -> list[str]:
    """Widgets that can be operated but have no key of their own and cannot be come to by Tab."""
    found = []
    for widget in window.findChildren(QWidget):
        operable = isinstance(widget, (QAbstractButton, QAbstractItemView, Chart))
        if not operable or not widget.isVisible() or not widget.isEnabled() or widget.objectName().startswith("qt_"):
            continue
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget.focusProxy(), QWidget):
            continue
        if isinstance(widget, QAbstractButton) and _grouped(widget):
            continue
        if type(widget).__name__ in {"QToolButton", "QTableCornerButton", "QHeaderView"}:
            continue
        found.append(f"{type(widget).__name__} {getattr(widget, 'text', lambda: '')()!r}")
    return found


def walked(window: QWidget) -> list[QWidget]:
    """Where Tab leads, one round, beginning where the focus is."""
    window.activateWindow()
    settle()
    start = window.focusWidget() or window
    found: list[QWidget] = []
    for _ in range(120):
        QTest.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        now = window.focusWidget()
        if found and now is found[-1]:
            continue  # from hours to minutes
        if now is None or now in found:
            break
        found.append(now)
        if now is start:
            break
    return found


@pytest.mark.parametrize("name", views.DIALOGS)
def test_every_control_of_a_dialog_has_a_name(qtbot, stage: views.Stage, name: str) -> None:
    with views.shown(views.DIALOGS[name](stage)) as dialog:
        settle()
        nodes = tree(dialog)
        assert len(nodes) > 5, "the tree is there at all"
        assert dialog.windowTitle()
        assert nameless(nodes) == []
        assert unseen(dialog) == []


@pytest.mark.parametrize("name", views.WINDOWS)
def test_every_control_of_the_window_has_a_name(qtbot, stage: views.Stage, name: str) -> None:
    with views.shown(views.WINDOWS[name](stage)) as window:
        for place, (tab, _) in enumerate(TABS):
            window.tabs.setCurrentIndex(place)  # type: ignore[attr-defined]
            settle()
            nodes = tree(window)
            assert (tab, nameless(nodes)) == (tab, [])
            assert (tab, unseen(window)) == (tab, [])


def test_nameless_controls_are_found(qtbot) -> None:
    from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout

    window = QWidget()
    qtbot.addWidget(window)
    body = QVBoxLayout(window)
    for widget in (QPushButton("+"), QPushButton("Look"), QLineEdit(), QTableView()):
        body.addWidget(widget)
    window.show()
    assert len(nameless(tree(window))) == 3
    window.findChildren(QPushButton)[1].setFocusPolicy(Qt.FocusPolicy.NoFocus)
    assert unseen(window) == ["QPushButton 'Look'"]


@pytest.mark.parametrize("name", [name for name in views.DIALOGS if name.startswith(("settings", "set-up", "what"))])
def test_tab_goes_everywhere_from_top_to_bottom(qtbot, stage: views.Stage, name: str) -> None:
    """Each control once, and none much higher than the one before (but for the way back to the first)."""
    with views.shown(views.DIALOGS[name](stage)) as dialog:
        settle()
        round_trip = walked(dialog)
        wanted = {
            widget
            for widget in dialog.findChildren(QAbstractButton)
            if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
            and not widget.objectName().startswith("qt_") and not _grouped(widget)
        }  # fmt: skip
        assert wanted <= set(round_trip)
        tops = [widget.mapTo(dialog, widget.rect().topLeft()).y() for widget in round_trip]
        turns = [later < earlier - 8 for earlier, later in pairwise(tops)]
        assert sum(turns) <= 1, [
            f"{type(widget).__name__} at {top}" for widget, top in zip(round_trip, tops, strict=True)
        ]


def _grouped(widget: QAbstractButton) -> bool:
    """Of radio buttons only the chosen one takes Tab; arrow keys go to the others."""
    return widget.group() is not None and widget.group().exclusive() and not widget.isChecked()


def test_what_is_shown_by_shape_and_colour_is_said_in_words(qtbot, stage: views.Stage) -> None:
    """Marks are pictures: beside each stands a text, or the group that holds it has a name."""
    from enphase_tray.ui.look.marks import Mark, MarkWidget

    for name, make in views.WINDOWS.items():
        with views.shown(make(stage)) as window:
            settle()
            for mark in window.findChildren(MarkWidget):
                if not mark.isVisible() or mark.mark is Mark.NONE:
                    continue
                around = mark.parentWidget()
                assert around is not None
                said = around.accessibleName() or any(
                    label.isVisible() and label.text().strip() for label in around.findChildren(QLabel)
                )
                assert said, (name, mark.mark)
