"""What an endpoint is: a path, where it can exist, how often it is worth asking, and how to read its answer."""

from collections.abc import Callable
from dataclasses import dataclass

from enphase_tray.gateway.parts import Part
from enphase_tray.model.identity import Family, GatewayInfo

ANYWHERE = frozenset(Family)
DIGEST_ONLY = frozenset({Family.DIGEST})
TOKEN_ONLY = frozenset({Family.TOKEN})


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """One thing that a gateway can be asked.

    `name` is the field of `Parts` that `parse` fills; several endpoints may fill one, the later ones standing in for
    the first. `parse` is pure and raises `NotUnderstood`. `families` and the versions `since` (included) and `until`
    (excluded) say where it can exist at all. `every_seconds` is how long its answer stays worth having.
    """

    name: str
    path: str
    title: str
    every_seconds: float
    parse: Callable[[bytes], Part]
    families: frozenset[Family] = ANYWHERE
    since: tuple[int, ...] = ()
    until: tuple[int, ...] | None = None

    def can_exist(self, info: GatewayInfo) -> bool:
        """Whether a gateway of this family and firmware may have it."""
        numbers = info.firmware.numbers
        if info.family not in self.families:
            return False
        return not numbers or (numbers >= self.since and (self.until is None or numbers < self.until))
