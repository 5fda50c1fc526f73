"""What the tests with windows need beyond the rest."""

import gc
import re
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from tests import conftest as common


@pytest.fixture(autouse=True, scope="session")
def _painting_threads_may_stay() -> None:
    """Qt paints large areas with a pool of its own, whose idle threads end half a minute later."""
    kept = common._LASTING_THREADS.pattern
    common._LASTING_THREADS = re.compile(rf"{kept}|^Thread \(pooled\)")


@pytest.fixture(autouse=True, scope="module")
def _what_was_there_before_is_not_searched() -> Iterator[None]:
    """Thousands of tests leave reports behind, which would be searched for garbage after each test that follows."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _old_windows_are_gone(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect the windows of a test right after it.

    WORKAROUND pyqtgraph's items are full of reference cycles; when Python happens to collect those of a deleted
    window while another one is being painted, Qt crashes. The program itself never deletes its one window with charts.
    """
    yield
    if "pyqtgraph" in sys.modules and "qapp" in request.fixturenames:
        if QApplication.instance() is not None:
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
