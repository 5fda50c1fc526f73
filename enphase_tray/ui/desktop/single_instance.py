"""One program per profile: the second one asks the first to show its window."""

import hashlib
import re
from pathlib import Path

from PySide6.QtCore import QDir, QLockFile, QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from enphase_tray.model.errors import SettingsError
from enphase_tray.model.language import tr

_SHOW = b"show\n"
_DONE = b"done\n"
_TOKEN = b"token "
_TOKENS = re.compile(r"[!-~]{1,256}")
_TRIES = 20
_TRY_MS = 100
_LONGEST_SOCKET_NAME = 100
"""Unix sockets have names of at most 107 bytes."""


class SingleInstance(QObject):
    """Holds the profile's lock, and listens for those who come later."""

    show_requested = Signal(str)
    """Somebody started the program again; what their desktop gave them for taking the focus, or empty."""

    def __init__(self, run_directory: Path, parent: QObject | None = None) -> None:
        """`run_directory` belongs to the profile; it is made, readable by its owner only, where it is missing."""
        super().__init__(parent)
        self._directory = run_directory
        self._name = socket_name(run_directory)
        self._lock = QLockFile(str(run_directory / "tray.lock"))
        # Only a dead owner makes a lock stale, never its age: the program runs for weeks.
        self._lock.setStaleLockTime(0)
        self._server: QLocalServer | None = None

    def claim(self, token: str = "") -> bool:
        """Become the one. `False`: another one runs, and was asked to show itself.

        `token` is the desktop's leave to take the focus (XDG_ACTIVATION_TOKEN), which the other one needs to use it.
        Raises `SettingsError` where the folder cannot be used, or its owner does not answer.
        """
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _trouble(self._directory) from error
        for _ in range(_TRIES):
            if self._ask_first(token):
                return False
            if self._lock.tryLock(_TRY_MS):
                self._listen()
                return True
            if self._lock.error() is not QLockFile.LockError.LockFailedError:
                raise _trouble(self._directory)
        raise SettingsError(
            tr("Another Enphase Tray uses this profile and does not answer"),
            tr("End it, perhaps on another computer that shares this folder, and start again."),
        )

    def release(self) -> None:
        """Let the next one start."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _listen(self) -> None:
        # The lock is ours, so a socket left behind belongs to nobody.
        QLocalServer.removeServer(self._name)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._on_connection)
        server.listen(self._name)
        self._server = server

    def _ask_first(self, token: str) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_TRY_MS):
            return False
        # The word comes last, so that the token is there with it.
        socket.write((_TOKEN + token.encode() + b"\n" if _TOKENS.fullmatch(token) else b"") + _SHOW)
        socket.flush()
        return socket.waitForReadyRead(_TRY_MS * 5)

    @Slot()
    def _on_connection(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(self._on_message)
            if socket.bytesAvailable():
                self._answer(socket)

    @Slot()
    def _on_message(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._answer(socket)

    def _answer(self, socket: QLocalSocket) -> None:
        said = bytes(socket.readAll().data())
        if _SHOW in said:
            socket.write(_DONE)
            socket.flush()
            tokens = [line[len(_TOKEN) :] for line in said.splitlines() if line.startswith(_TOKEN)]
            token = tokens[0].decode("ascii", "ignore") if tokens else ""
            self.show_requested.emit(token if _TOKENS.fullmatch(token) else "")


def socket_name(run_directory: Path) -> str:
    """The socket's path; a profile deep in the tree gets a short one that stands for it."""
    path = str(run_directory / "tray.sock")
    if len(path.encode()) <= _LONGEST_SOCKET_NAME:
        return path
    short = hashlib.sha256(path.encode()).hexdigest()[:24]
    return f"{QDir.tempPath()}/enphase-tray-{short}.sock"


def _trouble(directory: Path) -> SettingsError:
    return SettingsError(
        tr("The program cannot write into its own folder"),
        tr("Check the permissions and the free space of {folder}.", folder=directory),
    )
