"""What every test may count on: no screen, no network, no user's files, no leftovers."""

import logging
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from enphase_tray.model.clock import ManualClock

REPOSITORY = Path(__file__).resolve().parents[1]

# Threads that a library keeps for the whole process, by the name that the system shows.
_LASTING_THREADS = re.compile(r"^(python|pytest|QDBusConnection|Qt|QXcb|pool-|gmain|gdbus|dconf)")


def captures_root() -> Path:
    """Where recorded gateways are looked for; the folder may be missing."""
    configured = os.environ.get("ENPHASE_TRAY_CAPTURES")
    return Path(configured) if configured else REPOSITORY.parent / "shared" / "captures"


def pytest_configure(config: pytest.Config) -> None:
    """Take this process away from the user's desktop before anything imports Qt."""
    home = Path(tempfile.mkdtemp(prefix="enphase-tray-tests-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "QT_QPA_PLATFORMTHEME", "QT_STYLE_OVERRIDE"):
        os.environ.pop(name, None)
    for name, folder in {
        "HOME": "",
        "XDG_CONFIG_HOME": ".config",
        "XDG_DATA_HOME": ".local/share",
        "XDG_STATE_HOME": ".local/state",
        "XDG_CACHE_HOME": ".cache",
        "XDG_RUNTIME_DIR": "run",
    }.items():
        (home / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ[name] = str(home / folder)
    # Addresses where nobody listens: no test reaches the bus or keyring of whoever runs it.
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={home}/no-session-bus"
    os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={home}/no-system-bus"
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["LC_ALL"] = "C.UTF-8"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `capture` runs once for each recorded gateway that is at hand."""
    if "capture" not in metafunc.fixturenames:
        return
    root = captures_root()
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    if folders:
        metafunc.parametrize("capture", folders, ids=[path.name for path in folders])
    else:
        reason = pytest.mark.skip(reason=_no_captures(root))
        metafunc.parametrize("capture", [pytest.param(root, marks=reason)], ids=["none"])


@pytest.fixture(scope="session")
def captures_dir() -> Path:
    """The folder with the recorded answers of real gateways; they are not part of this repository."""
    root = captures_root()
    if not root.is_dir():
        pytest.skip(_no_captures(root))
    return root


@pytest.fixture
def manual_clock() -> ManualClock:
    """A clock standing at noon UTC of a summer day; it moves only when told to."""
    return ManualClock(datetime(2026, 6, 25, 12, 0, tzinfo=UTC))


@pytest.fixture
def wait_until() -> Callable[..., None]:
    """`wait_until(condition, seconds=5.0, what="")`: return as soon as `condition()` is true, fail after that time."""
    return _wait_until


@pytest.fixture(autouse=True)
def _no_surprises_in_the_log(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on a log record of WARNING or above that the test did not announce with `expects_log`."""
    yield
    expected = [str(mark.args[0]) for mark in request.node.iter_markers("expects_log")]
    surprises = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for phase in ("setup", "call", "teardown")
        for record in caplog.get_records(phase)
        if record.levelno >= logging.WARNING
        and not any(re.search(pattern, record.getMessage()) for pattern in expected)
    ]
    if surprises:
        pytest.fail("unexpected log records:\n" + "\n".join(surprises), pytrace=False)


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    """Fail where a test leaves a thread running, Python's or Qt's."""
    before = set(_threads())
    yield
    deadline = time.monotonic() + 3.0
    while left := {key: name for key, name in _threads().items() if key not in before}:
        if time.monotonic() > deadline:
            pytest.fail(f"threads left running: {sorted(left.values())}", pytrace=False)
        time.sleep(0.01)


def _threads() -> dict[int, str]:
    """Native id and name of each running thread that somebody has to end."""
    found = {
        thread.native_id: thread.name
        for thread in threading.enumerate()
        # Python keeps a dummy for every foreign thread that ever called into it, long after that has ended.
        if thread.native_id is not None and not isinstance(thread, threading._DummyThread)
    }
    tasks = Path("/proc/self/task")
    for task in tasks.iterdir() if tasks.is_dir() else ():
        try:
            name = (task / "comm").read_text().strip()
        except OSError:  # it ended just now
            continue
        if not _LASTING_THREADS.match(name):
            found.setdefault(int(task.name), name)
    return found


def _wait_until(condition: Callable[[], object], seconds: float = 5.0, what: str = "") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what or condition}")
        time.sleep(0.01)


def _no_captures(root: Path) -> str:
    return f"no recorded gateways at {root} (set ENPHASE_TRAY_CAPTURES)"
