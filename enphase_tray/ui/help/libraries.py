"""The libraries that the program runs on, with their versions and licences as they tell them themselves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution

LIBRARIES = (
    "PySide6-Essentials", "pyqtgraph", "requests", "PyJWT", "cryptography", "zeroconf", "keyring", "jeepney",
    "platformdirs", "tomli-w", "tzdata",
)  # fmt: skip
"""Those asked for by name; what they need in turn is found through them."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_CLASSIFIER = "License :: "
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Library:
    """One that is installed. `licence` is empty where it does not tell."""

    name: str
    version: str
    licence: str


def libraries() -> tuple[Library, ...]:
    """Those that are installed here, and what they need, by name. Takes some ten milliseconds of reading files."""
    found: dict[str, Library] = {}
    waiting = list(LIBRARIES)
    while waiting:
        name = waiting.pop()
        if _plain(name) in found:
            continue
        try:
            known = distribution(name)
        except PackageNotFoundError:
            continue  # for another system or Python
        found[_plain(name)] = Library(known.metadata["Name"], known.version, _licence(known))
        waiting += _needs(known)
    return tuple(sorted(found.values(), key=lambda library: library.name.casefold()))


def _needs(known: Distribution) -> Iterator[str]:
    for line in known.requires or ():
        requirement, _, condition = line.partition(";")
        name = _NAME.match(requirement.strip())
        if name is not None and "extra" not in condition:
            yield name[0]


def _licence(known: Distribution) -> str:
    """Newer packages tell an expression, older ones a word, a classifier, or the whole text."""

    def told(field: str) -> list[str]:
        return [str(line).strip() for line in known.metadata.get_all(field) or ()]

    for licence in (*told("License-Expression"), *told("License")):
        if licence and len(licence) <= _LONGEST and "\n" not in licence:
            return licence
    return ", ".join(line.rpartition(" :: ")[2] for line in told("Classifier") if line.startswith(_CLASSIFIER))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
