import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from enphase_tray.model.errors import SettingsError
from enphase_tray.settings.files import delete, keep_copy, private_directory, read_private, write_private
from enphase_tray.settings.paths import ProfilePaths

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes, links and owners of POSIX")
ROOT_ONLY = pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can give a file away")


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_everything_is_private_whatever_the_umask(paths: ProfilePaths, tmp_path: Path) -> None:
    paths.prepare()
    write_private(paths.state_file, b"one")
    write_private(tmp_path / "a" / "b" / "c", b"two")
    folders = [paths.directory, paths.run_dir, tmp_path / "a", tmp_path / "a" / "b"]
    assert [mode(folder) for folder in folders] == [0o700] * 4
    assert mode(paths.state_file) == mode(tmp_path / "a" / "b" / "c") == 0o600


def test_modes_are_repaired(paths: ProfilePaths) -> None:
    paths.directory.mkdir(mode=0o777)
    paths.settings_file.write_bytes(b"text")
    paths.settings_file.chmod(0o666)
    paths.prepare()
    assert mode(paths.directory) == 0o700
    assert read_private(paths.settings_file) == b"text"
    assert mode(paths.settings_file) == 0o600


def test_a_missing_file_is_none_and_deleting_it_is_fine(tmp_path: Path) -> None:
    assert read_private(tmp_path / "none") is None
    delete(tmp_path / "none")


def test_writing_replaces_and_leaves_nothing_else(paths: ProfilePaths) -> None:
    for content in (b"a" * 10_000, b"b"):
        write_private(paths.state_file, content)
    assert paths.state_file.read_bytes() == b"b"
    assert [path.name for path in paths.directory.iterdir()] == ["state.json"]


def test_a_failed_write_leaves_the_old_content(paths: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    write_private(paths.state_file, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="The disk is full"):
        write_private(paths.state_file, b"new")
    assert paths.state_file.read_bytes() == b"old"
    assert [path.name for path in paths.directory.iterdir()] == ["state.json"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    link = tmp_path / "profile" / "state.json"
    link.parent.mkdir()
    link.symlink_to(target)
    with pytest.raises(SettingsError, match="is a link"):
        read_private(link)
    write_private(link, b"mine")
    assert target.read_bytes() == b"theirs"
    assert not link.is_symlink()


def test_a_planted_draft_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    folder = tmp_path / "profile"
    folder.mkdir()
    (folder / f".state.json.{os.getpid()}.new").symlink_to(target)
    write_private(folder / "state.json", b"mine")
    assert target.read_bytes() == b"theirs"
    assert (folder / "state.json").read_bytes() == b"mine"


@ROOT_ONLY
def test_a_link_made_by_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    os.lchown(tmp_path / "link", 65534, 65534)
    with pytest.raises(SettingsError, match="not a folder of your own"):
        write_private(tmp_path / "link" / "state.json", b"secret")
    assert list((tmp_path / "mine").iterdir()) == []


@ROOT_ONLY
def test_a_link_to_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 65534, 65534)
    (tmp_path / "link").symlink_to(tmp_path / "theirs")
    with pytest.raises(SettingsError, match="not a folder of your own"):
        private_directory(tmp_path / "link")


def test_ones_own_link_is_fine_and_a_shared_folder_is_not(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    private_directory(tmp_path / "link")
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared").chmod(0o1777)
    with pytest.raises(SettingsError, match="not a folder of your own"):
        private_directory(tmp_path / "shared")
    assert mode(tmp_path / "shared") == 0o1777


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingsError):
        write_private(tmp_path / "file" / "state.json", b"")
    with pytest.raises(SettingsError):
        read_private(tmp_path)


def test_copies_are_numbered(tmp_path: Path) -> None:
    names = [keep_copy(tmp_path / "settings.toml", b"x", "damaged").name for _ in range(2)]
    assert names == ["settings.damaged-1.toml", "settings.damaged-2.toml"]


def test_the_users_own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    paths = ProfilePaths.default()
    assert paths.settings_file == tmp_path / "config" / "enphase_tray" / "settings.toml"
    assert paths.history_file == tmp_path / "data" / "enphase_tray" / "history.db"
    assert paths.token_file == tmp_path / "state" / "enphase_tray" / "token.json"
    assert list(tmp_path.iterdir()) == []
