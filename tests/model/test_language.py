"""Texts in another language: what is found, what is filled in, and what stays English."""

import gettext
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from enphase_tray.model import language
from enphase_tray.model.dates import dated
from enphase_tray.model.language import inside, mark, tr, trc, trn, use
from enphase_tray.model.status_words import describe_words, meaning, phrase


@pytest.fixture
def german() -> Iterator[None]:
    catalog = Catalog("de")
    catalog.add("{watts} now", "jetzt {watts}")
    catalog.add(("{count} panel", "{count} panels"), ("{count} Modul", "{count} Module"))
    catalog.add("open", "offen", context="relay")
    catalog.add("Mon Tue Wed Thu Fri Sat Sun", "Mo. Di. Mi. Do. Fr. Sa. So.")
    catalog.add("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", "Jan Feb März Apr Mai Juni Juli Aug Sep Okt Nov Dez")
    catalog.add("{wkd} {day} {mon}", "{wkd} {day}. {mon}")
    catalog.add("no grid voltage", "keine Netzspannung")
    catalog.add("voltage of line {line} too high", "Spannung von Phase {line} zu hoch")
    file = io.BytesIO()
    write_mo(file, catalog)
    file.seek(0)
    use(file)
    yield
    use(None)


def test_english_needs_no_catalogue() -> None:
    assert language.code() == "en"
    assert tr("{watts} now", watts="3 W") == "3 W now"
    assert [trn("{count} panel", "{count} panels", count) for count in (0, 1, 2)] == ["0 panels", "1 panel", "2 panels"]
    assert trc("relay", "open") == "open"
    assert inside("No gateway is set up") == "no gateway is set up"


@pytest.mark.usefixtures("german")
def test_texts_are_said_in_the_language_in_use() -> None:
    assert language.code() == "de"
    assert tr("{watts} now", watts="3 W") == "jetzt 3 W"
    assert [trn("{count} panel", "{count} panels", count) for count in (1, 2)] == ["1 Modul", "2 Module"]
    assert trc("relay", "open") == "offen"
    assert tr("open") == "open", "another context is another text"
    assert inside("Kein Gateway") == "Kein Gateway"


@pytest.mark.usefixtures("german")
def test_what_is_not_translated_stays_english() -> None:
    assert tr("Poll now") == "Poll now"
    assert trn("{count} day", "{count} days", 2) == "2 days"
    assert mark("{watts} now") == "{watts} now", "marks are for later"


def test_braces_are_only_fields_where_fields_are_given() -> None:
    assert tr("{}") == "{}"
    with pytest.raises(KeyError):
        tr("{watts} now", volts=3)


def test_what_is_no_catalogue_is_refused() -> None:
    with pytest.raises(OSError, match="Bad magic"):
        use(io.BytesIO(b"no catalogue"))
    assert isinstance(language.tr("x"), str)
    assert language.code() == "en"


def test_dates_are_written_in_the_language_in_use(german: None) -> None:
    assert dated("{wkd} {day} {mon}", date(2026, 3, 2)) == "Mo. 2. März"
    use(None)
    assert dated("{wkd} {day} {mon}", date(2026, 3, 2)) == "Mon 2 Mar"
    assert (
        dated("{weekday} {day} {month} {year}", datetime(2026, 12, 31, 23, tzinfo=UTC)) == "Thursday 31 December 2026"
    )


@pytest.mark.parametrize("day", [date(2026, month, 1) for month in range(1, 13)])
def test_english_names_are_those_of_the_calendar(day: date) -> None:
    assert dated("{wkd}|{weekday}|{mon}|{month}", day) == day.strftime("%a|%A|%b|%B")


def test_status_words_are_said_in_the_language_in_use(german: None) -> None:
    assert meaning("envoy.cond_flags.pcu_chan.gridgone").label == "keine Netzspannung"
    assert meaning("nsrb_ctrl.acvoltagehighline2").label == "Spannung von Phase 2 zu hoch"
    assert describe_words(["pcu_chan.gridgone"]) == "Keine Netzspannung"
    assert phrase(["envoy.global.ok"]) == ""


def test_catalogues_of_python_itself_are_not_used(german: None) -> None:
    """What the command line's parser says goes through Python's own `gettext`, which is left alone."""
    assert gettext.gettext("{watts} now") == "{watts} now"
