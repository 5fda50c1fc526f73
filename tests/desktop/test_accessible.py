"""A screen reader's view of the real program, over the real accessibility bus."""

import os
import re

import pytest
from jeepney.io.blocking import DBusConnection

from tests.desktop import atspi
from tests.desktop.bench import Desktop, Program, need, wait_until
from tests.desktop.conftest import start_window_manager

pytestmark = [pytest.mark.desktop, pytest.mark.slow, pytest.mark.timeout(150)]

CONTROLS = {"push button", "check box", "radio button", "combo box", "text", "spin button", "page tab", "table", "list"}
WORDLESS = re.compile(r"^\W*$")


@pytest.fixture
def bus(desktop: Desktop) -> DBusConnection:
    if atspi.launcher() is None:
        missing = "at-spi2-core is not installed (packaging/system-packages.sh test)"
        pytest.fail(missing, pytrace=False) if os.environ.get("CI") == "true" else pytest.skip(missing)
    need("openbox")
    start_window_manager(desktop)
    connection = atspi.start_bus(desktop)
    try:
        yield connection
    finally:
        connection.close()


def seen(bus: DBusConnection, program: Program, window: str) -> list[atspi.Found]:
    """The tree of the program as soon as that window is in it."""

    def whole() -> list[atspi.Found]:
        found = [node for name, path in atspi.programs(bus) for node in atspi.tree(bus, name, path)]
        return found if any(re.search(window, node.name) for node in found if node.depth == 1) else []

    return wait_until(whole, 60, lambda: f"{window} over AT-SPI: {program.log}")


def nameless(found: list[atspi.Found]) -> list[str]:
    return [str(node) for node in found if node.role in CONTROLS and WORDLESS.search(node.name)]


def test_the_first_start_can_be_read(desktop: Desktop, bus: DBusConnection) -> None:
    program = desktop.start_enphase_tray(
        "--profile", desktop.home / "new", environment={"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    )
    found = seen(bus, program, "Set up Enphase Tray")
    assert nameless(found) == []
    told = {(node.role, node.name) for node in found}
    assert ("text", "Serial number of the gateway") in told
    assert ("push button", "This is mine") in told
    assert any(node.name.startswith("Step 1 of 4") for node in found)


def test_the_window_can_be_read(desktop: Desktop, bus: DBusConnection) -> None:
    program = desktop.start_enphase_tray("--demo", environment={"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"})
    found = seen(bus, program, "Demo of Enphase Tray")
    assert nameless(found) == []
    tabs = [node.name for node in found if node.role == "page tab"]
    assert tabs == ["Today", "Inverters", "Energy", "Heat map", "Panel", "Health", "Events"]
    assert any(re.match(r"Production now: ", node.name) for node in found), "a figure with what it is of"
    assert any("day" in node.name.lower() and node.role not in {"page tab", "push button"} for node in found), "a chart"
