"""Everything that a user reads can be translated, and is: in the code by `enphase_tray/model/language.py`, in the
catalogues under `resources`."""

import ast
import builtins
import importlib.util
import re
import string
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message

from tests.conftest import REPOSITORY

PACKAGE = REPOSITORY / "enphase_tray"
SAYING = frozenset({"tr", "trn", "trc", "mark", "dated"})
DATE_FIELDS = frozenset({"weekday", "wkd", "day", "month", "mon", "year"})
ROOMS = ("alerts", "app", "gateway", "history", "model", "monitor", "settings", "status", "ui")
"""Rooms in which every text is marked."""
NOT_FOR_READERS = frozenset(
    {
        # only ever shown by commands, which speak English, or written for whoever helps
        "app/demo_run.py", "app/diagnostics.py", "app/log_file.py", "gateway/leaks.py", "history/check.py",
        "history/soundness.py", "model/result_parsing.py", "monitor/replay.py",
        # the wire and SQL; what goes wrong there is translated by others
        "gateway/checked.py", "gateway/digest.py", "gateway/exchange.py", "gateway/pin.py", "gateway/transport.py",
        "history/chains.py", "history/database.py", "history/journal.py", "history/reader.py", "history/site_days.py",
        "history/upkeep.py",
        # the desktop's own words: entries of start folders, metadata of packages, what systems do with a tray
        "ui/desktop/autostart.py", "ui/desktop/autostart_elsewhere.py", "ui/desktop/login_entry.py",
        "ui/desktop/ways.py", "ui/help/libraries.py", "ui/look/text.py",
        # names of quantities, by which figures are known in problems and in the history
        "gateway/believe.py", "gateway/figures.py", "gateway/endpoints/device_data.py", "gateway/endpoints/energy.py",
        "gateway/endpoints/inventory.py", "gateway/endpoints/inverters_v1.py", "gateway/endpoints/production_json.py",
        "gateway/endpoints/production_page.py",
    }
)  # fmt: skip
"""Modules with sentences that no user of the windows reads. What they do say to one is marked there too."""
UNITS = frozenset({"W", "kW", "Wh", "kWh", "MWh", "GWh", "V", "UTC", "SHA"})
NOT_LANGUAGE = re.compile(
    r"""
    \S*[/_\\<>{}=]\S* | [a-z\d]+-\S*  # paths, keys, markup of one word
    | SHA256SUMS\.txt
    | (?:[A-Z][a-z]*){2,} | [A-Z][a-z]+JWT  # names of classes and packages
    | Enphase\ Tray | Secret\ Service | macOS\ Keychain | Windows\ Credential\ Manager
    | Authorization | Bearer\ | Cookie | Site | first\ use  # words of protocols and files
    | English | Deutsch | Français | Nederlands | Español  # each by its own name
    | Ctrl\+\w+ | EUR | yyyy  # keys and codes
    | -----BEGIN.*
    | (?:[A-Z][a-z]+-)+[A-Z][a-z]+  # names of headers
    | <!.*  # markup
    | (?:.*[\n;])?[\w\s,@.-]+\{.*\}\s*  # style sheets
    | QLabel\#.* | Fusion | Tag | Hello | Notify  # names of Qt and of buses
    | until\ told | no\ link  # values of enumerations
    | Python[ ] | [ ]·[ ]Qt[ ] | Enphase[ ]Tray[ ]?
    | default-src.*  # a content policy
    | \s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|BEGIN|ORDER|FROM|AND|ON)\b.*  # SQL
    """,
    re.VERBOSE | re.DOTALL,
)
"""What looks like words."""


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("languages", REPOSITORY / "packaging" / "languages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


languages = _script()
LANGUAGES: tuple[str, ...] = languages.LANGUAGES
MARKED = [
    path
    for room in ROOMS
    for path in sorted((PACKAGE / room).rglob("*.py"))
    if path.relative_to(PACKAGE).as_posix() not in NOT_FOR_READERS
]
ALL = sorted(PACKAGE.rglob("*.py"))


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", MARKED, ids=_name)
def test_every_text_is_marked(path: Path) -> None:
    """A literal with a space between words, or with a capital at its beginning, is a text unless its place says that
    it is none: a docstring, a log record, a pattern, an annotation, an error of Python's own."""
    assert not list(_unmarked(_tree(path)))


def test_unmarked_texts_are_noticed() -> None:
    """The rule itself: what it must see, and what it must leave alone."""
    seen = ast.parse('''
def say(watts):
    """A docstring is none."""
    log.warning("not for users: %s", watts)
    raise ValueError("Not for users either")
    a: "Html" = tr("{watts} now", watts=watts) + f"{watts:%H hours} kWh, {watts}" + "plain_key" + "2 %"
    return "Made by", f"{watts} now", f"{tr('well')} said", say(title="no gateway"), {"Key": "Made here"}
''')
    assert sorted(_unmarked(seen)) == [
        (7, " now"), (7, " said"), (7, "Key"), (7, "Made by"), (7, "Made here"), (7, "no gateway"),
    ]  # fmt: skip


def test_texts_are_said_after_a_language_is_chosen() -> None:
    """What is said while a module is imported stays English for ever: constants are marked, and said later."""
    early = {
        _name(path): [ast.unparse(node) for node in _run_at_import(_tree(path)) if _called(node) in SAYING - {"mark"}]
        for path in ALL
    }
    assert not {name: calls for name, calls in early.items() if calls}


def test_texts_have_the_fields_they_are_given() -> None:
    wrong = {_name(path): [ast.unparse(call) for call in _misfilled(_tree(path))] for path in ALL}
    assert not {name: calls for name, calls in wrong.items() if calls}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_has_every_text_and_no_other(language: str) -> None:
    """`make languages` brings a catalogue up to date; then its empty texts are to be translated."""
    wanted, found = _texts(languages.texts()), _texts(languages.read(language))
    assert not sorted(wanted - found), "run `make languages`"
    assert not sorted(found - wanted), "run `make languages`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue_is_complete(language: str) -> None:
    missing = [
        message.id for message in languages.read(language) if message.id and not languages.is_translated(message)
    ]
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_fit_their_texts(language: str) -> None:
    """The same fields, the same blanks and line ends around, all plural forms."""
    catalog = languages.read(language)
    wrong = [message.id for message in catalog if message.id and languages.is_translated(message) if not _fits(message)]
    assert not wrong
    plural = [message for message in catalog if message.id and isinstance(message.id, tuple | list)]
    assert plural
    assert not [message.id for message in plural if len(message.string) != catalog.num_plurals]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_program_reads_is_made_of_the_catalogue(language: str) -> None:
    made = (languages.COMPILED / f"{language}.mo").read_bytes()
    assert made == languages.compiled(languages.read(language)), "run `make languages`"


def _misfilled(tree: ast.AST) -> Iterator[ast.Call]:
    """Calls whose fields are others than those of their text; where that is a constant, nothing can be said."""
    for node in ast.walk(tree):
        name = _called(node)
        if (
            not isinstance(node, ast.Call)
            or name not in SAYING
            or any(keyword.arg is None for keyword in node.keywords)
        ):
            continue
        forms = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        forms = forms[1:] if name == "trc" else forms
        used: set[str] = set().union(*map(_fields, forms))
        given = {str(keyword.arg) for keyword in node.keywords}
        if name == "trn" and (len(forms) != 2 or used | {"count"} != given | {"count"}):
            yield node
        if name in {"tr", "trc"} and forms and used != given:
            yield node
        if name == "dated" and not used <= DATE_FIELDS:
            yield node


def _texts(catalog: Catalog) -> set[tuple[str, str]]:
    return {(message.context or "", str(message.id)) for message in catalog if message.id}


def _fits(message: Message) -> bool:
    texts = (message.id,) if isinstance(message.id, str) else message.id
    said = (message.string,) if isinstance(message.string, str) else message.string
    fields, first = set().union(*map(_fields, texts)), texts[0]
    if len(texts) == 1 and _fields(said[0]) != fields:
        return False
    return all(_fields(form) <= fields | {"count"} and _around(form) == _around(first) for form in said)


def _around(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _called(node: ast.AST) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def _unmarked(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and text of each literal that looks like language and is in no place that says otherwise."""
    if isinstance(tree, ast.Constant):
        if isinstance(tree.value, str) and _is_language(tree.value):
            yield tree.lineno, tree.value
        return
    if isinstance(tree, ast.Call) and _is_no_saying(tree.func):
        return
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return
    for field, value in ast.iter_fields(tree):
        if field in {"annotation", "returns", "format_spec"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _unmarked(child)


def _is_no_saying(function: ast.expr) -> bool:
    """Whether what is handed to this function is marked, or no text for users."""
    name = ast.unparse(function)
    is_error = isinstance(getattr(builtins, name, None), type) and issubclass(getattr(builtins, name), BaseException)
    return name in SAYING or is_error or name in {"re.compile", "cast", "TypeVar"} or name.startswith("log.")


def _is_language(text: str) -> bool:
    text = text.replace("&", "")  # marks the letter that is the key
    words = [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in UNITS]
    if not words or NOT_LANGUAGE.fullmatch(text):
        return False
    return " " in text or re.match(r"[A-Z][a-z]", text) is not None


def _run_at_import(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a module but the bodies of its functions."""
    yield tree
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        inside: list[ast.AST] = [*tree.decorator_list, tree.args]
    elif isinstance(tree, ast.Lambda):
        inside = [tree.args]
    else:
        inside = list(ast.iter_child_nodes(tree))
    for child in inside:
        yield from _run_at_import(child)
