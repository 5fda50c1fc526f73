"""From bytes to believable values: the one strict JSON decoder, and the helpers that take single fields out of it.

Whatever a gateway (or something that poses as one) sends, `decode_json` either returns plain Python values or
raises `NotUnderstood`; the field helpers return `None` for everything that is not what was asked for.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.language import tr

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes; the longest real answer known is far below."""
NUMBERS = frozenset({int, float})
"""What numbers come as out of JSON, exactly: a boolean would be an `int` too."""

_EARLIEST = datetime(2005, 1, 1, tzinfo=UTC).timestamp()
_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_BOM = b"\xef\xbb\xbf"
_NUMERAL = re.compile(r"\s*[+-]?\d{1,18}(?:\.\d{1,18})?\s*")
_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")


def decode_json(body: bytes) -> Any:
    """The JSON document in `body` (UTF-8, a byte order mark is fine). Raises `NotUnderstood`.

    `NaN` and `Infinity` come back as those words, which no number helper accepts; a key given twice with different
    values becomes `None`; an empty body, a web page, bad UTF-8, too deep nesting or too long a number is refused.
    """
    if len(body) > LARGEST_BODY:
        raise _refused(tr("is far longer than any that a gateway gives"))
    if body.startswith(_BOM):
        body = body[len(_BOM) :]
    start = body[:64].lstrip()
    if not start and not body.strip():
        raise _refused(tr("is empty"))
    if start.startswith(b"<"):
        raise _refused(tr("is a web page instead of data"))
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        # ValueError is the parent of UnicodeDecodeError and JSONDecodeError, and is what a 5,000-digit number raises;
        # RecursionError is what too deep nesting raises.
        raise _refused(tr("is damaged or not JSON")) from error


def decode_object(body: bytes) -> dict[str, Any]:
    """`decode_json`, insisting on an object that is not an error message such as `{"error": ...}`."""
    document = decode_json(body)
    if not isinstance(document, dict):
        raise _refused(tr("has another shape than expected"))
    if is_error_document(document):
        raise _refused(tr("is an error message"))
    return document


def decode_list(body: bytes) -> list[Any]:
    """`decode_json`, insisting on a list."""
    document = decode_json(body)
    if not isinstance(document, list):
        raise _refused(
            tr("is an error message") if is_error_document(document) else tr("has another shape than expected")
        )
    return document


def is_error_document(document: object) -> bool:
    """Whether this is one of the error bodies: an object of a few fields with `error` or `err` among them."""
    return isinstance(document, dict) and len(document) <= 4 and ("error" in document or "err" in document)


def number(value: Any, low: float, high: float) -> float | None:
    """`value` as a finite number within `low` .. `high`; `None` for all else (also for text and booleans)."""
    # Compared before converted: an integer may be too large for a float. NaN fails every comparison.
    return float(value) if type(value) in NUMBERS and low <= value <= high else None


def whole(value: Any, low: int, high: int) -> int | None:
    """`value` (also as a numeral) as a whole number within `low` .. `high`; `None` for all else."""
    if type(value) is int:
        return value if low <= value <= high else None
    got = numeral(value, low, high)
    return int(got) if got is not None and got == math.floor(got) else None


def numeral(value: object, low: float, high: float) -> float | None:
    """As `number`, but text that holds a plain decimal number counts too."""
    if isinstance(value, str) and _NUMERAL.fullmatch(value):
        value = float(value)
    return number(value, low, high)


def text(value: object, longest: int = 100) -> str | None:
    """`value` as clean text: control characters out, blanks trimmed, cut at `longest`; `None` if nothing is left."""
    if not isinstance(value, str):
        return None
    return clean(value, longest) or None


def identifier(value: object, longest: int = 40) -> str | None:
    """A serial or part number: as `text`, whole numbers count too, and nothing is cut: too long gives `None`."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if 0 <= value < 10**longest else None
    got = text(value, longest + 1)
    return got if got is not None and len(got) <= longest else None


def flag(value: object) -> bool | None:
    """`value` if it is a boolean, or the words `true` and `false`; `None` for all else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return None


def epoch(value: object) -> datetime | None:
    """Seconds since 1970 (number or numeral) as an aware UTC datetime; `None` for 0 and all outside 2005 .. 2099."""
    seconds = numeral(value, _EARLIEST, _LATEST)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def objects(value: object, most: int = 10_000) -> list[dict[str, Any]]:
    """The objects in a list, at most `most`; whatever else is in it, or instead of it, is left out."""
    if not isinstance(value, list):
        return []
    return [item for item in value[:most] if isinstance(item, dict)]


def mapping(value: object) -> Mapping[str, Any]:
    """`value` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def clean(value: str, longest: int) -> str:
    """Outside text made fit to be shown: no control or direction characters, trimmed, cut at `longest`."""
    if value.isascii() and value.isprintable():
        return value[: longest * 4].strip()[:longest]
    return _UNSHOWABLE.sub(" ", value[: longest * 4]).strip()[:longest]


def _refused(why: str) -> NotUnderstood:
    return NotUnderstood(
        tr("An answer of the gateway {why}", why=why), tr("If it does not pass by itself, report the firmware version")
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen and seen[key] != value:
                result[key] = None
            seen[key] = value
    return result


def _word(constant: str) -> str:
    return constant


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_word)
