"""Asking one gateway its endpoints, one at a time, and keeping what they told."""

from dataclasses import replace
from typing import Any

from enphase_tray.gateway.client import GatewayClient
from enphase_tray.gateway.parts import Parts
from enphase_tray.gateway.schedule import Standing, due, perished, standings, wants
from enphase_tray.gateway.verdict import Verdict, broken, judge, refused
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import EndpointVerdict, StepOutcome
from enphase_tray.model.errors import EnphaseTrayError, LoginRefused, NotUnderstood, Unreachable
from enphase_tray.model.identity import Family, GatewayInfo
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

    def __init__(self, info: GatewayInfo, clock: Clock) -> None:
        self.parts = Parts()
        self.starting = False
        self.in_doubt = False
        self.gave_up = False
        self._info = info
        self._clock = clock
        self._standings = standings(info)
        self._probed = False
        self._login_confirmed = False
        self._silence: EnphaseTrayError | None = None
        self._silent_in_row = 0
        self._locked = 0

    def ask_due(self, client: GatewayClient) -> int:
        """Ask what is due and return how many answers were good. Raises errors of the log-in and the certificate."""
        self.starting = self.in_doubt = self.gave_up = self._login_confirmed = False
        self._silence, self._silent_in_row, self._locked = None, 0, 0
        heard = 0
        chosen = due(self._standings, self.parts, self._info, self._clock.monotonic()) if self._probed else None
        for standing in self._standings if chosen is None else chosen:
            # The first time, each answer decides whether the next question makes sense.
            if chosen is None and not wants(standing, self._standings, self.parts, self._info):
                continue
            heard += self._ask(client, standing)
            if self._silent_in_row >= _ENOUGH_SILENCE:
                self.gave_up = True
                break
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
            return Unreachable("The gateway is starting up", "It is read again in a minute")
        if self._locked:
            return LoginRefused(
                "The gateway answers nothing to this log-in", "Check user name and password, or fetch a new token"
            )
        return None

    def problems(self) -> tuple[Problem, ...]:
        """One for each endpoint that was asked and is absent or failed."""
        found = []
        for standing in self._standings:
            verdict = standing.verdict
            if verdict is not None and verdict.outcome is not StepOutcome.OK:
                kind = ProblemKind.ABSENT if standing.absent else ProblemKind.FAILED
                found.append(Problem(standing.endpoint.path, kind, verdict.title, verdict.advice, verdict.refused))
        return tuple(found)

    def verdicts(self) -> tuple[EndpointVerdict, ...]:
        """What is known of each endpoint that was asked."""
        return tuple(
            EndpointVerdict(
                item.endpoint.path,
                item.verdict.outcome,
                item.verdict.title or f"{item.endpoint.title.capitalize()}: answers",
                item.checked_at,
            )
            for item in self._standings
            if item.verdict is not None and item.checked_at is not None
        )

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
        standing.asked, standing.checked_at = self._clock.monotonic(), self._clock.now()
        standing.verdict = replace(verdict, part=None)
        if verdict.part is None:
            return 0
        standing.answered, standing.misses = standing.asked, 0
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
        good = {item.endpoint.name for item in self._standings if item.verdict and not perished(item, now)}
        gone: dict[str, Any] = {item.endpoint.name: None for item in self._standings if item.endpoint.name not in good}
        self.parts = replace(self.parts, **gone)
