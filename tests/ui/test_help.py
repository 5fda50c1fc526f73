"""When something is not as it should be: what is wrong, the log, and what this program is."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from enphase_tray import __version__
from enphase_tray.model.checkup import CheckStep, StepVerdict
from enphase_tray.model.identity import Secret
from enphase_tray.settings.settings import Settings
from enphase_tray.ui.help.about_dialog import AboutDialog
from enphase_tray.ui.help.help import Help
from enphase_tray.ui.help.libraries import LIBRARIES, libraries
from enphase_tray.ui.help.trouble_dialog import TroubleDialog
from enphase_tray.ui.help.trouble_words import Way, advice_of, step_of, way_out
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.settings.settings_dialog import SettingsDialog
from enphase_tray.ui.tray.tray_menu import TrayMenu
from enphase_tray.ui.window.window import MainWindow
from tests.conftest import REPOSITORY
from tests.ui import make_believe as site
from tests.ui import views

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

TOKEN_SHAPE = re.compile(r"eyJ[\w-]+\.[\w-]+")


@pytest.fixture
def program(tmp_path: Path) -> Iterator[site.Program]:
    with site.Program(tmp_path / "profile") as made:
        yield made


@pytest.fixture
def settings_asked() -> list[str]:
    return []


def looked(qtbot: QtBot, live: Live, settings_asked: list[str] | None = None) -> TroubleDialog:
    """The dialog after a check-up from beginning to end."""
    dialog = TroubleDialog(live, lambda: (settings_asked if settings_asked is not None else []).append("settings"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.again.isEnabled, timeout=20_000)
    return dialog


def titles(dialog: TroubleDialog) -> list[str]:
    return [line.title.text() for line in dialog.steps.lines]


def words(dialog: TroubleDialog) -> str:
    return " ".join([dialog.verdict.text(), dialog.advice.text(), *(line.detail.text() for line in dialog.steps.lines)])


def connected(qtbot: QtBot, program: site.Program) -> Live:
    """A live connection to a trusted gateway, with a token, after its first poll."""
    program.trust()
    program.secrets.keep_token(site.SITE, Secret(program.gateway.token()))
    live = program.start(program.settings)
    qtbot.waitUntil(lambda: live.latest is not None, timeout=10_000)
    return live


def test_all_steps_of_a_way_that_is_free(qtbot: QtBot, program: site.Program) -> None:
    live = connected(qtbot, program)
    assert live.latest is not None
    assert live.latest.failure is None
    before = len(program.gateway.requests)
    program.gateway.forget()
    dialog = looked(qtbot, live)
    shown = titles(dialog)
    wanted = [
        "Settings",
        "Find the gateway",
        "Reach it",
        "Secure connection",
        "Its certificate",
        "Log-in",
        "The history",
    ]
    assert [name for name in shown if name in wanted] == wanted
    assert dialog.verdict.text() in {"All is well", "The way to the gateway is free"}
    assert not dialog.mend.isVisible()
    assert before > 0
    assert {request.target for request in program.gateway.requests} <= {"/info"}, "asked for what needs no log-in"
    assert not TOKEN_SHAPE.search(program.gateway.received.decode("latin-1")), "no token is sent to find out"
    assert not TOKEN_SHAPE.search(words(dialog))


def test_polls_go_on_after_a_check_up(qtbot: QtBot, program: site.Program) -> None:
    live = connected(qtbot, program)
    looked(qtbot, live)
    with qtbot.waitSignal(live.result, timeout=10_000):
        live.poll_now()
    assert live.latest is not None
    assert live.latest.failure is None


def test_a_gateway_that_is_gone(qtbot: QtBot, program: site.Program) -> None:
    live = connected(qtbot, program)
    program.gateway.stop()
    dialog = looked(qtbot, live)
    failed = [line for line in dialog.steps.lines if line.step.said == "failed"]
    assert failed[0].title.text() == "Reach it"
    assert dialog.verdict.text() in failed[0].detail.text()
    assert dialog.advice.text()


def test_a_log_in_that_is_missing_leads_to_the_settings(
    qtbot: QtBot, program: site.Program, settings_asked: list[str]
) -> None:
    program.trust()
    live = program.start(program.settings)
    qtbot.waitUntil(lambda: live.latest is not None, timeout=10_000)
    dialog = looked(qtbot, live, settings_asked)
    assert dialog.mend.text() == "Open &settings…"
    dialog.mend.click()
    assert settings_asked == ["settings"]
    assert not dialog.isVisible()


def test_a_certificate_that_waits_is_looked_at_from_here(qtbot: QtBot, program: site.Program) -> None:
    live = program.start(program.settings)
    qtbot.waitUntil(lambda: live.latest is not None and live.latest.certificate is not None, timeout=10_000)
    dialog = looked(qtbot, live)
    assert "certificate" in dialog.verdict.text()
    assert "--" not in words(dialog), "options of the terminal are of no use here"
    assert program.trusted is None
    with site.agreeing() as asked:
        dialog.mend.click()
    assert len(asked) == 1
    qtbot.waitUntil(lambda: program.trusted is not None)


def test_closing_ends_the_work(qtbot: QtBot, program: site.Program) -> None:
    live = connected(qtbot, program)
    dialog = TroubleDialog(live, lambda: None)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    dialog.show()
    ended: list[object] = []
    live.check_finished.connect(lambda request, error: ended.append(request))
    dialog.reject()
    program.settled(qtbot, live)
    assert ended == [], "it was left as it was"


def test_a_check_up_without_a_gateway_says_so(qtbot: QtBot, program: site.Program) -> None:
    dialog = looked(qtbot, program.start(Settings()))
    assert "No gateway" in words(dialog)
    assert "--" not in words(dialog)


@pytest.mark.parametrize(
    ("name", "kind", "way"),
    [
        ("certificate", "certificate_changed", Way.CERTIFICATE),
        ("log_in", "token_expired", Way.SETTINGS),
        ("tcp", "unreachable", Way.NONE),
        ("history", "history", Way.NONE),
    ],
)
def test_each_failure_has_its_way_out(name: str, kind: str, way: Way) -> None:
    assert way_out(CheckStep(name, StepVerdict.FAILED, "It fails", "Do this", kind=kind)) is way


def test_advice_is_that_of_a_window() -> None:
    told = CheckStep("find", StepVerdict.FAILED, "Several", "Choose one with --serial or --host", kind="unreachable")
    assert "--" not in advice_of(told)
    assert "settings" in advice_of(told)
    plain = CheckStep("clock", StepVerdict.ATTENTION, "It is late", "Set it")
    assert step_of(plain).detail == "It is late. Set it."


def test_trouble_offers_to_find_out(qtbot: QtBot, tmp_path: Path) -> None:
    with views.shown(views.WINDOWS["cut off"](views.Stage(tmp_path, filled=False))) as window:
        assert isinstance(window, MainWindow)
        banner = window.banners[0]
        assert banner.more.text() == "What is wrong?"
        banner.more.click()
        dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, TroubleDialog) and w.isVisible())
        dialog.reject()


def test_help_is_in_the_window_and_in_the_tray(qtbot: QtBot, tmp_path: Path) -> None:
    stage = views.Stage(tmp_path, filled=False)
    log = tmp_path / "log"
    opened: list[Path] = []
    helper = Help(stage.live(None), lambda: None, log, opener=lambda path: bool(opened.append(path)) or True)
    menu = TrayMenu()
    helper.fill(menu.help)
    texts = [action.text().replace("&", "") for action in menu.help.actions() if not action.isSeparator()]
    assert texts == ["What is wrong?", "Open the log", "About Enphase Tray"]
    with qtbot.waitSignal(helper.failed):
        menu.help.actions()[1].trigger()
    log.touch()
    menu.help.actions()[1].trigger()
    assert opened == [log]
    bare = QMenu()
    Help(stage.live(None), lambda: None).fill(bare)
    assert [action.text() for action in bare.actions() if action.isVisible() and "log" in action.text()] == []


def test_a_desktop_without_a_program_for_logs_says_where_it_lies(qtbot: QtBot, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    helper = Help(views.Stage(tmp_path / "x", filled=False).live(None), lambda: None, log, opener=lambda path: False)
    with qtbot.waitSignal(helper.failed) as told:
        helper.open_log()
    assert str(log) in told.args[1]


def test_about_tells_versions_and_licences(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    qtbot.addWidget(dialog)
    assert __version__ in dialog.version.text()
    dialog.copy.click()
    copied = QApplication.clipboard().text()
    assert f"requests  {version('requests')}  Apache-2.0" in copied
    assert "LGPL" in copied


def test_the_libraries_are_those_of_the_project() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {re.match(r"[\w-]+", line)[0].lower() for line in project["dependencies"]}  # type: ignore[index]
    assert {name.lower() for name in LIBRARIES} == asked
    known = {library.name.lower().replace("_", "-"): library for library in libraries()}
    assert {"shiboken6", "numpy", "urllib3", "cffi"} <= set(known), "and what those need"
    assert not {"pytest", "mypy", "ruff"} & set(known)
    assert [name for name, library in known.items() if not library.licence] == []


def test_the_settings_lead_there_too(qtbot: QtBot, program: site.Program) -> None:
    dialog = SettingsDialog(connected(qtbot, program))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.tabs.setCurrentIndex(dialog.tabs.count() - 1)
    dialog.find_out.click()
    opened = next(w for w in dialog.findChildren(TroubleDialog) if w.isVisible())
    qtbot.waitUntil(opened.again.isEnabled, timeout=20_000)
    assert titles(opened)[0] == "Settings"
    opened.reject()
