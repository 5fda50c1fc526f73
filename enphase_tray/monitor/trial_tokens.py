"""Tokens that were fetched while a log-in was only tried."""

from enphase_tray.model.connection import TokenKeeper
from enphase_tray.model.identity import Secret


class TrialTokens:
    """Tokens fetched while trying: used by a following `apply`, gone otherwise. Kept ones are read through."""

    def __init__(self, kept: TokenKeeper) -> None:
        self._kept = kept
        self._fetched: dict[str, Secret] = {}

    def token(self, serial: str) -> Secret | None:
        return self._fetched.get(serial) or self._kept.token(serial)

    def keep_token(self, serial: str, token: Secret) -> None:
        self._fetched[serial] = token

    def fetched(self, serial: str) -> Secret | None:
        return self._fetched.pop(serial, None)
