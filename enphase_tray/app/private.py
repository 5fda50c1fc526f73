"""What of a profile and its computer must not be seen by others."""

import platform
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from enphase_tray.app.compose import Profile
from enphase_tray.gateway.address import is_private, split
from enphase_tray.gateway.memory import remembered_addresses
from enphase_tray.gateway.outgoing import Private, serials_of
from enphase_tray.model.connection import Connection, TokenKeeper
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.identity import Secret
from enphase_tray.model.readings import Snapshot
from enphase_tray.settings.secrets import CLOUD_PASSWORD, PASSWORD, TOKEN
from enphase_tray.settings.settings import Settings


def private_things(
    profile: Profile,
    settings: Settings,
    connection: Connection,
    tokens: TokenKeeper,
    snapshot: Snapshot | None,
    also: tuple[str, ...] = (),
) -> Private:
    """Secrets, serials and names of settings, state, history, command line, computer and the last reading.

    `also`: serials of further gateways.
    """
    gateways = tuple(dict.fromkeys(serial for serial in (*_gateways(profile, settings, connection, snapshot), *also)))
    return Private(
        secrets=tuple(dict.fromkeys(_secrets(profile, settings, connection, tokens, gateways))),
        gateways=gateways,
        serials=() if snapshot is None else serials_of(snapshot),
        names=tuple(_names(profile, settings, connection, gateways)),
    )


def _gateways(profile: Profile, settings: Settings, connection: Connection, snapshot: Snapshot | None) -> Iterator[str]:
    yield from filter(None, (settings.gateway.serial, connection.serial))
    if snapshot is not None:
        yield snapshot.gateway.serial
    with suppress(EnphaseTrayError):
        yield from profile.state.pinned_serials()
    history = profile.history_reader()
    try:
        with suppress(EnphaseTrayError):
            yield from history.sites()
    finally:
        history.close()


def _secrets(
    profile: Profile, settings: Settings, connection: Connection, tokens: TokenKeeper, gateways: tuple[str, ...]
) -> Iterator[Secret]:
    """All that are at hand; what a keyring will not tell is not in the files either."""
    cloud = connection.cloud
    for given in (connection.password, connection.token, None if cloud is None else cloud.password):
        if given:
            yield given
    store = profile.secrets(settings)
    for serial in gateways:
        with suppress(EnphaseTrayError):
            used = tokens.token(serial)
            if used:
                yield used
        for kind in (TOKEN, PASSWORD, CLOUD_PASSWORD):
            with suppress(EnphaseTrayError):
                kept = store.get(serial, kind)
                if kept:
                    yield kept


def _names(
    profile: Profile, settings: Settings, connection: Connection, gateways: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    gateway, cloud = settings.gateway, connection.cloud
    users = [gateway.username, gateway.cloud_username, connection.username, cloud and cloud.username]
    yield from (("user", name) for name in users if name)
    yield from (("site", name) for name in (gateway.site_name, cloud and cloud.site_name) if name)
    addresses = [gateway.host, connection.host]
    with suppress(EnphaseTrayError):
        addresses += [address for serial in gateways for address in remembered_addresses(profile.state, serial)]
    for address in addresses:
        if address:
            with suppress(EnphaseTrayError):
                host, _ = split(address)
                if not is_private(host):  # an address, which is known by its shape
                    yield "host", host
    yield "computer", platform.node()
    with suppress(RuntimeError):  # nobody's home
        yield "user", Path.home().name
