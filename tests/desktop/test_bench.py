"""The private desktop itself: each part of it does what the other desktop tests count on."""

import signal
from pathlib import Path

import pytest

from tests.desktop.bench import Desktop, wait_until
from tests.desktop.conftest import Keyring, Notifications, Tray

pytestmark = [pytest.mark.desktop, pytest.mark.timeout(120)]

_SMALL_TRAY = """
import signal, sys
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon
signal.signal(signal.SIGTERM, signal.SIG_DFL)
app = QApplication(["small"])
app.setQuitOnLastWindowClosed(False)
picture = QPixmap(22, 22)
picture.fill("#ff0000")
menu = QMenu()
menu.addAction("A line").setEnabled(False)
menu.addAction("Say it", lambda: print("said", flush=True))
icon = QSystemTrayIcon(QIcon(picture))
icon.setToolTip("3,421 W now")
icon.setContextMenu(menu)
icon.activated.connect(lambda reason: print(reason.name, flush=True))
icon.show()
sys.exit(app.exec())
"""


@pytest.fixture
def small_tray(desktop: Desktop) -> Path:
    script = desktop.folder / "small_tray.py"
    script.write_text(_SMALL_TRAY, encoding="utf-8")
    return script


def test_icon_is_read_and_clicked_over_dbus(desktop: Desktop, tray: Tray, small_tray: Path) -> None:
    program = desktop.start_python(small_tray)
    item = tray.item()
    assert item.tooltip.title == "3,421 W now"
    assert item.icon[22, 22][:4] == b"\xff\xff\x00\x00"
    assert [(entry.label, entry.enabled) for entry in item.menu] == [("A line", False), ("Say it", True)]
    item.choose("Say it")
    item.left_click()
    item.middle_click()
    wait_until(lambda: program.log.split() == ["said", "Trigger", "MiddleClick"], what=lambda: program.log)


def test_tray_forgets_a_program_that_ended(desktop: Desktop, tray: Tray, small_tray: Path) -> None:
    program = desktop.start_python(small_tray)
    tray.item()
    program.signal(signal.SIGKILL)
    program.wait()
    wait_until(lambda: not tray.items, what="the icon to go")


def test_panel_shows_the_icon_and_passes_clicks(
    desktop: Desktop, panel: Tray, small_tray: Path, tmp_path: Path
) -> None:
    program = desktop.start_python(small_tray)
    assert panel.item().tooltip.title == "3,421 W now"

    def clicked() -> bool:
        desktop.click(14, 14)
        return "Trigger" in program.log

    wait_until(clicked, what="a click on the icon to arrive")
    picture = desktop.screenshot(tmp_path / "panel.png")
    assert desktop.run("convert", picture, "-crop", "1x1+14+14", "txt:-").count("#FF0000") == 1


def test_daemon_receives_a_notification(desktop: Desktop, notifications: Notifications) -> None:
    command = ["notify-send", "--urgency=critical", "--action=default=Show", "--hint=string:desktop-entry:bench"]
    program = desktop.start(*command, "Relay 68177 is open", "Production has stopped.")
    wait_until(lambda: notifications.shown() == 1, what="the notification")
    (received,) = notifications.received()
    assert (received.summary, received.body) == ("Relay 68177 is open", "Production has stopped.")
    assert (received.urgency, received.desktop_entry) == ("critical", "bench")
    assert received.actions == {"default": "Show"}
    notifications.act()
    assert program.wait() == 0
    assert program.log.split() == ["default"]


def test_keyring_keeps_a_secret_encrypted(desktop: Desktop, keyring: Keyring) -> None:
    desktop.run("secret-tool", "store", "--label=a test", "service", "bench", text="s3cret-of-the-bench")
    assert keyring.find("service", "bench") == "s3cret-of-the-bench"
    assert keyring.files
    assert not any(b"s3cret-of-the-bench" in file.read_bytes() for file in keyring.files)


def test_nothing_is_left_behind(desktop: Desktop, small_tray: Path) -> None:
    program = desktop.start_python(small_tray)
    wait_until(lambda: program.running)
    desktop.close()
    assert not program.running
    assert not Path(f"/proc/{program.pid}").exists()
