"""Where there is no bus, or one that goes silent: a note is handed back quickly, never lost and never waited for."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from enphase_tray.ui.notices.bus_link import BusLink
from enphase_tray.ui.notices.desktop_notes import DesktopNotes, Note

NOTE = Note("relay-1", "Relay 68177 is open", "Production has stopped.", 2)


class MuteBus:
    """A session bus that lets programs in and then says nothing; `hang_up` ends it."""

    def __init__(self, path: Path) -> None:
        self.address = f"unix:path={path}"
        self._server = socket.socket(socket.AF_UNIX)
        self._server.bind(str(path))
        self._server.listen()
        self._clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def hang_up(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
        self.hang_up()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            self._clients.append(client)
            client.recv(4096)
            client.sendall(b"OK 1234deadbeef\r\n")


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[MuteBus]:
    mute = MuteBus(tmp_path / "bus")
    yield mute
    mute.close()


def test_without_a_bus_the_note_comes_back_at_once(qtbot, tmp_path: Path) -> None:
    notes = DesktopNotes(lambda: BusLink(f"unix:path={tmp_path}/nowhere"))
    with qtbot.waitSignal(notes.failed, timeout=500) as failed:
        notes.show(NOTE)
    assert failed.args == [NOTE]


def test_without_an_address_too(qtbot, monkeypatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    notes = DesktopNotes()
    with qtbot.waitSignal(notes.failed, timeout=500):
        notes.show(NOTE)


def test_a_silent_bus_costs_the_gui_no_time_and_the_note_comes_back(qtbot, bus) -> None:
    notes = DesktopNotes(lambda: BusLink(bus.address), answer_ms=100)
    with qtbot.waitSignal(notes.failed, timeout=3000) as failed:
        began = time.monotonic()
        notes.show(NOTE)
        assert time.monotonic() - began < 0.5
    assert failed.args == [NOTE]
    notes.close()


def test_a_bus_that_hangs_up_gives_the_note_back_and_is_tried_again(qtbot, bus) -> None:
    notes = DesktopNotes(lambda: BusLink(bus.address), answer_ms=60_000)
    notes.show(NOTE)
    with qtbot.waitSignal(notes.failed, timeout=3000) as failed:
        bus.hang_up()
    assert failed.args == [NOTE]
    notes.show(NOTE)
    with qtbot.waitSignal(notes.failed, timeout=3000):
        bus.hang_up()
    notes.close()


def test_a_withdrawn_note_is_not_shown_later(qtbot, bus) -> None:
    notes = DesktopNotes(lambda: BusLink(bus.address), answer_ms=100)
    with qtbot.assertNotEmitted(notes.failed, wait=300):
        notes.show(NOTE)
        notes.withdraw(NOTE.id)
    notes.close()


def test_closing_is_quiet(qtbot, bus) -> None:
    notes = DesktopNotes(lambda: BusLink(bus.address))
    notes.show(NOTE)
    notes.close()
    notes.close()


def test_buttons_belong_to_the_note_that_was_shown(qtbot, bus) -> None:
    notes = DesktopNotes(lambda: BusLink(bus.address))
    notes._on_shown(NOTE, (7,))
    with qtbot.waitSignal(notes.mute_asked) as muted:
        notes._on_signal("ActionInvoked", (7, "mute"))
    with qtbot.waitSignal(notes.show_asked) as shown:
        notes._on_signal("ActionInvoked", (7, "default"))
    assert muted.args == shown.args == [NOTE.id]
    with qtbot.assertNotEmitted(notes.mute_asked):
        notes._on_signal("ActionInvoked", (8, "mute"))
        notes._on_signal("NotificationClosed", (7, 2))
        notes._on_signal("ActionInvoked", (7, "mute"))


def test_numbers_of_a_daemon_that_went_are_forgotten(qtbot, bus) -> None:
    notes = DesktopNotes(lambda: BusLink(bus.address))
    notes._on_shown(NOTE, (7,))
    notes._on_signal("NameOwnerChanged", ("org.freedesktop.Notifications", ":1.5", ""))
    with qtbot.assertNotEmitted(notes.show_asked):
        notes._on_signal("ActionInvoked", (7, "default"))


def test_leave_to_take_the_focus_is_passed_on_for_our_notes_only(qtbot, bus) -> None:
    notes = DesktopNotes(lambda: BusLink(bus.address))
    notes._on_shown(NOTE, (7,))
    with qtbot.assertNotEmitted(notes.activated):
        notes._on_signal("ActivationToken", (8, "theirs"))
    with qtbot.waitSignal(notes.activated) as given:
        notes._on_signal("ActivationToken", (7, "ours"))
    assert given.args == ["ours"]
