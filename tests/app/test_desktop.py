"""What the desktop program decides before there is a desktop."""

from pathlib import Path

import pytest

from enphase_tray.app.desktop import refuse_broken_bindings, start_command
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.settings.paths import ProfilePaths


@pytest.mark.parametrize(("pyside", "python"), [("6.12.0", (3, 11)), ("6.12.1", (3, 11))])
def test_bindings_that_lose_references_are_refused(pyside: str, python: tuple[int, int]) -> None:
    with pytest.raises(EnphaseTrayError, match=r"does not work with Python 3\.11"):
        refuse_broken_bindings(pyside, python)


@pytest.mark.parametrize(("pyside", "python"), [("6.11.3", (3, 11)), ("6.12.0", (3, 12)), ("6.8.3", (3, 13))])
def test_others_are_welcome(pyside: str, python: tuple[int, int]) -> None:
    refuse_broken_bindings(pyside, python)


@pytest.fixture
def paths() -> ProfilePaths:
    return ProfilePaths.default()


def test_an_installed_program_is_started_by_its_script(tmp_path: Path, paths: ProfilePaths) -> None:
    script = tmp_path / "enphase-tray"
    script.touch()
    assert start_command(paths, str(script), "/usr/bin/python3", None, frozen=False) == [str(script), "--hidden"]


def test_a_checkout_is_started_by_its_python(paths: ProfilePaths) -> None:
    command = start_command(paths, "/x/enphase_tray/__main__.py", "/x/bin/python", None, frozen=False)
    assert command == ["/x/bin/python", "-m", "enphase_tray", "--hidden"]


def test_bundles_are_started_as_such(paths: ProfilePaths) -> None:
    assert start_command(paths, "a", "/opt/e/enphase-tray", None, frozen=True)[0] == "/opt/e/enphase-tray"
    assert (
        start_command(paths, "a", "/tmp/.mount/python", "/home/u/E.AppImage", frozen=False)[0] == "/home/u/E.AppImage"
    )


def test_another_profile_is_kept(tmp_path: Path) -> None:
    command = start_command(ProfilePaths.at(tmp_path), "x", "/bin/python", None, frozen=False)
    assert command[-2:] == ["--profile", str(tmp_path)]
