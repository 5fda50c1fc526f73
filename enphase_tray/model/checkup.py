"""What a check-up of the way to the gateway finds: each step, how it went, why, and what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from enphase_tray.model.errors import EnphaseTrayError

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class StepVerdict(StrEnum):
    """How a step went. `ATTENTION`: it works, but something is worth knowing; `SKIPPED`: it could not be looked at."""

    OK = "ok"
    ATTENTION = "attention"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One finding. `name` is a stable word; `title` and `advice` are plain sentences without a full stop at the end.

    `details` holds plain JSON values. `kind` is the error kind of the terminal contract, set where the step failed.
    """

    name: str
    verdict: StepVerdict
    title: str
    advice: str = ""
    details: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    kind: str | None = None

    @classmethod
    def failed(cls, name: str, error: EnphaseTrayError, **details: Any) -> "CheckStep":
        """The step at which this error would stop the program."""
        return cls(name, StepVerdict.FAILED, error.title, error.advice.rstrip("."), details, error.kind)

    def softened(self) -> "CheckStep":
        """The same step where its failure stops nothing."""
        if self.verdict is not StepVerdict.FAILED:
            return self
        return replace(self, verdict=StepVerdict.ATTENTION, kind=None)


def first_failure(steps: Iterable[CheckStep]) -> CheckStep | None:
    """The step that has to be mended first; `None` where all is well."""
    return next((step for step in steps if step.verdict is StepVerdict.FAILED), None)


def steps_to_json(steps: Iterable[CheckStep]) -> list[dict[str, Any]]:
    """The `steps` of the terminal contract."""
    return [
        {
            "name": step.name,
            "verdict": step.verdict.value,
            "title": step.title,
            "advice": step.advice,
            "details": {**step.details, **({} if step.kind is None else {"kind": step.kind})},
        }
        for step in steps
    ]
