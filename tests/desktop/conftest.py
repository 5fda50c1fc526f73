"""Real desktops for tests, each private to its test and gone afterwards."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.desktop.bench import Desktop, Program, need, wait_until
from tests.desktop.tray_item import TrayItem, tray_items

_PANEL = """<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="28"/>
      <property name="icon-size" type="uint" value="22"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray">
      <property name="square-icons" type="bool" value="true"/>
    </property>
  </property>
</channel>
"""


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    """An empty desktop: X display and session bus, with neither tray, notification daemon nor keyring."""
    need("Xvfb", "dbus-daemon", "xdotool", "import")
    # Short, because the path of a socket may have 107 characters at most.
    folder = Path(tempfile.mkdtemp(prefix="et-"))
    try:
        with Desktop(folder) as running:
            yield running
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Tray:
    """A tray on the desktop; `program` is what provides it."""

    desktop: Desktop
    program: Program

    @property
    def items(self) -> list[TrayItem]:
        return tray_items(self.desktop.bus_address)

    def item(self, seconds: float = 15.0) -> TrayItem:
        """The only icon, as soon as it is there."""
        items = wait_until(lambda: self.items, seconds, lambda: f"an icon in the tray: {self.program.log}")
        assert len(items) == 1, f"{len(items)} icons in the tray"
        return items[0]


@pytest.fixture
def tray(desktop: Desktop) -> Tray:
    """A tray without a panel: icons can be read and clicked over D-Bus (`Tray.item()`)."""
    return start_tray(desktop)


def start_tray(desktop: Desktop) -> Tray:
    """Give the desktop a tray now, for tests in which it comes late or comes again."""
    program = desktop.start_python("-m", "tests.desktop.tray_watcher")
    wait_until(lambda: "ready" in program.log, what="tray")
    return Tray(desktop, program)


@pytest.fixture
def panel(desktop: Desktop) -> Tray:
    """A real xfce4-panel along the top edge, 28 px high, with nothing but a tray, so the icon is at its left end."""
    start_window_manager(desktop)
    return start_panel(desktop)


def start_panel(desktop: Desktop) -> Tray:
    """Start the panel now, for tests in which it comes late or comes again."""
    need("xfce4-panel")
    channels = desktop.home / ".config/xfce4/xfconf/xfce-perchannel-xml"
    channels.mkdir(parents=True, exist_ok=True)
    (channels / "xfce4-panel.xml").write_text(_PANEL, encoding="utf-8")
    program = desktop.start("xfce4-panel", "--disable-wm-check")
    # Its first start on a machine builds caches, which takes its time.
    wait_until(lambda: _has_owner(desktop, "org.kde.StatusNotifierWatcher"), 45, lambda: f"panel: {program.log}")
    wait_until(lambda: desktop.windows("xfce4-panel"), 45, lambda: f"panel's window: {program.log}")
    return Tray(desktop, program)


def start_window_manager(desktop: Desktop) -> Program:
    """A window manager (openbox), ready to take windows; without one they get no frame and no focus."""
    need("openbox", "xprop")
    program = desktop.start("openbox")
    ready = "_NET_SUPPORTING_WM_CHECK"
    wait_until(lambda: "window id" in desktop.run("xprop", "-root", ready), what=lambda: f"openbox: {program.log}")
    return program


@dataclass(frozen=True)
class Notification:
    """One notification as the daemon understood it."""

    id: int
    summary: str
    body: str
    urgency: str
    desktop_entry: str
    actions: Mapping[str, str]


@dataclass(frozen=True)
class Notifications:
    """A real notification daemon (dunst) on the desktop."""

    desktop: Desktop
    program: Program

    def shown(self) -> int:
        """How many are on the screen now."""
        return int(self.desktop.run("dunstctl", "count", "displayed"))

    def received(self) -> list[Notification]:
        """All that came so far, oldest first; a replaced one stands here once more with the same id."""
        return [_notification(block) for block in re.findall(r"^\{\n(.*?)^\}", self.program.log, re.M | re.S)]

    def dismiss(self) -> None:
        """Take all off the screen."""
        self.desktop.run("dunstctl", "close-all")

    def act(self) -> None:
        """Do the default action of the topmost one on the screen, as a click on it would."""
        self.desktop.run("dunstctl", "action", "0")


@pytest.fixture
def notifications(desktop: Desktop) -> Notifications:
    """A real notification daemon that keeps what it got until it is dismissed."""
    need("dunst", "dunstctl")
    return start_notifications(desktop)


def start_notifications(desktop: Desktop) -> Notifications:
    """Start the daemon now, for tests in which it comes late or comes again."""
    rules = desktop.home / "dunstrc"
    rules.write_text("[global]\ntimeout = 0\nhistory_length = 100\nstack_duplicates = false\n", encoding="utf-8")
    urgencies = ("low", "normal", "critical")
    with rules.open("a", encoding="utf-8") as file:
        file.writelines(f"[urgency_{urgency}]\ntimeout = 0\n" for urgency in urgencies)
    program = desktop.start("dunst", "-print", "-config", rules)
    wait_until(lambda: _has_owner(desktop, "org.freedesktop.Notifications"), what=lambda: f"dunst: {program.log}")
    return Notifications(desktop, program)


@dataclass(frozen=True)
class Keyring:
    """A real Secret Service (gnome-keyring), unlocked."""

    desktop: Desktop
    program: Program

    @property
    def files(self) -> list[Path]:
        """Where it keeps the secrets, encrypted."""
        return sorted((self.desktop.home / ".local/share/keyrings").glob("*.keyring"))

    def find(self, attribute: str, value: str) -> str:
        """The secret that has this attribute; an error where there is none."""
        return self.desktop.run("secret-tool", "lookup", attribute, value)


@pytest.fixture
def keyring(desktop: Desktop) -> Keyring:
    """A real Secret Service with its default collection unlocked."""
    need("gnome-keyring-daemon", "secret-tool")
    command = 'printf %s "for this test only" | exec gnome-keyring-daemon --unlock --components=secrets --foreground'
    program = desktop.start("sh", "-c", command)
    wait_until(lambda: _has_owner(desktop, "org.freedesktop.secrets"), what=lambda: f"gnome-keyring: {program.log}")
    return Keyring(desktop, program)


def _notification(block: str) -> Notification:
    """One block that `dunst -print` wrote."""

    def field(name: str, pattern: str) -> str:
        found = re.search(rf"^\t{name}: {pattern}$", block, re.M | re.S)
        return found[1] if found else ""

    return Notification(
        id=int(field("id", r"(\d+)")),
        summary=field("summary", r"'(.*?)'"),
        body=field("body", r"'(.*?)'"),
        urgency=field("urgency", r"(\w+)").lower(),
        desktop_entry=field("desktop_entry", r"'(.*?)'"),
        actions=dict(re.findall(r'^\t\t"(.*?)": "(.*?)"$', block, re.M)),
    )


def _has_owner(desktop: Desktop, name: str) -> bool:
    question = f"--dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:{name}"
    return "true" in desktop.run("dbus-send", "--session", "--print-reply", *question.split())
