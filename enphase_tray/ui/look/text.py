"""Text from outside, made safe to show: shortened, without control marks, never read as rich text."""

import html
import unicodedata

_LONGEST = 300
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean(text: str, longest: int = _LONGEST) -> str:
    """`text` on one line without control or direction marks, at most `longest` characters."""
    shown = "".join(" " if unicodedata.category(mark) in _HIDDEN else mark for mark in text[: longest + 1])
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def tip(text: str) -> str:
    """A tooltip that shows `text` as it is, wrapped: Qt would read anything like a tag as rich text."""
    if not text:
        return ""
    lines = "<br>".join(html.escape(clean(line)) for line in text.splitlines())
    return f"<qt>{lines}</qt>"


def unmnemonic(text: str) -> str:
    """`text` for a widget that reads `&` as the mark of a keyboard shortcut."""
    return clean(text).replace("&", "&&")


def short_serial(serial: str) -> str:
    """A long serial number as its two ends (`1220…0123`), for places where the whole does not fit."""
    shown = clean(serial)
    return shown if len(shown) <= 10 else f"{shown[:4]}…{shown[-4:]}"
