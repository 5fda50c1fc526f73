"""From `--host`, `--serial` and their kin, and the profile's settings, to a connection and a trust policy."""

import argparse
import sys
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from enphase_tray.app.compose import Profile
from enphase_tray.cli.output import UsageError
from enphase_tray.gateway.address import split
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import Connection, GatewayVersion, TokenKeeper
from enphase_tray.model.errors import EnphaseTrayError, Retry, SecretsError, Unreachable
from enphase_tray.model.identity import Secret
from enphase_tray.monitor.connecting import connection_of, trust_of
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.settings import GatewaySettings, Settings

SECRET_FILE_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command was asked to connect to."""

    profile: Profile
    settings: Settings
    connection: Connection
    tokens: TokenKeeper

    @property
    def named(self) -> bool:
        """Whether a gateway is named or set up at all."""
        return bool(self.connection.serial or self.connection.host)


def profile_asked(options: argparse.Namespace, paths: ProfilePaths, clock: Clock) -> Profile:
    """The profile with the trust that the options allow."""
    return Profile(paths, clock, trust=trust_of(options.trust_on_first_use, options.trust_fingerprint))


def connection_asked(options: argparse.Namespace, paths: ProfilePaths, clock: Clock) -> Asked:
    """Options first, the profile's settings and secrets for the rest.

    Raises `UsageError` (also where no gateway is named or set up), `SettingsError` and `SecretsError`.
    """
    asked = any_connection_asked(options, profile_asked(options, paths, clock))
    if not asked.named:
        raise UsageError("No gateway is named and none is set up", "Add --host or --serial, or set one up in the tray")
    return asked


def any_connection_asked(options: argparse.Namespace, profile: Profile, *, stored: bool = True) -> Asked:
    """As `connection_asked`, but any gateway will do where none is named. Without `stored` no kept secret is read."""
    settings = profile.store.load() if profile.paths.settings_file.exists() else Settings()
    gateway = _chosen_gateway(options, settings.gateway)
    if options.password_file == "-" == options.token_file:  # noqa: S105 - the name of a file
        raise UsageError("Standard input cannot hold both secrets", "Put one of them into a file")
    host = _address(options.host) if options.host else None
    secrets = profile.secrets(settings)
    password = _secret_file("--password-file", options.password_file)
    token = _secret_file("--token-file", options.token_file)
    configured = stored and gateway.serial != "" and gateway.serial == settings.gateway.serial
    if configured and token is None:
        password = password or _stored_password(profile, gateway, settings)
    cloud_password = (
        secrets.get(gateway.serial, "cloud_password") if configured and gateway.keep_cloud_password else None
    )
    connection = connection_of(gateway, password=password, token=token, cloud_password=cloud_password)
    if host is not None:
        connection = replace(connection, host=host[0], port=host[1])
    tokens: TokenKeeper = _OnlyGiven(token) if token is not None else secrets
    return Asked(profile, settings, connection, tokens)


def _chosen_gateway(options: argparse.Namespace, configured: GatewaySettings) -> GatewaySettings:
    """The settings' gateway with what the options say of it; a blank one where they name another serial."""
    gateway = configured
    if options.serial and options.serial != configured.serial:
        gateway = GatewaySettings(refresh_seconds=configured.refresh_seconds, serial=options.serial)
    if options.username is not None:
        gateway = replace(gateway, username=options.username)
    return gateway


def _stored_password(profile: Profile, gateway: GatewaySettings, settings: Settings) -> Secret | None:
    """A digest password is looked up only for gateways known to want one: asking a keyring is slow."""
    if gateway.version is GatewayVersion.FROM_7 or "firmware_floor" in profile.state.facts(gateway.serial):
        return None
    try:
        return profile.secrets(settings).get(gateway.serial, "password")
    except EnphaseTrayError:
        # Without a keyring the default password may still do; if not, the log-in says so.
        return None


def _address(text: str) -> tuple[str, int | None]:
    """Host and port of `--host`. Raises `UsageError` where it names none."""
    try:
        return split(text)
    except Unreachable as error:
        raise UsageError(error.title, "Write it as --host 192.168.1.20 or --host 192.168.1.20:443") from error


def _secret_file(option: str, name: str | None) -> Secret | None:
    """The content of a secret's file, `-` being standard input, without white space around it.

    Errors do not repeat the name: it may be the secret itself, given by mistake.
    """
    if name is None:
        return None
    if name == "-" and sys.stdin is None:
        raise UsageError(f"Standard input is closed, but {option} - wants to read it", "Name a file instead")
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb") as file:
            text = file.read(SECRET_FILE_BYTES).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SecretsError(
            f"The file of {option} cannot be read: {reason}", "Check its name and its permissions", Retry.NEVER
        ) from error
    return Secret(text.strip())


class _OnlyGiven:
    """A token keeper for a token given on the command line: that one, and nothing is stored."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def token(self, serial: str) -> Secret | None:
        return self._token

    def keep_token(self, serial: str, token: Secret) -> None:
        self._token = token
