"""Process manners: one instance, signals, starting at log-in, bugs that are told once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from enphase_tray.model.errors import SettingsError
from enphase_tray.ui.autostart import Autostart, entry_text
from enphase_tray.ui.bug_dialog import BugDialog
from enphase_tray.ui.bugs import BugWatch
from enphase_tray.ui.power import SleepWatch
from enphase_tray.ui.resources import app_icon_file, icons_directory
from enphase_tray.ui.signals import SignalWatch
from enphase_tray.ui.single_instance import SingleInstance, socket_name

NAME = "io.github.enphase_tray.EnphaseTray.desktop"
COMMAND = ("/opt/enphase tray/bin/enphase-tray", "--hidden", "--profile", '/home/a "b"/50%$x')


class TestSingleInstance:
    def test_the_first_one_stays_and_leaves_no_lock(self, qapp, tmp_path: Path) -> None:
        first = SingleInstance(tmp_path / "run")
        assert first.claim()
        assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
        assert Path(socket_name(tmp_path / "run")).stat().st_mode & 0o077 == 0
        first.release()
        second = SingleInstance(tmp_path / "run")
        assert second.claim()
        second.release()

    def test_a_killed_one_leaves_nothing_in_the_way(self, qapp, tmp_path: Path) -> None:
        program = (
            "import os, signal, sys, pathlib; from PySide6.QtCore import QCoreApplication; "
            "from enphase_tray.ui.single_instance import SingleInstance; app = QCoreApplication([]); "
            "one = SingleInstance(pathlib.Path(sys.argv[1])); assert one.claim(); os.kill(os.getpid(), signal.SIGKILL)"
        )
        done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
        assert done.returncode == -signal.SIGKILL
        assert (tmp_path / "tray.lock").exists()
        only = SingleInstance(tmp_path)
        assert only.claim()
        only.release()

    def test_an_owner_that_does_not_answer_is_told(self, qapp, tmp_path: Path) -> None:
        first = SingleInstance(tmp_path)
        assert first.claim()
        first._server.close()
        with pytest.raises(SettingsError, match="does not answer"):
            SingleInstance(tmp_path).claim()
        first.release()

    def test_a_deep_profile_has_a_socket_too(self, qapp, tmp_path: Path) -> None:
        deep = tmp_path / ("d" * 100) / "run"
        assert len(socket_name(deep)) < 108
        only = SingleInstance(deep)
        assert only.claim()
        only.release()

    @pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions")
    def test_a_folder_that_cannot_be_made_is_said_plainly(self, qapp, tmp_path: Path) -> None:
        (tmp_path / "run").touch()
        with pytest.raises(SettingsError, match="own folder"):
            SingleInstance(tmp_path / "run").claim()


@pytest.mark.skipif(os.name != "posix", reason="signals are a thing of Unix")
class TestSignals:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_a_signal_asks_to_quit(self, qtbot, number: signal.Signals) -> None:
        watch = SignalWatch()
        watch.install()
        try:
            with qtbot.waitSignal(watch.quit_requested):
                os.kill(os.getpid(), number)
        finally:
            watch.remove()

    def test_afterwards_everything_is_as_before(self, qapp) -> None:
        before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]
        watch = SignalWatch()
        watch.install()
        watch.remove()
        assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)] == before
        assert signal.set_wakeup_fd(-1) == -1


class TestAutostart:
    def test_it_is_written_removed_and_known(self, tmp_path: Path) -> None:
        autostart = Autostart(tmp_path, COMMAND, "linux")
        assert not autostart.enabled
        autostart.set(True)
        assert autostart.enabled
        assert (tmp_path / "autostart" / NAME).read_text().startswith("[Desktop Entry]\n")
        assert [path.name for path in (tmp_path / "autostart").iterdir()] == [NAME]
        autostart.set(False)
        assert not autostart.enabled
        autostart.set(False)

    def test_the_entry_starts_hidden_after_the_panel(self) -> None:
        lines = entry_text(COMMAND).splitlines()
        assert 'Exec="/opt/enphase tray/bin/enphase-tray" --hidden --profile "/home/a \\\\"b\\\\"/50%%\\\\$x"' in lines
        assert "TryExec=/opt/enphase tray/bin/enphase-tray" in lines
        assert "X-KDE-autostart-after=panel" in lines
        assert "X-LXQt-Need-Tray=true" in lines

    @pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
    def test_switched_off_elsewhere_counts_as_off_and_can_be_switched_on(self, tmp_path: Path, line: str) -> None:
        autostart = Autostart(tmp_path, COMMAND, "linux")
        autostart.set(True)
        autostart.file.write_text(f"[Desktop Entry]\n{line}\n")
        assert not autostart.enabled
        autostart.set(True)
        assert autostart.enabled

    def test_an_entry_of_another_place_is_set_right(self, tmp_path: Path) -> None:
        Autostart(tmp_path, ("/old/enphase-tray",), "linux").set(True)
        Autostart(tmp_path, COMMAND, "linux").set(True)
        assert "/old/" not in (tmp_path / "autostart" / NAME).read_text()

    def test_elsewhere_it_says_so(self, tmp_path: Path) -> None:
        autostart = Autostart(tmp_path, COMMAND, "win32")
        autostart.set(False)
        with pytest.raises(SettingsError, match="log-in"):
            autostart.set(True)
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_written_is_said_plainly(self, tmp_path: Path) -> None:
        (tmp_path / "autostart").touch()
        with pytest.raises(SettingsError, match="could not be changed"):
            Autostart(tmp_path, COMMAND, "linux").set(True)


def boom() -> None:
    raise ZeroDivisionError("password=hunter2")


class TestBugs:
    @pytest.fixture
    def told(self) -> list[str]:
        return []

    @pytest.fixture
    def watch(self, qapp, told) -> BugWatch:
        return BugWatch(told.append, lambda text: text.replace("hunter2", "***"))

    def test_each_bug_is_told_once_and_scrubbed(self, watch, told) -> None:
        for _ in range(3):
            try:
                boom()
            except ZeroDivisionError as error:
                watch.tell(error)
        assert len(told) == 1
        assert "password=***" in told[0]
        assert "boom" in told[0]

    def test_another_bug_is_told_too(self, watch, told) -> None:
        watch.tell(ValueError("one"))
        watch.tell(KeyError("two"))
        assert len(told) == 2

    def test_what_nobody_caught_arrives_here(self, qtbot, watch) -> None:
        previous = sys.excepthook
        watch.install()
        try:
            with qtbot.waitSignal(watch.found):
                sys.excepthook(ValueError, ValueError("lost"), None)
        finally:
            watch.remove()
        assert sys.excepthook is previous

    def test_the_report_can_be_copied(self, qtbot, qapp) -> None:
        dialog = BugDialog("Traceback <b>here</b>")
        qtbot.addWidget(dialog)
        dialog._copy()
        assert qapp.clipboard().text() == "Traceback <b>here</b>"


def test_without_a_system_bus_sleep_is_simply_not_noticed(qapp) -> None:
    assert SleepWatch().start() is False


def test_waking_up_is_told_and_falling_asleep_is_not(qtbot) -> None:
    watch = SleepWatch()
    with qtbot.assertNotEmitted(watch.woke):
        watch.on_sleep(True)
    with qtbot.waitSignal(watch.woke):
        watch.on_sleep(False)


def test_the_icons_are_there() -> None:
    assert app_icon_file().is_file()
    assert (icons_directory() / "io.github.enphase_tray.EnphaseTray-symbolic.svg").is_file()


def test_plotting_keeps_no_source_in_memory() -> None:
    program = (
        "import linecache; from PySide6.QtWidgets import QApplication; app = QApplication([]);"
        "import enphase_tray.ui.charts._plotting;"
        "print(sum(len(entry) > 1 for entry in linecache.cache.values()))"
    )
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    made = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True, text=True)
    assert int(made.stdout) < 20
