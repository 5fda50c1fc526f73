"""The user's language: texts stand in English where they are said, and `tr` says them in the language in use.

A text is a sentence or phrase with named fields, `tr("{watts} now", watts=…)`, never put together from pieces: word
order, cases and plurals are the translator's. What is in use is the one state of this process beside the system's
locale; like that it is chosen once, before the first text is made, by a face that has a user to ask. The terminal
never chooses: it stays English.
"""

from gettext import GNUTranslations, NullTranslations
from typing import BinaryIO


class _InUse:
    catalogue = NullTranslations()


def use(catalogue: BinaryIO | None) -> None:
    """Say everything in the language of this compiled catalogue (`.mo`) from now on; `None` for English.

    Texts that were made before stay as they are. Raises OSError where it is no catalogue.
    """
    _InUse.catalogue = NullTranslations() if catalogue is None else GNUTranslations(catalogue)


def code() -> str:
    """The language in use as documents name it: `en`, `de`."""
    return _InUse.catalogue.info().get("language", "en")


def tr(text: str, /, **fields: object) -> str:
    """`text` in the language in use, with its `{fields}` filled in."""
    return _filled(_InUse.catalogue.gettext(text), fields)


def trn(one: str, many: str, count: int, /, **fields: object) -> str:
    """The form for `count` things; `{count}` is one of the fields."""
    return _filled(_InUse.catalogue.ngettext(one, many, count), {"count": count, **fields})


def trc(context: str, text: str, /, **fields: object) -> str:
    """As `tr`, for a text that means different things in different places; `context` tells which this is."""
    return _filled(_InUse.catalogue.pgettext(context, text), fields)


def inside(sentence: str) -> str:
    """A sentence as it goes on after a colon: with a small letter, but in German, where it may begin with a noun."""
    return sentence if code() == "de" else sentence[:1].lower() + sentence[1:]


def mark(text: str, /) -> str:
    """`text` as it is: for constants, which are made before a language is chosen and said with `tr(name)` later."""
    return text


def _filled(text: str, fields: dict[str, object]) -> str:
    return text.format(**fields) if fields else text
