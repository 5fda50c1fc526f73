"""Where the program comes from: few dependencies, each with its reason and its hashes, and a bill of all of them."""

import json
import re
import subprocess
import sys
import tomllib
from typing import Any

from tests.conftest import REPOSITORY

MOST_DIRECT = 12


def _project() -> dict[str, Any]:
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def _direct() -> set[str]:
    lines = _project()["project"]["dependencies"]
    return {re.split(r"[\s\[<>=;]", line, maxsplit=1)[0].lower() for line in lines}


def _bill() -> bytes:
    command = [sys.executable, "packaging/sbom.py"]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True, timeout=30).stdout


def test_each_dependency_is_justified_in_the_architecture() -> None:
    """The table has every direct dependency, and none that is not one (numpy comes with pyqtgraph, and is named)."""
    text = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.partition("## Dependencies")[2].partition("\n## ")[0]
    cells = [row.split("|")[1:3] for row in section.splitlines() if row.startswith("| ") and "---" not in row][1:]
    named = {name.strip().lower() for first, _ in cells for name in re.split(r",|\(with|\)", first) if name.strip()}
    assert named - {"numpy"} == _direct()
    assert all(len(reason.split()) >= 3 for _, reason in cells), "each says what for"
    assert len(_direct()) <= MOST_DIRECT


def test_security_rules_are_on_in_the_product() -> None:
    """None of ruff's is switched off for a whole file of the product, but the one on chance in the simulator."""
    lint = _project()["tool"]["ruff"]["lint"]
    assert {"S", "BLE", "DTZ", "T20", "TID"} <= {rule for rule in lint["select"] if not rule.startswith("#")}
    loosened = {
        (files, rule)
        for files, rules in lint["per-file-ignores"].items()
        for rule in rules
        if rule.startswith(("S", "BLE")) and files.startswith("enphase_tray")
    }
    assert loosened == {("enphase_tray/simulator/**", "S311")}


def test_the_bill_of_materials_names_every_locked_package_with_its_hashes() -> None:
    bill = json.loads(_bill())
    lock = (REPOSITORY / "requirements.txt").read_text(encoding="utf-8")
    locked = sorted(
        f"pkg:pypi/{name}@{version}" for name, version in re.findall(r"^([a-z0-9-]+)==([^\s;]+)", lock, re.M)
    )
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert sorted(part["purl"] for part in bill["components"]) == locked
    assert len(locked) > 20
    hashes = [digest["content"] for part in bill["components"] for digest in part["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    assert all(part["hashes"] for part in bill["components"])


def test_the_bill_knows_who_needs_what() -> None:
    bill = json.loads(_bill())
    needs = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    own = bill["metadata"]["component"]["bom-ref"]
    assert {re.sub(r"pkg:pypi/(.*)@.*", r"\1", used) for used in needs[own]} == _direct()
    reached, todo = set(), [own]
    while todo:
        for used in needs[todo.pop()]:
            if used not in reached:
                reached.add(used)
                todo.append(used)
    assert reached == {part["bom-ref"] for part in bill["components"]}, "nothing is locked that nobody needs"


def test_the_bill_is_the_same_bytes_each_time() -> None:
    assert _bill() == _bill()
