"""Process manners: one instance, signals, starting at log-in, bugs that are told once."""

import os
import plistlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication

from enphase_tray.model.errors import SettingsError
from enphase_tray.status.words import Wording
from enphase_tray.ui.desktop.autostart import Autostart, DesktopEntry, entry_text
from enphase_tray.ui.desktop.autostart_elsewhere import LaunchAgent, RunValue
from enphase_tray.ui.desktop.login_entry import entry_for
from enphase_tray.ui.desktop.power import SleepWatch
from enphase_tray.ui.desktop.signals import SignalWatch
from enphase_tray.ui.desktop.single_instance import SingleInstance, socket_name
from enphase_tray.ui.help.bug_dialog import BugDialog
from enphase_tray.ui.polling.bugs import BugWatch
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.resources import app_icon_file, icons_directory
from enphase_tray.ui.windows import Windows
from tests.ui import make_believe as site

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
            "from enphase_tray.ui.desktop.single_instance import SingleInstance; app = QCoreApplication([]); "
            "one = SingleInstance(pathlib.Path(sys.argv[1])); assert one.claim(); os.kill(os.getpid(), signal.SIGKILL)"
        )
        done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
        assert done.returncode == -signal.SIGKILL
        assert (tmp_path / "tray.lock").exists()
        only = SingleInstance(tmp_path)
        assert only.claim()
        only.release()

    @pytest.mark.parametrize(
        ("token", "arrives"),
        [("", ""), ("kwin-17_TIME4711", "kwin-17_TIME4711"), ("two\nlines", ""), ("ü", ""), ("x" * 300, "")],
    )
    def test_the_second_one_hands_over_its_leave_to_take_the_focus(
        self, qtbot, tmp_path: Path, token: str, arrives: str
    ) -> None:
        first = SingleInstance(tmp_path)
        assert first.claim()
        program = (
            "import sys, pathlib; from PySide6.QtCore import QCoreApplication; "
            "from enphase_tray.ui.desktop.single_instance import SingleInstance; app = QCoreApplication([]); "
            "sys.exit(SingleInstance(pathlib.Path(sys.argv[1])).claim(sys.argv[2]))"
        )
        with qtbot.waitSignal(first.show_requested, timeout=10_000) as asked:
            second = subprocess.Popen([sys.executable, "-c", program, str(tmp_path), token])
        assert asked.args == [arrives]
        assert second.wait(10) == 0
        first.release()

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


class FakeRegistry:
    """A registry of Windows in memory; `full` lets nothing be written, `deaf` loses what is written."""

    def __init__(self, *, full: bool = False, deaf: bool = False) -> None:
        self.values: dict[tuple[str, str], str | int | bytes] = {}
        self._full, self._deaf = full, deaf

    def get(self, key: str, name: str) -> str | int | bytes | None:
        return self.values.get((key.rpartition("\\")[2] + key.count("StartupApproved") * "!", name))

    def put(self, key: str, name: str, text: str) -> None:
        if self._full:
            raise PermissionError("policy")
        if not self._deaf:
            self.values[("Run", name)] = text

    def remove(self, key: str, name: str) -> None:
        self.values.pop((key.rpartition("\\")[2] + key.count("StartupApproved") * "!", name), None)


def linux(folder: Path, command: tuple[str, ...] = COMMAND) -> tuple[Autostart, DesktopEntry]:
    entry = DesktopEntry(folder, command)
    return Autostart(entry), entry


