"""The phases of the metered connection. Pure."""

from enphase_tray.gateway.figures import active, reading_of, repaired_total
from enphase_tray.gateway.parts import ChannelReading, MeterEntry, MeterReading, Parts
from enphase_tray.model.readings import PhaseReading

_NOTHING_READ = MeterReading()
_NO_CHANNEL = ChannelReading()


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
    net_reading = reading_of(parts, "net-consumption") if net_known else _NOTHING_READ
    total_reading = reading_of(parts, "total-consumption") if consumption_known else _NOTHING_READ
    with_net = repaired_total(parts) is not None
    by_channels = consumption_known and not any(entry.lines for entry in (made, total, net) if entry is not None)
    found = []
    for index in range(count):
        production_watts = _line(made, production_reading, index)
        net_watts = _line(net, net_reading, index)
        if with_net and total is not None and total.lines:
            used = _plus(_line(total, None, index), production_watts)
        else:
            used = _line(total, total_reading, index)
        if used is None and by_channels:
            used = _plus(production_watts, net_watts)
        channels = [_channel(each, index) for each in (production_reading, net_reading, total_reading)]
        found.append(
            PhaseReading(
                phase=f"L{index + 1}",
                production_watts=production_watts,
                consumption_watts=used,
                net_watts=net_watts,
                volts=next((each.volts for each in channels if each.volts), None),
                hertz=next((each.hertz for each in channels if each.hertz), None),
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
    return reading.channels[index] if index < len(reading.channels) else _NO_CHANNEL
