"""The day's output: the sum of all inverters above, each inverter beneath, over one time axis."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._panes import Panes, arrays, blend, thin
from enphase_tray.ui.day_curves import DayCurves
from enphase_tray.ui.text import clean, short_serial
from enphase_tray.ui.theme import Colours, colours

_NEAR_PIXELS = 24.0
_MANY = 24


class InverterDayChart(QWidget):
    """Lines of one pixel, one inverter brought out at a time, a cursor for mouse and keyboard.

    Left and right move the cursor, up and down go through the inverters, Enter isolates, Escape shows all,
    plus, minus and 0 zoom.
    """

    readout = Signal(str)
    """What stands under the cursor, in a sentence."""
    picked = Signal(str)
    """An inverter was chosen in the chart (its serial), or none (empty)."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Chart of the inverters' output over the day")
        self._day: DayCurves | None = None
        self._wording = Wording()
        self._concerned: frozenset[str] = frozenset()
        self._selected = self._isolated = ""
        self._cursor: float | None = None
        self._items: dict[str, Any] = {}
        self._whole = (0.0, 0.0)
        self._tones: Colours = colours(self.palette())
        self.panes = Panes()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panes)
        self.panes.scene().sigMouseMoved.connect(self._hover)
        self.panes.scene().sigMouseClicked.connect(self._click)
        self.restyle()

    @property
    def selected(self) -> str:
        """The serial of the inverter that is brought out, empty for none."""
        return self._selected

    @property
    def shown_serials(self) -> tuple[str, ...]:
        """Serials whose curves are visible."""
        return tuple(serial for serial, item in self._items.items() if item.isVisible())

    @property
    def span(self) -> tuple[float, float]:
        """First and last epoch second in sight."""
        low, high = self.panes.beneath.vb.viewRange()[0]
        return float(low), float(high)

    def show_day(self, day: DayCurves, wording: Wording, concerned: frozenset[str]) -> None:
        """Show another day, or the same one loaded anew; `wording` has the gateway's zone."""
        moved = self._day is None or self._day.day != day.day
        self._day, self._wording, self._concerned = day, wording, concerned
        self.panes.put_day(day.start, day.end, wording)
        for item in self._items.values():
            self.panes.beneath.removeItem(item)
        self._items = {serial: self.panes.new_curve() for serial in day.inverters}
        self._selected = self._selected if self._selected in day.inverters else ""
        self._isolated = self._selected if self._isolated else ""
        self._draw(day.inverters)
        if moved:
            self._move_cursor(None)
            self.show_whole()

    def grow(self, serials: Iterable[str], concerned: frozenset[str]) -> None:
        """Draw the curves that grew since; the rest stays as it is."""
        day = self._day
        if day is None:
            return
        whole = self.span == self._whole
        self._concerned = concerned
        changed = set(serials)
        for serial in day.inverters.keys() - self._items.keys():
            self._items[serial] = self.panes.new_curve()
            changed.add(serial)
        self._draw(changed)
        if whole:
            self.show_whole()

    def select(self, serial: str) -> None:
        """Bring one inverter out (empty: none); the others grow dim."""
        serial = serial if serial in self._items else ""
        if serial == self._selected:
            return
        self._selected = serial
        if self._isolated:
            self.isolate(serial)
            return
        self._pens()
        self._say()

    def isolate(self, serial: str) -> None:
        """Show one inverter alone (empty: all again)."""
        self._isolated = serial if serial in self._items else ""
        if self._isolated:
            self._selected = self._isolated
        self._pens()
        self._fit_height()
        self._say()

    def zoom(self, factor: float) -> None:
        """Show `factor` times the present span of time, around the cursor where it is in sight."""
        low, high = self.span
        middle = self._cursor if self._cursor is not None and low <= self._cursor <= high else (low + high) / 2
        self._look(middle - (middle - low) * factor, middle + (high - middle) * factor)

    def show_whole(self) -> None:
        """Back to the part of the day that has anything in it, with a margin."""
        if self._day is not None:
            self._look(*self._day.lit_span())
            self._whole = self.span
            self._fit_height()

    def restyle(self) -> None:
        """Take the colours of the palette in use."""
        self._tones = colours(self.palette())
        self.panes.restyle(self._tones, self.font())
        self._pens()
        self._say()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "panes"):
            self.restyle()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self.hasFocus():
            self._move_cursor(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = Qt.Key
        steps = {
            keys.Key_Left: lambda: self._step_time(-1),
            keys.Key_Right: lambda: self._step_time(1),
            keys.Key_Up: lambda: self._step_inverter(-1),
            keys.Key_Down: lambda: self._step_inverter(1),
            keys.Key_Return: lambda: self.isolate("" if self._isolated else self._selected),
            keys.Key_Enter: lambda: self.isolate("" if self._isolated else self._selected),
            keys.Key_Plus: lambda: self.zoom(0.5),
            keys.Key_Equal: lambda: self.zoom(0.5),
            keys.Key_Minus: lambda: self.zoom(2.0),
            keys.Key_0: self.show_whole,
        }
        step = next((do for key, do in steps.items() if key == event.key()), None)
        if step is not None:
            step()
        elif event.key() == keys.Key_Escape and self._selected:
            self._pick("")
        else:
            super().keyPressEvent(event)

    def _look(self, low: float, high: float) -> None:
        self.panes.beneath.setXRange(low, high, padding=0)

    def _draw(self, serials: Iterable[str]) -> None:
        day = self._day
        if day is None:
            return
        for serial in serials:
            self._items[serial].setData(*arrays(day.inverters[serial]), antialias=len(day.inverters) <= _MANY)
        metered = day.meter_differs()
        self.panes.total.setData(*arrays(day.total), antialias=True)
        self.panes.meter.setData(*arrays(day.production) if metered else ([], []))
        above = "All inverters, W · dotted: the site's production" if metered else "All inverters, W"
        self.panes.put_titles(above, "Each inverter, W")
        self._pens()
        self._fit_height()

    def _pens(self) -> None:
        tones = self._tones
        plain = blend(tones.production, tones.base, 1.0 if len(self._items) <= _MANY else 0.6)
        dim = blend(tones.production, tones.base, 0.3)
        for serial, item in self._items.items():
            chosen, troubled = serial == self._selected, serial in self._concerned
            tone = tones.selected if chosen else tones.fault if troubled else dim if self._selected else plain
            item.setPen(thin(tone, width=2 if chosen else 1))
            item.setZValue(20 if chosen else 10 if troubled else 0)
            item.setVisible(not self._isolated or serial == self._isolated)

    def _fit_height(self) -> None:
        day = self._day
        if day is None:
            return
        shown = [self._isolated] if self._isolated else list(day.inverters)
        peak = max((max(day.inverters[serial].watts, default=0.0) for serial in shown), default=0.0)
        self.panes.put_heights(max([*day.total.watts, *day.production.watts], default=0.0), peak)

    def _hover(self, place: QPointF) -> None:
        found = self.panes.point_at(place)
        if self._day is None or found is None:
            return
        point, beneath = found
        if beneath and not self._isolated:
            near = self._nearest(float(point.x()), place)
            if near and near != self._selected:
                self._selected = near
                self._pens()
        self._move_cursor(float(point.x()))

    def _click(self, event: Any) -> None:
        if event.button() is Qt.MouseButton.LeftButton and event.double():
            self.isolate("")
            self.show_whole()
        elif event.button() is Qt.MouseButton.LeftButton:
            self.picked.emit(self._selected)

    def _nearest(self, moment: float, place: QPointF) -> str:
        best, distance = "", _NEAR_PIXELS
        for serial, curve in self._day.inverters.items() if self._day is not None else ():
            watts = curve.between(moment)
            away = distance if watts is None else abs(self.panes.height_of(moment, watts) - place.y())
            if away < distance:
                best, distance = serial, away
        return best

    def _pick(self, serial: str) -> None:
        if not serial:
            self.isolate("")
        self.select(serial)
        self.picked.emit(serial)

    def _step_inverter(self, by: int) -> None:
        serials = list(self._items)
        if serials:
            at = serials.index(self._selected) if self._selected else (-1 if by > 0 else 0)
            self._pick(serials[(at + by) % len(serials)])

    def _step_time(self, by: int) -> None:
        day = self._day
        times = [] if day is None else day.total.times or day.production.times
        if not times:
            return
        at = self._cursor
        if at is None:
            self._move_cursor(times[-1])
            return
        later = [time for time in times if time > at + 0.5]
        earlier = [time for time in times if time < at - 0.5]
        target = (later[:1] if by > 0 else earlier[-1:]) or [at]
        self._move_cursor(target[0])

    def _move_cursor(self, moment: float | None) -> None:
        self._cursor = moment
        self.panes.move_cursor(moment)
        self._say()

    def _say(self) -> None:
        day, moment = self._day, self._cursor
        if day is None:
            return
        curve = day.inverters.get(self._selected)
        drawn = None if curve is None or moment is None else curve.between(moment)
        if drawn is None or moment is None:
            self.panes.unmark_point()
        else:
            text = f"{short_serial(self._selected)}  {self._wording.watts(drawn)}"
            self.panes.mark_point(moment, drawn, text, self._tones)
        text = self._sentence(day, moment, drawn)
        self.setAccessibleDescription(text)
        self.readout.emit(text)

    def _sentence(self, day: DayCurves, moment: float | None, watts: float | None) -> str:
        words = self._wording
        if moment is None:
            return f"Inverter {clean(self._selected)}" if self._selected else "Point at a curve, or use the arrow keys"
        at = datetime.fromtimestamp(moment, UTC)
        parts = [words.clock(at, at), f"all {words.watts(day.total.between(moment))}"]
        if self._selected:
            parts.append(f"{clean(self._selected)} {words.watts(watts)}")
        return " · ".join(parts)
