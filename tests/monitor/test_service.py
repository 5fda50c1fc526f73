"""When what is due, and what becomes of settings and secrets."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from enphase_tray.app.compose import Profile
from enphase_tray.gateway.cloud import CloudClient
from enphase_tray.model.connection import StepOutcome
from enphase_tray.model.errors import LoginRefused
from enphase_tray.model.identity import Secret
from enphase_tray.monitor.service import RETRY_WAITS_SECONDS, Draft
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import Settings
from enphase_tray.simulator.cloud import CloudUser, SimulatedCloud
from enphase_tray.simulator.faults import FaultKind
from tests.stories.home import Home


def test_without_a_gateway_nothing_is_due(home: Home) -> None:
    service = home.profile().service(Settings())
    service.open()
    assert math.isinf(service.wait_seconds())
    assert service.step() is None
    service.close()


def test_polls_come_each_period_and_the_meters_each_minute(home: Home) -> None:
    home.live(10.1)
    full = [result for result in home.results if not result.live]
    live = [result for result in home.results if result.live]
    assert len(full) == 3
    assert len(live) == 8


def test_after_a_failure_it_is_tried_soon_and_then_as_usual(home: Home) -> None:
    home.live(1)
    home.fault(FaultKind.UNREACHABLE)
    waits = []
    for _ in range(6):
        home.service.poll()
        waits.append(home.service.wait_seconds())
        home.clock.advance(waits[-1])
    for wait, expected in zip(waits, (*RETRY_WAITS_SECONDS, 300.0, 300.0), strict=True):
        assert wait == pytest.approx(expected, rel=0.21)


def test_attempts_in_a_quarter_of_an_hour_are_few(home: Home) -> None:
    home.live(1)
    home.fault(FaultKind.UNREACHABLE)
    home.gateway.forget()
    before = len(home.results)
    home.live(15)
    assert len(home.results) - before <= 12


def test_a_first_contact_waits_for_the_users_word(home: Home, tmp_path: Path) -> None:
    """A profile that has never seen the gateway, and does not trust by itself."""
    careful = Profile(
        ProfilePaths.at(tmp_path / "careful"), home.clock, secrets=home.profile().secrets(home.settings)
    ).service(home.settings)
    careful.open()
    asked = careful.poll()
    assert asked.certificate is not None
    assert asked.certificate.serial == home.gateway.serial
    assert asked.certificate.previous is None
    assert math.isinf(careful.wait_seconds()), "it waits for the user, and does not try by itself"
    careful.trust(asked.certificate)
    result = careful.step()
    careful.close()
    assert result is not None
    assert result.failure is None


def test_a_trial_yields_its_steps_and_tells_the_serial(home: Home) -> None:
    steps = list(home.service.try_connection(Draft(home.settings)))
    assert StepOutcome.FAILED not in {step.outcome for step in steps}
    assert home.gateway.serial in {step.serial for step in steps}
    assert math.isfinite(home.service.wait_seconds()), "polling goes on afterwards"


def test_a_serial_that_was_not_typed_is_taken_from_the_trial(home: Home) -> None:
    blank = replace(home.settings, gateway=replace(home.settings.gateway, serial=""))
    draft = Draft(blank, token=Secret(home.gateway.token()))
    for _ in home.service.try_connection(draft):
        pass
    home.service.apply(draft)
    assert home.service.settings.gateway.serial == home.gateway.serial
    home.live(1)
    assert home.last.failure is None


def test_a_password_used_once_is_not_kept(home: Home) -> None:
    with SimulatedCloud(
        home.gateway.mint, home.clock, (CloudUser("me@example.org", "once-only-1"),), secure=False
    ) as cloud:
        home.make_cloud = lambda: CloudClient(cloud.enlighten_url, cloud.entrez_url)
        home.restart_program()
        chosen = replace(home.settings.gateway, auto_jwt=True, cloud_username="me@example.org")
        home.service.apply(Draft(Settings(chosen), cloud_password=Secret("once-only-1")))
        home.live(1)
    assert home.last.failure is None
    assert home.service.secret_places()["cloud_password"] == "none"
    kept = b"".join(path.read_bytes() for path in home.folder.rglob("*") if path.is_file())
    assert b"once-only-1" not in kept


def test_a_wrong_account_password_changes_nothing(home: Home) -> None:
    with SimulatedCloud(home.gateway.mint, home.clock, (CloudUser("me@example.org", "right"),), secure=False) as cloud:
        home.make_cloud = lambda: CloudClient(cloud.enlighten_url, cloud.entrez_url)
        home.restart_program()
        chosen = replace(home.settings.gateway, auto_jwt=True, cloud_username="me@example.org")
        with pytest.raises(LoginRefused):
            home.service.apply(Draft(Settings(chosen), cloud_password=Secret("wrong")))
    assert home.service.settings == home.settings
    home.live(1)
    assert home.last.failure is None


def test_waking_up_polls_soon(home: Home) -> None:
    home.live(1)
    home.service.resumed()
    assert home.service.wait_seconds() < 30
