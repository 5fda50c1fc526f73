"""The tray application on a real desktop: read back over D-Bus, clicked, notified, ended."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dbus_fast import Message
from dbus_fast.aio import MessageBus

from tests.desktop.bench import REPOSITORY, Desktop, Program, wait_until
from tests.desktop.conftest import start_notifications, start_tray
from tests.desktop.shell_program import HOUSE
from tests.desktop.tray_item import TrayItem, on_bus

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(120)]

TITLE = "Enphase"
RELAY = HOUSE.relay_serials[0][-5:]


def start(desktop: Desktop, script: str, *more: str) -> Program:
    return desktop.start_python("-m", "tests.desktop.shell_program", desktop.home / "profile", script, *more)


def polls(program: Program) -> int:
    return program.log.count("call poll")


def poll(item: TrayItem, program: Program) -> None:
    """Ask for another poll, and wait until it has begun: a relay counts as closed when two polls have said so."""
    before = polls(program)
    item.choose("Poll now")
    wait_until(lambda: polls(program) == before + 1, what="the poll")


def close(desktop: Desktop, window: str) -> None:
    """Close a window as its title bar's button does."""
    desktop.run("xdotool", "windowactivate", "--sync", window, "key", "alt+F4")


def quits(program: Program) -> float:
    """Ask the program to end; how long that took."""
    began = time.monotonic()
    program.signal(signal.SIGTERM)
    assert program.wait() == 0, program.log
    assert "Destroyed" not in program.log
    return time.monotonic() - began


class TestIconOverTheBus:
    def test_tooltip_icon_and_menu(self, desktop, tray) -> None:
        program = start(desktop, "steady", "--hidden")
        item = tray.item()
        wait_until(lambda: item.tooltip.title.startswith("1,858 W now · 5.62 kWh today"), what=str(item.tooltip))
        assert len(item.tooltip.title) <= 127
        assert {size for size, _ in item.icon} >= {16, 22, 24, 32}
        labels = [entry.label for entry in item.menu if entry.visible and not entry.separator]
        assert labels[0].startswith("1,858 W now")
        assert not item.menu[0].enabled
        assert labels[1] == "Open"
        assert labels[2].startswith("Poll now (last: ")
        assert labels[3:9] == [
            "Pause notifications",
            "For 1 hour",
            "Until tomorrow",
            "Until I say",
            "Settings…",
            "Help",
        ]
        assert labels[-1] == "Quit"
        assert desktop.windows(TITLE) == [], "hidden"
        item.choose("Quit")
        assert program.wait() == 0

    def test_a_new_figure_changes_the_icon_and_the_words(self, desktop, tray) -> None:
        program = start(desktop, "climb", "--hidden")
        item = tray.item()
        wait_until(lambda: "874 W" in item.tooltip.title)
        before = item.icon[(16, 16)]
        item.choose("Poll now")
        wait_until(lambda: "5,781 W" in item.tooltip.title)
        assert item.icon[(16, 16)] != before
        item.middle_click()
        wait_until(lambda: "10.7 kW now" in item.tooltip.title)
        assert quits(program) < 1.0

    def test_a_left_click_toggles_the_small_window(self, desktop, tray) -> None:
        start(desktop, "steady", "--hidden")
        item = tray.item()
        item.left_click()
        wait_until(lambda: desktop.windows("at a glance"), 20, "the small window")
        time.sleep(0.6)  # two clicks within the time of a double click count as one
        item.left_click()
        wait_until(lambda: not desktop.windows(TITLE), what="it to go")

    def test_pausing_from_the_menu(self, desktop, tray) -> None:
        start(desktop, "steady", "--hidden")
        item = tray.item()
        item.choose("Until tomorrow")
        wait_until(
            lambda: any(e.label == "Resume notifications (paused until tomorrow)" and e.visible for e in item.menu)
        )
        item.choose("Resume")
        wait_until(lambda: any(e.label == "Pause notifications" and e.visible for e in item.menu))


