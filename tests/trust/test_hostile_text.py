"""Two hundred texts that mean harm, in every field that a gateway fills with words: none of it gets far."""

import json
import random
import re
import unicodedata
from typing import Any

from enphase_tray.gateway.decode import clean
from enphase_tray.gateway.discovery import discover
from enphase_tray.model.result_json import snapshot_to_json
from tests.gateway.captured import Answers, info, snapshot
from tests.gateway.test_mutations import FULL
from tests.trust.spoofs import LOOPBACK, announcing

_LONGEST = 4000
_HARM = (
    "<img src='file:///etc/passwd'>", "<b>bold</b>", "<a href='http://x'>y</a>", "=1+1", "+cmd|' /C calc'!A0", "-2+3",
    "@SUM(A1)", "\t=1", "\r=1", "\u202eevil", "\u2066x\u2069", "\x1b[2J\x1b[31m", "\x00", "\x07", "a\nb", "\ud800",
    "%s%n%x", "{0}", "${HOME}", "';DROP TABLE reading;--", "../../etc/passwd", "A" * 10_000, "é" * 5_000,
    "\u0301" * 300,
    "\ufeff", "\u200b", "javascript:alert(1)", "&lt;b&gt;", "\u2028", "\x9b31m",
)  # fmt: skip


def hostile_texts(count: int) -> list[str]:
    chance = random.Random(31)
    return [*_HARM, *("".join(chance.choices(_HARM, k=chance.randint(1, 4))) for _ in range(count - len(_HARM)))]


def _with(value: Any, text: str) -> Any:
    """The document with `text` in the place of each text in it."""
    if isinstance(value, dict):
        return {key: _with(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with(inner, text) for inner in value]
    return text if isinstance(value, str) else value


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for inner in pair for text in _strings(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _strings(inner)]
    return [value] if isinstance(value, str) else []


def _harmless(text: str) -> bool:
    kinds = {unicodedata.category(letter) for letter in text}
    return not kinds & {"Cc", "Cs", "Zl", "Zp"} and re.search("[\u202a-\u202e\u2066-\u2069]", text) is None


def test_nothing_in_a_result_steers_a_terminal_or_turns_the_text_around() -> None:
    for text in hostile_texts(200):
        spoilt = {path: json.loads(json.dumps(_with(document, text))) for path, document in FULL.items()}
        result = snapshot_to_json(snapshot(Answers(spoilt), info()))
        found = _strings(result)
        assert all(map(_harmless, found)), repr(text)
        assert max(map(len, found)) <= 500, repr(text[:40])
        json.dumps(result, ensure_ascii=False).encode("utf-8")
        assert len(json.dumps(result)) < 100 * _LONGEST


def test_cleaning_is_final() -> None:
    for text in hostile_texts(200):
        once = clean(text, 60)
        assert _harmless(once)
        assert clean(once, 60) == once
        assert len(once) <= 60


def test_a_flood_of_announcements_is_a_short_clean_list() -> None:
    """Bounded in number and length, whatever they call themselves."""
    names = [(f"<b>envoy {number}", f"=HYPERLINK({number:06d})\u202e", "127.0.0.9") for number in range(60)]
    with announcing(names):
        found = discover(1.5, interfaces=LOOPBACK)
    assert 0 < len(found) <= 20
    assert all(_harmless(gateway.serial) and _harmless(gateway.name) for gateway in found)
    assert all(len(gateway.serial) <= 40 and len(gateway.name) <= 60 for gateway in found)
