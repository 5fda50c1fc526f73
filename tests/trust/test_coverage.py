"""The table of promises is whole, and every test it names exists."""

import ast
import re
from functools import cache

import pytest

from tests.conftest import REPOSITORY

TABLE = (REPOSITORY / "tests" / "trust" / "COVERAGE.md").read_text(encoding="utf-8")
SECURITY = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
ROWS = {row[1]: row[2] for row in re.finditer(r"^\| ([TFB]\d+) \|(.*)\|$", TABLE, re.M)}
NUMBERS = {"T": 16, "F": 68, "B": 36}


@cache
def _tests_in(file: str) -> frozenset[str]:
    tree = ast.parse((REPOSITORY / file).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("kind", "number"), NUMBERS.items())
def test_every_row_is_there_once(kind: str, number: int) -> None:
    found = re.findall(rf"^\| {kind}(\d+) \|", TABLE, re.M)
    assert found == [str(place) for place in range(1, number + 1)]


@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_proven_or_explained(row: str) -> None:
    named = re.findall(r"(tests/[\w/]+\.py)::(test_\w+)", ROWS[row])
    assert [f"{file}::{test}" for file, test in named if test not in _tests_in(file)] == []
    assert named or (ROWS[row].strip().endswith("open") and f"({row})" in SECURITY)


def test_each_bar_is_in_the_table_that_is_printed_or_explained() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests" / "trust").glob("*.py")]
    printed = {bar for text in sources for bar in re.findall(r'\b(?:Row|Proof)\(\s*"(B\d+)"', text)}
    missing = {f"B{number}" for number in range(1, NUMBERS["B"] + 1)} - printed
    assert [bar for bar in missing if f"({bar})" not in SECURITY] == []
