"""The bars of the alert engine, each from cases that were run before."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from enphase_tray.model.alerts import AlertEvent, Change
from tests.bars.bar import Bar
from tests.field.life import RELAY
from tests.field.story import OF_INVERTERS, Case

_FLAPPING_SECONDS = (4 * 3600.0, 600.0)
"""What comes again so soon is the same episode; a relay may open again sooner."""
_SINCE = re.compile(r"\bsince\b|\bat \d|\bbefore\b|\bvalid until\b|\bdays?\b")
_SURE = re.compile(
    r"themsel(f|ves)|itself|meanwhile|no neighbour can confirm|found by day|in a row|was read|says so|sure|likely", re.I
)
_DO = re.compile(r"\b(call|check|look|ask|paste|tell|try|wait|let|do not touch|nothing needs|see)\b", re.I)


def relays(cases: Sequence[Case]) -> list[Bar]:
    """Relays that opened: told within two polls that said so, and nothing else told for it."""
    said = [case for case in cases if case.minutes is not None]
    in_time = sum(1 for case in said if (case.minutes or math.inf) <= 2)
    false = sum(
        1
        for case in cases
        for event in case.told
        if event.alert.rule == "relay_open"
        and event.change is Change.RAISED
        and not case.fault.start <= event.at.timestamp() < case.fault.end + 120
    )
    more = sum(max(0, len(_raised_of_plant(case)) - 1) for case in said)
    return [
        Bar("relay opens", "told within two polls, 100 %", f"{in_time} of {len(said)}", in_time == len(said) > 0),
        Bar("relay opens: false ones", "0", str(false), false == 0),
        Bar(
            "relay opens: panels told besides",
            "rarely: the relay first",
            f"{more} of {len(said)}",
            more <= len(said) / 10,
        ),
    ]


def inverters(cases: Sequence[Case]) -> list[Bar]:
    """Inverters that stood still."""
    like_snow = [case for case in cases if case.like_snow]
    sure = [case for case in cases if not case.like_snow]
    told = [case for case in sure if case.minutes is not None]
    half = sum(1 for case in told if (case.minutes or 0.0) <= case.allowed[0])
    most = sum(1 for case in told if (case.minutes or 0.0) <= case.allowed[1])
    count = max(1, len(sure))
    return [
        Bar("inverter stands still: told", "99 %", _share(len(told), count), len(told) >= 0.99 * count),
        Bar("… within 60 min or three reports", "half", _share(half, count), half >= 0.5 * count),
        Bar("… within 150 min or five reports", "95 %", _share(most, count), most >= 0.95 * count),
        _not_known(like_snow),
    ]


def site(cases: Sequence[Case]) -> list[Bar]:
    """All that stopped at once."""
    told = [case for case in cases if case.about]
    sure = [case for case in cases if not case.like_snow]
    one = sum(1 for case in told if len([e for e in case.about if e.change is Change.RAISED]) == 1)
    grid = [case for case in told if case.fault.cause == "grid" and case.system.words]
    named = sum(1 for case in grid if any("grid" in event.alert.title for event in case.about))
    all_told = sum(1 for case in sure if case.about)
    return [
        Bar("all stop by day: one message", "always", f"{one} of {len(told)} told", one == len(told)),
        Bar("… cause grid where it is known", "always", f"{named} of {len(grid)}", named == len(grid)),
        Bar("… told at all", "99 % (not a bar of its own)", _share(all_told, len(sure)), True),
        _not_known([case for case in cases if case.like_snow]),
    ]


def _not_known(like_snow: Sequence[Case]) -> Bar:
    """Those of whom nobody can know on the first day whether they are broken or lie under snow."""
    told = _share(sum(1 for case in like_snow if case.about), len(like_snow))
    return Bar("… like snow: nobody left, begun in the dark", "none: nobody can know", told, True)


def false_alarms(told: Sequence[AlertEvent], years: float) -> list[Bar]:
    """What was told of systems that were well."""
    wrong = Counter(
        event.alert.rule
        for event in told
        if event.change is Change.RAISED
        and event.alert.rule in OF_INVERTERS | {"relay_open", "device_fault", "gateway_unreachable"}
    )
    rate = wrong.total() / years
    detail = ", ".join(f"{rule} {count}" for rule, count in wrong.most_common()) or "none"
    return [
        Bar("false alarms", "at most 0.2 a system-year", f"{rate:.2f} ({detail}; {years:.1f} years)", rate <= 0.2),
    ]


def messages(told: Iterable[Sequence[AlertEvent]]) -> list[Bar]:
    """The words of everything told, and whether anything was told twice."""
    twice, count = 0, 0
    bad: Counter[str] = Counter()
    for events in told:
        before: list[AlertEvent] = []
        for event in events:
            if event.change is Change.RAISED:
                count += 1
                twice += any(_same_episode(earlier, event) for earlier in before)
                missing = what_is_missing(event)
                if missing:
                    bad[f"{event.alert.rule}: {missing}"] += 1
            before.append(event)
    detail = ", ".join(f"{what} {number}" for what, number in bad.most_common(4)) or "none lacks any"
    return [
        Bar("one message per episode", "no more", f"{twice} of {count} told twice", twice == 0),
        Bar("messages say what, since when, how sure, what to do", "all", f"{count}: {detail}", not bad),
    ]


def what_is_missing(event: AlertEvent) -> str:
    """Which of since when, how sure and what to do a message does not say; empty where it says all."""
    body = event.alert.body
    parts = [("since when", _SINCE), ("how sure", _SURE), ("what to do", _DO)]
    return " and ".join(name for name, pattern in parts if not pattern.search(body))


def _same_episode(earlier: AlertEvent, event: AlertEvent) -> bool:
    """Whether the earlier event was of the same thing, and still stood or had just ended."""
    if earlier.alert.rule != event.alert.rule or not set(earlier.alert.serials) & set(event.alert.serials):
        return False
    return (event.at - earlier.at).total_seconds() < _FLAPPING_SECONDS[event.alert.rule == "relay_open"]


def _raised_of_plant(case: Case) -> list[AlertEvent]:
    return [
        event
        for event in case.told
        if event.change is Change.RAISED
        and event.at.timestamp() >= case.fault.start
        and (event.alert.rule in OF_INVERTERS or event.alert.serials == (RELAY,))
    ]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / max(1, whole):.1f} %)"
