"""HTML and SVG as text, written so that nothing from outside can become markup."""

from html import escape

_EMPTY = {"meta", "br", "line", "rect", "polyline", "polygon", "path", "circle"}


class Html(str):
    """Text that is markup already; any other text is escaped where it is put in."""

    __slots__ = ()


def element(name: str, /, *content: str, **attributes: str | float) -> Html:
    """`<name attribute="...">content</name>`.

    In an attribute's name an underscore stands for a dash, and one at its end is left out (`class_`).
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(plain(value))}"' for key, value in attributes.items()
    )
    if name in _EMPTY and not content:
        return Html(f"<{name}{told}/>")
    return Html(f"<{name}{told}>{''.join(markup(part) for part in content)}</{name}>")


def markup(text: str) -> Html:
    """`text` as markup, with what controls or hides taken out of it."""
    return text if isinstance(text, Html) else Html(escape(plain(text)))


def plain(value: str | float) -> str:
    """A value in its shortest form; text without control marks and marks that turn its direction."""
    if isinstance(value, str):
        return "".join(mark for mark in value if mark.isprintable() or mark == "\n")
    return f"{value:.2f}".rstrip("0").rstrip(".")
