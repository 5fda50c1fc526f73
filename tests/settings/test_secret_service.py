"""The secret store against a real Secret Service on a private bus."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "eyJhbGciOi.Å-CANARY.signature"

pytestmark = pytest.mark.desktop

_UNLOCK = "echo -n testpw | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1; exec "
_LOCKED = "exec "

_SCRIPT = """
import sys
from pathlib import Path
from enphase_tray.model.errors import SecretsError
from enphase_tray.model.identity import Secret
from enphase_tray.settings.paths import ProfilePaths
from enphase_tray.settings.secrets import SecretStore
store = SecretStore(ProfilePaths.at(Path(sys.argv[1])), allow_file=False)
serial = "122000000001"
"""


def run(home: Path, before: str, body: str) -> str:
    for program in ("dbus-run-session", "gnome-keyring-daemon"):
        if shutil.which(program) is None:
            if os.environ.get("CI"):
                pytest.fail(f"{program} is missing")
            pytest.skip(f"{program} is missing")
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "run").mkdir(mode=0o700, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL")}
    environment = kept | {"HOME": str(home), "XDG_RUNTIME_DIR": str(home / "run")}
    shell = before + '"$0" -c "$1" "$2"'
    command = ["dbus-run-session", "--", "sh", "-c", shell, sys.executable, _SCRIPT + body, str(home / "profile")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_secret_survives_in_a_real_keyring(tmp_path: Path) -> None:
    home = tmp_path / "home"
    put = f"store.put(serial, 'token', Secret({TOKEN!r})); print(store.where(serial, 'token'))"
    assert run(home, _UNLOCK, put) == "keyring (Secret Service)"
    get = f"print(store.get(serial, 'token') == Secret({TOKEN!r}), store.where(serial, 'token'), store.available)"
    assert run(home, _UNLOCK, get) == "True keyring (Secret Service) True"
    assert run(home, _UNLOCK, "store.delete(serial, 'token'); print(store.get(serial, 'token'))") == "None"
    content = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert b"CANARY" not in content
    assert len(list(home.rglob("login.keyring"))) == 1


def test_a_keyring_that_nobody_can_unlock(tmp_path: Path) -> None:
    """The bus starts a keyring, but there is no screen for its question."""
    body = f"""
try:
    print(store.get(serial, "token"))
except SecretsError as error:
    print(error.title)
store.put(serial, "token", Secret({TOKEN!r}))
print(store.where(serial, "token"))
"""
    first, second = run(tmp_path / "home", _LOCKED, body).splitlines()
    assert first in ("The keyring is locked", "None")
    assert second == "this session only"
