"""The inverters over a day: the pack as a band with those that matter brought out, or one small curve for each."""

from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt, Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.status.words import Wording
from enphase_tray.ui.charting.chart import Chart, Jump, Sheet, Sight, Twin
from enphase_tray.ui.charting.periods import Span
from enphase_tray.ui.charts._multiples import Multiples, Small
from enphase_tray.ui.charts._pack_lines import Look, pack_lines
from enphase_tray.ui.charts._pack_pane import PackPane
from enphase_tray.ui.desktop.desktop_memory import Choices
from enphase_tray.ui.figures.pack import Pack, Stray
from enphase_tray.ui.figures.pack_day import PackDay, day_of
from enphase_tray.ui.figures.pack_words import day_sheet, day_twin, moment_words
from enphase_tray.ui.look.choices import Choice
from enphase_tray.ui.look.serials import short_names
from enphase_tray.ui.look.theme import colours
from enphase_tray.ui.look.wellness import concerned_serials

FEW = 8
"""Up to so many inverters are drawn as they are; more of them would be one unreadable band."""
_NEAR_PIXELS = 24.0
_HINT = mark("Point at a curve, or use the arrow keys; Enter opens an inverter's page")
_NOTHING_TODAY = mark("No inverter has reported yet today.")
_NOTHING = mark("No inverter's power was recorded on this day.")


class InverterDayChart(Chart):
    """Left and right move the cursor, up and down go through the inverters, Enter opens the inverter's page."""

    NAME = mark("Inverters over the day")
    SPANS = (Span.DAY,)
    ZOOMS = True

    def __init__(self, choices: Choices) -> None:
        super().__init__(choices)
        self.day: PackDay | None = None
        self.pack = Pack({})
        self.strays: tuple[Stray, ...] = ()
        self.concerned: frozenset[str] = frozenset()
        self.names: dict[str, str] = {}
        self.selected = ""
        self._pointed = ""
        self._cursor: float | None = None
        self._wording = Wording()
        self.view = _choice(
            (tr("Together"), tr("One by one")), tr("How the curves are shown"), choices.get("view") == "grid"
        )
        self.order = _choice(
            (tr("Weakest first"), tr("By serial")), tr("Order of the inverters"), choices.get("order") == "serial"
        )
        self.view.currentIndexChanged.connect(self._switched)
        self.order.currentIndexChanged.connect(self._switched)
        self.pane = PackPane()
        self.grid = Multiples()
        self._stack = QStackedWidget()
        self._stack.addWidget(self.pane)
        self._stack.addWidget(self.grid)
        self.pane.scene().sigMouseMoved.connect(self._hover)
        self.pane.scene().sigMouseClicked.connect(self._click)
        self.grid.pointed.connect(self._point)
        self.grid.clicked.connect(self._pick)
        self.grid.opened.connect(self._open)
        self._stack.setCurrentIndex(self.view.currentIndex())
        self.order.setVisible(self.one_by_one)
        self.put_canvas(self._stack)

    @property
    def one_by_one(self) -> bool:
        """Whether each inverter has its own small curve."""
        return self.view.currentIndex() == 1

    @property
    def zoomable(self) -> bool:
        return not self.one_by_one

    @property
    def serials(self) -> tuple[str, ...]:
        """Those that have reported on this day, in the order in which keys go through them."""
        by_serial = not self.one_by_one or self.order.currentIndex() == 1
        return tuple(sorted(self.pack.shares)) if by_serial else self.pack.order(self.concerned)

    def load(self, reader: HistoryReader, sight: Sight) -> str:
        moved = self.day is None or self.day.day != sight.period.first
        self.day = day_of(reader, sight)
        if moved:
            self._cursor = None
        return self._show(sight, moved)

    def grow(self, reader: HistoryReader, sight: Sight) -> str:
        snapshot = sight.shown.snapshot
        if self.day is None or snapshot is None:
            return self.load(reader, sight)
        self.day.append(snapshot)
        return self._show(sight, False)

    def tools(self) -> tuple[QWidget, ...]:
        return (self.view, self.order)

    def twin(self) -> Twin:
        return day_twin({} if self.day is None else self.day.curves, self.pack, self._wording)

    def sheet(self) -> Sheet:
        return day_sheet({} if self.day is None else self.day.curves, self._wording.zone)

    def restyle(self) -> None:
        self.pane.restyle(colours(self.palette()), self.font())
        self._draw()

    def select(self, serial: str) -> None:
        if self.day is not None and serial not in self.pack.shares:
            serial = ""
        if serial != self.selected:
            self.selected = serial
            self._draw()
            self._say()

    def step(self, by: int) -> None:
        if self.one_by_one:
            self._go(by)
        elif self.pack.times:
            self._move(self.pack.step(self._cursor, by))

    def edge(self, which: int) -> None:
        if self.one_by_one and self.serials:
            self._pick(self.serials[0 if which < 0 else -1])
        elif self.pack.times:
            self._move(self.pack.times[0 if which < 0 else -1])

    def across(self, by: int) -> None:
        self._go(by * self.grid.columns if self.one_by_one else by)

    def enter(self) -> None:
        self._open(self.selected)

    def escape(self) -> bool:
        there = bool(self.selected) or self._cursor is not None
        self._cursor = None
        self._pick("")
        return there

    def zoom(self, factor: float) -> None:
        self.pane.zoom(factor, self._cursor)

    def show_whole(self) -> None:
        if self.day is not None:
            self.pane.put_whole(*self.day.lit_span())

    def _show(self, sight: Sight, moved: bool) -> str:
        day = self.day
        if day is None or not day.curves:
            return tr(_NOTHING_TODAY if sight.live else _NOTHING)
        if all(len(curve.times) < 2 for curve in day.curves.values()):
            return tr("Curves begin with the second report of an inverter.")
        result = sight.shown.result
        self.concerned = concerned_serials(result.active) if result is not None and sight.live else frozenset()
        self._wording = sight.wording
        self.pack = Pack(day.curves)
        self.strays = self.pack.strays()
        self.names = short_names(day.curves)
        self.selected = self.selected if self.selected in day.curves else ""
        zoomed = self.pane.zoomed
        self.pane.put_day(day.start, day.end, sight.wording)
        self._draw()
        if moved or not zoomed:
            self.show_whole()
        self._say()
        return ""

    def _draw(self) -> None:
        """Everything that is seen, from what is known, selected and pointed at."""
        day = self.day
        if day is None or not day.curves:
            return
        peak = max(max(curve.watts) for curve in day.curves.values())
        if self.one_by_one:
            troubled = self.concerned | {stray.serial for stray in self.strays}
            cells = [Small(s, self.names[s], self.pack.watts(s), s in troubled) for s in self.serials]
            self.grid.put(cells, self.pack.envelope.middle, peak)
            self.grid.select(self.selected)
            return
        few = len(day.curves) <= FEW
        self.pane.put_pack(None if few else self.pack.envelope)
        look = Look(self.names, self.selected, self._pointed, colours(self.palette()), self._wording)
        lines, left_out = pack_lines(day.curves if few else {}, day.curves, self.strays, self.concerned, look)
        self.pane.put_lines(lines)
        title = (
            tr("Each inverter, W") if few else tr("W · line: the median · band: all but the highest and lowest tenth")
        )
        more = trn(
            "{title} · and {count} more off the pack", "{title} · and {count} more off the pack", left_out, title=title
        )
        self.pane.put_title(more if left_out else title)
        self.pane.put_height(peak)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._pointed = ""
        if not self.hasFocus():
            self._cursor = None
        self._draw()
        self._say()

    @Slot(int)
    def _switched(self, _place: int) -> None:
        self.choices.put("view", "grid" if self.one_by_one else "")
        self.choices.put("order", "serial" if self.order.currentIndex() else "")
        self.order.setVisible(self.one_by_one)
        self._stack.setCurrentIndex(self.view.currentIndex())
        self.changed.emit()

    def _hover(self, place: QPointF) -> None:
        point = self.pane.point_at(place)
        if point is None or self.day is None:
            return
        self._cursor = float(point.x())
        near = self._nearest(float(point.x()), float(point.y()))
        if near != self._pointed:
            self._pointed = near
            self._draw()
        self._say()

    def _nearest(self, moment: float, watts: float) -> str:
        reach = _NEAR_PIXELS * self.pane.watts_a_pixel
        away = {
            serial: abs(drawn - watts)
            for serial, curve in (self.day.curves.items() if self.day is not None else ())
            if (drawn := curve.between(moment)) is not None
        }
        best = min(away, key=lambda serial: away[serial], default="")
        return best if best and away[best] < reach else ""

    def _click(self, event: Any) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        if event.double():
            self._open(self._pointed or self.selected)
        else:
            self._pick(self._pointed)

    @Slot(str)
    def _point(self, serial: str) -> None:
        self._pointed = serial
        self._say()

    @Slot(str)
    def _pick(self, serial: str) -> None:
        self.select(serial)
        self.picked.emit(serial)

    @Slot(str)
    def _open(self, serial: str) -> None:
        if serial and self.day is not None:
            self.jump.emit(Jump("panel", Span.DAY, self.day.day, serial))

    def _go(self, by: int) -> None:
        serials = self.serials
        if not serials:
            return
        at = serials.index(self.selected) if self.selected in serials else (-1 if by > 0 else 0)
        beyond = at + by
        if 0 <= beyond < len(serials) or not self.one_by_one or at < 0:
            self._pick(serials[beyond % len(serials)])

    def _move(self, moment: float | None) -> None:
        self._cursor, self._pointed = moment, ""
        self._draw()
        self._say()

    def _say(self) -> None:
        """Tell what stands under the cursor, and mark it."""
        serial = self._pointed or self.selected
        if self.day is None or (self._cursor is None and not serial):
            self.pane.move_cursor(None)
            self.readout.emit(tr(_HINT))
            return
        curve = self.day.curves.get(serial)
        moment = None if self.one_by_one else self._cursor
        drawn = None if curve is None or moment is None else curve.between(moment)
        self.pane.move_cursor(moment, drawn)
        stray = next((stray for stray in self.strays if stray.serial == serial), None)
        self.readout.emit(moment_words(self.pack, serial, moment, drawn, stray, self._wording))


CHART = InverterDayChart


def _choice(texts: tuple[str, str], name: str, second: bool) -> Choice:
    made = Choice()
    made.addItems(list(texts))
    made.setCurrentIndex(int(second))
    made.setAccessibleName(name)
    return made
