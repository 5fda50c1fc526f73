"""The strict decoder: hostile bytes give `NotUnderstood` or a plain value, never anything else."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_tray.gateway import decode
from enphase_tray.model.errors import NotUnderstood


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \r\n ",
        b"<html>Page Not Found</html>",
        b"  <!DOCTYPE html>",
        b"{",
        b'{"a": 1',
        b'{"a": "\xff"}',
        b"1" * 5000,
        b"[" * 100_000,
        b" " * (decode.LARGEST_BODY + 1),
    ],
    ids=["empty", "blank", "html", "doctype", "cut", "cut value", "bad utf-8", "long number", "deep", "huge"],
)
def test_damaged_documents_are_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        decode.decode_json(body)


def test_byte_order_mark_and_blanks_are_fine() -> None:
    assert decode.decode_json(b'\xef\xbb\xbf { "err": "404 - Not Found" } ') == {"err": "404 - Not Found"}


def test_nonsense_numbers_are_words_that_no_helper_takes() -> None:
    document = decode.decode_json(b'{"a": NaN, "b": -Infinity, "c": 1e999, "d": 9223372036854775808}')
    assert [decode.number(document[key], -1e6, 1e6) for key in "abcd"] == [None, None, None, None]


def test_conflicting_duplicates_are_unknown_and_equal_ones_are_not() -> None:
    assert decode.decode_json(b'{"a": 1, "a": 2, "b": 3, "b": 3, "c": 4}') == {"a": None, "b": 3, "c": 4}


def test_shape_helpers_refuse_other_shapes_and_error_bodies() -> None:
    assert decode.decode_object(b'{"a": 1}') == {"a": 1}
    assert decode.decode_list(b"[1]") == [1]
    for body in (b"[]", b"null", b'{"error": "service down"}', b'{"err": 1}'):
        with pytest.raises(NotUnderstood):
            decode.decode_object(body)
    for body in (b"{}", b'{"error": "x"}', b'"text"'):
        with pytest.raises(NotUnderstood):
            decode.decode_list(body)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, 5.0),
        (-3.5, -3.5),
        (True, None),
        ("5", None),
        (None, None),
        (float("nan"), None),
        (10**400, None),
        (11, None),
    ],
)
def test_number(value: object, expected: float | None) -> None:
    assert decode.number(value, -10, 10) == expected


def test_numeral_takes_plain_text_only() -> None:
    assert decode.numeral(" 1700000000 ", 0, 2e9) == 1.7e9
    assert [decode.numeral(text, 0, 2e9) for text in ("nan", "1e5", "0x10", "1_000", "9" * 30, "")] == [None] * 6


def test_whole_refuses_fractions() -> None:
    assert (decode.whole(3.0, 0, 5), decode.whole(3.5, 0, 5), decode.whole(6, 0, 5)) == (3, None, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1782367950, datetime(2026, 6, 25, 6, 12, 30, tzinfo=UTC)),
        ("1782367950", datetime(2026, 6, 25, 6, 12, 30, tzinfo=UTC)),
        (0, None),
        ("0", None),
        (2**63, None),
        (-1, None),
        (4294967295, None),
        (None, None),
        (True, None),
        ([1782367950], None),
    ],
)
def test_epoch(value: object, expected: datetime | None) -> None:
    assert decode.epoch(value) == expected


def test_text_is_made_showable() -> None:
    assert decode.text(" a\x00b\n\u202ec ") == "a b c"
    assert decode.text("x" * 500, 10) == "x" * 10
    assert [decode.text(value) for value in ("", " \n", 5, None)] == [None] * 4


def test_identifier_is_never_cut() -> None:
    assert decode.identifier("123456789012") == "123456789012"
    assert decode.identifier(123456789012) == "123456789012"
    assert [decode.identifier(value) for value in ("9" * 41, 10**50, -1, True, None, "")] == [None] * 6


def test_flag() -> None:
    assert [decode.flag(value) for value in (True, "TRUE", False, "false", 1, "yes", None)] == [
        True, True, False, False, None, None, None,
    ]  # fmt: skip


def test_objects_are_bounded_and_clean() -> None:
    assert decode.objects([{"a": 1}, 5, None, {"b": 2}], 3) == [{"a": 1}]
    assert decode.objects({"a": 1}) == []
    assert decode.mapping([1]) == {}


@given(st.binary(max_size=300))
def test_any_bytes_decode_or_are_refused(body: bytes) -> None:
    try:
        decode.decode_json(body)
    except NotUnderstood:
        return


def test_real_answers_decode_as_they_are(capture: Path) -> None:
    for file in capture.iterdir():
        body = file.read_bytes()
        try:
            expected = json.loads(body)
        except ValueError:
            continue
        assert decode.decode_json(body) == expected, file.name
