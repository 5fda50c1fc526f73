"""Bring the catalogues of all languages up to date with the program's texts, and compile them.

    python packaging/languages.py          (or: make languages)

Texts are found by walking the syntax of the package: what stands in a call of `tr`, `trn`, `trc`, `mark` or `dated`
(see enphase_tray/model/language.py). `resources/languages/*.po` are for translators; new and changed texts come in
empty, and are said in English until they are translated. `resources/catalogues/*.mo` are what the program reads. The
same sources give the same bytes.
"""

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "enphase_tray"
SOURCES = REPOSITORY / "resources" / "languages"
COMPILED = REPOSITORY / "resources" / "catalogues"
LANGUAGES = ("de", "es", "fr", "nl")
"""Beside English, which needs no catalogue."""
_PLAIN, _PLURAL, _IN_CONTEXT = {"tr", "mark", "dated"}, "trn", "trc"
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_HEADER = "# {language} texts of Enphase Tray, under the program's own licence."


def texts(package: Path = PACKAGE) -> Catalog:
    """Every text of the program, with the files it is said in."""
    catalog = _dated(Catalog(project="enphase_tray", fuzzy=False))
    for file in sorted(package.rglob("*.py")):
        place = file.relative_to(REPOSITORY).as_posix()
        for context, text in calls(ast.parse(file.read_text(encoding="utf-8"))):
            catalog.add(text, context=context, locations=[(place, 0)])
    return catalog


def calls(tree: ast.AST) -> Iterator[tuple[str | None, str | tuple[str, str]]]:
    """Context and text (or its two forms) of each call in one file; what is not a literal was marked elsewhere."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        said = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if node.func.id in _PLAIN and said:
            yield None, said[0]
        elif node.func.id == _PLURAL and len(said) == 2:
            yield None, (said[0], said[1])
        elif node.func.id == _IN_CONTEXT and len(said) == 2:
            yield said[0], said[1]


def read(language: str) -> Catalog:
    """The catalogue of a language as it lies in the repository; an empty one where there is none yet."""
    file = SOURCES / f"{language}.po"
    if not file.exists():
        return Catalog(language)
    with file.open("rb") as source:
        return read_po(source, locale=language)


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue of a language with exactly the texts of `template`."""
    catalog = read(language)
    catalog.update(template, no_fuzzy_matching=True, update_header_comment=False)
    catalog.obsolete.clear()
    name = catalog.locale.english_name if catalog.locale is not None else language
    catalog.header_comment = _HEADER.format(language=name)
    catalog.fuzzy = False
    return _dated(catalog)


def written(catalog: Catalog) -> bytes:
    """As a `.po` file."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, sort_by_file=True, include_lineno=False)
    return buffer.getvalue()


def compiled(catalog: Catalog) -> bytes:
    """As a `.mo` file, without what is not translated."""
    whole = _dated(Catalog(catalog.locale, project="enphase_tray", fuzzy=False))
    for message in catalog:
        if message.id and is_translated(message):
            whole.add(message.id, message.string, context=message.context)
    buffer = io.BytesIO()
    write_mo(buffer, whole)
    return buffer.getvalue()


def is_translated(message: Message) -> bool:
    """Whether it is said in the language in all its forms, and nobody doubts it."""
    forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))
    return all(forms) and not message.fuzzy


def main() -> None:
    """Rewrite all files."""
    template = texts()
    for folder in (SOURCES, COMPILED):
        folder.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        catalog = updated(language, template)
        (SOURCES / f"{language}.po").write_bytes(written(catalog))
        (COMPILED / f"{language}.mo").write_bytes(compiled(catalog))
        missing = sum(1 for message in catalog if message.id and not is_translated(message))
        print(f"{language}: {len(catalog)} texts, {missing} not translated")


def _dated(catalog: Catalog) -> Catalog:
    """With the same dates and names each time, so that only texts make a difference."""
    catalog.project, catalog.version = "enphase_tray", "1"
    catalog.msgid_bugs_address = ""
    catalog.creation_date = catalog.revision_date = _NO_DATE
    catalog.last_translator = catalog.language_team = "enphase_tray contributors"
    return catalog


if __name__ == "__main__":
    main()
