"""Where secrets are kept: in the system's keyring; else until the program ends, or, for a token, in a private file."""

import json
from collections.abc import Callable

from enphase_tray.model.errors import SecretsError
from enphase_tray.model.identity import Secret
from enphase_tray.model.language import mark, tr
from enphase_tray.settings.files import delete, read_private, write_private
from enphase_tray.settings.keyrings import Backend, Keyring, choose_backend
from enphase_tray.settings.paths import ProfilePaths

PASSWORD = "password"  # noqa: S105 - the name of a kind, not a secret
TOKEN = "token"  # noqa: S105
CLOUD_PASSWORD = "cloud_password"  # noqa: S105

_SERVICE = "enphase_tray"
_DEADLINE_SECONDS = 10.0
_SESSION = mark("this session only")
_FILE = "file"
_NOWHERE = "none"


class SecretStore:
    """Keeps one secret for each gateway (serial) and kind (`password`, `token`, `cloud_password`).

    What was put or found once stays known until the program ends, also when the keyring goes away. Only a token is
    ever written to a file, and only with `allow_file`. It may take up to the deadline to answer: never on the
    thread of a user interface.
    """

    def __init__(
        self,
        paths: ProfilePaths,
        allow_file: bool,
        *,
        choose: Callable[[], Backend | None] = choose_backend,
        deadline_seconds: float = _DEADLINE_SECONDS,
        learn: Callable[[Secret], None] = lambda secret: None,
    ) -> None:
        """`allow_file`: the user agreed to a file. `choose` finds the keyring's back end.

        `learn` is told of every secret that is met, so that it can be kept out of logs.
        """
        self._file = paths.token_file
        self._allow_file = allow_file
        self._keyring = Keyring(_SERVICE, choose, deadline_seconds)
        self._learn = learn
        self._known: dict[tuple[str, str], tuple[Secret, str]] = {}

    @property
    def available(self) -> bool:
        """Whether there is a keyring that may be used (it may still be locked)."""
        return self._keyring.name is not None

    def get(self, serial: str, kind: str) -> Secret | None:
        """The secret, `None` if there is none. Raises SecretsError where a keyring that is there does not answer."""
        known = self._known.get((serial, kind))
        if known is not None:
            return known[0]
        in_file = self._from_file(serial, kind)
        if in_file is not None:
            return self._note(serial, kind, in_file, _FILE)
        place = self._keyring.name
        if place is None:
            return None
        text = self._keyring.get(_account(serial, kind))
        if not text:
            return None
        return self._note(serial, kind, Secret(text), tr("keyring ({place})", place=place))

    def put(self, serial: str, kind: str, secret: Secret) -> None:
        """Keep a secret at the best place there is; `where` tells which. Raises SettingsError if a file cannot be."""
        self._learn(secret)
        self._note(serial, kind, secret, self._store(serial, kind, secret))

    def delete(self, serial: str, kind: str) -> None:
        """Forget a secret everywhere. Raises SecretsError where the keyring keeps it against our will."""
        self._known.pop((serial, kind), None)
        if kind == TOKEN:
            self._forget_in_file(serial)
        if self._keyring.name is not None:
            self._keyring.delete(_account(serial, kind))

    def where(self, serial: str, kind: str) -> str:
        """`keyring (...)`, `file`, `this session only` or `none`."""
        if (serial, kind) not in self._known:
            try:
                self.get(serial, kind)
            except SecretsError:
                return _NOWHERE
        return self._known[serial, kind][1] if (serial, kind) in self._known else _NOWHERE

    @property
    def allow_file(self) -> bool:
        """Whether tokens may go to a file."""
        return self._allow_file

    @allow_file.setter
    def allow_file(self, allow: bool) -> None:
        """The user agreed to a file for tokens, or no longer does: tokens move there, or the file is deleted."""
        if allow == self._allow_file:
            return
        self._allow_file = allow
        if not allow:
            delete(self._file)
        for (serial, kind), (secret, place) in list(self._known.items()):
            if kind == TOKEN and place in (_SESSION, _FILE):
                self.put(serial, kind, secret)

    def token(self, serial: str) -> Secret | None:
        """For `TokenKeeper`."""
        return self.get(serial, TOKEN)

    def keep_token(self, serial: str, token: Secret) -> None:
        """For `TokenKeeper`."""
        self.put(serial, TOKEN, token)

    def _note(self, serial: str, kind: str, secret: Secret, place: str) -> Secret:
        self._learn(secret)
        self._known[serial, kind] = (secret, place)
        return secret

    def _store(self, serial: str, kind: str, secret: Secret) -> str:
        place = self._keyring.name
        if place is not None:
            try:
                self._keyring.put(_account(serial, kind), secret.reveal())
            except SecretsError:
                place = None
        if place is not None:
            if kind == TOKEN:
                self._forget_in_file(serial)
            return tr("keyring ({place})", place=place)
        if kind == TOKEN and self._allow_file:
            write_private(self._file, json.dumps(self._tokens() | {serial: secret.reveal()}).encode())
            return _FILE
        return _SESSION

    def _from_file(self, serial: str, kind: str) -> Secret | None:
        if kind != TOKEN or not self._allow_file:
            return None
        text = self._tokens().get(serial)
        return Secret(text) if text else None

    def _forget_in_file(self, serial: str) -> None:
        tokens = self._tokens()
        if tokens.pop(serial, None) is None:
            return
        if tokens:
            write_private(self._file, json.dumps(tokens).encode())
        else:
            delete(self._file)

    def _tokens(self) -> dict[str, str]:
        """All tokens in the file; none where it is missing or damaged (they can be fetched or pasted again)."""
        content = read_private(self._file)
        try:
            found = json.loads((content or b"{}").decode())
        except (ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {serial: text for serial, text in found.items() if isinstance(text, str)}


def _account(serial: str, kind: str) -> str:
    return f"{serial}/{kind}"
