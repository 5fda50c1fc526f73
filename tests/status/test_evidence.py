"""The evidence file: its figures against those of the history, its sums, and what must not be in it."""

import csv
import hashlib
import io
import re
import statistics
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.health import Cause
from enphase_tray.model.history import HistoryEvent
from enphase_tray.status.evidence import evidence_files, evidence_name, evidence_zip
from enphase_tray.status.evidence_facts import EvidenceFacts, read_evidence
from enphase_tray.status.health import NO_PRICE, Price
from enphase_tray.status.words import Wording
from tests.status import sick_bay as bay
from tests.status.test_html import HOSTILE, Tags
from tests.ui import flock, lived, ward
from tests.ui import make_believe as site

WORDS = Wording(zone=ZoneInfo("Europe/Amsterdam"))
NOW = lived.moment(bay.TODAY, 14.0)
SERIAL = site.serial(ward.SHADED)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HistoryReader]:
    made = ward.history(tmp_path_factory.mktemp("ward") / "history.sqlite")
    yield made
    made.close()


@pytest.fixture(scope="module")
def facts(reader: HistoryReader) -> EvidenceFacts:
    shot = ward.snapshot(12, bay.TODAY, 14.0)
    return read_evidence(reader, site.SITE, SERIAL, NOW, shot, bay.house(), WORDS)


def table(files: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name].decode())))


