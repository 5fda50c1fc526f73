"""Decides what is new: each thing that is wrong is told once, and once more when it is over."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from enphase_tray.alerts.episode import Episode, Member, Ripening, alert_from, episode_from, ripening_from
from enphase_tray.alerts.past import Past
from enphase_tray.alerts.rule import Rule
from enphase_tray.alerts.rules import RULES
from enphase_tray.alerts.words import clock_time
from enphase_tray.model.alerts import Alert, AlertEvent, Change, Condition, Evidence, Severity
from enphase_tray.model.language import tr

_JOIN_SECONDS = 3600.0
"""What ripens within this time after an alert of its group joins that alert."""


class AlertEngine:
    """Holds the open episodes and what is about to become one."""

    def __init__(
        self,
        enabled: Callable[[str], bool],
        memory: Mapping[str, Any] | None = None,
        rules: Sequence[Rule] = RULES,
    ) -> None:
        """`enabled` says of a rule's name whether it may tell; `memory` is what `memory()` gave in an earlier run."""
        kept = memory or {}
        self._enabled = enabled
        self._rules = rules
        self._pending: dict[str, dict[str, Ripening]] = {
            str(rule): {str(key): ripening_from(item) for key, item in counts.items() if isinstance(item, list)}
            for rule, counts in (kept.get("pending") or {}).items()
        }
        self._past = Past(kept.get("past") or ())
        self._episodes: dict[str, list[Episode]] = {rule.name: [] for rule in rules}
        for item in kept.get("episodes") or ():
            if item["rule"] in self._episodes:
                self._episodes[item["rule"]].append(episode_from(item))

    @property
    def active(self) -> tuple[Alert, ...]:
        """All open alerts, in the order of the rules."""
        return tuple(episode.alert for rule in self._rules for episode in self._episodes[rule.name])

    def memory(self) -> dict[str, Any]:
        """Plain JSON of open episodes and of what is about to become one."""
        return {
            "pending": {
                rule: {key: one.memory() for key, one in counts.items()}
                for rule, counts in self._pending.items()
                if counts
            },
            "past": self._past.memory(),
            "episodes": [episode.memory() for rule in self._rules for episode in self._episodes[rule.name]],
        }

    def check(self, evidence: Evidence) -> tuple[AlertEvent, ...]:
        """What the user is to be told because of this poll."""
        events: list[AlertEvent] = []
        for rule in self._rules:
            found = {condition.key: condition for condition in rule.check(evidence)}
            if not found and not self._episodes[rule.name] and not self._pending.get(rule.name):
                continue
            self._follow_members(rule, found, evidence, events)
            fresh = self._news(rule, found)
            ripe = self._ripen(rule, fresh, evidence)
            if ripe and self._enabled(rule.name):
                self._tell(rule, ripe, evidence, events)
        return tuple(events)

    def _follow_members(
        self, rule: Rule, found: Mapping[str, Condition], evidence: Evidence, events: list[AlertEvent]
    ) -> None:
        at = evidence.at
        for episode in list(self._episodes[rule.name]):
            standing = []
            for key, member in episode.members.items():
                if key in found:
                    member.found(found[key])
                elif rule.settled(evidence, key):
                    member.missing(at, evidence.assessment.gap_seconds)
                if not member.over(at, rule.clear_after_polls, 0.0):
                    standing.append(member.condition)
            seconds = rule.clear_after_seconds(evidence)
            if episode.returned:
                seconds = max(seconds, rule.rearm_seconds)
            if all(member.over(at, rule.clear_after_polls, seconds) for member in episode.members.values()):
                self._episodes[rule.name].remove(episode)
                self._past.add(episode, at)
                events.append(AlertEvent(at, Change.CLEARED, _over(rule, episode, evidence)))
            elif any(key in found for key in episode.members) and standing:
                named = set(episode.alert.serials)
                joined = any(not named.issuperset(condition.serials) for condition in standing)
                if rule.keeps_words and not joined and episode.shown == {condition.key for condition in standing}:
                    continue
                words = rule.merge(standing, evidence) if rule.grouped else standing[0]
                if episode.show(words):
                    events.append(AlertEvent(at, Change.UPDATED, episode.alert))
                episode.shown = frozenset(condition.key for condition in standing)

    def _news(self, rule: Rule, found: Mapping[str, Condition]) -> dict[str, Condition]:
        """Those found that no open episode speaks of already."""
        known = {key for episode in self._episodes[rule.name] for key in episode.members}
        absorbed: set[str] = set()
        for other in self._rules:
            if rule.name in other.absorbs:
                absorbed.update(serial for episode in self._episodes[other.name] for serial in episode.alert.serials)
        news = {}
        for key, condition in found.items():
            covered = bool(condition.serials) and absorbed.issuperset(condition.serials)
            if key not in known and not covered and not self._spoken_for(rule, condition):
                news[key] = condition
        return news

    def _spoken_for(self, rule: Rule, condition: Condition) -> bool:
        """Whether some of it was just told one by one: then those alerts grow, and the whole is not told on top."""
        serials = set(condition.serials)
        return any(
            serials & set(episode.alert.serials) and 2 * len(episode.members) >= len(serials)
            for name in rule.absorbs
            for episode in self._episodes.get(name, ())
        )

    def _ripen(self, rule: Rule, fresh: Mapping[str, Condition], evidence: Evidence) -> dict[str, Condition]:
        counts = self._pending.setdefault(rule.name, {})
        for key in list(counts):
            if key not in fresh and rule.settled(evidence, key):
                del counts[key]
        ripe = {}
        for key, condition in fresh.items():
            ripening = counts.setdefault(key, Ripening(0, evidence.at))
            ripening.polls += 1
            if ripening.polls >= rule.raise_after_polls or rule.urgent(condition, evidence):
                ripe[key] = condition
        if ripe and rule.grouped:
            groups = {rule.group(key) for key in ripe}
            ripe.update({key: condition for key, condition in fresh.items() if rule.group(key) in groups})
        return {key: _dated(condition, counts[key].since) for key, condition in ripe.items()}

    def _tell(self, rule: Rule, ripe: Mapping[str, Condition], evidence: Evidence, events: list[AlertEvent]) -> None:
        counts = self._pending[rule.name]
        for key in ripe:
            counts.pop(key, None)
        if not rule.grouped:
            for key in sorted(ripe):
                members = {key: Member(ripe[key])}
                if not self._return(rule, ripe[key], members, evidence, events):
                    self._raise(rule, ripe[key], members, evidence, events)
            return
        groups: dict[str, list[Condition]] = {}
        for key in sorted(ripe):
            groups.setdefault(rule.group(key), []).append(ripe[key])
        for group, conditions in groups.items():
            episode = self._open_group(rule, group, evidence)
            members = {condition.key: Member(condition) for condition in conditions}
            if episode is None:
                words = rule.merge(conditions, evidence)
                if not self._return(rule, words, members, evidence, events):
                    self._raise(rule, words, members, evidence, events)
                continue
            episode.members.update(members)
            episode.show(rule.merge([member.condition for member in episode.members.values()], evidence))
            episode.shown = frozenset(episode.members)
            events.append(AlertEvent(evidence.at, Change.UPDATED, episode.alert))

    def _open_group(self, rule: Rule, group: str, evidence: Evidence) -> Episode | None:
        for episode in self._episodes[rule.name]:
            young = (evidence.at - episode.alert.raised_at).total_seconds() <= _JOIN_SECONDS
            if young and rule.group(episode.alert.key) == group:
                return episode
        return None

    def _return(
        self,
        rule: Rule,
        condition: Condition,
        members: dict[str, Member],
        evidence: Evidence,
        events: list[AlertEvent],
    ) -> bool:
        """Whether it was over only lately: then that episode goes on, without another notification."""
        if not rule.rearm_seconds:
            return False
        before = self._past.take(rule.name, members, evidence.at, rule.rearm_seconds)
        if before is None:
            return False
        episode = Episode(before.alert, members, returned=True)
        episode.show(condition)
        self._episodes[rule.name].append(episode)
        events.append(AlertEvent(evidence.at, Change.UPDATED, episode.alert))
        return True

    def _raise(
        self,
        rule: Rule,
        condition: Condition,
        members: dict[str, Member],
        evidence: Evidence,
        events: list[AlertEvent],
    ) -> None:
        alert = alert_from(rule.name, condition, evidence.at)
        events.append(AlertEvent(evidence.at, Change.RAISED, alert))
        if not rule.momentary:
            self._episodes[rule.name].append(Episode(alert, members))


def _dated(condition: Condition, since: datetime) -> Condition:
    """With the moment since which it was found, where the rule itself knows no earlier one."""
    return condition if condition.since is not None else replace(condition, since=since)


def _over(rule: Rule, episode: Episode, evidence: Evidence) -> Alert:
    """The alert in the words of its end; it says where nobody looked when that came."""
    title, body = rule.cleared(episode.alert, evidence)
    unseen = [member.unseen_since for member in episode.members.values() if member.unseen_since is not None]
    seen = [member.gone_since for member in episode.members.values() if member.gone_since is not None]
    if unseen and seen:
        body += " " + tr(
            "Nobody looked when it ended, between {start} and {end}.",
            start=clock_time(min(unseen), evidence),
            end=clock_time(max(seen), evidence),
        )
    return replace(episode.alert, title=title, body=body, severity=Severity.INFORMATION, cleared_at=evidence.at)
