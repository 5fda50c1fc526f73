"""The icon and its small window in a real panel, and manners towards sleep, clocks, networks and missing daemons."""

import json
import re
import signal
import sqlite3
import sys
import time

import pytest
from dbus_fast import Message
from dbus_fast.aio import MessageBus

from enphase_tray.app.desktop import start_command
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.ui.desktop.autostart import Autostart, DesktopEntry
from tests.desktop.bench import Desktop, Program, need, wait_until
from tests.desktop.conftest import start_notifications, start_panel, start_tray, start_window_manager
from tests.desktop.shell_program import HOUSE
from tests.desktop.tray_item import TrayItem, on_bus

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(120)]

GLANCE = "at a glance$"
WINDOW = "^Enphase Tray$"
RELAY = f"Relay {HOUSE.relay_serials[0][-5:]} is open"


def start(desktop: Desktop, script: str, *more: str, system_bus: bool = False, **chosen: object) -> Program:
    """The program; with `system_bus` the session's bus plays the system's part too."""
    words = ["--chosen", json.dumps(chosen)] if chosen else []
    environment = {"DBUS_SYSTEM_BUS_ADDRESS": desktop.bus_address} if system_bus else None
    profile = desktop.home / "profile"
    return desktop.start_python(
        "-m", "tests.desktop.shell_program", profile, script, *words, *more, environment=environment
    )


def count(program: Program, call: str) -> int:
    return program.log.count(f"call {call}")


def place_of(desktop: Desktop, window: str) -> tuple[int, int, int, int]:
    """Left, top, width and height on the screen."""
    told = desktop.run("xdotool", "getwindowgeometry", "--shell", window)
    values = dict(re.findall(r"^(\w+)=(-?\d+)$", told, re.M))
    return int(values["X"]), int(values["Y"]), int(values["WIDTH"]), int(values["HEIGHT"])


def keys(desktop: Desktop, *names: str) -> None:
    time.sleep(0.3)
    desktop.run("xdotool", "key", "--clearmodifiers", *names)


def visible(item: TrayItem) -> list[str]:
    return [entry.label for entry in item.menu if entry.visible and not entry.separator]


