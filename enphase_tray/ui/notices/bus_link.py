"""A small asynchronous line to the session bus: sends never wait, answers come through Qt's event loop."""

from collections.abc import Callable
from itertools import count
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

CONNECT_SECONDS = 0.3
Reply = Callable[[tuple[Any, ...] | None], None]
"""Called once with the answer's body, or with `None` where the call failed."""


class BusLink(QObject):
    """One connection to the session bus. `closed` is emitted when the bus goes away."""

    signalled = Signal(str, object)
    """Name and body of a signal that was subscribed to."""
    closed = Signal()

    def __init__(self, address: str | None, parent: QObject | None = None) -> None:
        """`address` of the bus; `None` takes the session's. Raises `OSError` where there is none, within 0.3 s."""
        super().__init__(parent)
        # Late: jeepney is only in memory once something is to be notified.
        from jeepney import DBusAddress, Parser, new_method_call  # type: ignore[import-untyped]  # it has no types
        from jeepney.auth import AuthenticationError  # type: ignore[import-untyped]  # it has no types
        from jeepney.bus import get_bus  # type: ignore[import-untyped]  # it has no types
        from jeepney.io.blocking import prep_socket  # type: ignore[import-untyped]  # it has no types

        try:
            self._socket = prep_socket(get_bus(address or "SESSION"), timeout=CONNECT_SECONDS)
        except (AuthenticationError, KeyError, RuntimeError, StopIteration, ValueError) as error:
            raise OSError(f"no session bus: {error}") from error
        self._socket.setblocking(False)
        self._parser = Parser()
        self._serials = count(1)
        self._waiting: dict[int, Reply] = {}
        self._outgoing = b""
        self._bus = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
        self._new_call = new_method_call
        self._reader = QSocketNotifier(self._socket.fileno(), QSocketNotifier.Type.Read, self)
        self._reader.activated.connect(self._on_readable)
        self._writer = QSocketNotifier(self._socket.fileno(), QSocketNotifier.Type.Write, self)
        self._writer.setEnabled(False)
        self._writer.activated.connect(self._flush)
        self.call(self._bus, "Hello")

    def call(
        self, target: Any, member: str, signature: str = "", body: tuple[Any, ...] = (), reply: Reply | None = None
    ) -> None:
        """Call a method of `target` (a jeepney address) without waiting."""
        if self._socket.fileno() < 0:
            if reply is not None:
                reply(None)
            return
        serial = next(self._serials)
        if reply is not None:
            self._waiting[serial] = reply
        message = self._new_call(target, member, signature or None, body)
        self._outgoing += message.serialise(serial=serial)
        self._flush()

    def subscribe(self, rule: str) -> None:
        """Have signals that fit `rule` (a D-Bus match rule) delivered to `signalled`."""
        self.call(self._bus, "AddMatch", "s", (rule,))

    def close(self) -> None:
        """Hang up; calls still waiting are answered with `None`."""
        if self._socket.fileno() < 0:
            return
        self._reader.setEnabled(False)
        self._writer.setEnabled(False)
        self._socket.close()
        waiting, self._waiting = self._waiting, {}
        for reply in waiting.values():
            reply(None)
        self.closed.emit()

    @Slot()
    def _flush(self) -> None:
        try:
            while self._outgoing:
                self._outgoing = self._outgoing[self._socket.send(self._outgoing) :]
        except BlockingIOError:
            self._writer.setEnabled(True)
            return
        except OSError:
            self.close()
            return
        self._writer.setEnabled(False)

    @Slot()
    def _on_readable(self) -> None:
        try:
            data = self._socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._parser.add_data(data)
        while (message := self._parser.get_next_message()) is not None:
            self._dispatch(message)

    def _dispatch(self, message: Any) -> None:
        from jeepney import HeaderFields, MessageType

        fields = message.header.fields
        kind = message.header.message_type
        if kind is MessageType.signal:
            self.signalled.emit(str(fields.get(HeaderFields.member, "")), message.body)
            return
        reply = self._waiting.pop(fields.get(HeaderFields.reply_serial, -1), None)
        if reply is not None:
            reply(message.body if kind is MessageType.method_return else None)
