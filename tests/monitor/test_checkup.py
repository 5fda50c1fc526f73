"""This computer's side of a check-up: settings, secrets, keyring and history."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from enphase_tray.history.reader import HistoryReader
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.checkup import CheckStep, StepVerdict, first_failure
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import Connection, TokenKeeper
from enphase_tray.model.errors import SecretsError
from enphase_tray.model.identity import Secret
from enphase_tray.monitor.checkup import Patient, check_up
from enphase_tray.settings.keyrings import Backend
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
from enphase_tray.settings.settings import GatewaySettings, Settings
from enphase_tray.settings.state import StateStore
from tests.history.conftest import NOON, power, snapshot
from tests.settings.test_secrets import FailingBackend, KeyringLocked, MemoryBackend

SERIAL = "123456789012"


def way(connection: Connection, tokens: TokenKeeper) -> Iterator[CheckStep]:
    yield CheckStep("find", StepVerdict.OK, f"{connection.serial} was looked for")


def patient(folder: Path, backend: Backend | None, *, in_file: bool = False) -> Patient:
    paths = ProfilePaths.at(folder)
    secrets = SecretStore(paths, allow_file=in_file, choose=lambda: backend)
    return Patient(
        Connection(serial=SERIAL),
        Settings(gateway=GatewaySettings(serial=SERIAL)),
        StateStore(paths),
        secrets,
        secrets,
        way,
        lambda: HistoryReader(paths.history_file),
    )


def told(one: Patient) -> dict[str, CheckStep]:
    return {step.name: step for step in check_up(one)}


def test_a_sound_profile(tmp_path: Path) -> None:
    one = patient(tmp_path, MemoryBackend())
    one.secrets.put(SERIAL, "token", Secret("canary"))
    steps = told(one)
    assert [*steps] == ["settings", "secrets", "find", "keyring", "history"]
    assert {step.verdict for step in steps.values()} == {StepVerdict.OK}
    assert steps["secrets"].title.startswith("At hand: token (keyring")
    assert "canary" not in str(steps)


def test_a_locked_keyring_matters_unless_the_secret_was_given(tmp_path: Path) -> None:
    one = patient(tmp_path, FailingBackend(KeyringLocked))
    failure = first_failure(check_up(one))
    assert failure is not None
    assert (failure.name, failure.kind) == ("keyring", "secrets")
    given = replace(one, connection=replace(one.connection, token=Secret("canary")))
    assert told(given)["keyring"].verdict is StepVerdict.ATTENTION


@pytest.mark.parametrize(("in_file", "verdict"), [(False, StepVerdict.ATTENTION), (True, StepVerdict.OK)])
def test_no_keyring_at_all(tmp_path: Path, in_file: bool, verdict: StepVerdict) -> None:
    assert told(patient(tmp_path, None, in_file=in_file))["keyring"].verdict is verdict


def test_secrets_that_were_named_and_cannot_be_read(tmp_path: Path) -> None:
    one = replace(patient(tmp_path, MemoryBackend()), secrets_failure=SecretsError("The file is gone", "Look for it"))
    steps = told(one)
    assert (steps["secrets"].verdict, steps["secrets"].kind) == (StepVerdict.FAILED, "secrets")
    assert steps["find"].verdict is StepVerdict.OK


def test_a_damaged_file_is_worth_knowing(tmp_path: Path) -> None:
    one = replace(patient(tmp_path, MemoryBackend()), notices=("The settings could not be read. They are kept.",))
    step = told(one)["settings"]
    assert (step.verdict, step.title, step.advice) == (
        StepVerdict.ATTENTION, "The settings could not be read", "They are kept",
    )  # fmt: skip


def test_the_history_says_when_it_ends(tmp_path: Path) -> None:
    writer = HistoryWriter(tmp_path / "history.db", ManualClock(NOON))
    writer.append(snapshot(NOON, production=power(100.0)))
    writer.close()
    step = told(patient(tmp_path, MemoryBackend()))["history"]
    assert step.verdict is StepVerdict.OK
    assert step.details == {"gateways": 1, "last_reading_at": f"{NOON:%Y-%m-%dT%H:%M:%SZ}"}
