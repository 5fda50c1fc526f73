"""Tables as text: what a parser reads back, and what a spreadsheet must not take for a formula."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_tray.status.csv import local_text, rows_to_csv, safe_cell, utc_text, write_csv


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("900000000011", "900000000011"),
        ("Relay 68177 is open", "Relay 68177 is open"),
        ("größer – größte", "größer – größte"),
        ("=1+1", "'=1+1"),
        ("+49 123", "'+49 123"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "' =1"),
        ("\r\n=1", "'  =1"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠A", "'＠A"),
        ("\u00a0=1", "' =1"),
        ("\u200b=1", "'=1"),
        ("\ufeff=1", "'=1"),
        ("\u202e=1", "'=1"),
        ("\x00=1", "'=1"),
        ("\ud800=1", "'=1"),
        ("a;=cmd", "a;'=cmd"),
        ("a; -1", "a;' -1"),
        ("a-1=b", "a-1=b"),
        ("one\ntwo", "one two"),
        ("\x1b[31mred\x07", "[31mred"),
        ("", ""),
    ],
)
def test_no_text_becomes_a_formula(text: str, cell: str) -> None:
    assert safe_cell(text) == cell


@given(st.text(st.sampled_from("=+-@＝;,\"' \t\r\n\0\u200b\u202e\ud800ab1")) | st.text())
def test_whatever_the_text_it_is_one_harmless_cell(text: str) -> None:
    written = rows_to_csv(["text"], [[text, 1]]).encode("utf-8").decode("utf-8")
    header, row = csv.reader(io.StringIO(written))
    assert (header, row[1:]) == (["text"], ["1"])
    assert row[0] == safe_cell(text)
    assert not [piece for piece in row[0].split(";") if piece.lstrip()[:1] in tuple("=+-@＝＋－＠")]
    assert safe_cell(row[0]) == row[0]


def test_a_parser_reads_back_what_was_written() -> None:
    rows = [["plain", 'say "hi", twice', "semi;colon", " edges "], ["", "-1", "ü", "a\nb"]]
    text = rows_to_csv(["one", "two", "three", "four"], rows)
    assert list(csv.reader(io.StringIO(text))) == [
        ["one", "two", "three", "four"],
        ["plain", 'say "hi", twice', "semi;colon", " edges "],
        ["", "'-1", "ü", "a b"],
    ]


def test_numbers_dates_and_what_is_unknown() -> None:
    moment = datetime(2026, 6, 25, 12, 0, 30, 999_999, tzinfo=UTC)
    cells = [0, -7, 12.5, -0.0001, 1e16, 0.1 + 0.2, None, float("nan"), float("inf"), date(2026, 3, 1), moment]
    line = "0,-7,12.5,0,10000000000000000,0.3,,,,2026-03-01,2026-06-25T12:00:30Z\n"
    assert rows_to_csv(["n"], [cells]) == "n\n" + line


def test_rows_are_written_as_they_come() -> None:
    file = io.StringIO()
    seen: list[str] = []

    def rows() -> Iterator[list[int]]:
        for number in range(3):
            seen.append(file.getvalue())
            yield [number]

    write_csv(file, ["n"], rows())
    assert seen == ["n\n", "n\n0\n", "n\n0\n1\n"]


def test_times_in_utc_and_on_the_wall() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert [utc_text(moment) for moment in (first, second)] == ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"]
    assert local_text(first, zone) == local_text(second, zone) == "2026-10-25 02:30:00"
    assert utc_text(first.astimezone(zone)) == "2026-10-25T00:30:00Z"
