"""One line of the table: what is promised, and what was measured."""

from typing import NamedTuple


class Bar(NamedTuple):
    """`bar` is the promise in words, `measured` the figures, `holds` whether they keep it."""

    name: str
    bar: str
    measured: str
    holds: bool