def test_it_has_tables_pictures_a_page_and_sums(facts: EvidenceFacts) -> None:
    files = evidence_files(facts, WORDS, Price(0.25, "€"))
    assert sorted(files) == [
        "SHA256SUMS.txt", "curve.svg", "curves.csv", "days.csv", "events.csv", "evidence.html", "shares.svg",
        "status_words.csv",
    ]  # fmt: skip
    sums = dict(line.split("  ")[::-1] for line in files["SHA256SUMS.txt"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != "SHA256SUMS.txt"
    }
    assert files["curve.svg"].startswith(b"<svg xmlns=")


def test_curves_are_those_of_the_fortnight_and_the_group(facts: EvidenceFacts) -> None:
    rows = table(evidence_files(facts, WORDS, NO_PRICE), "curves.csv")
    day = date(2026, 6, 20)
    row = next(row for row in rows if row["time_local"] == "2026-06-20 16:00:00")
    assert float(row["watts"]) == ward.watts(ward.SHADED, day, 16.0)
    others = [ward.watts(number, day, 16.0) for number in (1, 5, 7, 9, 11)]
    assert float(row["group_median_watts"]) == pytest.approx(statistics.median(others))
    first, last = rows[0]["time_utc"], rows[-1]["time_utc"]
    assert (first, last) >= ("2026-06-11T12:00:00Z", "2026-06-25T11:00:00Z")


def test_days_have_energy_level_and_provenance(tmp_path: Path) -> None:
    """Energies are those that were lived, the level is the median of the others in the group."""
    made = flock.days(tmp_path / "history.sqlite", 6, date(2026, 6, 15))
    shot = flock.snapshot(6, hour=13.0, ill=False)
    report = bay.report([bay.well(number) for number in range(6)])
    facts = read_evidence(made, site.SITE, site.serial(flock.WEAK), shot.at, shot, report, WORDS)
    made.close()
    row = next(row for row in table(evidence_files(facts, WORDS, NO_PRICE), "days.csv") if row["day"] == "2026-06-20")
    assert float(row["watt_hours"]) == pytest.approx(flock.even(flock.WEAK, date(2026, 6, 20)), abs=1)
    others = [flock.even(number, date(2026, 6, 20)) for number in range(6) if number != flock.WEAK]
    assert float(row["group_median_watt_hours"]) == pytest.approx(statistics.median(others), abs=1)
    assert (row["others_in_group"], row["enough_light"]) == ("5", "yes")
    assert row["provenance"] in {"measured", "derived"}
    share = next(day.share for day in bay.well(flock.WEAK).days if day.day == date(2026, 6, 20))
    assert float(row["share_of_group"]) == pytest.approx(share, abs=0.001)


def test_days_without_history_keep_their_share_and_are_empty_else(facts: EvidenceFacts) -> None:
    rows = table(evidence_files(facts, WORDS, NO_PRICE), "days.csv")
    early = [row for row in rows if row["day"] < "2026-06-11"]
    assert [row["day"] for row in early] == [f"{day.day}" for day in bay.shaded().days if day.day < date(2026, 6, 11)]
    assert {row["watt_hours"] + row["group_median_watt_hours"] for row in early} == {""}
    assert early[0]["share_of_group"] == "0.984"


def test_the_page_tells_finding_device_and_events(facts: EvidenceFacts) -> None:
    page = evidence_files(facts, WORDS, Price(0.25, "€"))["evidence.html"].decode()
    said = re.sub(r"\s+", " ", Tags(page).text)
    assert f"Inverter {SERIAL}" in said
    assert "Shade. It loses between 15:00 and 17:00 each day" in said
    assert "4.21 kWh (1.05 €)" in said
    assert "Panel 01111 makes less than its group" in said
    assert "8.3.5289" in said
    assert "the 5 other inverters" in said


def test_nothing_in_it_leads_to_the_house(facts: EvidenceFacts) -> None:
    event = HistoryEvent(
        NOW, "raised", "rule", "warning", (SERIAL,), f"Gateway {site.SITE} at 192.168.1.20:443 and fe80::1:2:3",
        "Mail me@example.org, token eyJhbGciOi.eyJzdWIi.sig", "a-1",
    )  # fmt: skip
    files = evidence_files(replace(facts, events=(event,)), WORDS, NO_PRICE)
    whole = b"\n".join(files.values()).decode()
    for secret in (site.SITE, "192.168", "fe80", "example.org", "eyJhbGciOi"):
        assert secret not in whole
    assert "***" in whole
    assert "2026-06-20 16:00:00" in whole  # times are no addresses


def test_texts_from_outside_become_neither_markup_nor_formulas(facts: EvidenceFacts) -> None:
    event = HistoryEvent(NOW, "raised", "rule", "warning", (SERIAL,), "=cmd|' /C calc'!A0", HOSTILE, "a-1")
    assert facts.reading is not None
    device = replace(facts.reading.device, words=("=1+1", HOSTILE))
    reading = replace(facts.reading, part_number=HOSTILE, device=device)
    files = evidence_files(replace(facts, events=(event,), reading=reading, firmware=HOSTILE), WORDS, NO_PRICE)
    tags = Tags(files["evidence.html"].decode())
    assert not {"script", "img"} & set(tags.seen)
    assert table(files, "events.csv")[0]["title"].startswith("'=")
    assert table(files, "status_words.csv")[0]["word"] == "'=1+1"


def test_an_inverter_that_nobody_has_compared_has_its_file_too(reader: HistoryReader) -> None:
    facts = read_evidence(reader, site.SITE, SERIAL, NOW, ward.snapshot(12, bay.TODAY, 14.0), None, WORDS)
    files = evidence_files(facts, WORDS, NO_PRICE)
    assert "shares.svg" not in files
    assert "It has not been compared with others yet." in Tags(files["evidence.html"].decode()).text
    nothing = read_evidence(reader, site.SITE, "unknown", NOW, None, None, WORDS)
    assert table(evidence_files(nothing, WORDS, NO_PRICE), "days.csv") == []


def test_a_standing_panels_share_of_better_days_is_not_told_as_now(reader: HistoryReader) -> None:
    facts = read_evidence(reader, site.SITE, site.serial(1), NOW, None, bay.house(), WORDS)
    said = Tags(evidence_files(facts, WORDS, NO_PRICE)["evidence.html"].decode()).text
    assert "No power from panel. It gets only 0.4 V" in said
    assert facts.health is not None
    assert facts.health.finding is not None
    assert facts.health.finding.cause is Cause.NO_DC


def test_the_archive_holds_the_files_and_is_the_same_each_time(facts: EvidenceFacts) -> None:
    files = evidence_files(facts, WORDS, NO_PRICE)
    packed = evidence_zip(files, NOW)
    assert packed == evidence_zip(files, NOW)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == dict(files)


def test_names_hold_nothing_that_a_file_system_minds() -> None:
    assert evidence_name(SERIAL, NOW) == f"inverter-{SERIAL}-2026-06-25.zip"
    assert (
        evidence_name("../../etc\\x: 1" + "9" * 99, NOW + timedelta(days=1))
        == "inverter-etcx1" + "9" * 15 + "-2026-06-26.zip"
    )
