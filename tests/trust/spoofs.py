"""Announcements by strangers: they say to be the gateway, and get a handshake at most; the gateway itself is found."""

import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

from enphase_tray.gateway.discovery import locate
from enphase_tray.gateway.identify import connect
from enphase_tray.gateway.transport import Timings
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Connection, Trust
from enphase_tray.model.errors import CertificateContested, EnphaseTrayError
from enphase_tray.model.identity import Secret
from enphase_tray.simulator.certificates import make_certificate, new_key
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.gateway.transport_support import MemoryState, RawServer, always, http, info
from tests.trust.bar import Row

SERVICE = "_enphase-envoy._tcp.local."
LOOPBACK = ["127.0.0.1"]
NOW = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
_IMPOSTORS = 4
_AT_ONCE = 25
_EVERY_SECONDS = 0.15
QUICK = Timings(2.0, 2.0, 5.0, 0.3)


def measure(adverts: int) -> list[Row]:
    """So many spoofed announcements, some at a time, while a gateway that has moved is looked for by its serial."""
    clock, chance = ManualClock(NOW), random.Random(5)
    read, rounds, sent = 0, 0, 0
    with ExitStack() as stack:
        gateway = stack.enter_context(SimulatedGateway(HouseConfig(seed=77, inverters=2), clock))
        spoofs = [
            stack.enter_context(_spoof(f"127.0.0.{number + 2}", gateway.port, gateway.serial, clock))
            for number in range(_IMPOSTORS)
        ]
        state = _paired(gateway, clock)
        for start in range(0, adverts, _AT_ONCE):
            rounds += 1
            state.known.clear()  # whoever is looked for is at a new address
            names = [_advert(gateway.serial, number, chance) for number in range(start, start + _AT_ONCE)]
            names.insert(chance.randrange(len(names)), ("envoy", gateway.serial, "127.0.0.1"))
            with announcing(names):
                read += _reads(gateway, state, clock)
            sent += sum(len(spoof.received) for spoof in spoofs)
        met = sum(spoof.connections for spoof in spoofs)
    told = f"{sent} bytes of HTTP to {met} connections, found {read} of {rounds} times"
    return [Row("B2", f"spoofed announcements: {adverts}", told, "0 bytes, always found", not sent and read == rounds)]


def contested() -> bool:
    """Whether two that claim one serial, of which none is known, are both refused."""
    clock = ManualClock(NOW)
    with ExitStack() as stack:
        gateway = stack.enter_context(SimulatedGateway(HouseConfig(seed=78, inverters=2), clock))
        stack.enter_context(_spoof("127.0.0.9", gateway.port, gateway.serial, clock))
        spots = (f"127.0.0.9:{gateway.port}", f"127.0.0.1:{gateway.port}")
        state = MemoryState()
        where = Connection(serial=gateway.serial, token=Secret(gateway.token()))
        try:
            connect(where, state, state, Trust(first_use=True), clock, locate=lambda serial: spots, timings=QUICK)
        except CertificateContested as error:
            return len(error.certificates) == 2 and not state.pins
        return False


@contextmanager
def announcing(adverts: list[tuple[str, str, str]]) -> Iterator[None]:
    """Say (name, serial, address) on loopback again and again, all at once, as devices do that were asked."""
    from zeroconf import DNSOutgoing, ServiceInfo, Zeroconf, const

    network = Zeroconf(interfaces=LOOPBACK)
    ended = threading.Event()

    def say() -> None:
        while not ended.is_set():
            for name, serial, address in adverts:
                told = ServiceInfo(
                    SERVICE, f"{name}.{SERVICE}", port=80, parsed_addresses=[address],
                    properties={"serialnum": serial, "protovers": "8.3.5289"}, server=f"{name}.local.",
                )  # fmt: skip
                out = DNSOutgoing(const._FLAGS_QR_RESPONSE | const._FLAGS_AA)
                for record in (told.dns_pointer(), told.dns_service(), told.dns_text(), *told.dns_addresses()):
                    out.add_answer_at_time(record, 0)
                network.send(out)
            ended.wait(_EVERY_SECONDS)

    thread = threading.Thread(target=say)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        network.close()


def _advert(serial: str, number: int, chance: random.Random) -> tuple[str, str, str]:
    """Under the gateway's own name or another, with its serial or nearly so, at a stranger's address."""
    name = chance.choice(["envoy", f"envoy-{number}", f"a{number}", f"zzz-{number}"])
    told = serial if name == "envoy" else chance.choice([serial, serial, serial, f"{serial}0", "122000009999"])
    return name, told, f"127.0.0.{chance.randrange(_IMPOSTORS) + 2}"


@contextmanager
def _spoof(address: str, port: int, serial: str, clock: ManualClock) -> Iterator[RawServer]:
    """Claims the serial with a certificate of its own, at the gateway's port of another address."""
    shown = make_certificate(f"envoy-{serial}", new_key(), clock.now() - timedelta(days=30))
    server = RawServer(always(http(info(serial))), shown, spot=(address, port))
    try:
        yield server
    finally:
        server.stop()


def _paired(gateway: SimulatedGateway, clock: ManualClock) -> MemoryState:
    state = MemoryState()
    where = Connection(host="127.0.0.1", port=gateway.port, token=Secret(gateway.token()))
    connect(where, state, state, Trust(first_use=True), clock, timings=QUICK).close()
    return state


def _reads(gateway: SimulatedGateway, state: MemoryState, clock: ManualClock) -> bool:
    where = Connection(serial=gateway.serial, port=gateway.port, token=Secret(gateway.token()))
    try:
        client = connect(
            where, state, state, Trust(), clock, timings=QUICK,
            locate=lambda serial: locate(serial, interfaces=LOOPBACK),
        )  # fmt: skip
    except EnphaseTrayError:
        return False
    status = client.get("/production.json?details=1").status
    client.close()
    return status == 200
