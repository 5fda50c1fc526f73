"""The real program on a real desktop with a simulated gateway behind it: nothing in between is scripted."""

import re
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from enphase_tray.app.compose import Profile
from enphase_tray.model.clock import SystemClock
from enphase_tray.model.connection import Trust
from enphase_tray.model.identity import Secret
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.simulator.certificates import make_certificate, new_key
from enphase_tray.simulator.config import HouseConfig
from enphase_tray.simulator.faults import Fault, FaultKind
from enphase_tray.simulator.gateway import SimulatedGateway
from tests.desktop.bench import Desktop, Program, wait_until
from tests.desktop.conftest import start_window_manager

pytestmark = [pytest.mark.desktop, pytest.mark.slow, pytest.mark.timeout(150)]

WINDOW = "^(Demo of )?Enphase Tray$"


@pytest.fixture
def gateway() -> Iterator[SimulatedGateway]:
    """A gateway where it is noon now, with a certificate that is to be renewed before long."""
    now = SystemClock().now()
    house = HouseConfig(longitude=(12 - now.hour) * 15.0, timezone="UTC")
    with SimulatedGateway(house, SystemClock()) as running:
        running.set_certificate(make_certificate(f"envoy-{running.serial}", new_key(), now - timedelta(days=355)))
        yield running


@pytest.fixture
def profile(desktop: Desktop, gateway: SimulatedGateway) -> Path:
    """A profile that has been set up: the gateway is known and its token lies in a private file."""
    paths = ProfilePaths.at(desktop.home / "profile")
    settings = Settings(
        GatewaySettings(serial=gateway.serial, host=f"127.0.0.1:{gateway.port}", auto_jwt=False), token_in_file=True
    )
    secrets = SecretStore(paths, True, choose=lambda: None)
    secrets.keep_token(gateway.serial, Secret(gateway.token()))
    made = Profile(paths, SystemClock(), trust=Trust(first_use=True), secrets=secrets)
    made.store.save(settings)
    service = made.service(settings)
    service.open()
    first = service.step()
    service.close()
    assert first is not None
    assert first.failure is None
    gateway.forget()
    return paths.directory


def start(desktop: Desktop, profile: Path, *more: str) -> Program:
    return desktop.start_enphase_tray("--profile", profile, *more)


def fault(gateway: SimulatedGateway, kind: FaultKind) -> None:
    gateway.inject(Fault(kind, SystemClock().now()))


def quits(program: Program) -> float:
    began = time.monotonic()
    program.signal(signal.SIGTERM)
    assert program.wait() == 0, program.log
    took = time.monotonic() - began
    assert not [word for word in ("Destroyed", "Aborted", "Fatal", "Traceback") if word in program.log], program.log
    return took


def keys(desktop: Desktop, *names: str) -> None:
    desktop.run("xdotool", "key", "--clearmodifiers", *names)
    time.sleep(0.3)


def type_text(desktop: Desktop, text: str) -> None:
    desktop.run("xdotool", "type", "--delay", "1", text, seconds=60)
    time.sleep(0.3)


@pytest.mark.parametrize("more", [("--hidden",), ()], ids=["tray", "window"])
def test_quitting_during_a_hung_request(desktop, tray, gateway, profile, more: tuple[str, ...]) -> None:
    fault(gateway, FaultKind.HANG)
    program = start(desktop, profile, *more)
    tray.item()
    wait_until(lambda: gateway.in_flight, 20, "the request that hangs")
    if not more:
        wait_until(lambda: desktop.windows(WINDOW), 20, "the window, whose first opening loads the charts")
        time.sleep(1.0)
    assert quits(program) < 1.0
    assert not list(profile.glob("core*"))


def test_quitting_while_a_question_is_open(desktop, tray, gateway, profile) -> None:
    gateway.set_certificate(gateway.new_certificate(same_key=False, common_name="another-device.local"))
    program = start(desktop, profile, "--hidden")
    wait_until(lambda: desktop.windows("certificate"), 20, lambda: f"the question; {program.log}")
    assert quits(program) < 1.0


def test_a_renewed_certificate_is_agreed_to_with_one_key(desktop, tray, gateway, profile) -> None:
    start_window_manager(desktop)
    gateway.set_certificate(gateway.new_certificate())
    program = start(desktop, profile, "--hidden")
    wait_until(lambda: desktop.windows("certificate"), 20, lambda: f"the question; {program.log}")
    item = tray.item()
    assert gateway.requests == (), "nothing was sent before"
    time.sleep(0.5)
    keys(desktop, "Return")
    wait_until(lambda: " now · " in item.tooltip.title, 20, lambda: item.tooltip.title)
    assert desktop.windows("certificate") == []


def test_a_strange_certificate_takes_the_last_four_digits(desktop, tray, gateway, profile) -> None:
    start_window_manager(desktop)
    gateway.set_certificate(gateway.new_certificate(same_key=False, common_name="another-device.local"))
    program = start(desktop, profile, "--hidden")
    wait_until(lambda: desktop.windows("certificate"), 20, lambda: f"the question; {program.log}")
    item = tray.item()
    time.sleep(0.5)
    keys(desktop, "alt+f")
    type_text(desktop, gateway.serial[-4:])
    keys(desktop, "alt+t")
    wait_until(lambda: " now · " in item.tooltip.title, 20, lambda: item.tooltip.title)


