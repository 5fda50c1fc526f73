"""Asking one gateway its endpoints, one at a time, and keeping what they told."""

from dataclasses import replace
from typing import Any

from enphase_tray.gateway.client import GatewayClient
from enphase_tray.gateway.parts import Parts
from enphase_tray.gateway.schedule import MOST_PER_POLL, Standing, due, perished, standings, wants
from enphase_tray.gateway.verdict import Verdict, broken, judge, refused, told_of
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import EndpointVerdict, StepOutcome
from enphase_tray.model.errors import EnphaseTrayError, LoginRefused, NotUnderstood, Unreachable
from enphase_tray.model.identity import Family, GatewayInfo
from enphase_tray.model.language import tr
from enphase_tray.model.readings import Problem, ProblemKind

_ENOUGH_SILENCE = 2
"""Requests in a row without any answer, after which the rest of a poll is left."""
_TELLING = frozenset({"production", "production_v1"})
_MANY_LOCKED = 3
_MISSES_UNTIL_ABSENT = 2


class Questions:
    """The endpoints of one gateway with one firmware. `parts` is all that is known and not too old.

    After `ask_due`: `starting` (the gateway has said that it is starting), `in_doubt` (something that answered before
    is gone) and `gave_up` (the connection seems dead) tell of that poll.
    """

    def __init__(self, info: GatewayInfo, clock: Clock, pace: float = 1.0) -> None:
        self.parts = Parts()
        self.starting = False
        self.in_doubt = False
        self.gave_up = False
        self._info = info
        self._clock = clock
        self._pace = pace
        self._standings = standings(info)
        self._probed = False
        self._polled = float("-inf")
        self._login_confirmed = False
        self._silence: EnphaseTrayError | None = None
        self._silent_in_row = 0
        self._locked = 0

    def ask_due(self, client: GatewayClient) -> int:
        """Ask what is due and return how many answers were good. Raises errors of the log-in and the certificate."""
        self.starting = self.in_doubt = self.gave_up = self._login_confirmed = False
        self._silence, self._silent_in_row, self._locked = None, 0, 0
        began = self._clock.monotonic()
        heard = self._ask_later(client, began) if self._probed else self._ask_all(client)
        self._polled = began
        self._probed = self._probed or (heard > 0 and not self.gave_up and not self.starting)
        self._let_perish()
        return heard

    def ask_live(self, client: GatewayClient, name: str) -> str | None:
        """Ask the endpoint of this name now; its name if it told something. Raises `Unreachable` and as `ask_due`."""
        standing = next((item for item in self._standings if item.endpoint.name == name and not item.absent), None)
        if standing is None:
            return None
        self._silence = None
        heard = self._ask(client, standing)
        if self._silence is not None:
            raise self._silence
        return name if heard else None

    def silence(self) -> EnphaseTrayError | None:
        """Why a poll brought nothing at all, as far as that is known."""
        if self._silence is not None:
            return self._silence
        if self.starting:
            return Unreachable(tr("The gateway is starting up"), tr("It is read again in a minute"))
        if self._locked:
            return LoginRefused(
                tr("The gateway answers nothing to this log-in"),
                tr("Check user name and password, or fetch a new token"),
            )
        return None

    def problems(self) -> tuple[Problem, ...]:
        """One for each endpoint that was asked and is absent or failed."""
        return tuple([standing.problem for standing in self._standings if standing.problem is not None])

    def verdicts(self) -> tuple[EndpointVerdict, ...]:
        """What is known of each endpoint that was asked."""
        return tuple(
            EndpointVerdict(
                item.endpoint.path,
                item.verdict.outcome,
                item.verdict.title or tr("{about}: answers", about=told_of(item.endpoint)),
                item.checked_at,
            )
            for item in self._standings
            if item.verdict is not None and item.checked_at is not None
        )

    def _ask_all(self, client: GatewayClient) -> int:
        """The first time, each answer decides whether the next question makes sense."""
        heard = 0
        for standing in self._standings:
            if not self.gave_up and wants(standing, self.parts, self._info):
                heard += self._ask(client, standing)
        return heard

    def _ask_later(self, client: GatewayClient, now: float) -> int:
        """What is due, chosen anew when something failed, since another source may then stand in for it."""
        heard = 0
        asked: list[Standing] = []
        waiting = due(self._standings, self.parts, self._info, now, self._polled, self._pace)
        while waiting and not self.gave_up and len(asked) < MOST_PER_POLL:
            standing = waiting.pop(0)
            asked.append(standing)
            heard += self._ask(client, standing)
            if not standing.ok:
                again = due(self._standings, self.parts, self._info, now, self._polled, self._pace)
                waiting = [item for item in again if item not in asked]
        return heard

    def _ask(self, client: GatewayClient, standing: Standing) -> int:
        verdict = self._verdict(client, standing)
        if verdict.locked:
            self._locked += 1
            if self._renewed(client, standing):
                verdict = self._verdict(client, standing)
        self.starting = self.starting or (verdict.starting and standing.endpoint.name in _TELLING)
        if verdict.outcome is StepOutcome.ABSENT and standing.answered >= 0:
            standing.misses += 1
            self.in_doubt = True
            if standing.misses < _MISSES_UNTIL_ABSENT:
                verdict = replace(verdict, outcome=StepOutcome.FAILED)
        self.gave_up = self._silent_in_row >= _ENOUGH_SILENCE
        standing.asked, standing.checked_at = self._clock.monotonic(), self._clock.now()
        if verdict is not standing.verdict:
            standing.verdict = verdict
            standing.problem = _problem(standing)
        if verdict.part is None:
            return 0
        standing.answered, standing.misses = standing.asked, 0
        if getattr(self.parts, standing.endpoint.name) is not verdict.part:
            changed: dict[str, Any] = {standing.endpoint.name: verdict.part}
            self.parts = replace(self.parts, **changed)
        return 1

    def _verdict(self, client: GatewayClient, standing: Standing) -> Verdict:
        try:
            answer = client.get(standing.endpoint.path)
        except Unreachable as error:
            self._silence = error
            self._silent_in_row += 1
            return broken(standing.endpoint, error)
        except NotUnderstood as error:
            self._silent_in_row = 0
            return broken(standing.endpoint, error)
        self._silent_in_row = 0
        if standing.endpoint.path in client.refused_paths:
            return refused(standing.endpoint)
        if standing.verdict is not None and standing.ok and answer.status == 200 and answer.body == standing.body:
            # Word for word what it said before, so that what was made of it stands.
            return standing.verdict
        standing.body = answer.body
        return judge(standing.endpoint, answer.status, answer.body)

    def _renewed(self, client: GatewayClient, standing: Standing) -> bool:
        """Whether the log-in was bad and is good again: asked once per poll, when it matters."""
        if self._info.family is not Family.TOKEN or self._login_confirmed:
            return False
        if standing.endpoint.name not in _TELLING and self._locked < _MANY_LOCKED:
            return False
        self._login_confirmed = True
        return client.confirm_login()

    def _let_perish(self) -> None:
        now = self._clock.monotonic()
        lasting = {item.endpoint.name for item in self._standings if not perished(item, now)}
        gone: dict[str, Any] = {
            item.endpoint.name: None
            for item in self._standings
            if item.endpoint.name not in lasting and getattr(self.parts, item.endpoint.name) is not None
        }
        if gone:
            self.parts = replace(self.parts, **gone)


def _problem(standing: Standing) -> Problem | None:
    verdict = standing.verdict
    if verdict is None or verdict.outcome is StepOutcome.OK:
        return None
    kind = ProblemKind.ABSENT if standing.absent else ProblemKind.FAILED
    return Problem(standing.endpoint.path, kind, verdict.title, verdict.advice, verdict.refused)