class TestAutostart:
    """One contract for three systems, and what is special to each."""

    @pytest.fixture(params=["linux", "win32", "darwin"])
    def autostart(self, request: pytest.FixtureRequest, tmp_path: Path) -> Autostart:
        made = {
            "linux": lambda: DesktopEntry(tmp_path, COMMAND),
            "win32": lambda: RunValue(FakeRegistry(), COMMAND),
            "darwin": lambda: LaunchAgent(tmp_path / "LaunchAgents", COMMAND),
        }
        return Autostart(made[request.param]())

    def test_it_is_written_removed_and_known(self, autostart: Autostart) -> None:
        assert not autostart.enabled
        autostart.set(True)
        assert autostart.enabled
        autostart.set(True)
        assert autostart.enabled
        assert str(autostart._entry.program) == COMMAND[0]
        autostart.set(False)
        assert not autostart.enabled
        assert autostart._entry.program is None
        autostart.set(False)

    def test_an_entry_that_starts_what_is_gone_is_set_right(self, autostart: Autostart, tmp_path: Path) -> None:
        assert not autostart.repair(), "there is none to set right"
        autostart.set(True)
        assert autostart.repair(), "its program is not there"
        here = tmp_path / "enphase-tray"
        here.touch()
        other, _ = linux(tmp_path / "other", (str(here), "--hidden"))
        other.set(True)
        assert not other.repair()

    def test_only_its_own_file_is_left(self, tmp_path: Path) -> None:
        autostart, entry = linux(tmp_path)
        autostart.set(True)
        assert entry.file.read_text().startswith("[Desktop Entry]\n")
        assert [path.name for path in (tmp_path / "autostart").iterdir()] == [NAME]

    def test_the_entry_starts_hidden_after_the_panel(self) -> None:
        lines = entry_text(COMMAND).splitlines()
        assert 'Exec="/opt/enphase tray/bin/enphase-tray" --hidden --profile "/home/a \\\\"b\\\\"/50%%\\\\$x"' in lines
        assert "TryExec=/opt/enphase tray/bin/enphase-tray" in lines
        assert "X-KDE-autostart-after=panel" in lines
        assert "X-LXQt-Need-Tray=true" in lines

    @pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
    def test_switched_off_elsewhere_counts_as_off_and_can_be_switched_on(self, tmp_path: Path, line: str) -> None:
        autostart, entry = linux(tmp_path)
        autostart.set(True)
        entry.file.write_text(f"[Desktop Entry]\n{line}\n")
        assert not autostart.enabled
        autostart.set(True)
        assert autostart.enabled

    def test_an_entry_of_another_place_is_set_right(self, tmp_path: Path) -> None:
        linux(tmp_path, ("/old/enphase-tray",))[0].set(True)
        linux(tmp_path)[0].set(True)
        assert "/old/" not in (tmp_path / "autostart" / NAME).read_text()

    def test_a_folder_that_cannot_be_written_is_said_plainly(self, tmp_path: Path) -> None:
        (tmp_path / "autostart").touch()
        with pytest.raises(SettingsError, match="could not be changed"):
            linux(tmp_path)[0].set(True)

    @pytest.mark.parametrize("registry", [FakeRegistry(full=True), FakeRegistry(deaf=True)])
    def test_what_has_no_effect_is_said_plainly(self, registry: FakeRegistry) -> None:
        with pytest.raises(SettingsError, match="could not be changed"):
            Autostart(RunValue(registry, COMMAND)).set(True)

    def test_windows_is_given_a_quoted_command_of_bounded_length(self) -> None:
        registry = FakeRegistry()
        Autostart(RunValue(registry, (r"C:\Program Files\Enphase Tray\enphase-tray.exe", "--hidden"))).set(True)
        assert registry.values == {
            ("Run", "Enphase Tray"): r'"C:\Program Files\Enphase Tray\enphase-tray.exe" --hidden'
        }
        with pytest.raises(SettingsError):
            Autostart(RunValue(registry, ("C:\\" + "x" * 300,))).set(True)

    @pytest.mark.parametrize(("first_byte", "enabled"), [(2, True), (6, True), (3, False), (7, False)])
    def test_the_task_manager_has_the_last_word_until_it_is_switched_on_here(
        self, first_byte: int, enabled: bool
    ) -> None:
        registry = FakeRegistry()
        autostart = Autostart(RunValue(registry, COMMAND))
        autostart.set(True)
        registry.values[("Run!", "Enphase Tray")] = bytes([first_byte]) + bytes(11)
        assert autostart.enabled is enabled
        autostart.set(True)
        assert autostart.enabled

    def test_launchd_gets_the_command_word_by_word(self, tmp_path: Path) -> None:
        entry = LaunchAgent(tmp_path, COMMAND)
        Autostart(entry).set(True)
        agent = plistlib.loads(entry.file.read_bytes())
        assert agent["ProgramArguments"] == list(COMMAND)
        assert agent["RunAtLoad"] is True
        assert agent["LimitLoadToSessionType"] == "Aqua"

    @pytest.mark.parametrize(
        "content", [b"", b"<plist", b"\x00\xff", plistlib.dumps([1]), plistlib.dumps({"RunAtLoad": True})]
    )
    def test_an_agent_that_starts_nothing_is_none(self, tmp_path: Path, content: bytes) -> None:
        entry = LaunchAgent(tmp_path, COMMAND)
        entry.file.write_bytes(content)
        assert not entry.starts
        assert entry.program is None
        disabled = {"ProgramArguments": list(COMMAND), "RunAtLoad": True, "Disabled": True}
        entry.file.write_bytes(plistlib.dumps(disabled))
        assert not entry.starts

    def test_each_system_has_its_own_way(self, tmp_path: Path) -> None:
        assert isinstance(entry_for(tmp_path, tmp_path, COMMAND, "linux"), DesktopEntry)
        agent = entry_for(tmp_path, tmp_path, COMMAND, "darwin")
        assert isinstance(agent, LaunchAgent)
        assert agent.file.parent == tmp_path / "Library" / "LaunchAgents"


