"""Markup is only what the program wrote itself."""

from html.parser import HTMLParser

from enphase_tray.status.html import Html, element, markup, plain
from enphase_tray.status.page import page
from enphase_tray.status.svg import Svg

HOSTILE = "\"><script>alert(1)</script><img src=x onerror='y'>&amp;\u202e\x00"


class Tags(HTMLParser):
    """Which elements a browser would see, and all text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_outside_text_stays_text_wherever_it_stands() -> None:
    made = element("p", HOSTILE, element("b", HOSTILE), title=HOSTILE)
    tags = Tags(made)
    assert tags.seen == ["p", "b"]
    assert [name for name, _ in tags.attributes] == ["title"]
    assert tags.text.count("<script>") == 2
    assert "\u202e" not in made
    assert "\x00" not in made


def test_markup_is_not_escaped_twice() -> None:
    assert markup("a & b") == "a &amp; b"
    assert markup(Html("a &amp; b")) == "a &amp; b"
    assert element("div", element("p", "<")) == "<div><p>&lt;</p></div>"


def test_attributes_are_named_as_in_html_and_numbers_are_short() -> None:
    assert element("line", x1=0.5, stroke_width=1.0, class_="a") == '<line x1="0.5" stroke-width="1" class="a"/>'
    assert plain(12.3456) == "12.35"


def test_a_page_fetches_and_runs_nothing() -> None:
    tags = Tags(page("Title <", [element("p", "x")]))
    assert "script" not in tags.seen
    assert "link" not in tags.seen
    names = {name for name, _ in tags.attributes}
    assert not names & {"src", "href", "onclick", "onload"}
    policies = [value for name, value in tags.attributes if name == "content" and value and "default-src" in value]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_words_in_a_picture_are_text_too() -> None:
    svg = Svg(100, 50, HOSTILE)
    svg.text((1, 2), HOSTILE)
    svg.line((0, 0), (1, 1))
    tags = Tags(svg.finish())
    assert tags.seen == ["svg", "title", "text", "line"]
    assert dict(tags.attributes)["role"] == "img"