class TestSmallWindow:
    def test_in_a_real_panel_it_opens_beside_the_icon_and_leads_to_the_window(self, desktop, panel) -> None:
        start(desktop, "steady", "--hidden")
        panel.item(30)
        time.sleep(1.0)  # the panel has the icon, and draws it
        desktop.click(14, 14)
        (small,) = wait_until(lambda: desktop.windows(GLANCE), 20, "the small window")
        left, top, width, height = place_of(desktop, small)
        assert left == 8
        assert 28 + 8 <= top <= 28 + 12
        assert width < 420
        assert height < 480
        assert desktop.windows(WINDOW) == []
        keys(desktop, "Escape")
        wait_until(lambda: not desktop.windows(GLANCE), what="it to close by Escape")
        time.sleep(0.6)
        desktop.click(14, 14)
        wait_until(lambda: desktop.windows(GLANCE), what="it again")
        keys(desktop, "Return")
        wait_until(lambda: desktop.windows(WINDOW), 20, "the whole window")
        wait_until(lambda: not desktop.windows(GLANCE), what="the small one to make room")

    def test_a_click_elsewhere_closes_it_and_one_on_the_icon_does_not_open_it_again(self, desktop, panel) -> None:
        start(desktop, "steady", "--hidden")
        panel.item(30)
        time.sleep(1.0)
        desktop.click(14, 14)
        wait_until(lambda: desktop.windows(GLANCE), 20, "the small window")
        time.sleep(0.6)
        desktop.click(14, 14)
        wait_until(lambda: not desktop.windows(GLANCE), what="it to close")
        time.sleep(0.7)
        assert desktop.windows(GLANCE) == []

    def test_where_the_icon_is_unknown_it_stands_centred_at_the_edge(self, desktop, tray) -> None:
        start(desktop, "steady", "--hidden")
        desktop.run("xdotool", "mousemove", "400", "300")
        tray.item().left_click()
        (small,) = wait_until(lambda: desktop.windows(GLANCE), 20, "the small window")
        left, top, width, height = place_of(desktop, small)
        assert abs(left + width // 2 - 640) <= 2
        assert top + height == 800 - 8

    def test_who_wants_the_whole_window_gets_it(self, desktop, tray) -> None:
        start(desktop, "steady", "--hidden", tray_click="window")
        tray.item().left_click()
        wait_until(lambda: desktop.windows(WINDOW), 20, "the window")
        assert desktop.windows(GLANCE) == []

    def test_where_a_click_opens_the_menu_the_menu_leads_there(self, desktop, tray) -> None:
        desktop.environment["XDG_CURRENT_DESKTOP"] = "ubuntu:GNOME"
        start(desktop, "steady", "--hidden")
        item = tray.item()
        wait_until(lambda: "W now" in visible(item)[0], what="the figures in the menu's first line")
        item.choose("At a glance")
        wait_until(lambda: desktop.windows(GLANCE), 20, "the small window")


def test_a_second_start_raises_the_window_of_the_first(desktop, tray) -> None:
    start_window_manager(desktop)
    start(desktop, "steady")
    (window,) = wait_until(lambda: desktop.windows(WINDOW), 20, "the window")
    desktop.run("xdotool", "windowminimize", "--sync", window)
    assert start(desktop, "steady", "--hidden").wait(20) == 0
    wait_until(lambda: active(desktop) == window, what="the window in front")


def active(desktop: Desktop) -> str:
    """The window that has the keyboard; empty where none has."""
    told = desktop.run("xprop", "-root", "_NET_ACTIVE_WINDOW")
    found = re.search(r"0x([0-9a-f]+)", told)
    return "" if found is None else str(int(found[1], 16))


class TestIconOnlyWhenWrong:
    def test_it_comes_with_the_trouble_and_no_window_is_forced_open(self, desktop, tray) -> None:
        program = start(desktop, "relay", "--hidden", icon_only_when_wrong=True, system_bus=True)
        wait_until(lambda: count(program, "poll"), 20)
        time.sleep(1.0)
        assert tray.items == []
        assert desktop.windows("Enphase") == []
        second = start(desktop, "steady")
        assert second.wait(20) == 0
        (window,) = wait_until(lambda: desktop.windows(WINDOW), 20, "the window, for who starts it again")
        desktop.run("xdotool", "windowfocus", "--sync", window)
        keys(desktop, "F5")
        item = tray.item()
        wait_until(lambda: RELAY in item.tooltip.title, what=lambda: str(item.tooltip))


class TestLogInRace:
    def test_a_real_panel_that_comes_late_and_restarts(self, desktop) -> None:
        start_window_manager(desktop)
        program = start(desktop, "steady", "--hidden")
        wait_until(lambda: count(program, "poll"), 20)
        panel = start_panel(desktop)
        panel.item(30)
        panel.program.stop()
        wait_until(lambda: not panel.items, what="the panel to go")
        again = start_panel(desktop)
        item = again.item(30)
        wait_until(lambda: "1,858 W" in item.tooltip.title, what=str(item.tooltip))
        assert desktop.windows("Enphase") == []


class TestSleepAndClocks:
    def test_after_sleep_there_is_one_poll_and_no_alarm(self, desktop, tray, notifications) -> None:
        program = start(desktop, "run", "--hidden", system_bus=True)
        item = tray.item()
        wait_until(lambda: count(program, "poll") == 1, 20)
        wait_until(lambda: "W now" in item.tooltip.title)
        tell_of_sleep(desktop, program)
        wait_until(lambda: count(program, "poll") == 2, what="the poll that catches up")
        wait_until(lambda: re.search(r"W now.*\n(just now|1 min ago)", item.tooltip.title), what=str(item.tooltip))
        time.sleep(2.0)
        assert count(program, "poll") == 2
        assert notifications.received() == []

    @pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2], ids=["ahead", "back"])
    def test_a_clock_that_was_set_brings_a_poll(self, desktop, tray, notifications, number: signal.Signals) -> None:
        program = start(desktop, "run", "--hidden")
        item = tray.item()
        wait_until(lambda: "W now" in item.tooltip.title, 20)
        program.signal(number)
        wait_until(lambda: count(program, "resumed") == 1, 20, "the jump to be noticed")
        wait_until(lambda: count(program, "poll") == 2, what="the poll")
        assert program.running
        assert notifications.received() == []


