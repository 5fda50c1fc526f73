from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A metered gateway with token log-in and the service that reads it."""
    one = Home(tmp_path / "profile")
    yield one
    one.close()
