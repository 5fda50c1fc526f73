"""From `--host`, `--serial` and their kin, and the profile's settings, to a connection and a trust policy."""

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from enphase_tray.app.compose import Profile
from enphase_tray.cli.output import UsageError
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import Connection, GatewayVersion, TokenKeeper
from enphase_tray.model.errors import EnphaseTrayError, SettingsError
from enphase_tray.model.identity import Secret
from enphase_tray.monitor.connecting import connection_of, split_host, trust_of
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


def connection_asked(options: argparse.Namespace, paths: ProfilePaths, clock: Clock) -> Asked:
    """Options first, the profile's settings and secrets for the rest. Raises `UsageError` and `SettingsError`."""
    profile = Profile(paths, clock, trust=trust_of(options.trust_on_first_use, options.trust_fingerprint))
    settings = profile.store.load() if paths.settings_file.exists() else Settings()
    gateway = _chosen_gateway(options, settings.gateway)
    if not gateway.serial and not gateway.host and not options.host:
        raise UsageError("No gateway is named and none is set up", "Add --host or --serial, or set one up in the tray")
    secrets = profile.secrets(settings)
    password = _secret_file(options.password_file)
    token = _secret_file(options.token_file)
    if options.password_file == "-" == options.token_file:  # noqa: S105 - the name of a file
        raise UsageError("Standard input cannot hold both secrets", "Put one of them into a file")
    configured = gateway.serial != "" and gateway.serial == settings.gateway.serial
    if configured and token is None:
        password = password or _stored_password(profile, gateway, settings)
    cloud_password = (
        secrets.get(gateway.serial, "cloud_password") if configured and gateway.keep_cloud_password else None
    )
    connection = connection_of(gateway, password=password, token=token, cloud_password=cloud_password)
    if options.host:
        host, port = split_host(options.host)
        if host is None:
            raise UsageError("The address of the gateway is empty", "Write it as --host 192.168.1.20")
        connection = replace(connection, host=host, port=port)
    tokens: TokenKeeper = _OnlyGiven(token) if token is not None else secrets
    return Asked(profile, settings, connection, tokens)


def _chosen_gateway(options: argparse.Namespace, configured: GatewaySettings) -> GatewaySettings:
    """The settings' gateway as far as the options mean the same one, else a blank one."""
    gateway = configured
    other_serial = options.serial is not None and options.serial != configured.serial
    if other_serial or (options.host and not options.serial):
        gateway = GatewaySettings(refresh_seconds=configured.refresh_seconds)
    if options.serial is not None:
        gateway = replace(gateway, serial=options.serial)
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


def _secret_file(name: str | None) -> Secret | None:
    """The content of a secret's file, `-` being standard input, without white space around it."""
    if name is None:
        return None
    try:
        if name == "-":
            text = sys.stdin.read(SECRET_FILE_BYTES)
        else:
            with Path(name).open(encoding="utf-8") as file:
                text = file.read(SECRET_FILE_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SettingsError(
            f"The file {name} cannot be read: {reason}", "Check its name and its permissions"
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
