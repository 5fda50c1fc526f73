"""The gateway that all parts measure against: one simulated house at noon, served from the measuring process."""

from datetime import UTC, datetime, timedelta

from enphase_tray.model.clock import ManualClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway

START = datetime(2026, 6, 25, 9, 0, tzinfo=UTC)
YEAR_SECONDS = timedelta(days=365).total_seconds()
HOUSE = HouseConfig(firmware="8.3.5289", inverters=24)
"""A metered house on current firmware."""


def gateway(clock: ManualClock) -> SimulatedGateway:
    return SimulatedGateway(HOUSE, clock)
