from pathlib import Path

import pytest

from enphase_tray.settings.paths import ProfilePaths


@pytest.fixture
def paths(tmp_path: Path) -> ProfilePaths:
    return ProfilePaths.at(tmp_path / "profile")
