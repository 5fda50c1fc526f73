"""Where "too long", "too large" and "too many" begin: the last that passes and the first that does not."""

import pytest

from enphase_tray.gateway.address import is_private, split
from enphase_tray.gateway.decode import (
    LARGEST_BODY,
    clean,
    decode_json,
    decode_object,
    identifier,
    is_error_document,
    number,
    objects,
    text,
    whole,
)
from enphase_tray.gateway.token import insist_usable, tidy_token
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import NotUnderstood, TokenExpired, TokenMissing, TokenWrongGateway, Unreachable
from enphase_tray.model.identity import TokenFacts


def test_the_largest_body() -> None:
    assert decode_json(b"1".ljust(LARGEST_BODY)) == 1
    with pytest.raises(NotUnderstood, match="longer"):
        decode_json(b"1".ljust(LARGEST_BODY + 1))


def test_blanks_without_end_are_empty_and_blanks_before_data_are_not() -> None:
    with pytest.raises(NotUnderstood, match="empty"):
        decode_json(b" " * 200)
    assert decode_json(b" " * 200 + b"[1]") == [1]


def test_an_error_document_has_at_most_four_fields() -> None:
    fields = {"error": 1, "a": 2, "b": 3, "c": 4}
    assert is_error_document(fields)
    assert not is_error_document({**fields, "d": 5})
    assert decode_object(b'{"error": 1, "a": 2, "b": 3, "c": 4, "d": 5}')["d"] == 5


def test_both_ends_of_a_range_belong_to_it() -> None:
    assert [number(value, 1, 3) for value in (0.9, 1, 3, 3.1)] == [None, 1.0, 3.0, None]
    assert [whole(value, 1, 3) for value in (0, 1, 3, 4)] == [None, 1, 3, None]


def test_identifiers_are_whole_or_none() -> None:
    assert identifier("1" * 40) == "1" * 40
    assert identifier("1" * 41) is None
    assert identifier(10**12 - 1, 12) == "9" * 12
    assert identifier(10**12, 12) is None
    assert identifier(-1) is None
    assert identifier(0) == "0"


def test_texts_are_cut_where_they_end() -> None:
    assert clean("a" * 11, 10) == "a" * 10
    assert text("a" * 11, 10) == "a" * 10
    # Only so much is looked at: blanks without end do not hide a text behind them.
    assert clean(" " * 39 + "ab", 10) == "a"
    assert clean(" " * 40 + "ab", 10) == ""
    assert clean("\u202e" * 39 + "äb", 10) == "ä"
    assert clean("\u202e" * 40 + "äb", 10) == ""


def test_lists_are_bounded() -> None:
    assert len(objects([{}] * 12, 10)) == 10
    assert len(objects([{}] * 20_000)) == 10_000


def test_a_token_has_at_most_8192_letters() -> None:
    longest = f"a.{'b' * 8188}.c"
    assert len(longest) == 8192
    assert tidy_token(longest).reveal() == longest
    for wrong in (f"{longest}c", "a.b", "a.b.c.d", "a.b.c!"):
        with pytest.raises(TokenMissing, match="not an access token"):
            tidy_token(wrong)
    assert tidy_token(" " * (4 * 8192 - 5) + "a.b.c").reveal() == "a.b.c"
    with pytest.raises(TokenMissing, match="there is none"):
        tidy_token(" " * (4 * 8192) + "a.b.c")


def test_a_token_ends_at_its_moment(manual_clock: ManualClock) -> None:
    now = manual_clock.now()
    facts = TokenFacts("123456789012", "owner", None, now, "valid")
    with pytest.raises(TokenExpired):
        insist_usable(facts, "123456789012", now)
    manual_clock.advance(-1)
    insist_usable(facts, "123456789012", manual_clock.now())
    with pytest.raises(TokenWrongGateway):
        insist_usable(facts, "999999999999", manual_clock.now())


@pytest.mark.parametrize(("typed", "port"), [("a:1", 1), ("a:65535", 65535), ("a", None)])
def test_ports_that_are_some(typed: str, port: int | None) -> None:
    assert split(typed) == ("a", port)


@pytest.mark.parametrize("typed", ["a:0", "a:65536", "a:"])
def test_ports_that_are_none(typed: str) -> None:
    with pytest.raises(Unreachable):
        split(typed)


@pytest.mark.parametrize("literal", ["240.0.0.1", "224.0.0.1", "0.0.0.0", "ff02::1", "::", "255.255.255.255"])
def test_special_addresses_are_nobodys(literal: str) -> None:
    assert not is_private(literal)