def test_first_set_up_by_keyboard_alone(desktop, tray, keyring, gateway) -> None:
    start_window_manager(desktop)
    program = start(desktop, desktop.home / "new")
    wait_until(lambda: desktop.windows("Set up"), 30, lambda: f"the set-up; {program.log}")
    time.sleep(1.0)
    keys(desktop, "alt+h")
    type_text(desktop, f"127.0.0.1:{gateway.port}")
    keys(desktop, "Return")
    wait_until(lambda: gateway.connections, 20, "a look at the gateway")
    time.sleep(2.0)
    keys(desktop, "Return")
    time.sleep(1.0)
    keys(desktop, "alt+a")
    keys(desktop, "Tab")
    type_text(desktop, gateway.token())
    keys(desktop, "alt+c")
    wait_until(lambda: any(record.target == "/home.json" for record in gateway.requests), 20, "the trial")
    time.sleep(1.5)
    keys(desktop, "Return")
    item = tray.item()
    wait_until(lambda: " now · " in item.tooltip.title, 20, lambda: f"{item.tooltip.title}; {program.log}")
    wait_until(lambda: desktop.windows(WINDOW), 20, "the main window")
    assert desktop.windows("Set up") == []
    assert keyring.find("service", "enphase_tray").startswith("ey"), "the token"
    assert quits(program) < 1.0


def test_the_second_start_shows_the_window_and_keeps_quiet(desktop, tray, gateway, profile) -> None:
    first = start(desktop, profile, "--hidden")
    item = tray.item()
    wait_until(lambda: " now · " in item.tooltip.title, 20)
    requests = len(gateway.requests)
    assert start(desktop, profile).wait(20) == 0
    wait_until(lambda: desktop.windows(WINDOW), 20, "the window of the first")
    assert first.running
    assert len(gateway.requests) == requests


def test_a_pause_survives_a_restart(desktop, tray, gateway, profile) -> None:
    first = start(desktop, profile, "--hidden")
    tray.item().choose("Until I say")
    wait_until(lambda: resume_line(tray), what="the pause")
    assert quits(first) < 1.0
    wait_until(lambda: not tray.items)
    start(desktop, profile, "--hidden")
    wait_until(lambda: resume_line(tray), 20, "the pause after the restart")
    tray.item().choose("Resume")
    wait_until(lambda: not resume_line(tray), what="the end of the pause")


def resume_line(tray) -> bool:
    return any(entry.visible and entry.label.startswith("Resume") for entry in tray.item().menu)


def test_notifications_of_the_demo_are_muted_and_shown(desktop, tray, notifications) -> None:
    start_window_manager(desktop)
    program = desktop.start_enphase_tray("--demo", "--hidden")
    item = tray.item(60)
    assert desktop.windows(WINDOW) == []
    relay = wait_until(lambda: said(notifications, "is open"), 75, lambda: f"the relay's notification; {program.log}")
    assert relay.urgency == "critical"
    assert "Mute for today" in str(relay.actions)
    notifications.act()
    wait_until(lambda: desktop.windows(WINDOW), 20, "the window")
    window = desktop.windows(WINDOW)[0]
    wait_until(lambda: desktop.run("xdotool", "getactivewindow").strip() == window, what="the window in front")
    relay = said(notifications, "is open")
    desktop.run(
        "gdbus", "emit", "--session", "--object-path", "/org/freedesktop/Notifications",
        "--signal", "org.freedesktop.Notifications.ActionInvoked", str(relay.id), "mute",
    )  # fmt: skip
    wait_until(lambda: "is open" not in item.tooltip.title, 60, lambda: item.tooltip.title)
    assert not said(notifications, "is closed"), "what is muted for today says nothing more today"


def said(notifications, words: str):
    """The latest notification whose title holds `words`."""
    return next((note for note in reversed(notifications.received()) if words in note.summary), None)


class TestAProfileThatCannotBeUsed:
    def test_a_box_says_why_and_so_does_the_terminal(self, desktop, tray, profile) -> None:
        start_window_manager(desktop)
        settings = profile / "settings.toml"
        settings.write_text(re.sub(r"schema = \d+", "schema = 99", settings.read_text()))
        program = start(desktop, profile, "--hidden")
        wait_until(lambda: desktop.windows("Enphase Tray"), 20, lambda: f"the box; {program.log}")
        time.sleep(0.5)
        keys(desktop, "Return")
        assert program.wait() != 0
        assert "newer" in program.log
        assert "Traceback" not in program.log

    def test_a_state_that_cannot_be_read_is_told_in_the_tray(self, desktop, tray, profile) -> None:
        state = profile / "state.json"
        state.write_text(state.read_text().replace('"schema": 1', '"schema": 99'))
        start(desktop, profile, "--hidden")
        item = tray.item()
        wait_until(lambda: "newer" in item.tooltip.title, 20, lambda: item.tooltip.title)


def test_the_demo_says_that_it_is_one(desktop, tray) -> None:
    program = desktop.start_enphase_tray("--demo")
    wait_until(lambda: desktop.windows("^Demo of Enphase Tray$"), 60, lambda: f"the window; {program.log}")
    quits(program)


def test_it_stays_away_from_the_gateway_of_another_profile(desktop, tray, gateway, profile) -> None:
    """Two programs, one gateway: the second profile has not trusted it, so it sends no token."""
    other = ProfilePaths.at(desktop.home / "other")
    made = Profile(other, SystemClock())
    known = Profile(ProfilePaths.at(profile), SystemClock()).store.load()
    made.store.save(replace(known, token_in_file=False))
    program = start(desktop, other.directory, "--hidden")
    wait_until(lambda: desktop.windows("certificate"), 20, lambda: f"the question; {program.log}")
    assert not [record for record in gateway.requests if record.had_authorization]
