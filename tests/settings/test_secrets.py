"""The secret store against stand-ins for back ends of the keyring library, and against that library without a bus."""

import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from enphase_tray.model.connection import TokenKeeper
from enphase_tray.model.errors import SecretsError
from enphase_tray.model.identity import Secret
from enphase_tray.settings.keyrings import Backend, choose_backend
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore

CANARY = "eyJhbGciOi.CANARY-4711.signature"
SERIAL = "122000000001"


class MemoryBackend:
    """Keeps secrets as a good back end does."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class FailingBackend(MemoryBackend):
    """Raises what it is told to; quotes what it was given, as real ones do."""

    def __init__(self, error: type[Exception]) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        raise self.error(f"cannot get {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.error(f"cannot keep {password}")

    def delete_password(self, service: str, username: str) -> None:
        raise self.error(f"cannot delete {username}")


class HungBackend(MemoryBackend):
    """Waits as one does whose unlock dialog nobody answers."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.answered.wait(30)
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self.answered.wait(30)
        super().set_password(service, username, password)


class KeyringLocked(Exception):
    pass


def no_keyring() -> Backend | None:
    return None


def store(
    paths: ProfilePaths,
    choose: Callable[[], Backend | None] = no_keyring,
    allow_file: bool = False,
    deadline: float = 10.0,
) -> SecretStore:
    return SecretStore(paths, allow_file, choose=choose, deadline_seconds=deadline)


