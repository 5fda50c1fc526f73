"""Every view of the program in every state that it knows: for tests that look at all of them, and for the gallery."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from enphase_tray.alerts.rules import RULES
from enphase_tray.history.writer import HistoryWriter
from enphase_tray.model.alerts import DEFAULT_LIMITS, Alert, AlertEvent, Change, Severity
from enphase_tray.model.checkup import CheckStep, StepVerdict
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.connection import StepOutcome, TrialStep
from enphase_tray.model.errors import TokenMissing, Unreachable
from enphase_tray.model.identity import Family, FirmwareVersion, FoundGateway
from enphase_tray.model.readings import InverterState, RelayState, Snapshot
from enphase_tray.monitor.result import PollResult
from enphase_tray.settings.settings import Appearance, GatewaySettings, Settings
from enphase_tray.settings.state import TrustEntry, TrustEvent
from enphase_tray.status.words import Wording
from enphase_tray.ui.glance.glance import Glance
from enphase_tray.ui.help.about_dialog import AboutDialog
from enphase_tray.ui.help.bug_dialog import BugDialog
from enphase_tray.ui.help.trouble_dialog import TroubleDialog
from enphase_tray.ui.login.certificate_dialog import CertificateDialog
from enphase_tray.ui.look.marks import Mark
from enphase_tray.ui.notices.attention import Attention
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.settings.preview_dialog import PreviewDialog
from enphase_tray.ui.settings.settings_dialog import SettingsDialog
from enphase_tray.ui.setup.setup import DONE, FIND, LOGIN, TRUST, SetupWizard
from enphase_tray.ui.window.window import MainWindow
from tests.status import sick_bay
from tests.ui import lived, ward
from tests.ui import make_believe as site

CONFIGURED = Settings(GatewaySettings(serial=site.SITE, host="192.168.1.20", cloud_username="me@example.org"))
FOUND = FoundGateway(site.SITE, "Envoy", ("192.168.1.20",), 443, FirmwareVersion.parse("8.3.5289"))
OTHER = FoundGateway("122099887766", "Envoy", ("192.168.1.77",), 443, FirmwareVersion.parse("7.6.175"))
NOW = sick_bay.NOON + timedelta(minutes=2)

View = Callable[["Stage"], QWidget]


class Stage:
    """Where views are made: a profile in a folder, a clock that stands, and nobody who answers."""

    def __init__(self, folder: Path, count: int = 12, *, filled: bool = True) -> None:
        self.clock = ManualClock(NOW)
        self.count = count
        self.appearance = Appearance.SYSTEM
        self.profile = site.profile_at(folder, self.clock)
        self.profile.paths.prepare()
        if filled:
            _fill(self.profile.paths.history_file, count)
        self._empty = site.profile_at(folder / "empty", self.clock)
        self._empty.paths.prepare()

    def live(self, latest: PollResult | None, settings: Settings = CONFIGURED) -> Live:
        live = Live(self.profile.service(replace(settings, appearance=self.appearance)), self.clock)
        live.latest = latest
        return live

    def window(self, latest: PollResult | None, settings: Settings = CONFIGURED, *, past: bool = True) -> MainWindow:
        profile = self.profile if past else self._empty
        live = self.live(latest, settings)
        window = MainWindow(live, profile.history_reader, Wording(), open_settings=lambda: None)
        live.setParent(window)
        return window

    def snapshot(self, *, metered: bool = False) -> Snapshot:
        """Of now."""
        return site.snapshot(NOW, self.count, metered=metered)


def _fill(path: Path, count: int) -> None:
    """Three days and this morning, each half hour of daylight; one panel was shaded."""
    today = sick_bay.TODAY
    days = {today - timedelta(days=ago): 24_000.0 - 2_500 * ago for ago in range(3, -1, -1)}
    clock = ManualClock(lived.moment(min(days)))
    writer = HistoryWriter(path, clock)
    for day in days:
        for step in range(10, 28 if day == today else 44):
            hour = step / 2
            clock.set(lived.moment(day, hour))
            made = lived.made_by(days[day], hour) / count
            units = tuple(
                replace(unit, watt_hours_today=made * (0.9 + number % 4 / 20))
                for number, unit in enumerate(ward.snapshot(count, day, hour).inverters)
            )
            writer.append(replace(lived.snapshot(days, day, hour, metered=True), inverters=units))
    serial = site.serial(ward.SHADED)
    title = f"Panel {serial[-5:]} makes less than its group"
    weak = Alert("panel_weak-1", "panel_weak", serial, Severity.WARNING, (serial,), title, "Shade?", sick_bay.SINCE)
    writer.record_events((AlertEvent(sick_bay.SINCE, Change.RAISED, weak),), site.SITE)
    writer.close()


def _well(stage: Stage) -> PollResult:
    return site.result(stage.snapshot(metered=True), health=sick_bay.healthy(stage.count))


def _ill(stage: Stage) -> PollResult:
    shot = stage.snapshot()
    inverters = list(shot.inverters)
    inverters[6] = site.stopped(6, NOW)
    inverters[2] = site.inverter(2, NOW, state=InverterState.SILENT)
    shot = replace(shot, inverters=tuple(inverters), relays=(site.relay(RelayState.OPEN), site.relay()))
    alerts = (
        site.alert("relay_open", ("122100068177",), "Relay 68177 is open"),
        site.alert("inverter_stopped", (site.serial(6),), f"Panel {site.serial(6)[-5:]} makes nothing since 10:40"),
    )
    result = site.result(shot, health=sick_bay.house(stage.count))
    return replace(
        result,
        active=alerts,
        saving_problem="The readings cannot be saved: the disk is full",
    )


def _stale(stage: Stage) -> PollResult:
    return site.result(replace(stage.snapshot(metered=True), at=NOW - timedelta(hours=3)))


def _cut_off(stage: Stage) -> PollResult:
    return replace(_stale(stage), failure=site.failure("unreachable", NOW), missed=4)


def _never_met(stage: Stage) -> PollResult:
    return site.result(None, NOW, failure=site.failure("unreachable", NOW), token=None)


def _refused(stage: Stage) -> PollResult:
    return site.result(None, NOW, failure=site.failure("login_refused", NOW), token=None)


def _renewed(stage: Stage) -> PollResult:
    return replace(_stale(stage), certificate=site.question(renewal=True))


def _night(stage: Stage) -> PollResult:
    shot = stage.snapshot(metered=True)
    inverters = tuple(replace(unit, last_report_watts=0.0, state=InverterState.ASLEEP) for unit in shot.inverters)
    production = None if shot.production is None else replace(shot.production, watts_now=0.0)
    result = site.result(replace(shot, inverters=inverters, production=production), health=sick_bay.young(stage.count))
    return replace(result, assessment=replace(result.assessment, daylight=False))


WINDOWS: dict[str, Callable[[Stage], MainWindow]] = {
    "well": lambda stage: stage.window(_well(stage)),
    "ill": lambda stage: stage.window(_ill(stage)),
    "night": lambda stage: stage.window(_night(stage)),
    "stale": lambda stage: stage.window(_stale(stage)),
    "cut off": lambda stage: stage.window(_cut_off(stage)),
    "never met": lambda stage: stage.window(_never_met(stage), past=False),
    "refused": lambda stage: stage.window(_refused(stage), past=False),
    "renewed": lambda stage: stage.window(_renewed(stage)),
    "loading": lambda stage: stage.window(None, past=False),
    "first day": lambda stage: stage.window(site.result(stage.snapshot()), past=False),
    "not set up": lambda stage: stage.window(None, Settings(), past=False),
}
"""State of the main window; each has all tabs."""


def settings_dialog(stage: Stage, page: int = 0) -> SettingsDialog:
    live = stage.live(_well(stage))
    attention = Attention(lambda: live.settings, stage.clock)
    dialog = SettingsDialog(live, None, attention)
    live.setParent(dialog)
    live.found.emit((FOUND, OTHER))
    log = (
        TrustEntry(NOW - timedelta(days=300), site.SITE, "c" * 64, None, "user"),
        TrustEntry(NOW - timedelta(days=2), site.SITE, "a" * 64, "c" * 64, "", TrustEvent.REFUSED),
    )
    live.trust_log.emit(log)
    dialog.tabs.setCurrentIndex(page)
    return dialog


def settings_tested(stage: Stage) -> SettingsDialog:
    """After a test that failed at its log-in."""
    dialog = settings_dialog(stage)
    dialog.tabs.setCurrentIndex(dialog.tabs.count() - 1)
    _trial(dialog.steps.add)
    dialog.steps.add_error(Unreachable("The gateway did not answer in time", "Try again in some minutes"))
    dialog.test_state.say("The connection does not work yet.")
    return dialog


def setup(stage: Stage, page: int, family: Family | None = None, *found: FoundGateway) -> SetupWizard:
    live = stage.live(None, Settings())
    wizard = SetupWizard(live)
    live.setParent(wizard)
    if page == FIND:
        live.found.emit(found)
    else:
        live.found.emit((FOUND,))
    wizard._family = family
    if page == TRUST:
        wizard.trust_page.show_question(site.question(renewal=None), "192.168.1.20")
    if page == DONE:
        _trial(wizard.done_page.steps.add)
    wizard._go(page)
    return wizard


def setup_trouble(stage: Stage) -> SetupWizard:
    wizard = setup(stage, LOGIN, Family.TOKEN)
    error = TokenMissing("Enphase wants a code of multi-factor log-in", "Paste a token instead, as described below")
    wizard.banner.show_trouble(Mark.FAULT, error.title, error.advice)
    wizard.login_page.fields.token.paste.setChecked(True)
    wizard.login_page.fields.refuse(error)
    return wizard


def trouble(stage: Stage, *, failed: bool = True, ended: bool = True) -> TroubleDialog:
    """As far as the steps were taken."""
    live = stage.live(replace(_stale(stage), certificate=site.question(renewal=False)) if failed else _well(stage))
    dialog = TroubleDialog(live, lambda: None)
    live.setParent(dialog)
    for step in _findings(failed=failed):
        live.check_step.emit(dialog._request, step)
    if ended:
        live.check_finished.emit(dialog._request, None)
    return dialog


def preview(stage: Stage) -> PreviewDialog:
    live = stage.live(_well(stage))
    dialog = PreviewDialog(live, RULES[0].name, DEFAULT_LIMITS)
    live.setParent(dialog)
    return dialog


def glance(stage: Stage, latest: PollResult | None, *unread: str) -> Glance:
    """The small window at the tray icon."""
    live = stage.live(latest)
    made = Glance(
        live,
        stage.profile.history_reader,
        Wording(),
        Attention(lambda: live.settings, stage.clock),
        lambda: unread,
    )
    live.setParent(made)
    made.refill()
    return made


def _trial(add: Callable[[TrialStep], None]) -> None:
    add(TrialStep("Find the gateway", StepOutcome.OK, "At 192.168.1.20"))
    add(TrialStep("Check its certificate", StepOutcome.OK, "Pairing code KQ4M-7TZA-PW3X"))
    add(TrialStep("Ask who it is", StepOutcome.OK, f"Gateway {site.SITE}, firmware 8.3.5289"))
    add(TrialStep("Log in", StepOutcome.WARNING, "With an access token of role owner, valid until 2027-05-28"))
    add(TrialStep("Meters", StepOutcome.ABSENT, "This gateway has none"))


def _findings(*, failed: bool) -> Iterator[CheckStep]:
    ok, bad, later = StepVerdict.OK, StepVerdict.FAILED, StepVerdict.SKIPPED
    yield CheckStep("settings", ok, f"The gateway to look at is {site.SITE} at 192.168.1.20")
    yield CheckStep("secrets", ok, "At hand: token (keyring)")
    yield CheckStep("find", ok, "To be tried: 192.168.1.20:443")
    yield CheckStep("tcp", ok, "192.168.1.20 takes connections on port 443")
    yield CheckStep("tls", ok, "A secure connection to 192.168.1.20 works")
    if failed:
        title = "192.168.1.20 shows another certificate than the one known for this gateway"
        yield CheckStep("certificate", bad, title, "Trust it only if you know why", kind="certificate_changed")
        for name in ("info", "serial", "firmware", "log_in", "clock"):
            yield CheckStep(name, later, "The gateway was not met")
    yield CheckStep("keyring", StepVerdict.ATTENTION, "There is no keyring to use", "A token is forgotten at the end")
    yield CheckStep("history", ok, "The history can be read")


_REPORT = "Traceback (most recent call last):\n" + "".join(
    f'  File "enphase_tray/ui/page_{n}.py", line {n}, in _show\n    raise ValueError(text)\n' for n in range(12)
)

DIALOGS: dict[str, View] = {
    "settings gateway": lambda stage: settings_dialog(stage, 0),
    "settings log-in": lambda stage: settings_dialog(stage, 1),
    "settings alerts": lambda stage: settings_dialog(stage, 2),
    "settings program": lambda stage: settings_dialog(stage, 3),
    "settings trust": lambda stage: settings_dialog(stage, 4),
    "settings test": settings_tested,
    "set-up looking": lambda stage: setup(stage, FIND),
    "set-up found": lambda stage: setup(stage, FIND, None, FOUND),
    "set-up several": lambda stage: setup(stage, FIND, None, FOUND, OTHER),
    "set-up trust": lambda stage: setup(stage, TRUST, Family.TOKEN),
    "set-up log-in new": lambda stage: setup(stage, LOGIN, Family.TOKEN),
    "set-up log-in old": lambda stage: setup(stage, LOGIN, Family.DIGEST),
    "set-up pasting": setup_trouble,
    "set-up done": lambda stage: setup(stage, DONE, Family.TOKEN),
    "certificate first": lambda stage: CertificateDialog(site.question(renewal=None), "192.168.1.20"),
    "certificate renewed": lambda stage: CertificateDialog(site.question(renewal=True), "192.168.1.20"),
    "certificate strange": lambda stage: CertificateDialog(site.question(renewal=False), "192.168.1.20"),
    "what is wrong, looking": lambda stage: trouble(stage, ended=False),
    "what is wrong": trouble,
    "what is wrong, nothing": lambda stage: trouble(stage, failed=False),
    "look back": preview,
    "glance": lambda stage: glance(stage, _well(stage)),
    "glance ill": lambda stage: glance(stage, _ill(stage), "Relay 68177 is open", "The firmware has changed"),
    "glance night": lambda stage: glance(stage, _night(stage)),
    "glance cut off": lambda stage: glance(stage, _cut_off(stage)),
    "glance loading": lambda stage: glance(stage, None),
    "about": lambda stage: AboutDialog(),
    "bug": lambda stage: BugDialog(_REPORT),
}
"""Dialogs, pages of the set-up, and the small window."""


@contextmanager
def shown(made: QWidget, size: tuple[int, int] | None = None) -> Iterator[QWidget]:
    """A view on the screen, at its own size or `size`, and gone afterwards."""
    try:
        if size is not None:
            made.resize(*size)
        made.show()
        QApplication.processEvents()
        yield made
    finally:
        if isinstance(made, QDialog):
            made.done(0)
        made.close()
        made.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
