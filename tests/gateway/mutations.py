"""Answers spoilt on purpose, by chance: in their structure or byte by byte; and what must be true of any result."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

from tests.gateway.captured import NOON
from tests.gateway.recordings import FIGURES

ODD: tuple[Any, ...] = (
    *(None, True, False, "", "x", "12", "open", "NaN", "\ud800", "A" * 5000, [], {}, [[]], [{}], {"a": 1}),
    *(-1, 0, 1, 1e300, -1e300, 1e-9, float("nan"), float("inf"), 2**63, 10**400, 4294967292, NOON * 1000),
)
"""Values that no figure, word or list should be."""

_TEXTS = (b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"NaN", b"1e999", b"9" * 5000, b"[" * 5000, b'{"a":', b"<html>", b"]")


def check(result: dict[str, Any]) -> None:
    json.dumps(result, allow_nan=False)
    for name in ("production", "consumption"):
        power = result[name] or {"source": {}}
        assert all((power.get(figure) is None) == (power["source"].get(figure) is None) for figure in FIGURES)
        assert all((power.get(figure) or 0) >= 0 for figure in FIGURES[1:])
    serials = {kind: [one["serial"] for one in result[kind]] for kind in ("inverters", "relays", "batteries")}
    assert all(each == sorted(each) for each in serials.values())
    assert len(set(serials["inverters"])) == len(serials["inverters"])
    assert not set(serials["inverters"]) & {*serials["relays"], *serials["batteries"]}
    assert {one["state"] for one in result["inverters"]} <= {"reporting", "asleep", "retired", "unknown"}
    assert {one["relay"] for one in result["relays"]} <= {"open", "closed", "unknown"}
    assert len(result["phases"]) <= 3


def mutated(document: Any, chance: random.Random) -> Any:
    """The document with one to four of its values replaced, taken out, or shuffled."""
    document = copy.deepcopy(document)
    for _ in range(chance.randint(1, 4)):
        places = list(_places(document))
        if not places:
            break
        holder, key = chance.choice(places)
        kind = chance.random()
        if kind < 0.25:
            del holder[key]
        elif kind < 0.9:
            holder[key] = copy.deepcopy(chance.choice(ODD))
        elif isinstance(holder, list):
            chance.shuffle(holder)
    return document


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in held:
        yield value, key
        yield from _places(inner)


def damaged(body: bytes, chance: random.Random) -> bytes:
    """The bytes with one to four of them changed, cut, doubled, or something else in between."""
    spoilt = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(spoilt) + 1)
        kind = chance.randrange(5)
        if kind == 0 and at < len(spoilt):
            spoilt[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del spoilt[at:]
        elif kind == 2:
            del spoilt[at : at + chance.randrange(1, 40)]
        elif kind == 3:
            spoilt[at:at] = spoilt[at : at + chance.randrange(1, 400)]
        else:
            spoilt[at:at] = chance.choice(_TEXTS)
    return bytes(spoilt)
