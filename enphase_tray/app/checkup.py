"""The check-up of a profile's gateway, put together for the terminal and for the diagnostics file."""

from collections.abc import Iterator

from enphase_tray.app.compose import Profile
from enphase_tray.gateway.checkup import check_gateway
from enphase_tray.model.checkup import CheckStep
from enphase_tray.model.connection import Connection, TokenKeeper
from enphase_tray.model.errors import SecretsError
from enphase_tray.monitor.checkup import Patient, check_up
from enphase_tray.settings.settings import Settings


def check_profile(
    profile: Profile,
    settings: Settings,
    connection: Connection,
    tokens: TokenKeeper,
    secrets_failure: SecretsError | None = None,
) -> Iterator[CheckStep]:
    """Each step as soon as it is known; see `monitor.checkup`. `secrets_failure`: why named secrets are missing."""

    def way(connection: Connection, tokens: TokenKeeper) -> Iterator[CheckStep]:
        return check_gateway(profile.approach(connection), tokens, profile.listen)

    return check_up(
        Patient(
            connection,
            settings,
            profile.state,
            profile.secrets(settings),
            tokens,
            way,
            profile.history_reader,
            tuple(profile.notices()),
            secrets_failure,
        )
    )
