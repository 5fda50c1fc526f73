"""The whole check-up: this computer's side, the way to the gateway, and what is kept. It changes nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from enphase_tray.history.reader import HistoryReader
from enphase_tray.model.checkup import CheckStep, StepVerdict
from enphase_tray.model.connection import Connection, TokenKeeper
from enphase_tray.model.errors import HistoryError, SecretsError, SettingsError
from enphase_tray.model.language import inside, mark, tr
from enphase_tray.settings.secrets import CLOUD_PASSWORD, PASSWORD, TOKEN, SecretStore
from enphase_tray.settings.settings import Settings
from enphase_tray.settings.state import StateStore

GATEWAY_STEPS = ("find", "serial", "firmware", "log_in", "clock")
"""The steps that are told of every gateway; those of each address come beside them."""

_SECRETS = {TOKEN: mark("token"), PASSWORD: mark("password"), CLOUD_PASSWORD: mark("cloud password")}
_NOWHERE = "none"
_NO_ACCOUNT = "check-up"


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at. `notices` are sentences about files found damaged.

    `secrets_failure`: secrets that were named could not be read. `way` tells the steps of the way to a gateway.
    """

    connection: Connection
    settings: Settings
    state: StateStore
    secrets: SecretStore
    tokens: TokenKeeper
    way: Callable[[Connection, TokenKeeper], Iterator[CheckStep]]
    open_history: Callable[[], HistoryReader]
    notices: tuple[str, ...] = ()
    secrets_failure: SecretsError | None = None


def check_up(patient: Patient) -> Iterator[CheckStep]:
    """Every step as soon as it is known. No error of the family is raised."""
    step = _settings_step(patient)
    yield step
    yield _secrets_step(patient)
    if step.verdict is StepVerdict.FAILED:
        yield from skipped(GATEWAY_STEPS, step.title)
    else:
        yield from patient.way(patient.connection, patient.tokens)
    yield _keyring_step(patient)
    yield _history_step(patient)


def skipped(names: tuple[str, ...], reason: str) -> Iterator[CheckStep]:
    """Steps that were not come to."""
    for name in names:
        yield CheckStep(name, StepVerdict.SKIPPED, tr("Not looked at: {reason}", reason=inside(reason)))


def _settings_step(patient: Patient) -> CheckStep:
    gateway, connection = patient.settings.gateway, patient.connection
    details: dict[str, Any] = {
        "configured": patient.settings.configured,
        "serial": connection.serial,
        "host": connection.host,
        "port": connection.port,
        "version": connection.version.value,
        "refresh_seconds": gateway.refresh_seconds,
    }
    try:
        details["known_gateways"] = len(patient.state.pinned_serials())
    except SettingsError as error:
        return CheckStep.failed("settings", error, **details)
    if patient.notices:
        title, _, advice = patient.notices[0].partition(". ")
        return CheckStep("settings", StepVerdict.ATTENTION, title, advice.rstrip("."), details)
    if not connection.serial and not connection.host:
        advice = tr("Name one with --host or --serial, or set one up in the tray; the network is searched for one")
        return CheckStep("settings", StepVerdict.ATTENTION, tr("No gateway is set up or named"), advice, details)
    named = connection.serial or connection.host
    if connection.serial and connection.host:
        named = tr("{serial} at {host}", serial=connection.serial, host=connection.host)
    return CheckStep(
        "settings", StepVerdict.OK, tr("The gateway to look at is {gateway}", gateway=named), details=details
    )


def _secrets_step(patient: Patient) -> CheckStep:
    connection = patient.connection
    if patient.secrets_failure is not None:
        return CheckStep.failed("secrets", patient.secrets_failure)
    kept = dict.fromkeys((TOKEN, PASSWORD, CLOUD_PASSWORD), _NOWHERE)
    if patient.settings.gateway.serial and connection.serial == patient.settings.gateway.serial:
        kept = {kind: patient.secrets.where(connection.serial, kind) for kind in kept}
    given = [kind for kind, secret in ((TOKEN, connection.token), (PASSWORD, connection.password)) if secret]
    places = [{"kind": kind, "place": place} for kind, place in kept.items()]
    details = {"kept": places, "given": given}
    found = [f"{tr(_SECRETS[kind])} ({tr(place)})" for kind, place in kept.items() if place != _NOWHERE]
    found += [tr(_SECRETS[kind]) for kind in given if kept[kind] == _NOWHERE]
    if not found:
        return CheckStep("secrets", StepVerdict.SKIPPED, tr("No token or password is kept or named"), details=details)
    return CheckStep("secrets", StepVerdict.OK, tr("At hand: {secrets}", secrets=", ".join(found)), details=details)


def _keyring_step(patient: Patient) -> CheckStep:
    connection, secrets = patient.connection, patient.secrets
    try:
        available = secrets.available
        details = {"available": available, "token_in_file": secrets.allow_file}
        if available:
            secrets.get(connection.serial or _NO_ACCOUNT, TOKEN)
    except SecretsError as error:
        step = CheckStep.failed("keyring", error)
        return step.softened() if connection.token or connection.password or not connection.serial else step
    if available:
        return CheckStep("keyring", StepVerdict.OK, tr("The keyring can be used"), details=details)
    if secrets.allow_file:
        title = tr("There is no keyring; the token is kept in a file that only you can read, as you agreed to")
        return CheckStep("keyring", StepVerdict.OK, title, details=details)
    advice = tr("A token is forgotten when the program ends, unless you agree in the settings to keep it in a file")
    return CheckStep("keyring", StepVerdict.ATTENTION, tr("There is no keyring to use"), advice, details)


def _history_step(patient: Patient) -> CheckStep:
    try:
        with closing(patient.open_history()) as history:
            sites = history.sites()
            ends = [at for at in map(history.last_at, sites) if at is not None]
    except HistoryError as error:
        return CheckStep.failed("history", error)
    if not sites:
        return CheckStep("history", StepVerdict.OK, tr("There is no history yet"), details={"gateways": 0})
    last = None if not ends else f"{max(ends):%Y-%m-%dT%H:%M:%SZ}"
    details = {"gateways": len(sites), "last_reading_at": last}
    return CheckStep("history", StepVerdict.OK, tr("The history can be read"), details=details)
