"""A private desktop for a test: X display, session bus, home. Whatever was started in it is gone when it closes."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self, TypeVar

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
MARK = "ENPHASE_TRAY_TEST_DESKTOP"
T = TypeVar("T")


def need(*programs: str) -> None:
    """Skip where a program is missing; in continuous integration nothing may be missing, so fail there."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {', '.join(missing)} (packaging/system-packages.sh test)", pytrace=False)
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (packaging/system-packages.sh test)")


def wait_until(condition: Callable[[], T], seconds: float = 10.0, what: str | Callable[[], str] = "") -> T:
    """The first true value of `condition()`; an error after `seconds` that says `what` was waited for."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what() if callable(what) else what or condition}")
        time.sleep(0.02)
    return value


class Program:
    """A process on the private desktop; its output goes to a file that `log` reads."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log_file: Path,
    ) -> None:
        self._log_file = log_file
        self.command = tuple(command)
        with log_file.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                env=dict(environment),
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def log(self) -> str:
        """All that it has written so far."""
        return self._log_file.read_text(encoding="utf-8", errors="replace")

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, seconds: float = 10.0) -> int:
        """Its exit status; an error with its log where it does not end in time."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.command} did not end in {seconds:g} s:\n{self.log}") from None

    def stop(self, seconds: float = 5.0) -> int:
        """Ask it to end; kill it where it does not listen."""
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
        return self._process.wait()


class Desktop:
    """An Xvfb display and a session bus of its own, with a fresh home. Use as a context manager."""

    def __init__(self, folder: Path, size: str = "1280x800") -> None:
        self.folder = folder
        self.home = folder / "home"
        self.size = size
        self._programs: list[Program] = []
        self._mark = uuid.uuid4().hex
        self.environment = self._fresh_environment()

    def __enter__(self) -> Self:
        try:
            self.environment["DISPLAY"] = self._start_display()
            self.environment["DBUS_SESSION_BUS_ADDRESS"] = self._start_bus()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def bus_address(self) -> str:
        return self.environment["DBUS_SESSION_BUS_ADDRESS"]

    def start(self, *command: str | Path, environment: Mapping[str, str] | None = None) -> Program:
        """Start a program here; `environment` is added to the desktop's own."""
        words = [str(word) for word in command]
        log_file = self.folder / f"{len(self._programs):02}-{Path(words[0]).name}.log"
        program = Program(words, {**self.environment, **(environment or {})}, log_file)
        self._programs.append(program)
        return program

    def start_python(self, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Program:
        """Start this Python with `arguments` (a script, or `-m` and a module)."""
        return self.start(sys.executable, *arguments, environment=environment)

    def start_enphase_tray(self, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Program:
        """Start the real program, as a user would; give it its profile with `--profile`."""
        return self.start_python("-m", "enphase_tray", *arguments, environment=environment)

    def run(self, *command: str | Path, seconds: float = 20.0, text: str | None = None) -> str:
        """Run to the end and return standard output; an error where it fails."""
        words = [str(word) for word in command]
        done = subprocess.run(
            words, env=self.environment, input=text or "", capture_output=True, text=True, timeout=seconds, check=False
        )
        if done.returncode:
            raise AssertionError(f"{words} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def windows(self, title: str = "") -> list[str]:
        """Ids of the visible windows whose title holds `title` (a regular expression; empty: of all)."""
        done = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title or "."],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,  # it fails where there is none
        )
        return done.stdout.split()

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Move the pointer there and click: 1 left, 2 middle, 3 right."""
        self.run("xdotool", "mousemove", str(x), str(y), "sleep", "0.1", "click", str(button))

    def screenshot(self, file: Path) -> Path:
        """The whole screen as PNG."""
        self.run("import", "-window", "root", file)
        return file

    def stop_display(self) -> None:
        """Take the display away, as the end of a session does to programs that are still there."""
        self._programs[0].stop()

    def close(self) -> None:
        """End everything that was started here, latest first; also what the bus started by itself."""
        for program in reversed(self._programs):
            program.stop(seconds=2.0)
        deadline = time.monotonic() + 3.0
        while pids := self._marked():
            number = signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL
            for pid in pids:
                _send(pid, number)
            time.sleep(0.05)

    def _fresh_environment(self) -> dict[str, str]:
        folders = {
            "HOME": self.home,
            "XDG_CONFIG_HOME": self.home / ".config",
            "XDG_DATA_HOME": self.home / ".local/share",
            "XDG_STATE_HOME": self.home / ".local/state",
            "XDG_CACHE_HOME": self.home / ".cache",
            "XDG_RUNTIME_DIR": self.folder / "run",
        }
        for folder in folders.values():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
        return {
            **kept,
            **{name: str(folder) for name, folder in folders.items()},
            "LC_ALL": "C.UTF-8",
            "XDG_SESSION_TYPE": "x11",
            "QT_QPA_PLATFORM": "xcb",
            "NO_AT_BRIDGE": "1",
            "PYTHONUNBUFFERED": "1",
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={self.folder}/no-system-bus",
            MARK: self._mark,
        }

    def _start_display(self) -> str:
        # Not `-displayfd`: a server that picks its number itself takes no lock, and another one that ends at that
        # moment removes its socket. A number drawn at random and locked by the server is safe beside other runs.
        said = ""
        for _ in range(10):
            number = secrets.randbelow(50_000) + 100
            command = ["Xvfb", f":{number}", "-screen", "0", f"{self.size}x24", "-nolisten", "tcp", "-noreset"]
            program = Program(command, self.environment, self.folder / "xvfb.log")
            self._programs.append(program)
            wait_until(lambda: _listens(number) or not program.running, 20, "Xvfb")  # noqa: B023 used before it moves on
            if program.running:
                return f":{number}"
            said = program.log
        raise AssertionError(f"Xvfb did not start: {said}")

    def _start_bus(self) -> str:
        address = f"unix:path={self.folder}/bus"
        program = self.start("dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}")
        wait_until((self.folder / "bus").exists, what=lambda: f"session bus: {program.log}")
        return address

    def _marked(self) -> list[int]:
        """Processes that carry this desktop's mark in their environment."""
        mark = f"{MARK}={self._mark}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
            except OSError:  # it ended just now, or belongs to somebody else
                continue
        return found


def _listens(display: int) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(f"/tmp/.X11-unix/X{display}") == 0


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