def written(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


def test_the_keyring_keeps_secrets(paths: ProfilePaths, tmp_path: Path) -> None:
    backend = MemoryBackend()
    first = store(paths, lambda: backend, allow_file=True)
    for kind in ("password", "token", "cloud_password"):
        first.put(SERIAL, kind, Secret(f"{CANARY}-{kind}"))
    again = store(paths, lambda: backend)
    assert again.available
    assert again.get(SERIAL, "token") == Secret(f"{CANARY}-token")
    assert again.get(SERIAL, "password") == Secret(f"{CANARY}-password")
    assert again.get("other", "token") is None
    assert again.where(SERIAL, "token") == "keyring (MemoryBackend)"
    assert again.where("other", "token") == "none"
    assert ("enphase_tray", f"{SERIAL}/cloud_password") in backend.kept
    assert b"CANARY" not in written(tmp_path)


def test_it_keeps_tokens_for_the_gateway(paths: ProfilePaths) -> None:
    backend = MemoryBackend()
    keeper: TokenKeeper = store(paths, lambda: backend)
    assert keeper.token(SERIAL) is None
    keeper.keep_token(SERIAL, Secret(CANARY))
    assert store(paths, lambda: backend).token(SERIAL) == Secret(CANARY)


def test_without_a_keyring_until_the_program_ends(paths: ProfilePaths, tmp_path: Path) -> None:
    secrets = store(paths)
    secrets.put(SERIAL, "token", Secret(CANARY))
    assert not secrets.available
    assert secrets.get(SERIAL, "token") == Secret(CANARY)
    assert secrets.where(SERIAL, "token") == "this session only"
    assert store(paths).get(SERIAL, "token") is None
    assert written(tmp_path) == b""


def test_with_consent_the_token_and_nothing_else_goes_to_a_private_file(paths: ProfilePaths, tmp_path: Path) -> None:
    secrets = store(paths, allow_file=True)
    secrets.put(SERIAL, "token", Secret(CANARY))
    secrets.put("2", "token", Secret("two"))
    secrets.put(SERIAL, "password", Secret("PASSWORD"))
    secrets.put(SERIAL, "cloud_password", Secret("CLOUD"))
    again = store(paths, allow_file=True)
    assert again.get(SERIAL, "token") == Secret(CANARY)
    assert again.get("2", "token") == Secret("two")
    assert again.where(SERIAL, "token") == "file"
    assert again.get(SERIAL, "cloud_password") is None
    assert secrets.where(SERIAL, "password") == "this session only"
    assert b"PASSWORD" not in written(tmp_path)
    assert b"CLOUD" not in written(tmp_path)
    if os.name == "posix":
        assert stat.S_IMODE(paths.token_file.stat().st_mode) == 0o600
    assert store(paths, allow_file=False).get(SERIAL, "token") is None


def test_consent_can_be_given_and_taken_back(paths: ProfilePaths) -> None:
    secrets = store(paths)
    secrets.put(SERIAL, "token", Secret(CANARY))
    secrets.allow_file = True
    assert secrets.where(SERIAL, "token") == "file"
    assert CANARY in paths.token_file.read_text()
    secrets.allow_file = False
    assert not paths.token_file.exists()
    assert secrets.where(SERIAL, "token") == "this session only"
    assert secrets.get(SERIAL, "token") == Secret(CANARY)


def test_a_token_leaves_the_file_when_a_keyring_takes_it(paths: ProfilePaths, tmp_path: Path) -> None:
    store(paths, allow_file=True).put(SERIAL, "token", Secret(CANARY))
    store(paths, MemoryBackend, allow_file=True).put(SERIAL, "token", Secret(CANARY))
    assert not paths.token_file.exists()
    assert b"CANARY" not in written(tmp_path)


def test_deleting_forgets_it_everywhere(paths: ProfilePaths) -> None:
    backend = MemoryBackend()
    for secrets in (store(paths, lambda: backend), store(paths, allow_file=True), store(paths)):
        secrets.delete(SERIAL, "token")
        secrets.put(SERIAL, "token", Secret(CANARY))
        secrets.put("2", "token", Secret("two"))
        secrets.delete(SERIAL, "token")
        assert secrets.get(SERIAL, "token") is None
        assert secrets.get("2", "token") == Secret("two")
    assert backend.kept == {("enphase_tray", "2/token"): "two"}


def test_a_damaged_token_file_is_no_token(paths: ProfilePaths) -> None:
    paths.prepare()
    for content in (b"", b"\xff", b"[]", b'{"1": 5}', b"[" * 100_000):
        paths.token_file.write_bytes(content)
        assert store(paths, allow_file=True).get("1", "token") is None


@pytest.mark.parametrize(
    ("error", "title"),
    [(KeyringLocked, "The keyring is locked"), (RuntimeError, "does not work"), (TimeoutError, "does not work")],
)
def test_a_keyring_that_fails(paths: ProfilePaths, error: type[Exception], title: str) -> None:
    secrets = store(paths, lambda: FailingBackend(error))
    assert secrets.available
    with pytest.raises(SecretsError, match=title) as caught:
        secrets.get(SERIAL, "token")
    assert SERIAL not in str(caught.value)
    secrets.put(SERIAL, "token", Secret(CANARY))
    assert secrets.get(SERIAL, "token") == Secret(CANARY)
    assert secrets.where(SERIAL, "token") == "this session only"
    assert secrets.where(SERIAL, "password") == "none"
    with pytest.raises(SecretsError):
        secrets.delete(SERIAL, "token")
    assert secrets.where(SERIAL, "token") == "none"


def test_a_failing_keyring_with_consent_for_a_file(paths: ProfilePaths) -> None:
    secrets = store(paths, lambda: FailingBackend(KeyringLocked), allow_file=True)
    secrets.put(SERIAL, "token", Secret(CANARY))
    assert secrets.where(SERIAL, "token") == "file"


def test_a_keyring_that_goes_away_in_mid_run(paths: ProfilePaths) -> None:
    backend = MemoryBackend()
    backend.kept["enphase_tray", f"{SERIAL}/token"] = CANARY
    alive = True

    def get(service: str, username: str) -> str | None:
        if not alive:
            raise ConnectionError("the bus is gone")
        return backend.kept.get((service, username))

    backend.get_password = get  # type: ignore[method-assign]
    secrets = store(paths, lambda: backend)
    assert secrets.get(SERIAL, "token") == Secret(CANARY)
    alive = False
    assert secrets.get(SERIAL, "token") == Secret(CANARY)
    with pytest.raises(SecretsError):
        secrets.get(SERIAL, "password")


def test_a_keyring_that_hangs_never_holds_us(paths: ProfilePaths) -> None:
    backend = HungBackend()
    backend.kept["enphase_tray", f"{SERIAL}/token"] = CANARY
    secrets = store(paths, lambda: backend, deadline=0.1)
    start = time.monotonic()
    with pytest.raises(SecretsError, match="does not answer"):
        secrets.get(SERIAL, "token")
    waiting = {thread for thread in threading.enumerate() if thread.name == "keyring"}
    for _ in range(20):
        with pytest.raises(SecretsError, match="does not answer"):
            secrets.get(SERIAL, "token")
        secrets.put(SERIAL, "password", Secret("x"))
    assert time.monotonic() - start < 1.0
    assert secrets.where(SERIAL, "password") == "this session only"
    assert {thread for thread in threading.enumerate() if thread.name == "keyring"} == waiting
    backend.answered.set()
    for thread in waiting:
        thread.join(5)
    assert secrets.get(SERIAL, "token") == Secret(CANARY)


def test_choosing_hangs_too(paths: ProfilePaths) -> None:
    released = threading.Event()

    def choose() -> Backend | None:
        released.wait(30)
        return MemoryBackend()

    secrets = store(paths, choose, deadline=0.05)
    assert not secrets.available
    assert secrets.get(SERIAL, "token") is None
    released.set()
    for thread in threading.enumerate():
        if thread.name == "keyring":
            thread.join(5)
    assert secrets.available


def test_without_a_bus_the_library_offers_nothing_that_may_be_used(paths: ProfilePaths) -> None:
    secrets = SecretStore(paths, allow_file=False)
    secrets.put(SERIAL, "token", Secret(CANARY))
    assert not secrets.available
    assert secrets.where(SERIAL, "token") == "this session only"


def _backends(*names: str) -> list[object]:
    import importlib

    return [importlib.import_module(f"keyring.backends.{name}").Keyring() for name in names]


class Chain:
    """As `keyring` makes it where several back ends could serve."""

    def __init__(self, backends: list[object]) -> None:
        self.backends = backends


def test_only_backends_on_the_list_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    class PlaintextKeyring(MemoryBackend):
        __module__ = "keyrings.alt.file"

    (secret_service,) = _backends("SecretService")
    for offered, expected in (
        (_backends("fail")[0], None),
        (_backends("null")[0], None),
        (PlaintextKeyring(), None),
        (secret_service, secret_service),
        (Chain([PlaintextKeyring(), *_backends("null"), secret_service]), secret_service),
        (Chain([PlaintextKeyring()]), None),
    ):
        monkeypatch.setattr(keyring, "get_keyring", lambda offered=offered: offered)
        assert choose_backend() is expected


def test_it_says_what_the_user_knows_the_keyring_as(paths: ProfilePaths) -> None:
    class Named(MemoryBackend):
        __module__ = "keyring.backends.kwallet"

    secrets = store(paths, Named)
    secrets.put(SERIAL, "token", Secret(CANARY))
    assert secrets.where(SERIAL, "token") == "keyring (KWallet)"


def test_every_secret_that_is_met_is_told_to_whoever_keeps_it_out_of_logs(paths: ProfilePaths) -> None:
    """Typed, found in the keyring, found in the file: before anything else can be done with it."""
    met: list[Secret] = []
    keyring = MemoryBackend()
    keyring.kept["enphase_tray", f"{SERIAL}/password"] = "from the keyring"
    store = SecretStore(paths, allow_file=False, choose=lambda: keyring, learn=met.append)
    store.get(SERIAL, "password")
    store.put(SERIAL, "token", Secret(CANARY))
    in_file = SecretStore(paths, allow_file=True, choose=lambda: None)
    in_file.put(SERIAL, "token", Secret("in the file"))
    SecretStore(paths, allow_file=True, choose=lambda: None, learn=met.append).get(SERIAL, "token")
    assert set(met) == {Secret("from the keyring"), Secret(CANARY), Secret("in the file")}