class TestLogInRace:
    def test_a_tray_that_comes_late_gets_the_icon(self, desktop) -> None:
        program = start(desktop, "steady", "--hidden")
        wait_until(lambda: polls(program), 20)
        tray = start_tray(desktop)
        item = tray.item()
        wait_until(lambda: "1,858 W" in item.tooltip.title)
        assert desktop.windows(TITLE) == []

    def test_a_tray_that_restarts_gets_it_again(self, desktop, tray) -> None:
        start(desktop, "steady", "--hidden")
        tray.item()
        tray.program.stop()
        time.sleep(1.5)
        again = start_tray(desktop)
        item = again.item()
        wait_until(lambda: "1,858 W" in item.tooltip.title)

    def test_without_a_tray_the_window_says_why_and_closing_it_ends_the_program(self, desktop) -> None:
        desktop.start("openbox")
        program = start(desktop, "steady", "--hidden")
        wait_until(lambda: len(desktop.windows(TITLE)) >= 1, 30, f"a window; {program.log}")
        wait_until(lambda: desktop.windows("system"), 10, "the reason")
        desktop.screenshot(desktop.folder / "no-tray.png")
        assert program.running
        for window in (*desktop.windows("system"), *desktop.windows("^Enphase Tray$")):
            close(desktop, window)
        assert program.wait() == 0


class TestNotifications:
    def test_a_relay_that_opens_and_closes(self, desktop, tray, notifications) -> None:
        program = start(desktop, "relay", "--hidden")
        item = tray.item()
        wait_until(lambda: polls(program), 20)
        item.choose("Poll now")
        told = wait_until(notifications.received, 10, "the notification")[0]
        assert told.summary == f"Relay {RELAY} is open"
        assert told.body.startswith("Production has stopped")
        assert told.urgency == "critical"
        assert told.desktop_entry == "io.github.enphase_tray.EnphaseTray"
        assert "default" in str(told.actions)
        poll(item, program)
        poll(item, program)
        wait_until(lambda: len(notifications.received()) == 2)
        again = notifications.received()[1]
        assert (again.summary, again.id) == (f"Relay {RELAY} is closed again", told.id)
        assert notifications.shown() == 1

    def test_its_action_shows_the_window(self, desktop, tray, notifications) -> None:
        start(desktop, "relay", "--hidden")
        item = tray.item()
        item.choose("Poll now")
        wait_until(notifications.received, 10)
        notifications.act()
        wait_until(lambda: desktop.windows(TITLE), 20, "the window")

    def test_paused_tells_nothing(self, desktop, tray, notifications) -> None:
        program = start(desktop, "relay", "--hidden")
        item = tray.item()
        item.choose("For 1 hour")
        wait_until(lambda: polls(program) == 1, 20)
        item.choose("Poll now")
        wait_until(lambda: f"Relay {RELAY} is open" in item.tooltip.title)
        assert notifications.received() == []

    def test_a_daemon_that_restarts_is_found_again(self, desktop, tray, notifications) -> None:
        program = start(desktop, "relay", "--hidden")
        item = tray.item()
        wait_until(lambda: polls(program), 20)
        item.choose("Poll now")
        wait_until(notifications.received)
        notifications.program.stop()
        daemon = start_notifications(desktop)
        poll(item, program)
        poll(item, program)
        wait_until(lambda: [note.summary for note in daemon.received()] == [f"Relay {RELAY} is closed again"])
        assert quits(program) < 1.0


class TestEnding:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_a_signal_ends_it_in_good_order(self, desktop, tray, number: signal.Signals) -> None:
        program = start(desktop, "steady", "--hidden")
        tray.item()
        program.signal(number)
        assert program.wait() == 0
        assert program.log.rstrip().endswith("call close")

    @pytest.mark.parametrize("script", ["hang", "deaf"])
    def test_a_hung_request_does_not_hold_it(self, desktop, tray, script: str) -> None:
        program = start(desktop, script, "--hidden")
        tray.item()
        stuck = {"hang": "call request", "deaf": "call keyring"}[script]
        wait_until(lambda: stuck in program.log, 20, stuck)
        # For one that nothing can free, the full patience of 0.9 s is spent before the process ends.
        assert quits(program) < (1.3 if script == "deaf" else 1.0)

    def test_the_window_open_makes_no_difference(self, desktop, tray) -> None:
        program = start(desktop, "hang")
        wait_until(lambda: desktop.windows(TITLE), 20)
        wait_until(lambda: "call request" in program.log, 20)
        assert quits(program) < 1.0


