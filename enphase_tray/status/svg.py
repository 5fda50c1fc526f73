"""Small charts as SVG text, for paper: black on white, no scripts, no fonts or pictures from elsewhere."""

from collections.abc import Sequence

from enphase_tray.status.html import Html, element

INK, NOTE, GRID, PAPER = "#1d2329", "#5c656e", "#d9dde2", "#ffffff"
STRONG, SOFT, FAINT = "#b36b00", "#8fa3b5", "#cfd6dd"
LOST = "#f3d3b8"
Point = tuple[float, float]


class Svg:
    """A picture of so many units, its origin at the top left."""

    def __init__(self, width: float, height: float, label: str) -> None:
        """`label` says in words what is to be seen."""
        self.width, self.height = width, height
        self._label = label
        self._parts: list[Html] = []

    def line(self, start: Point, end: Point, tone: str = GRID, width: float = 1.0, dash: str = "") -> None:
        """A straight line."""
        more = {"stroke_dasharray": dash} if dash else {}
        self._add("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], stroke=tone, stroke_width=width, **more)

    def box(self, left: float, top: float, width: float, height: float, tone: str, outline: str = "none") -> None:
        """A filled rectangle."""
        self._add("rect", x=left, y=top, width=width, height=max(height, 0.0), fill=tone, stroke=outline)

    def curve(self, points: Sequence[Point], tone: str, width: float = 1.5, dash: str = "") -> None:
        """A line through points."""
        more = {"stroke_dasharray": dash} if dash else {}
        self._add("polyline", points=_points(points), fill="none", stroke=tone, stroke_width=width, **more)

    def area(self, points: Sequence[Point], tone: str) -> None:
        """A filled shape."""
        self._add("polygon", points=_points(points), fill=tone)

    def dot(self, at: Point, tone: str, radius: float = 2.5) -> None:
        """A small disc."""
        self._add("circle", cx=at[0], cy=at[1], r=radius, fill=tone)

    def text(self, at: Point, words: str, anchor: str = "middle", tone: str = NOTE, *, bold: bool = False) -> None:
        """Words with their base line at `at`; `anchor`: start, middle or end."""
        weight = {"font_weight": "bold"} if bold else {}
        self._parts.append(element("text", words, x=at[0], y=at[1], text_anchor=anchor, fill=tone, **weight))

    def finish(self, *, alone: bool = False) -> Html:
        """The picture; `alone` for a file of its own."""
        size = {"width": self.width, "height": self.height} if alone else {}
        return element(
            "svg",
            element("title", self._label),
            *self._parts,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {self.width:g} {self.height:g}",
            role="img",
            font_family="sans-serif",
            font_size="11",
            **size,
        )

    def _add(self, name: str, **attributes: str | float) -> None:
        self._parts.append(element(name, **attributes))


def _points(points: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
