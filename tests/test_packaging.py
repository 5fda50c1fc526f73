"""What is handed to users: the wheel and the files that tell a desktop about the program."""

import configparser
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest

from enphase_tray import __version__
from tests.conftest import REPOSITORY

ID = "io.github.enphase_tray.EnphaseTray"
CATALOGUES = REPOSITORY / "resources" / "catalogues"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel, built twice from the same sources."""
    return _build(tmp_path_factory.mktemp("first")), _build(tmp_path_factory.mktemp("second"))


def test_wheel_carries_what_a_desktop_needs(wheels: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(wheels[0]) as archive:
        names = set(archive.namelist())
    shared = f"enphase_tray-{__version__}.data/data/share"
    assert {
        f"{shared}/applications/{ID}.desktop",
        f"{shared}/icons/hicolor/scalable/apps/{ID}.svg",
        f"{shared}/icons/hicolor/symbolic/apps/{ID}-symbolic.svg",
        f"{shared}/metainfo/{ID}.metainfo.xml",
        f"{shared}/man/man1/enphase-tray.1",
    } <= names


def test_wheel_carries_every_icon_and_language_and_no_tests(wheels: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(wheels[0]) as archive:
        names = archive.namelist()
    icons = REPOSITORY / "resources" / "icons"
    wanted = {f"enphase_tray/resources/icons/{path.relative_to(icons)}" for path in icons.rglob("*.svg")}
    catalogues = {f"enphase_tray/resources/catalogues/{path.name}" for path in CATALOGUES.glob("*.mo")}
    assert wanted
    assert catalogues
    assert wanted | catalogues <= set(names)
    assert not [name for name in names if name.startswith("tests") or name.endswith(".pyc")]


def test_wheel_is_the_same_bytes_each_time(wheels: tuple[Path, Path]) -> None:
    first, second = wheels
    assert first.name == second.name == f"enphase_tray-{__version__}-py3-none-any.whl"
    assert first.read_bytes() == second.read_bytes()


def test_desktop_entry_starts_the_command_that_the_wheel_installs(wheels: tuple[Path, Path]) -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(REPOSITORY / "packaging" / f"{ID}.desktop", encoding="utf-8")
    scripts = configparser.ConfigParser()
    with zipfile.ZipFile(wheels[0]) as archive:
        scripts.read_string(archive.read(f"enphase_tray-{__version__}.dist-info/entry_points.txt").decode())
    assert entry["Desktop Entry"]["Exec"] in scripts["console_scripts"]
    assert entry["Desktop Entry"]["Icon"] == ID


def test_version_is_the_same_everywhere() -> None:
    metainfo = ElementTree.parse(REPOSITORY / "packaging" / f"{ID}.metainfo.xml")
    releases = [release.get("version") for release in metainfo.iter("release")]
    manual = (REPOSITORY / "packaging" / "enphase-tray.1").read_text(encoding="utf-8")
    changes = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert releases[0] == __version__
    assert f"enphase-tray {__version__}" in manual.splitlines()[0]
    assert re.search(rf"^## \[{re.escape(__version__)}\]|^## \[Unreleased\]", changes, re.M)


def test_manual_knows_each_option_of_reading() -> None:
    """The page and `--help` speak of the same options."""
    done = subprocess.run(
        [sys.executable, "-m", "enphase_tray", "read", "--help"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    manual = (REPOSITORY / "packaging" / "enphase-tray.1").read_text(encoding="utf-8").replace("\\-", "-")
    options = set(re.findall(r"--[a-z][a-z-]+", done.stdout)) - {"--help", "--json"}
    assert options
    assert not [option for option in sorted(options) if option not in manual]


def _build(folder: Path) -> Path:
    """One wheel made by the build backend itself, with a fixed date."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=REPOSITORY,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1780000000"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel
