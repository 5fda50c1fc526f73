"""One inverter's curve over a day, the pack behind it."""

from typing import Any

from PySide6.QtCore import QObject, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QFont

from enphase_tray.model.language import tr
from enphase_tray.status.words import Wording
from enphase_tray.ui.charts._pack_pane import Line, PackPane
from enphase_tray.ui.figures.day_curves import Curve
from enphase_tray.ui.figures.pack import Pack, Stray
from enphase_tray.ui.figures.pack_day import PackDay
from enphase_tray.ui.figures.pack_words import moment_words
from enphase_tray.ui.look.theme import Colours


class PanelDay(QObject):
    """Keeps the pane, its view and its cursor; `moved` says that the cursor stands elsewhere."""

    moved = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.pane = PackPane(middle=Qt.PenStyle.DashLine)
        self.pack = Pack({})
        self.wording = Wording()
        self.moment: float | None = None
        self._day: PackDay | None = None
        self._serial = ""
        self._stray: Stray | None = None
        self.pane.scene().sigMouseMoved.connect(self._hover)

    @property
    def own(self) -> dict[str, Curve]:
        """The inverter's curve by its serial; empty where it has not reported on this day."""
        curves = {} if self._day is None else self._day.curves
        return {self._serial: curves[self._serial]} if self._serial in curves else {}

    @property
    def peak(self) -> tuple[float, float] | None:
        """Epoch second and W of its highest report."""
        curve = self.own.get(self._serial)
        return None if curve is None else max(zip(curve.times, curve.watts, strict=True), key=lambda point: point[1])

    def put(self, day: PackDay, serial: str, wording: Wording) -> None:
        """Show `serial` on `day`; another day is seen as a whole again."""
        moved = self._day is None or self._day.day != day.day
        whole = moved or not self.pane.zoomed
        if moved:
            self.moment = None
        self._day, self._serial, self.wording = day, serial, wording
        self.pack = Pack(day.curves)
        self._stray = next((stray for stray in self.pack.strays() if stray.serial == serial), None)
        self.pane.put_day(day.start, day.end, wording)
        self.pane.put_pack(self.pack.envelope if len(day.curves) > 1 else None)
        if whole:
            self.show_whole()

    def draw(self, tones: Colours, font: QFont) -> None:
        """Draw everything in these colours."""
        self.pane.restyle(tones, font)
        self.pane.put_lines([Line(curve, tones.production) for curve in self.own.values()])
        curves = [] if self._day is None else self._day.curves.values()
        self.pane.put_height(max((max(curve.watts) for curve in curves), default=0.0))
        self.pane.put_title(tr("W · dashed: the median · band: most of the others")
                            if self.own else tr("It has not reported on this day"))  # fmt: skip
        self._mark()

    def words(self) -> str:
        """What stands under the cursor, or how the day compares."""
        return moment_words(self.pack, self._serial, self.moment, self._drawn(), self._stray, self.wording)

    def step(self, by: int) -> None:
        """The cursor goes on or back."""
        self.point(self.pack.step(self.moment, by))

    def edge(self, which: int) -> None:
        """The cursor goes to the first or last report of the pack."""
        if self.pack.times:
            self.point(self.pack.times[0 if which < 0 else -1])

    def point(self, moment: float | None) -> None:
        """Put the cursor at a moment, or take it away."""
        self.moment = moment
        self._mark()
        self.moved.emit()

    def zoom(self, factor: float) -> None:
        """Show `factor` times the present span of time."""
        self.pane.zoom(factor, self.moment)

    def show_whole(self) -> None:
        """Back to all of the day that has light in it."""
        if self._day is not None:
            self.pane.put_whole(*self._day.lit_span())

    def _mark(self) -> None:
        self.pane.move_cursor(self.moment, self._drawn())

    def _drawn(self) -> float | None:
        curve = self.own.get(self._serial)
        return None if curve is None or self.moment is None else curve.between(self.moment)

    @Slot(object)
    def _hover(self, place: Any) -> None:
        found = self.pane.point_at(QPointF(place))
        if found is not None:
            self.point(float(found.x()))
