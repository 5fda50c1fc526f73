"""The merge of all parts into one snapshot. Pure: the same parts always give the same snapshot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from enphase_tray.gateway import figures
from enphase_tray.gateway.candidates import InverterMemo
from enphase_tray.gateway.endpoints import ENDPOINTS
from enphase_tray.gateway.figures import Circumstances
from enphase_tray.gateway.inverters import InverterTable, inverter_table
from enphase_tray.gateway.parts import Parts
from enphase_tray.gateway.phases import phases
from enphase_tray.gateway.switchgear import batteries, dry_contacts, relays
from enphase_tray.model.identity import GatewayInfo
from enphase_tray.model.language import mark, tr
from enphase_tray.model.readings import (
    BatteryReading,
    DryContactReading,
    Login,
    NetReading,
    PhaseReading,
    PowerReading,
    Problem,
    ProblemKind,
    RelayReading,
    Snapshot,
)

_YOUNG = timedelta(days=8)
_REJECTED_ADVICE = mark("The figure is left out; the others are not touched")


@dataclass(frozen=True, slots=True)
class Moment:
    """When and of whom a snapshot is. `gateway_at` is the gateway's clock, if known."""

    at: datetime
    gateway: GatewayInfo
    login: Login
    gateway_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What only earlier polls can tell, see `Circumstances`."""

    starting_up: bool = False
    v1_frozen: bool = False
    consumption_v1_frozen: bool = False
    wraps: int = 0


@dataclass(frozen=True, slots=True)
class _Merged:
    """What of a snapshot depends on the answers and their circumstances alone. `rejected` are values not believed."""

    production: PowerReading | None
    consumption: PowerReading | None
    net: NetReading | None
    phases: tuple[PhaseReading, ...]
    relays: tuple[RelayReading, ...]
    batteries: tuple[BatteryReading, ...]
    dry_contacts: tuple[DryContactReading, ...]
    rejected: tuple[Problem, ...]


class Memo:
    """The last merge: as long as the gateway repeats itself word for word, it stands. Changes nothing but the work."""

    __slots__ = ("_about", "_merged", "_parts", "inverters")

    def __init__(self) -> None:
        self.inverters = InverterMemo()
        self._parts: Parts | None = None
        self._about: Circumstances | None = None
        self._merged: _Merged | None = None

    def merged(self, parts: Parts, about: Circumstances) -> _Merged:
        """The merge of these parts."""
        if self._merged is None or self._parts is not parts or self._about != about:
            self._parts, self._about, self._merged = parts, about, _merge(parts, about)
        return self._merged


def assemble(
    parts: Parts,
    moment: Moment,
    past: Past | None = None,
    problems: Sequence[Problem] = (),
    memo: Memo | None = None,
) -> Snapshot:
    """One snapshot of everything that the parts tell and that can be believed.

    `problems` are those that are known of the endpoints; values that were not believed are added to them. `memo` is
    that of the snapshot before.
    """
    past, memo = past or Past(), memo or Memo()
    clock_at = moment.gateway_at or moment.at
    table = inverter_table(parts, clock_at, _making(parts), memo.inverters)
    merged = memo.merged(parts, _circumstances(parts, moment, past, table, clock_at))
    return Snapshot(
        at=moment.at,
        gateway=moment.gateway,
        login=moment.login,
        metered=figures.is_metered(parts),
        timezone=parts.home.timezone if parts.home else None,
        gateway_at=moment.gateway_at,
        starting_up=past.starting_up,
        production=merged.production,
        consumption=merged.consumption,
        net=merged.net,
        phases=merged.phases,
        inverters=table.inverters,
        relays=merged.relays,
        batteries=merged.batteries,
        dry_contacts=merged.dry_contacts,
        problems=(*problems, *merged.rejected),
    )


def with_live_power(snapshot: Snapshot, live: Snapshot) -> Snapshot:
    """`snapshot` with the powers of `live`, a snapshot assembled from the meters alone."""
    return replace(
        snapshot,
        at=live.at,
        gateway_at=live.gateway_at,
        production=_with_watts(snapshot.production, live.production),
        consumption=_with_watts(snapshot.consumption, live.consumption),
        net=_with_net_watts(snapshot.net, live.net),
        phases=live.phases or snapshot.phases,
    )


def _merge(parts: Parts, about: Circumstances) -> _Merged:
    doubtful: figures.Doubtful = []
    production = figures.production(parts, about, doubtful)
    consumption = figures.consumption(parts, about, doubtful)
    net = None if about.starting_up else figures.net(parts)
    return _Merged(
        production=production,
        consumption=consumption,
        net=net,
        phases=() if about.starting_up else phases(parts, consumption is not None, net is not None),
        relays=relays(parts),
        batteries=batteries(parts),
        dry_contacts=dry_contacts(parts),
        rejected=_rejections(parts, doubtful),
    )


def _circumstances(parts: Parts, moment: Moment, past: Past, table: InverterTable, clock_at: datetime) -> Circumstances:
    entry = figures.active(parts.production.inverters if parts.production else None)
    count = max(table.in_use, min(entry.active, 10_000) if entry else 0)
    return Circumstances(
        info=moment.gateway,
        young=_young(parts, clock_at),
        starting_up=past.starting_up,
        v1_frozen=past.v1_frozen,
        consumption_v1_frozen=past.consumption_v1_frozen,
        wraps=past.wraps,
        inverters=table.sums,
        inverter_count=count or None,
    )


def _making(parts: Parts) -> float | None:
    """W of all inverters together, as far as anything but their own reports tells."""
    entry = figures.active(parts.production.inverters if parts.production else None)
    if entry is not None and entry.figures.watts_now is not None:
        return entry.figures.watts_now
    if parts.production_v1 is not None and not parts.production_v1.no_energy:
        return parts.production_v1.watts_now
    return None


def _young(parts: Parts, clock_at: datetime) -> bool:
    """Whether the oldest inverter was installed less than eight days ago; without dates nothing is young."""
    if parts.inventory is None:
        return False
    installed = [d.installed_at for d in parts.inventory.inverters if d.installed_at is not None]
    return bool(installed) and abs(clock_at - min(installed)) < _YOUNG


def _rejections(parts: Parts, doubtful: figures.Doubtful) -> tuple[Problem, ...]:
    named = [
        (endpoint.path, name)
        for endpoint in ENDPOINTS
        if (part := getattr(parts, endpoint.name)) is not None
        for name in part.rejected
    ]
    if doubtful:
        paths = {endpoint.name: endpoint.path for endpoint in ENDPOINTS}
        named += [(paths[endpoint], name) for endpoint, name in doubtful]
    return tuple(
        [
            Problem(path, ProblemKind.REJECTED, tr("Not believable: {name}", name=name), tr(_REJECTED_ADVICE))
            for path, name in dict.fromkeys(named)
        ]
    )


def _with_watts(before: PowerReading | None, live: PowerReading | None) -> PowerReading | None:
    if live is None or live.watts_now is None:
        return before
    if before is None:
        return live
    source = {**before.source, "watts_now": live.source["watts_now"]}
    return replace(before, watts_now=live.watts_now, source=source)


def _with_net_watts(before: NetReading | None, live: NetReading | None) -> NetReading | None:
    if live is None or before is None:
        return live or before
    imported = live.watt_hours_imported if live.watt_hours_imported is not None else before.watt_hours_imported
    exported = live.watt_hours_exported if live.watt_hours_exported is not None else before.watt_hours_exported
    watts = live.watts_now if live.watts_now is not None else before.watts_now
    return NetReading(watts, imported, exported)