@pytest.mark.qt_log_ignore("does not support (raise|propagateSizeHints)")
def test_the_settings_show_what_log_in_really_does(qtbot, tmp_path: Path) -> None:
    with site.Program(tmp_path / "profile") as program:
        live = Live(program.profile.service(program.settings), program.clock)
        autostart, _ = linux(tmp_path / "config")
        windows = Windows(live, program.profile.history_reader, Wording(), autostart=autostart)
        shown = []
        for there in (True, False):
            autostart.set(there)
            windows.open_settings()
            shown.append(windows._settings.program.start.isChecked())
            windows._settings.reject()
        windows.close()
        assert shown == [True, False]


@pytest.mark.qt_log_ignore("does not support (raise|propagateSizeHints)")
def test_an_open_window_follows_the_desktops_font(qtbot, qapp: QApplication, tmp_path: Path) -> None:
    """With its place and its tab; where the font is the same, it is the same window."""
    before = QFont(qapp.font())
    with site.Program(tmp_path / "profile") as program:
        live = Live(program.profile.service(program.settings), program.clock)
        windows = Windows(live, program.profile.history_reader, Wording())
        windows.open()
        first = windows._main
        assert first is not None
        first.tabs.setCurrentIndex(3)
        size = first.title_line.verdict.fontMetrics().height()
        place = first.geometry()
        larger = QFont(before)
        larger.setPointSizeF(before.pointSizeF() * 1.5)
        try:
            qapp.setFont(larger)
            qtbot.waitUntil(lambda: windows._main is not first)
            second = windows._main
            assert second is not None
            assert second.isVisible()
            assert second.tabs.currentIndex() == 3
            assert second.geometry().topLeft() == place.topLeft()
            assert second.title_line.verdict.fontMetrics().height() > size * 1.3
            qapp.setFont(larger)
            qapp.processEvents()
            assert windows._main is second
        finally:
            qapp.setFont(before)
            windows.close()


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

    def test_one_that_comes_again_is_counted(self, watch, told) -> None:
        shown: list[str] = []
        watch.found.connect(shown.append)
        for _ in range(99):
            watch.tell(ValueError("hunter2"))
        assert len(shown) == 1
        assert told[1:] == ["ValueError at nowhere: 10 times by now"]

    def test_what_is_shown_is_fit_to_be_sent(self, qapp, told) -> None:
        watch = BugWatch(told.append, str, fit_to_send=lambda text: text.replace("122012345678", "a gateway"))
        shown: list[str] = []
        watch.found.connect(shown.append)
        watch.tell(ValueError("122012345678"))
        assert "122012345678" in told[0], "the log is the user's own"
        assert "ValueError: a gateway" in shown[0]

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
