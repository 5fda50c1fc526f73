"""Results of the terminal contract read back into facts; keys that are missing are unknown."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from enphase_tray.model.alerts import PollFailure
from enphase_tray.model.errors import NotUnderstood
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import (
    BatteryReading,
    DeviceStatus,
    DryContactReading,
    InverterReading,
    InverterState,
    Login,
    NetReading,
    PhaseReading,
    PowerReading,
    Problem,
    ProblemKind,
    RelayKind,
    RelayReading,
    RelayState,
    Snapshot,
    Source,
)

T = TypeVar("T")

SCHEMA = 1
POWER_FIELDS = ("watts_now", "watt_hours_today", "watt_hours_seven_days", "watt_hours_lifetime")

_STATES = {state.value: state for state in InverterState}
_NO_DEVICE = DeviceStatus()
_SERIAL = attrgetter("serial")


def result_from_json(line: Mapping[str, Any]) -> tuple[datetime, Snapshot | None, PollFailure | None]:
    """The moment of a poll with its snapshot or its failure. Raises `NotUnderstood` where it is neither."""
    return ResultParser().parse(line)


class ResultParser:
    """Reads results in a row: of what a line says just as the one before, the object is the same again.

    That is most of it: inverters report every 5 to 60 minutes, and not at night. Lines must not be changed after.
    """

    def __init__(self) -> None:
        self._gateways = _Known(_gateway)
        self._inverters = _Known(_inverter)
        self._relays = _Known(_relay)

    def parse(self, line: Mapping[str, Any]) -> tuple[datetime, Snapshot | None, PollFailure | None]:
        """As `result_from_json`."""
        try:
            at = _required_time(line)
            schema = line.get("schema", SCHEMA)
            if schema != SCHEMA:
                raise NotUnderstood(
                    f"The result has schema {schema}",
                    f"This program reads schema {SCHEMA}; use the version that wrote it.",
                )
            error = line.get("error")
            if error is not None:
                return at, None, _failure(at, error)
            return at, self._snapshot(at, line), None
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as problem:
            raise NotUnderstood(
                f"The line is not a result of a poll ({problem})",
                "Give lines as read --json and watch --json print them.",
            ) from problem

    def _snapshot(self, at: datetime, line: Mapping[str, Any]) -> Snapshot:
        get = line.get
        gateway = line["gateway"]
        inverters = [self._inverters.read(item["serial"], item) for item in get("inverters") or ()]
        return Snapshot(
            at=at,
            gateway=self._gateways.read("", gateway),
            login=_login(gateway),
            metered=bool(gateway.get("metered", False)),
            timezone=gateway.get("timezone"),
            gateway_at=_time(get("gateway_at")),
            starting_up=bool(get("starting_up", False)),
            production=_power(get("production")),
            consumption=_power(get("consumption")),
            net=_net(get("net")),
            phases=tuple([_phase(item) for item in get("phases") or ()]),
            inverters=tuple(sorted(inverters, key=_SERIAL)),
            relays=tuple([self._relays.read(item["serial"], item) for item in get("relays") or ()]),
            batteries=tuple([_battery(item) for item in get("batteries") or ()]),
            dry_contacts=tuple([_contact(item) for item in get("dry_contacts") or ()]),
            problems=tuple([_problem(item) for item in get("problems") or ()]),
        )


class _Known(Generic[T]):
    """What was read last of each thing, beside what it was read from."""

    def __init__(self, build: Callable[[Mapping[str, Any]], T]) -> None:
        self._build = build
        self._known: dict[str, tuple[Mapping[str, Any], T]] = {}

    def read(self, key: str, item: Mapping[str, Any]) -> T:
        known = self._known.get(key)
        if known is not None and known[0] == item:
            return known[1]
        built = self._build(item)
        self._known[key] = item, built
        return built


def _required_time(line: Mapping[str, Any]) -> datetime:
    at = _time(line["at"])
    if at is None:
        raise ValueError("at is null")
    return at


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _failure(at: datetime, error: Mapping[str, Any]) -> PollFailure:
    return PollFailure(
        at=at,
        kind=str(error.get("kind", "bug")),
        title=str(error.get("title", "The poll failed")),
        advice=str(error.get("advice", "")),
        retry=str(error.get("retry", "later")),
    )


def _login(gateway: Mapping[str, Any]) -> Login:
    return Login(gateway.get("login") or "none")


def _gateway(gateway: Mapping[str, Any]) -> GatewayInfo:
    login = _login(gateway)
    firmware = FirmwareVersion.parse(str(gateway.get("firmware") or ""))
    token = login is Login.TOKEN or (login is Login.NONE and (firmware.major or 0) >= 7)
    return GatewayInfo(
        serial=str(gateway.get("serial") or ""),
        part_number=gateway.get("part_number"),
        firmware=firmware,
        family=Family.TOKEN if token else Family.DIGEST,
        metering_hardware=None,
        clock_at=None,
    )


def _power(item: Mapping[str, Any] | None) -> PowerReading | None:
    if item is None:
        return None
    source = item.get("source") or {}
    return PowerReading(
        watts_now=item.get("watts_now"),
        watt_hours_today=item.get("watt_hours_today"),
        watt_hours_seven_days=item.get("watt_hours_seven_days"),
        watt_hours_lifetime=item.get("watt_hours_lifetime"),
        source=MappingProxyType({name: Source(value) for name, value in source.items() if value is not None}),
    )


def _net(item: Mapping[str, Any] | None) -> NetReading | None:
    if item is None:
        return None
    return NetReading(item.get("watts_now"), item.get("watt_hours_imported"), item.get("watt_hours_exported"))


def _phase(item: Mapping[str, Any]) -> PhaseReading:
    return PhaseReading(
        phase=item["phase"],
        production_watts=item.get("production_watts"),
        consumption_watts=item.get("consumption_watts"),
        net_watts=item.get("net_watts"),
        volts=item.get("volts"),
        hertz=item.get("hertz"),
    )


def _device(item: Mapping[str, Any]) -> DeviceStatus:
    get = item.get
    words: Sequence[str] = get("status") or ()
    producing, communicating = get("producing"), get("communicating")
    provisioned, operating = get("provisioned"), get("operating")
    if not words and producing is communicating is provisioned is operating is None:
        return _NO_DEVICE
    return DeviceStatus(producing, communicating, provisioned, operating, tuple(words))


def _inverter(item: Mapping[str, Any]) -> InverterReading:
    get = item.get
    return InverterReading(  # by position, in the order of the fields: a month of results has 200,000 of them
        str(item["serial"]),
        _STATES.get(get("state", "unknown"), InverterState.UNKNOWN),
        get("last_report_watts"),
        get("max_report_watts"),
        _time(get("last_report_at")),
        get("report_interval_seconds"),
        _device(item),
        get("part_number"),
        get("watt_hours_today"),
        get("watt_hours_yesterday"),
        get("watt_hours_week"),
        get("watt_hours_lifetime"),
        get("dc_volts"),
        get("dc_amps"),
        get("ac_volts"),
        get("hertz"),
        get("celsius"),
    )


def _relay(item: Mapping[str, Any]) -> RelayReading:
    lines = (item.get("line1_connected"), item.get("line2_connected"), item.get("line3_connected"))
    return RelayReading(
        serial=str(item["serial"]),
        kind=RelayKind(item.get("kind", "iq_relay")),
        relay=RelayState(item.get("relay") or "unknown"),
        lines=lines,
        device=_device(item),
        reason=item.get("reason"),
        part_number=item.get("part_number"),
        last_report_at=_time(item.get("last_report_at")),
    )


def _battery(item: Mapping[str, Any]) -> BatteryReading:
    return BatteryReading(
        serial=str(item["serial"]),
        kind=str(item.get("kind", "iq_battery")),
        percent_full=item.get("percent_full"),
        watts_now=item.get("watts_now"),
        capacity_watt_hours=item.get("capacity_watt_hours"),
        celsius=item.get("celsius"),
        device=_device(item),
        part_number=item.get("part_number"),
    )


def _contact(item: Mapping[str, Any]) -> DryContactReading:
    return DryContactReading(str(item["id"]), RelayState(item.get("state") or "unknown"), item.get("name"))


def _problem(item: Mapping[str, Any]) -> Problem:
    return Problem(
        path=str(item.get("path", "")),
        kind=ProblemKind(item.get("kind", "failed")),
        title=str(item.get("title", "")),
        advice=str(item.get("advice", "")),
    )
