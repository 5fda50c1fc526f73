"""Where windows stand: the small one beside the tray icon, and others back on a screen that is still there."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QWidget

GAP = 8
"""Between a window and the panel or the edge, px."""
_NEAR_EDGE = 48
_TITLE_HEIGHT = 32
_GRIP = 80


def place(size: QSize, screen: QRect, available: QRect, icon: QRect, pointer: QPoint | None) -> QPoint:
    """The upper left corner of a window of `size` that belongs to the tray icon.

    Beside `icon` where its place is known (not empty), else beside the `pointer` where that is in the panel (the click
    was there), else centred along the edge that the panel stands at. `available` is `screen` without its panels.
    """
    anchor = _anchor(screen, available, icon, pointer)
    edge = panel_edge(screen, available) if anchor is None else _nearest_edge(anchor.center(), screen)
    middle = screen.center() if anchor is None else anchor.center()
    left, top = middle.x() - size.width() // 2, middle.y() - size.height() // 2
    room = available.adjusted(GAP, GAP, -GAP, -GAP)
    if edge is Qt.Edge.TopEdge:
        top = room.top()
    elif edge is Qt.Edge.BottomEdge:
        top = room.bottom() + 1 - size.height()
    elif edge is Qt.Edge.LeftEdge:
        left = room.left()
    else:
        left = room.right() + 1 - size.width()
    return _inside(QRect(QPoint(left, top), size), room).topLeft()


def panel_edge(screen: QRect, available: QRect) -> Qt.Edge:
    """The edge at which most room is taken by panels; the lower one where none is."""
    taken = {
        Qt.Edge.BottomEdge: screen.bottom() - available.bottom(),
        Qt.Edge.TopEdge: available.top() - screen.top(),
        Qt.Edge.RightEdge: screen.right() - available.right(),
        Qt.Edge.LeftEdge: available.left() - screen.left(),
    }
    return max(taken, key=lambda edge: taken[edge])


def back_on_screen(frame: QRect, screens: Sequence[QRect]) -> QRect:
    """`frame` where it can be seen and dragged: unchanged while enough of its title lies on a screen.

    Otherwise it is moved, and made smaller if it must, into the nearest of `screens` (their available parts).
    """
    title = QRect(frame.left(), frame.top(), frame.width(), min(_TITLE_HEIGHT, frame.height()))
    for screen in screens:
        seen = title.intersected(screen)
        if seen.width() >= min(_GRIP, frame.width()) and seen.height() >= title.height() // 2:
            return frame
    if not screens:
        return frame
    nearest = min(screens, key=lambda screen: (screen.center() - frame.center()).manhattanLength())
    return _inside(QRect(frame.topLeft(), frame.size().boundedTo(nearest.size())), nearest)


def _anchor(screen: QRect, available: QRect, icon: QRect, pointer: QPoint | None) -> QRect | None:
    if not icon.isEmpty() and screen.contains(icon.center()):
        return icon
    if pointer is None or not screen.contains(pointer):
        return None
    hidden = available == screen  # no panel keeps its room free: it may hide itself, or float
    at_edge = not screen.adjusted(_NEAR_EDGE, _NEAR_EDGE, -_NEAR_EDGE, -_NEAR_EDGE).contains(pointer)
    in_panel = at_edge if hidden else not available.contains(pointer)
    return QRect(pointer, QSize(1, 1)) if in_panel else None


def _nearest_edge(point: QPoint, screen: QRect) -> Qt.Edge:
    away = {
        Qt.Edge.BottomEdge: screen.bottom() - point.y(),
        Qt.Edge.TopEdge: point.y() - screen.top(),
        Qt.Edge.RightEdge: screen.right() - point.x(),
        Qt.Edge.LeftEdge: point.x() - screen.left(),
    }
    return min(away, key=lambda edge: away[edge])


def _inside(rect: QRect, room: QRect) -> QRect:
    left = max(room.left(), min(rect.left(), room.right() + 1 - rect.width()))
    top = max(room.top(), min(rect.top(), room.bottom() + 1 - rect.height()))
    return QRect(QPoint(left, top), rect.size())


def bring_to_front(window: QWidget) -> None:
    """Show it above all others, with the focus."""
    if window.isMinimized():
        window.showNormal()
    else:
        window.show()
    window.raise_()
    window.activateWindow()
