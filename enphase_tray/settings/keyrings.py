"""The system's keyring, and only a real one: reached by a list of allowed back ends, each call with a deadline.

A keyring may wait for the user to unlock it, or hang. A call therefore runs in a thread of its own that nobody
waits for longer than the deadline, and that does not keep the program from ending.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from enphase_tray.model.errors import SecretsError
from enphase_tray.model.language import tr

_ALLOWED = {
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.libsecret": "Secret Service",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.Windows": "Windows Credential Manager",
}
_LOCKED = frozenset({"KeyringLocked", "InitError", "PromptDismissedException", "LockedException"})

_Result = TypeVar("_Result")


class Backend(Protocol):
    """What is asked of a back end of the `keyring` library."""

    def get_password(self, service: str, username: str) -> str | None: ...

    def set_password(self, service: str, username: str, password: str) -> None: ...

    def delete_password(self, service: str, username: str) -> None: ...


class Keyring:
    """One keyring, asked one thing at a time. All methods raise SecretsError when it does not serve."""

    def __init__(self, service: str, choose: Callable[[], Backend | None], deadline_seconds: float) -> None:
        """`choose` finds the back end (late: it may talk to the desktop); `None` means that there is none."""
        self._service = service
        self._choose = choose
        self._deadline = deadline_seconds
        self._backend: Backend | None = None
        self._pending: Future[object] | None = None

    @property
    def name(self) -> str | None:
        """What the user knows it as; `None` if there is no keyring to use."""
        try:
            backend = self._found()
        except SecretsError:
            return None
        return _ALLOWED.get(type(backend).__module__, type(backend).__name__)

    def get(self, account: str) -> str | None:
        """The secret of that account, `None` if there is none."""
        backend = self._found()
        return self._call(lambda: backend.get_password(self._service, account))

    def put(self, account: str, text: str) -> None:
        """Keep a secret."""
        backend = self._found()
        self._call(lambda: backend.set_password(self._service, account, text))

    def delete(self, account: str) -> None:
        """Forget a secret; nothing happens if there is none."""
        backend = self._found()
        if self._call(lambda: backend.get_password(self._service, account)) is not None:
            self._call(lambda: backend.delete_password(self._service, account))

    def _found(self) -> Backend:
        if self._backend is None:
            self._backend = self._call(self._choose)
        if self._backend is None:
            raise SecretsError(tr("There is no keyring to use"), tr("Secrets are kept until the program ends."))
        return self._backend

    def _call(self, work: Callable[[], _Result]) -> _Result:
        if self._pending is not None and not self._pending.done():
            raise _no_answer()
        future: Future[_Result] = Future()
        thread = threading.Thread(target=_run, args=(future, work), name="keyring", daemon=True)
        thread.start()
        try:
            return future.result(self._deadline)
        except TimeoutError as error:
            if future.done():
                raise translate(error) from error
            self._pending = future  # type: ignore[assignment]  # only ever asked whether it is done
            raise _no_answer() from None
        except Exception as error:
            raise translate(error) from error


def choose_backend() -> Backend | None:
    """The best back end that is on the list; a chain of several is taken apart first."""
    import keyring

    chosen = keyring.get_keyring()
    candidates = [*getattr(chosen, "backends", ()), chosen]
    return next((backend for backend in candidates if type(backend).__module__ in _ALLOWED), None)


def translate(error: Exception) -> SecretsError:
    """What a back end raised, as ours; its own words are not repeated, as they may quote what it was given."""
    if type(error).__name__ in _LOCKED:
        return SecretsError(
            tr("The keyring is locked"), tr("Unlock it, for example by logging in again, then try again.")
        )
    if type(error).__name__ == "NoKeyringError":
        return SecretsError(tr("There is no keyring to use"), tr("Secrets are kept until the program ends."))
    return SecretsError(
        tr("The keyring does not work"), tr("It failed with {error}; try again later.", error=type(error).__name__)
    )


def _no_answer() -> SecretsError:
    return SecretsError(tr("The keyring does not answer"), tr("It may wait to be unlocked: look for its dialog."))


def _run(future: "Future[_Result]", work: Callable[[], _Result]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - back ends raise anything; the waiting side translates it
        future.set_exception(error)
