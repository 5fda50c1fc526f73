"""What a rule is: it says what is wrong now. Whether that is news is the engine's business."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

from enphase_tray.model.alerts import Alert, Condition, Evidence, Severity


class Rule(ABC):
    """One thing that can be wrong. Rules remember nothing; all they know is the evidence of one poll."""

    name: ClassVar[str]
    label: ClassVar[str]
    """As the settings call it; marked for translation, so it is shown as `tr(rule.label)`."""
    severity: ClassVar[Severity]
    raise_after_polls: ClassVar[int] = 1
    """Polls in a row that must find it before it is told."""
    clear_after_polls: ClassVar[int] = 2
    """Polls in a row that must find it gone before that is told."""
    rearm_seconds: ClassVar[float] = 0.0
    """What comes back so soon after it was over is the same episode."""
    keeps_words: ClassVar[bool] = False
    """Whether an alert speaks as it did when it was raised until others join or leave; else each poll renews it."""
    momentary: ClassVar[bool] = False
    """Told once and over at once: there is nothing to clear."""
    grouped: ClassVar[bool] = False
    """Conditions that ripen together become one alert, see `group` and `merge`."""
    absorbs: ClassVar[tuple[str, ...]] = ()
    """Rules whose conditions are no news for serials that an alert of this rule names."""

    @abstractmethod
    def check(self, evidence: Evidence) -> Iterable[Condition]:
        """What is wrong now."""

    @abstractmethod
    def settled(self, evidence: Evidence, key: str) -> bool:
        """Whether it can be told from this evidence that `key`, not found by `check`, is over."""

    @abstractmethod
    def cleared(self, alert: Alert, evidence: Evidence) -> tuple[str, str]:
        """Title and body for the end of an alert."""

    def urgent(self, condition: Condition, evidence: Evidence) -> bool:
        """Whether it is told at once, without waiting for `raise_after_polls`."""
        return False

    def clear_after_seconds(self, evidence: Evidence) -> float:
        """How long it must have been gone, besides `clear_after_polls`."""
        return 0.0

    def group(self, key: str) -> str:
        """Conditions of a grouped rule are merged where this is the same."""
        return ""

    def merge(self, conditions: Sequence[Condition], evidence: Evidence) -> Condition:
        """One condition that speaks for several (at least one) of a grouped rule."""
        return conditions[0]
