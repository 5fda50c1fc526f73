"""The evidence file of one inverter: tables, charts and a page that an installer can be sent.

Nothing in it leads to the house: no address, no log-in, and not the gateway's serial, whose end is a password of
older gateways.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from enphase_tray.model.dates import dated
from enphase_tray.model.history import HistoryEvent
from enphase_tray.model.language import tr, trc, trn
from enphase_tray.model.status_words import meaning
from enphase_tray.status.csv import local_text, rows_to_csv, utc_text
from enphase_tray.status.evidence_facts import EvidenceFacts
from enphase_tray.status.health import Price, panel_words
from enphase_tray.status.html import Html, element
from enphase_tray.status.mean_day import DayBins, MeanDay
from enphase_tray.status.page import page
from enphase_tray.status.report_charts import curve_chart, share_chart
from enphase_tray.status.status import inverter_state_words
from enphase_tray.status.words import UNKNOWN, Wording

_DAY_HEAD = (
    "serial", "day", "share_of_group", "enough_light", "watt_hours", "provenance", "group_median_watt_hours",
    "group_provenance", "others_in_group",
)  # fmt: skip
_CURVE_HEAD = ("serial", "time_utc", "time_local", "watts", "group_median_watts", "others_in_group")
_EVENT_HEAD = ("time_utc", "time_local", "what", "severity", "rule", "title", "text")
_WORD_HEAD = ("word", "meaning", "severity", "advice")
_PRIVATE = (
    re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b(?::\d+)?"),
    re.compile(r"(?i)(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{1,4}(?![\w:])"),
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?"),
)
"""Addresses of networks and people, and tokens."""
_MOST_EVENTS = 12
_SUMS = "SHA256SUMS.txt"


def evidence_files(facts: EvidenceFacts, wording: Wording, price: Price) -> Mapping[str, bytes]:
    """All files by name. `SHA256SUMS.txt` lists the others as `sha256sum -c` reads it."""
    mean = DayBins(facts.series, wording.zone).mean_day(facts.serial, facts.group)
    texts = {
        "evidence.html": _page(facts, mean, wording, price),
        "days.csv": rows_to_csv(_DAY_HEAD, _day_rows(facts)),
        "curves.csv": rows_to_csv(_CURVE_HEAD, _curve_rows(facts, wording)),
        "events.csv": rows_to_csv(_EVENT_HEAD, _event_rows(facts, wording)),
        "status_words.csv": rows_to_csv(_WORD_HEAD, _word_rows(facts)),
        "curve.svg": curve_chart(mean, wording).finish(alone=True),
    }
    if facts.health is not None and facts.health.days:
        texts["shares.svg"] = share_chart(facts.health.days, facts.health.usual_share, wording).finish(alone=True)
    files = {name: _scrubbed(text, facts.site).encode() for name, text in texts.items()}
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items()))
    return {**files, _SUMS: sums.encode()}


def evidence_zip(files: Mapping[str, bytes], made_at: datetime) -> bytes:
    """The files as one ZIP; the same files at the same moment give the same bytes."""
    stamp = made_at.astimezone(UTC).timetuple()[:6]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, stamp), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def evidence_name(serial: str, made_at: datetime) -> str:
    """A file name for it: `inverter-1219…-2026-06-25.zip`, with nothing in it that a file system minds."""
    return f"inverter-{re.sub(r'[^A-Za-z0-9]', '', serial)[:20]}-{made_at:%Y-%m-%d}.zip"


def _scrubbed(text: str, site: str) -> str:
    for shape in _PRIVATE:
        text = shape.sub("***", text)
    return text.replace(site, "***") if len(site) > 5 else text


def _day_rows(facts: EvidenceFacts) -> Iterator[tuple[object, ...]]:
    for day in facts.days:
        own = (None, None) if day.energy is None else (day.energy.watt_hours, day.energy.provenance.word)
        group = (None, None) if day.group is None else (day.group.watt_hours, day.group.provenance.word)
        light = None if day.usable is None else "yes" if day.usable else "no"
        yield facts.serial, day.day, day.share, light, *own, *group, day.others


def _curve_rows(facts: EvidenceFacts, wording: Wording) -> Iterator[tuple[object, ...]]:
    columns = facts.series.watts
    own = columns.get(facts.serial)
    others = [column for serial, column in columns.items() if serial != facts.serial]
    for row, seconds in enumerate(facts.series.times):
        at = datetime.fromtimestamp(seconds, UTC)
        known = sorted(watts for column in others if (watts := column[row]) is not None)
        middle = None if not known else (known[len(known) // 2] + known[(len(known) - 1) // 2]) / 2
        watts = None if own is None else own[row]
        yield facts.serial, utc_text(at), local_text(at, wording.zone), watts, middle, len(known)


def _event_rows(facts: EvidenceFacts, wording: Wording) -> Iterator[tuple[object, ...]]:
    for event in facts.events:
        when = (utc_text(event.at), local_text(event.at, wording.zone))
        yield *when, event.kind, event.severity, event.rule, event.title, event.body


def _word_rows(facts: EvidenceFacts) -> Iterator[tuple[object, ...]]:
    now = () if facts.reading is None else facts.reading.device.words
    finding = None if facts.health is None else facts.health.finding
    for word in dict.fromkeys((*now, *(() if finding is None else finding.words))):
        said = meaning(word)
        yield word, said.label, said.severity.value, said.advice


def _page(facts: EvidenceFacts, mean: MeanDay, wording: Wording, price: Price) -> str:
    title = tr("Inverter {serial}", serial=facts.serial)
    body = [element("h1", title), *_findings(facts, wording, price), *_facts(facts, wording)]
    if facts.health is not None and facts.health.days:
        shares = share_chart(facts.health.days, facts.health.usual_share, wording)
        body += [element("h2", tr("Share of its group, day by day")), element("figure", shares.finish())]
    if mean.days:
        body.append(element("h2", trn("A mean day, of {count} day", "A mean day, of {count} days", mean.days)))
        body.append(element("figure", curve_chart(mean, wording).finish()))
    body += _events(facts, wording)
    body.append(_footer(facts, wording))
    return page(title, body)


def _footer(facts: EvidenceFacts, wording: Wording) -> Html:
    sources = trn(
        "Energies come from the counters of the inverter and its gateway, powers are means over the inverter's own "
        "report interval; the group is the {count} other inverter whose day curves have the same shape. Times are "
        "local.",
        "Energies come from the counters of the inverter and its gateway, powers are means over the inverter's own "
        "report interval; the group are the {count} other inverters whose day curves have the same shape. Times are "
        "local.",
        max(0, len(facts.group) - 1),
    )
    made_at = dated("{day} {mon} {year}", facts.made_at.astimezone(wording.zone))
    return element("footer", f"{sources} {tr('Made by Enphase Tray, {time}.', time=made_at)}")


def _findings(facts: EvidenceFacts, wording: Wording, price: Price) -> Iterator[Html]:
    if facts.health is None:
        yield element("p", tr("It has not been compared with others yet."), class_="verdict")
        return
    said = panel_words(facts.health, facts.made_at, wording, price)
    yield element("p", f"{said.state}. {said.sentence}", class_="verdict")
    figures = {
        tr("Share of its group, last seven days with light"): said.share,
        tr("Before"): said.usual,
        tr("Since"): said.since,
        trc("energy", "Lost"): said.cost,
        tr("How sure"): said.sure or UNKNOWN,
    }
    yield _list(figures)


def _facts(facts: EvidenceFacts, wording: Wording) -> Iterator[Html]:
    yield element("h2", tr("Device"))
    told: dict[str, str] = {tr("Serial"): facts.serial}
    reading = facts.reading
    if reading is not None:
        last_report = UNKNOWN if reading.last_report_at is None else wording.clock(reading.last_report_at)
        told[tr("Part")] = reading.part_number or UNKNOWN
        told[tr("State")] = inverter_state_words(reading.state)
        told[tr("Last report")] = last_report
        told[tr("Highest power ever")] = wording.watts(reading.max_report_watts)
        told[tr("Lifetime")] = wording.energy(reading.watt_hours_lifetime)
        if reading.dc_volts is not None:
            told[tr("DC voltage")] = f"{wording.number(reading.dc_volts, 1)} V"
        told[tr("Status words")] = ", ".join(reading.device.words) or UNKNOWN
    told[tr("Gateway firmware")] = facts.firmware or UNKNOWN
    yield _list(told)


def _events(facts: EvidenceFacts, wording: Wording) -> Iterator[Html]:
    if facts.events:
        yield element("h2", tr("What was told of it"))
        yield element("ul", *(element("li", _event_words(event, wording)) for event in facts.events[:_MOST_EVENTS]))


def _event_words(event: HistoryEvent, wording: Wording) -> str:
    time = wording.clock(event.at)
    if event.kind == "cleared":
        return tr("{time}: over again: {alert}", time=time, alert=event.title)
    return tr("{time}: {alert}", time=time, alert=event.title)


def _list(told: Mapping[str, str]) -> Html:
    return element("dl", *(part for name, text in told.items() for part in (element("dt", name), element("dd", text))))
