"""One episode of something wrong: who is part of it, and how sure it is that it is over."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from enphase_tray.model.alert_json import alert_from_json, alert_to_json
from enphase_tray.model.alerts import Alert, Condition, Severity

_UNSEEN_SECONDS = 3600.0


class Member:
    """One condition within an episode, and since when it has not been found.

    `unseen_since` is set where nobody looked when it ended: the last look before.
    """

    __slots__ = ("condition", "gone_polls", "gone_since", "unseen_since")

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        self.gone_polls = 0
        self.gone_since: datetime | None = None
        self.unseen_since: datetime | None = None

    def found(self, condition: Condition) -> None:
        """It is wrong in this poll. What it was first said to have begun stays."""
        since = self.condition.since
        self.condition = condition if condition.since is not None else replace(condition, since=since)
        self.gone_polls, self.gone_since, self.unseen_since = 0, None, None

    def missing(self, at: datetime, gap_seconds: float | None = None) -> None:
        """It is known not to be wrong in this poll, `gap_seconds` after the one before."""
        self.gone_polls += 1
        if self.gone_since is None:
            self.gone_since = at
            if gap_seconds is not None and gap_seconds >= _UNSEEN_SECONDS:
                self.unseen_since = at - timedelta(seconds=gap_seconds)

    def over(self, at: datetime, polls: int, seconds: float) -> bool:
        """Whether it has been gone for that long."""
        if self.gone_since is None or self.gone_polls < polls:
            return False
        return (at - self.gone_since).total_seconds() >= seconds


class Ripening:
    """What is about to become an episode: in how many polls it was found, and since when."""

    __slots__ = ("polls", "since")

    def __init__(self, polls: int, since: datetime) -> None:
        self.polls = polls
        self.since = since

    def memory(self) -> list[Any]:
        """What to keep for the next run."""
        return [self.polls, self.since.isoformat()]


class Episode:
    """An alert with its members. `returned`: it had been over and came back; `shown` are the keys it last spoke of."""

    __slots__ = ("alert", "members", "returned", "shown")

    def __init__(self, alert: Alert, members: dict[str, Member], returned: bool = False) -> None:
        self.alert = alert
        self.members = members
        self.returned = returned
        self.shown = frozenset(members)

    def show(self, condition: Condition) -> bool:
        """Take over the words of `condition`. Says whether its severity rose."""
        rose = _RANK[condition.severity] > _RANK[self.alert.severity]
        serials = tuple(sorted({*self.alert.serials, *condition.serials}))
        self.alert = replace(
            self.alert, severity=condition.severity, serials=serials, title=condition.title, body=condition.body
        )
        return rose

    def memory(self) -> dict[str, Any]:
        """What to keep for the next run."""
        return {
            **alert_to_json(self.alert),
            "returned": self.returned,
            "members": [_member_memory(member) for member in self.members.values()],
        }


def alert_from(rule: str, condition: Condition, at: datetime) -> Alert:
    """A new alert; its id follows from rule, key and time, so that a replay gives the same."""
    return Alert(
        id=f"{rule}-{condition.key.replace(' ', '-')}-{at:%Y%m%dT%H%M%SZ}",
        rule=rule,
        key=condition.key,
        severity=condition.severity,
        serials=condition.serials,
        title=condition.title,
        body=condition.body,
        raised_at=at,
    )


def ripening_from(kept: Sequence[Any]) -> Ripening:
    """Back from `Ripening.memory()`."""
    return Ripening(int(kept[0]), datetime.fromisoformat(kept[1]))


def episode_from(kept: Mapping[str, Any]) -> Episode:
    """Back from `Episode.memory()`."""
    alert = alert_from_json(kept)
    members = [_member_from(alert.rule, item) for item in kept["members"]]
    by_key = {member.condition.key: member for member in members}
    return Episode(alert, by_key, returned=bool(kept.get("returned", False)))


_RANK = {Severity.INFORMATION: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


def _member_memory(member: Member) -> dict[str, Any]:
    condition = member.condition
    return {
        "key": condition.key,
        "severity": condition.severity.value,
        "serials": list(condition.serials),
        "title": condition.title,
        "body": condition.body,
        "since": None if condition.since is None else condition.since.isoformat(),
        "gone_polls": member.gone_polls,
        "gone_since": None if member.gone_since is None else member.gone_since.isoformat(),
        "unseen_since": None if member.unseen_since is None else member.unseen_since.isoformat(),
    }


def _member_from(rule: str, kept: Mapping[str, Any]) -> Member:
    since, gone_since, unseen_since = (_moment(kept.get(name)) for name in ("since", "gone_since", "unseen_since"))
    member = Member(
        Condition(
            rule=rule,
            key=kept["key"],
            severity=Severity(kept["severity"]),
            serials=tuple(kept["serials"]),
            title=kept["title"],
            body=kept["body"],
            since=since,
        )
    )
    member.gone_polls = int(kept.get("gone_polls", 0))
    member.gone_since, member.unseen_since = gone_since, unseen_since
    return member


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