class TestSingleInstance:
    def test_the_second_shows_the_window_of_the_first(self, desktop, tray) -> None:
        first = start(desktop, "steady", "--hidden")
        tray.item()
        second = start(desktop, "steady", "--hidden")
        assert second.wait(20) == 0
        assert polls(second) == 0
        wait_until(lambda: desktop.windows(TITLE), 20, "the window of the first")
        assert first.running
        assert len(tray.items) == 1

    def test_two_profiles_are_two_programs(self, desktop, tray) -> None:
        start(desktop, "steady", "--hidden")
        desktop.start_python("-m", "tests.desktop.shell_program", desktop.home / "other", "steady", "--hidden")
        wait_until(lambda: len(tray.items) == 2, 20)


class TestRealPanel:
    def test_icon_and_clicks_in_a_real_panel(self, desktop, panel, tmp_path: Path) -> None:
        program = start(desktop, "relay", "--hidden")
        panel.item(30)
        wait_until(lambda: polls(program), 20)
        time.sleep(1.0)
        before = polls(program)
        desktop.click(14, 14, 2)
        wait_until(lambda: polls(program) == before + 1, what="the poll of a middle click")
        desktop.click(14, 14, 1)
        wait_until(lambda: desktop.windows(TITLE), 20, "the small window")


def test_windows_are_not_in_memory_before_they_are_seen(desktop, tray) -> None:
    program = (
        "import sys, enphase_tray.app.desktop; "
        "late = {'pyqtgraph', 'numpy', 'jeepney', 'keyring', 'zeroconf', 'PySide6.QtSvg', "
        "'enphase_tray.ui.window.window', 'enphase_tray.ui.glance.glance', 'enphase_tray.ui.look.theme'}; "
        "sys.exit(', '.join(sorted(late & set(sys.modules))) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_waking_up_reaches_the_service(desktop, tray) -> None:
    # One bus plays both parts: the program's session bus and the system bus on which log-in tells of sleep.
    program = desktop.start_python(
        "-m",
        "tests.desktop.shell_program",
        desktop.home / "profile",
        "steady",
        "--hidden",
        environment={"DBUS_SYSTEM_BUS_ADDRESS": desktop.bus_address},
    )
    wait_until(lambda: polls(program), 20)

    async def sleep_and_wake(bus: MessageBus) -> list[object]:
        await bus.request_name("org.freedesktop.login1")
        for asleep in (True, False):
            await bus.send(
                Message.new_signal(
                    "/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", "b", [asleep]
                )
            )
        return []

    on_bus(desktop.bus_address, sleep_and_wake)
    wait_until(lambda: program.log.count("call resumed") == 1)


@pytest.mark.slow
class TestWholeProgram:
    def test_the_demo_reaches_the_tray_and_ends_in_time(self, desktop, tray, notifications) -> None:
        program = desktop.start_enphase_tray("--demo", "--hidden")
        item = tray.item(60)
        wait_until(lambda: " W now · " in item.tooltip.title, 20, str(item.tooltip))
        first = item.tooltip.title
        wait_until(lambda: item.tooltip.title != first, 20, "figures that move")
        assert quits(program) < 1.0

    def test_a_first_start_opens_the_set_up(self, desktop, tray) -> None:
        program = desktop.start_enphase_tray("--profile", desktop.home / "new")
        wait_until(lambda: desktop.windows("Enphase"), 30, f"the set-up; {program.log}")
        tray.item()
        time.sleep(1.5)
        assert len(desktop.windows()) == 1, "nothing else, above all no keyring that asks for a password"
        assert program.running
