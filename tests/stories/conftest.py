from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stories.home import Home
from tests.ui.conftest import _old_windows_are_gone, _painting_threads_may_stay  # noqa: F401 - fixtures

Homes = Callable[..., Home]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Homes]:
    """`home(house=..., start=...)`: homes that are closed at the end."""
    opened: list[Home] = []

    def make(**options: Any) -> Home:
        opened.append(Home(tmp_path / f"profile{len(opened)}", **options))
        return opened[-1]

    yield make
    for one in opened:
        one.close()
