"""`simulate`: a simulated gateway on 127.0.0.1 until stopped."""

import argparse
import signal
import tempfile
import threading
from datetime import timedelta
from pathlib import Path

from enphase_tray.cli import output
from enphase_tray.cli.context import system_clock
from enphase_tray.model.clock import Clock, RunningClock
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, parse_fault
from enphase_tray.simulator.gateway import SimulatedGateway
from enphase_tray.simulator.recorded import RecordedCapture

TOKEN_DAYS = 365

LIVED_DAYS = 400
"""A house has made energy for at least this long when its simulation begins."""


def simulate(options: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM. Raises `UsageError` where the source cannot be made."""
    real = system_clock()
    clock = RunningClock(options.start or real.now(), options.speed)
    faults = _faults(options, clock)
    try:
        gateway = SimulatedGateway(_source(options, clock), clock, faults, port=options.port)
    except ValueError as error:
        raise output.UsageError(f"Nothing can be simulated: {error}", "Check --capture and --firmware") from error
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        gateway.start()
    except OSError as error:
        raise output.UsageError(
            f"Port {options.port} cannot be used: {error.strerror}", "Choose another one, or leave --port out"
        ) from error
    with tempfile.TemporaryDirectory(prefix="enphase-tray-simulate-") as folder:
        try:
            _announce(gateway, Path(folder), clock, real, as_json=options.json)
            stopped.wait()
        finally:
            gateway.stop()
    return 0


def _source(options: argparse.Namespace, clock: Clock) -> HouseConfig | RecordedCapture:
    if options.capture is None:
        installed = min(HouseConfig().installed, clock.now().date() - timedelta(days=LIVED_DAYS))
        return HouseConfig(
            seed=options.seed, firmware=options.firmware, inverters=options.inverters, installed=installed
        )
    folder = Path(options.capture)
    if not (folder / "info").is_file():
        raise output.UsageError(f"{folder} holds no recorded gateway", "Name a folder with a file `info` in it")
    return RecordedCapture(folder)


def _faults(options: argparse.Namespace, clock: Clock) -> list[Fault]:
    start = options.start or clock.now()
    try:
        return [parse_fault(text, start) for text in options.fault]
    except ValueError as error:
        raise output.UsageError(str(error).rstrip("."), "An example: relay_open@+600") from error


def _announce(gateway: SimulatedGateway, folder: Path, clock: Clock, real: Clock, *, as_json: bool) -> None:
    """Print the one line, with the secrets in files that only this user can read."""
    ahead = max(timedelta(0), real.now() - clock.now())
    token = gateway.token(expires_in=(ahead + timedelta(days=TOKEN_DAYS)).total_seconds())
    document = {
        "schema": output.SCHEMA,
        "url": gateway.url,
        "host": f"{gateway.host}:{gateway.port}",
        "serial": gateway.serial,
        "fingerprint": gateway.fingerprint,
        "username": gateway.username,
        "token_file": _secret_file(folder / "token", token),
        "password_file": _secret_file(folder / "password", gateway.password),
    }
    if as_json:
        output.print_json(document)
    else:
        known = {name: value for name, value in document.items() if name != "schema" and value is not None}
        output.print_line("  ".join(f"{name}={value}" for name, value in known.items()))


def _secret_file(path: Path, text: str) -> str:
    path.touch(mode=0o600)
    path.write_text(text + "\n", encoding="utf-8")
    return str(path)
