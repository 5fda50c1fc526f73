"""pyqtgraph under the name everybody knows it by; it has no types, so everything of it is `Any` here."""

from typing import Any

import pyqtgraph

pg: Any = pyqtgraph
