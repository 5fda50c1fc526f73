"""The phases of the metered connection. Pure."""

from enphase_tray.gateway.figures import active, reading_of, repaired_total
from enphase_tray.gateway.parts import ChannelReading, MeterEntry, MeterReading, Parts
from enphase_tray.model.readings import PhaseReading


def phases(parts: Parts, consumption_known: bool, net_known: bool) -> tuple[PhaseReading, ...]:
    """One reading per phase of the switched-on meters, from the lines of the live meters or the meters' channels.

    Only as many as there are phases: gateways list unused ones too, with noise or zeros in them.
    """
    if parts.meters is None:
        return ()
    making = parts.meters.enabled("production")
    exchange = parts.meters.enabled("net-consumption") or parts.meters.enabled("total-consumption")
    count = max(((meter.phase_count or 0) for meter in (making, exchange) if meter is not None), default=0)
    told = parts.production
    made = active(told.production) if told and making else None
    total = active(told.total) if told and consumption_known else None
    net = active(told.net) if told and net_known else None
    production_reading = reading_of(parts, "production")
    net_reading = reading_of(parts, "net-consumption") if net_known else MeterReading()
    any_reading = production_reading if making else (net_reading if net_known else MeterReading())
    with_net = repaired_total(parts) is not None
    found = []
    for index in range(count):
        production_watts = _line(made, production_reading, index)
        used = _line(total, None, index)
        if with_net:
            used = _plus(used, production_watts)
        net_watts = _line(net, net_reading, index)
        if consumption_known and total is None and made is None and net is None:
            used = _plus(production_watts, net_watts)
        channel = _channel(any_reading, index)
        volts = channel.volts or _channel(net_reading, index).volts
        found.append(
            PhaseReading(
                phase=f"L{index + 1}",
                production_watts=production_watts,
                consumption_watts=used,
                net_watts=net_watts,
                volts=volts,
                hertz=channel.hertz,
            )
        )
    empty = all(phase == PhaseReading(phase.phase) for phase in found)
    return () if empty else tuple(found)


def _line(entry: MeterEntry | None, reading: MeterReading | None, index: int) -> float | None:
    if entry is not None and index < len(entry.lines):
        return entry.lines[index]
    if entry is not None and entry.lines:
        return None  # the lines tell of fewer phases; a channel of another moment would not add up with them
    return None if reading is None else _channel(reading, index).watts


def _plus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first + second


def _channel(reading: MeterReading, index: int) -> ChannelReading:
    return reading.channels[index] if index < len(reading.channels) else ChannelReading()
