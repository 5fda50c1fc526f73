"""A snapshot as a page of text for a person at a terminal."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from enphase_tray.cli.output import print_line, print_table
from enphase_tray.model.readings import InverterReading, PowerReading, ProblemKind, RelayReading, RelayState, Snapshot
from enphase_tray.model.status_words import describe_words
from enphase_tray.status.status import inverter_state_words
from enphase_tray.status.words import UNKNOWN, Wording


def print_summary(snapshot: Snapshot) -> None:
    """Site figures, relays, batteries, inverters and what could not be told."""
    wording = Wording(zone=zone_of(snapshot.timezone))
    gateway = snapshot.gateway
    metered = "metered" if snapshot.metered else "no production meter"
    print_line(f"Gateway {gateway.serial}, firmware {gateway.firmware}, {metered}")
    print_line()
    _print_power(snapshot, wording)
    if snapshot.relays:
        print_line()
    for relay in snapshot.relays:
        print_line(_relay_line(relay, wording))
    for battery in snapshot.batteries:
        percent = UNKNOWN if battery.percent_full is None else f"{battery.percent_full:g} %"
        print_line(f"Battery {battery.serial}: {percent}, {wording.watts(battery.watts_now)}")
    if snapshot.inverters:
        print_line()
        print_table(
            [("Inverter", "State", "Last", "Max", "Today", "Reported")]
            + [_inverter_row(inverter, snapshot.clock_at, wording) for inverter in snapshot.inverters]
        )
    troubles = [problem for problem in snapshot.problems if problem.kind is not ProblemKind.ABSENT]
    if troubles:
        print_line()
    for problem in troubles:
        print_line(f"{problem.path}: {problem.title}. {problem.advice}")


def zone_of(name: str | None) -> tzinfo | None:
    """The time zone of that name; `None` (the computer's own) where it is not known here."""
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _print_power(snapshot: Snapshot, wording: Wording) -> None:
    rows = [("", "Now", "Today", "7 days", "Lifetime"), _power_row("Production", snapshot.production, wording)]
    if snapshot.consumption is not None:
        rows.append(_power_row("Consumption", snapshot.consumption, wording))
    print_table(rows)
    net = snapshot.net
    if net is not None:
        watts = UNKNOWN
        if net.watts_now is not None:
            watts = f"{wording.watts(abs(net.watts_now))} {'from' if net.watts_now >= 0 else 'to'} the grid"
        imported, exported = wording.energy(net.watt_hours_imported), wording.energy(net.watt_hours_exported)
        print_line(f"Grid: {watts}; lifetime {imported} imported, {exported} exported")


def _power_row(name: str, power: PowerReading | None, wording: Wording) -> tuple[str, ...]:
    power = power or PowerReading()
    return (
        name,
        wording.watts(power.watts_now),
        wording.energy(power.watt_hours_today),
        wording.energy(power.watt_hours_seven_days),
        wording.energy(power.watt_hours_lifetime),
    )


def _relay_line(relay: RelayReading, wording: Wording) -> str:
    state = "state unknown" if relay.relay is RelayState.UNKNOWN else relay.relay.value
    lines = ", ".join(
        f"L{number} {'connected' if connected else 'open'}"
        for number, connected in enumerate(relay.lines, start=1)
        if connected is not None
    )
    words = describe_words(relay.device.words)
    return f"Relay {relay.serial}: {'; '.join(part for part in (state, lines, words) if part)}"


def _inverter_row(inverter: InverterReading, now: datetime, wording: Wording) -> tuple[str, ...]:
    reported = UNKNOWN
    if inverter.last_report_at is not None:
        reported = wording.age(max(0.0, (now - inverter.last_report_at).total_seconds()))
    return (
        inverter.serial,
        inverter_state_words(inverter.state),
        wording.watts(inverter.last_report_watts),
        wording.watts(inverter.max_report_watts),
        wording.energy(inverter.watt_hours_today),
        reported,
    )
