"""The rules of the house that a machine can check (ARCHITECTURE.md says what they are for)."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "enphase_tray"
ROOMS_BELOW_UI = (
    "alerts", "analysis", "gateway", "history", "model", "monitor", "settings", "simulator", "status",
)  # fmt: skip
SHELVES = {
    "gateway/endpoints": "ENDPOINTS",
    "alerts/rules": "RULES",
    "ui/charts": "CHARTS",
}
MODULES = sorted(PACKAGE.rglob("*.py"))


def test_import_contracts_are_kept() -> None:
    """In a process of its own: import-linter's set-up of logging silences every logger that exists before it."""
    lint = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("shelf", "name"), SHELVES.items(), ids=SHELVES)
def test_shelf_lists_each_of_its_files(shelf: str, name: str) -> None:
    """Adding something is one file and one line in the tuple; each file stands there exactly once."""
    listed = _modules_in_tuple(PACKAGE / shelf / "__init__.py", name)
    assert sorted(listed) == [path.stem for path in _shelf_files(shelf)]
    assert listed, f"{shelf} is empty"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300, "a module fits in a sitting"
    long = {name: lines for name, lines in _function_lines(ast.parse(text)) if lines > 50}
    assert not long, "a function fits on a screen"


def test_rooms_below_ui_need_no_qt() -> None:
    """Import every module below `ui`, and use the terminal face, in an interpreter that refuses Qt and numpy."""
    modules = [_module(path) for path in MODULES if path.relative_to(PACKAGE).parts[0] in ROOMS_BELOW_UI]
    assert len(modules) > len(ROOMS_BELOW_UI)
    said = _run_python(f"""
        import importlib, sys

        class Refuse:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {{"PySide6", "shiboken6", "pyqtgraph", "numpy"}}:
                    raise ModuleNotFoundError(f"refused: {{name}}", name=name)

        sys.meta_path.insert(0, Refuse())
        for module in {modules!r}:
            importlib.import_module(module)
        from enphase_tray.cli import main
        try:
            status = main(["read", "--help"])
        except SystemExit as leaving:
            status = leaving.code
        print("status", status)
        """)
    assert said.split()[-2:] == ["status", "0"]


def test_reading_in_the_terminal_loads_neither_qt_nor_numpy(tmp_path: Path) -> None:
    """The whole way of `read` to a gateway that is not there."""
    said = _run_python(f"""
        import sys
        from enphase_tray.cli import main
        status = main(["read", "--host", "127.0.0.1:9", "--profile", {str(tmp_path / "profile")!r}])
        heavy = {{"PySide6", "shiboken6", "pyqtgraph", "numpy", "zeroconf"}} & set(sys.modules)
        print("status", status, "heavy", sorted(heavy))
        """)
    assert said.splitlines()[-1] == "status 3 heavy []"


def test_files_name_no_registry_and_no_machine() -> None:
    """Who installs chooses the index; and what is in the repository works anywhere."""
    machine = r"(^|[^\w.])/(root|work|Users)/\w"
    registry = r"--(extra-)?index-url|://[\w.-]*(pypi|pythonhosted|npmjs|debian)\b|/simple/"
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not a git checkout")
    texts = [path for path in _repository_texts() if path != Path(__file__)]
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()[:120]}"
        for path in texts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(f"{machine}|{registry}", line) and "--no-emit" not in line
    ]
    assert REPOSITORY / "pyproject.toml" in texts
    assert not found


def test_run_time_dependencies_stay_few() -> None:
    project = _project()
    names = {re.split(r"[\s\[<>=;]", line, maxsplit=1)[0].lower() for line in project["dependencies"]}
    assert len(names) <= 12, sorted(names)


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_lock_pins_everything_by_hash(lock: str) -> None:
    text = (REPOSITORY / lock).read_text(encoding="utf-8")
    entries = re.findall(r"^([a-z0-9][^\s=]*)==(\S+)(.*(?:\n    --hash=.*)*)", text, re.M)
    unhashed = [name for name, _, rest in entries if "--hash=sha256:" not in rest]
    locked = {name for name, _, _ in entries}
    wanted = {re.split(r"[\s\[<>=;]", line, maxsplit=1)[0].lower() for line in _project()["dependencies"]}
    assert not unhashed
    assert wanted <= locked, "run `make lock`"


def test_certificates_are_left_unchecked_in_one_place_only() -> None:
    """Verification is switched off only where the pin takes over."""
    switches = re.compile(r"CERT_NONE|check_hostname\s*=\s*False|verify\s*=\s*False|_create_unverified")
    places = {str(path.relative_to(PACKAGE)) for path in MODULES if switches.search(path.read_text(encoding="utf-8"))}
    assert len([place for place in places if not place.startswith("simulator/")]) <= 1, sorted(places)


def _shelf_files(shelf: str) -> list[Path]:
    """A shelf's items; a leading underscore marks what its files share."""
    return [path for path in sorted((PACKAGE / shelf).glob("*.py")) if not path.name.startswith("_")]


def _modules_in_tuple(file: Path, name: str) -> list[str]:
    """Which module of the shelf each item of the tuple `name` comes from."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    origin: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                # `from shelf import module` gives modules, `from shelf.module import Item` gives items.
                own = node.module == _module(file)
                origin[alias.asname or alias.name] = alias.name if own else str(node.module).rpartition(".")[2]
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AnnAssign) and [name] == [getattr(t, "id", "") for t in targets]:
            assert isinstance(node.value, ast.Tuple), f"{name} is an explicit tuple"
            return [_origin(item, origin) for item in node.value.elts]
    raise AssertionError(f"{file} has no tuple {name}")


def _origin(item: ast.expr, origin: dict[str, str]) -> str:
    """`module.ITEM`, `module.Item()`, `Item`, `Item()`, or the module's name as a string (imported late)."""
    for node in ast.walk(item):
        if isinstance(node, ast.Name):
            return origin[node.id]
        if isinstance(node, ast.Constant):
            return str(node.value).rpartition(".")[2]
    raise AssertionError(ast.unparse(item))


def _function_lines(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def _module(path: Path) -> str:
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


def _project() -> dict[str, list[str]]:
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        project: dict[str, list[str]] = tomllib.load(file)["project"]
    return project


def _repository_texts() -> Iterator[Path]:
    """Every text file that is, or would be, part of the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    for name in sorted(set(listed.stdout.split("\0")) - {""}):
        path = REPOSITORY / name
        if path.is_file() and b"\0" not in path.read_bytes()[:4096]:
            yield path


def _run_python(code: str) -> str:
    """Standard output of `code` in a fresh interpreter; an error with all it said where it fails."""
    lines = code.strip("\n").splitlines()
    indent = len(lines[0]) - len(lines[0].lstrip())
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(line[indent:] for line in lines)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
