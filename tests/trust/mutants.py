"""Small lies in the code that guards: how many of them the tests notice.

Each mutant is a copy of a module with one comparison, condition or number changed; the tests of that module run on
it. A mutant that means the same as the original can never be noticed, so not all have to be.
"""

import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import REPOSITORY, captures_root
from tests.trust.bar import Row

_SECONDS = 600
_PLUGINS = ("pytest-qt", "randomly", "xvfb", "cacheprovider", "pytest_socket", "timeout")
_MARKERS = "  slow: x\n  expects_log: x\n  timeout: x\n  desktop: x\n"
_FLIPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add,
}  # fmt: skip


@dataclass(frozen=True)
class Guard:
    """A module, and the tests that are to notice lies in it (files, and which of them); some of its functions alone."""

    module: str
    tests: tuple[str, ...]
    only: str = ""
    within: str = ""


GUARDS = (
    Guard("gateway/decode.py", ("tests/gateway/test_decode.py", "tests/gateway/test_bounds.py")),
    Guard(
        "gateway/pin.py",
        ("tests/gateway/test_transport.py", "tests/gateway/test_identify.py", "tests/gateway/test_pin.py"),
        "impostor or pin or peek or renewal or fingerprint or unreadable or obsolete or changed or edges or sign",
    ),
    Guard("gateway/search.py", ("tests/gateway/test_identify.py", "tests/trust/test_renewals.py")),
    Guard("gateway/renewal.py", ("tests/gateway/test_token_source.py",)),
    Guard("gateway/token.py", ("tests/gateway/test_token.py", "tests/gateway/test_bounds.py")),
    Guard(
        "gateway/address.py",
        ("tests/gateway/test_identify.py", "tests/gateway/test_bounds.py"),
        "address or ports or looked or name",
    ),
    Guard(
        "monitor/service.py",
        ("tests/monitor/test_service.py", "tests/trust/test_retry.py"),
        within="_schedule step wait_seconds resumed poll",
    ),
    Guard(
        "alerts/rules/relay_open.py", ("tests/alerts/test_rules.py", "tests/alerts/test_stories.py"), "relay or line"
    ),
    Guard("alerts/rules/token_expiring.py", ("tests/alerts/test_rules.py", "tests/alerts/test_stories.py"), "token"),
    Guard("alerts/rules/site_stopped.py", ("tests/alerts/test_rules.py", "tests/alerts/test_stories.py")),
    Guard("alerts/rules/inverter_stopped.py", ("tests/alerts/test_rules.py", "tests/alerts/test_stories.py")),
)


def measure(each: int) -> list[Row]:
    """At most so many mutants of each guard, drawn from a seed."""
    killed = made = 0
    for outcome in run(each):
        made += 1
        killed += outcome is None
    share = 100.0 * killed / made if made else 0.0
    return [
        Row(
            "B35", "lies in guarding code that tests notice", f"{killed} of {made} ({share:.0f} %)", "80 %", share >= 80
        )
    ]


def run(
    each: int, report: Callable[[str], None] = lambda line: None, guards: Sequence[Guard] = GUARDS
) -> Iterator[str | None]:
    """For each mutant `None` if it was noticed, else where the lie is."""
    chance = random.Random(35)
    with tempfile.TemporaryDirectory(prefix="et-mutants-") as place:
        folder = Path(place)
        for part in ("enphase_tray", "tests", "resources"):
            shutil.copytree(REPOSITORY / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "pytest.ini").write_text(
            "[pytest]\nmarkers =\n  slow: x\n  expects_log: x\n  timeout: x\n  desktop: x\n"
        )
        for guard in guards:
            path = folder / "enphase_tray" / guard.module
            whole = path.read_text(encoding="utf-8")
            if not _passes(folder, guard):
                raise RuntimeError(f"the tests of {guard.module} fail without any lie")
            sites = list(_sites(ast.parse(whole), guard.within.split()))
            for number in sorted(chance.sample(range(len(sites)), min(each, len(sites)))):
                told, text = _mutant(whole, number, guard.within.split())
                path.write_text(text, encoding="utf-8")
                lived = f"{guard.module}:{told}" if _passes(folder, guard) else None
                if lived:
                    report(lived)
                yield lived
            path.write_text(whole, encoding="utf-8")


def _passes(folder: Path, guard: Guard) -> bool:
    without = [word for plugin in _PLUGINS for word in ("-p", f"no:{plugin}")]
    files = [name for name in guard.tests if (folder / name).exists()]
    only = ["-k", guard.only] if guard.only else []
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", *without, *only, *files],
            cwd=folder, capture_output=True, check=False, timeout=_SECONDS,
            env={**os.environ, "PYTHONPATH": str(folder), "ENPHASE_TRAY_CAPTURES": str(captures_root())},
        )  # fmt: skip
    except subprocess.TimeoutExpired:  # it goes on for ever, which nobody overlooks
        return False
    return done.returncode == 0


def _sites(tree: ast.AST, within: Sequence[str]) -> Iterator[tuple[ast.AST, str, int]]:
    """Each place that can be changed: the node, which of its fields, and which item of it."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef) or (within and function.name not in within):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Compare):
                yield from ((node, "ops", item) for item, sign in enumerate(node.ops) if type(sign) in _FLIPPED)
            elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in _FLIPPED:
                yield node, "op", 0
            elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                yield node, "not", 0
            elif isinstance(node, ast.Constant) and isinstance(node.value, bool | int | float):
                yield node, "value", 0


def _mutant(text: str, number: int, within: Sequence[str]) -> tuple[str, str]:
    """Where the change is, and the whole module with it."""
    tree = copy.deepcopy(ast.parse(text))
    node: Any
    node, field, item = list(_sites(tree, within))[number]
    before = ast.unparse(node)
    if field == "ops":
        node.ops[item] = _FLIPPED[type(node.ops[item])]()
    elif field == "op":
        node.op = _FLIPPED[type(node.op)]()
    elif field == "not":
        node.op = ast.UAdd()
        node.operand = ast.Call(ast.Name("bool", ast.Load()), [node.operand], [])
    else:
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    ast.fix_missing_locations(tree)
    return f"{node.lineno}: {before} -> {ast.unparse(node)}", ast.unparse(tree)


if __name__ == "__main__":
    chosen = [guard for guard in GUARDS if not sys.argv[2:] or guard.module in sys.argv[2:]]
    outcomes = list(run(int(sys.argv[1]) if len(sys.argv) > 1 else 4, print, chosen))
    print(f"{outcomes.count(None)} of {len(outcomes)} noticed")