def tell_of_sleep(desktop: Desktop, program: Program) -> None:
    """What log-in tells of a night's sleep; some systems say twice that it is over."""

    async def night(bus: MessageBus) -> list[object]:
        await bus.request_name("org.freedesktop.login1")
        for asleep in (True, False, False):
            if not asleep and not count(program, "jump"):
                program.signal(signal.SIGUSR1)
                wait_until(lambda: count(program, "jump"))
            await bus.send(
                Message.new_signal(
                    "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", "b", [asleep]
                )
            )
        return []

    on_bus(desktop.bus_address, night)


def test_log_in_starts_it_hidden_by_the_entry_that_was_written(desktop, tray) -> None:
    paths = ProfilePaths.at(desktop.home / "profile")
    command = start_command(paths, "python", sys.executable, None, frozen=False)
    entry = DesktopEntry(desktop.home / ".config", command)
    autostart = Autostart(entry)
    autostart.set(True)
    assert autostart.enabled
    desktop.run("desktop-file-validate", entry.file)
    desktop.start("gio", "launch", entry.file)
    tray.item(20)
    assert desktop.windows("Enphase") == [], "hidden"
    assert paths.run_dir.exists(), "in its profile"


def test_a_network_that_comes_back_brings_a_poll(desktop, tray) -> None:
    network = desktop.start_python("-m", "tests.desktop.network_manager")
    wait_until(lambda: "ready" in network.log, what=lambda: network.log)
    program = start(desktop, "run", "--hidden", system_bus=True)
    wait_until(lambda: count(program, "poll") == 1, 20)
    network.signal(signal.SIGUSR1)
    time.sleep(0.5)
    assert count(program, "resumed") == 0
    network.signal(signal.SIGUSR2)
    wait_until(lambda: count(program, "resumed") == 1, what="the network to be noticed")
    wait_until(lambda: count(program, "poll") == 2, what="the poll")


def start_useless_daemon(desktop: Desktop) -> Program:
    """Holds the name of the notification daemon, so that the bus starts no real one, and understands nothing."""
    code = (
        "import asyncio, os\n"
        "from dbus_fast.aio import MessageBus\n"
        "async def main():\n"
        "    bus = await MessageBus(bus_address=os.environ['DBUS_SESSION_BUS_ADDRESS']).connect()\n"
        "    await bus.request_name('org.freedesktop.Notifications')\n"
        "    print('ready', flush=True)\n"
        "    await bus.wait_for_disconnect()\n"
        "asyncio.run(main())"
    )
    program = desktop.start_python("-c", code)
    wait_until(lambda: "ready" in program.log, what=lambda: program.log)
    return program


def notes(desktop: Desktop, *lines: str) -> Program:
    """Something that shows notes by these lines of Python, and ends after three seconds."""
    head = (
        "from PySide6.QtCore import QCoreApplication, QTimer",
        "from enphase_tray.ui.notices.desktop_notes import DesktopNotes, Note",
        "app = QCoreApplication([])",
        "notes = DesktopNotes()",
    )
    return desktop.start_python("-c", "\n".join((*head, *lines, "QTimer.singleShot(3000, app.quit)", "app.exec()")))


class TestNotifications:
    def test_without_a_daemon_the_program_itself_tells(self, desktop, tray) -> None:
        nobody = start_useless_daemon(desktop)
        program = start(desktop, "relay", "--hidden")
        item = tray.item()
        wait_until(lambda: count(program, "poll"), 20)
        item.choose("Poll now")
        wait_until(lambda: RELAY in item.tooltip.title, what=str(item.tooltip))
        wait_until(lambda: "A notification could not be shown" in visible(item), what="the line in the menu")
        log = (desktop.home / "profile").rglob("*.log*")
        assert any("no notification could be shown" in file.read_text() for file in log)
        badged = item.icon[(16, 16)]
        nobody.stop()
        daemon = start_notifications(desktop)
        (note,) = wait_until(daemon.received, what="what was missed, as soon as there is a daemon")
        assert (note.summary, note.urgency) == (RELAY, "critical")
        wait_until(lambda: "A notification could not be shown" not in visible(item))
        assert item.icon[(16, 16)] != badged

    def test_markup_is_shown_as_it_is_and_what_is_over_is_withdrawn(self, desktop, notifications) -> None:
        program = notes(
            desktop,
            "notes.show(Note('a', 'One', 'Panel <b>7</b> & <img src=x> \\'rests\\'', 2))",
            "notes.show(Note('b', 'Two', 'stays', 0))",
            "QTimer.singleShot(1500, lambda: notes.withdraw('a'))",
        )
        one, two = wait_until(lambda: len(notifications.received()) == 2 and notifications.received())
        assert one.body.startswith("Panel &lt;b&gt;7&lt;/b&gt; &amp; &lt;img src=x&gt;"), one.body
        assert (one.urgency, two.urgency) == ("critical", "low")
        wait_until(lambda: notifications.shown() == 2)
        wait_until(lambda: notifications.shown() == 1, what="the first to be withdrawn")
        assert program.wait() == 0

    def test_what_changes_before_the_daemon_answered_is_replaced_and_withdrawn_too(
        self, desktop, notifications
    ) -> None:
        program = notes(
            desktop,
            "notes.show(Note('first', 'First', '', 1))",  # the daemon says what it can, before all others
            "QTimer.singleShot(700, lambda: [notes.show(Note('a', word, '', 1)) for word in ('open', 'closed')])",
            "QTimer.singleShot(700, lambda: [notes.show(Note('b', 'over', '', 1)), notes.withdraw('b')])",
        )
        assert program.wait() == 0
        by_title = {note.summary: note.id for note in notifications.received()}
        assert by_title["closed"] == by_title["open"]
        assert notifications.shown() == 2

    def test_closing_the_window_is_explained_once(self, desktop, tray, notifications) -> None:
        start_window_manager(desktop)
        start(desktop, "steady")
        item = tray.item()
        for _ in range(2):
            (window,) = wait_until(lambda: desktop.windows(WINDOW), 20, "the window")
            time.sleep(0.5)
            desktop.run("xdotool", "windowactivate", "--sync", window, "key", "alt+F4")
            wait_until(lambda: not desktop.windows(WINDOW), what="the window to close")
            wait_until(notifications.received, what="the word that it goes on")
            item.choose("Open")
        wait_until(lambda: desktop.windows(WINDOW), what="the window once more")
        time.sleep(0.5)
        assert [note.summary for note in notifications.received()] == ["Enphase Tray goes on in the tray"]


def test_windows_follow_when_the_screen_under_them_goes(desktop, tray) -> None:
    need("xrandr")
    start(desktop, "steady")
    (window,) = wait_until(lambda: desktop.windows(WINDOW), 20, "the window")
    desktop.run("xdotool", "windowsize", "--sync", window, "720", "480")
    desktop.run("xdotool", "windowmove", "--sync", window, "700", "310")
    mode = ("--newmode", "small", *["25", "640", "656", "752", "800", "480", "490", "492", "525"])
    for words in (mode, ("--addmode", "screen", "small"), ("--output", "screen", "--mode", "small")):
        desktop.run("xrandr", *words)
    wait_until(lambda: place_of(desktop, window)[:2] == (0, 0), what=lambda: str(place_of(desktop, window)))


def test_a_session_that_ends_without_a_word_loses_nothing(desktop) -> None:
    start_tray(desktop)
    program = start(desktop, "steady", "--hidden")
    wait_until(lambda: count(program, "poll"), 20)
    history = desktop.home / "profile" / "history.db"
    wait_until(history.exists)
    time.sleep(0.5)
    desktop.stop_display()
    program.wait(10)
    assert "Traceback" not in program.log
    with sqlite3.connect(history) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM reading").fetchone()[0] >= 1
