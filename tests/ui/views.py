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
from enphase_tray.model.errors import BrowserLogInNeeded, Unreachable
from enphase_tray.model.identity import Family, FirmwareVersion, FoundGateway
from enphase_tray.model.language import tr, trn
from enphase_tray.model.readings import InverterState, RelayState, Snapshot
from enphase_tray.monitor.preview import PreviewStep
from enphase_tray.monitor.result import PollFailure, PollResult
from enphase_tray.settings.settings import Appearance, GatewaySettings, Settings
from enphase_tray.settings.state import TrustEntry, TrustEvent
from enphase_tray.status.words import Wording, capital
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
        self.wording = Wording()
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
        window = MainWindow(live, profile.history_reader, self.wording, open_settings=lambda: None)
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
    title = trn("{count} panel makes less than its group", "{count} panels make less than their group", 1)
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
        site.alert("relay_open", ("122100068177",), _relay_open()),
        site.alert("inverter_stopped", (site.serial(6),), tr("Inverter {serial} makes nothing", serial="01222")),
    )
    result = site.result(shot, health=sick_bay.house(stage.count))
    return replace(
        result,
        active=alerts,
        saving_problem=tr("The disk is full"),
    )


def _relay_open() -> str:
    return tr("Relay {serial} is open", serial="68177")


def _failure(kind: str) -> PollFailure:
    """In the language in use, as the gateway's room says it."""
    title, advice = {
        "unreachable": (tr("{where} does not answer in time", where="192.168.1.20"), tr("It is tried again by itself")),
        "login_refused": (tr("The gateway refuses the access token"), tr("Check the address in the settings.")),
    }[kind]
    return replace(site.failure(kind, NOW), title=title, advice=advice)


def _stale(stage: Stage) -> PollResult:
    return site.result(replace(stage.snapshot(metered=True), at=NOW - timedelta(hours=3)))


def _cut_off(stage: Stage) -> PollResult:
    return replace(_stale(stage), failure=_failure("unreachable"), missed=4)


def _never_met(stage: Stage) -> PollResult:
    return site.result(None, NOW, failure=_failure("unreachable"), token=None)


def _refused(stage: Stage) -> PollResult:
    return site.result(None, NOW, failure=_failure("login_refused"), token=None)


def _renewed(stage: Stage) -> PollResult:
    return replace(_stale(stage), certificate=site.question(renewal=True))


def _night(stage: Stage) -> PollResult:
    shot = stage.snapshot(metered=True)
    inverters = tuple(replace(unit, last_report_watts=0.0, state=InverterState.ASLEEP) for unit in shot.inverters)
    production = None if shot.production is None else replace(shot.production, watts_now=0.0)
    net = None if shot.net is None else replace(shot.net, watts_now=1_014.0)
    shot = replace(shot, inverters=inverters, production=production, net=net)
    result = site.result(shot, health=sick_bay.young(stage.count))
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
    failure = _failure("unreachable")
    dialog.steps.add_error(Unreachable(failure.title, failure.advice))
    dialog.test_state.say(tr("The connection does not work yet."))
    return dialog


def setup(stage: Stage, page: int, family: Family | None = None, *found: FoundGateway) -> SetupWizard:
    live = stage.live(None, Settings())
    wizard = SetupWizard(live)
    live.setParent(wizard)
    shown = found if page == FIND else (FOUND,)
    if shown:
        live.found.emit(shown)
    wizard._family = family
    if page == TRUST:
        wizard.trust_page.show_question(site.question(renewal=None), "192.168.1.20")
    if page == DONE:
        _trial(wizard.done_page.steps.add)
    wizard._go(page)
    return wizard


def setup_trouble(stage: Stage) -> SetupWizard:
    wizard = setup(stage, LOGIN, Family.TOKEN)
    error = BrowserLogInNeeded(
        tr("This Enphase account uses multi-factor log-in, which only works in a browser"),
        tr("Sign in at entrez.enphaseenergy.com, copy the token of your gateway and paste it in the settings"),
    )
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


def looked_back(stage: Stage, *, told: bool) -> PreviewDialog:
    """At its end, with a word that was said and taken back, or with none."""
    dialog = preview(stage)
    alert = site.alert("relay_open", ("122100068177",), _relay_open())
    events = (
        AlertEvent(NOW - timedelta(days=3), Change.RAISED, alert),
        AlertEvent(NOW - timedelta(days=3, hours=-2), Change.CLEARED, alert),
    )
    request, live = dialog._request, dialog._live
    live.preview_step.emit(PreviewStep(request, events if told else (), 1.0, NOW - timedelta(days=30)))
    live.preview_finished.emit(request, None)
    return dialog


def setup_none(stage: Stage) -> SetupWizard:
    """Nobody has answered."""
    wizard = setup(stage, FIND)
    wizard._live.found.emit(())
    return wizard


def glance(stage: Stage, latest: PollResult | None, *unread: str) -> Glance:
    """The small window at the tray icon."""
    live = stage.live(latest)
    made = Glance(
        live,
        stage.profile.history_reader,
        stage.wording,
        Attention(lambda: live.settings, stage.clock),
        lambda: unread,
    )
    live.setParent(made)
    made.refill()
    return made


def _trial(add: Callable[[TrialStep], None]) -> None:
    code, told = "KQ4M-7TZA-PW3X", tr("With an access token of role {role}, valid{until}", role="owner", until="")
    add(TrialStep(tr("Find the gateway"), StepOutcome.OK, tr("It answers at {where}", where="192.168.1.20")))
    known = tr("It is the trusted one, pairing code {code}", code=code)
    add(TrialStep(tr("Check its certificate"), StepOutcome.OK, known))
    who = tr("Gateway {serial}, firmware {firmware}", serial=site.SITE, firmware="8.3.5289")
    add(TrialStep(tr("Ask who it is"), StepOutcome.OK, who))
    doubt = tr("{told}; its signature is not the one Enphase is known for", told=told)
    add(TrialStep(tr("Log in"), StepOutcome.WARNING, doubt))
    add(TrialStep("/ivp/pdm/device_data", StepOutcome.OK, tr("{about}: answers", about=capital(tr("device data")))))


def _findings(*, failed: bool) -> Iterator[CheckStep]:
    ok, bad, later = StepVerdict.OK, StepVerdict.FAILED, StepVerdict.SKIPPED
    where = "192.168.1.20"
    yield CheckStep("settings", ok, tr("The gateway to look at is {gateway}", gateway=site.SITE))
    yield CheckStep("secrets", ok, tr("At hand: {secrets}", secrets=tr("keyring ({place})", place="Secret Service")))
    yield CheckStep("find", ok, tr("To be tried: {names}", names=where))
    yield CheckStep("tcp", ok, tr("{where} takes connections on port {listening}", where=where, listening=443))
    yield CheckStep("tls", ok, tr("A secure connection to {shown} works", shown=where))
    if failed:
        title = tr(
            "{where} does not look like gateway {serial}: it shows another certificate", where=where, serial=site.SITE
        )
        yield CheckStep("certificate", bad, title, tr("Check the address"), kind="certificate_changed")
        for name in ("info", "serial", "firmware", "log_in", "clock"):
            yield CheckStep(name, later, tr("The gateway was not met"))
    yield CheckStep("keyring", StepVerdict.ATTENTION, tr("There is no keyring to use"))
    yield CheckStep("history", ok, tr("The history can be read"))


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
    "set-up none": lambda stage: setup_none(stage),
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
    "look back, told": lambda stage: looked_back(stage, told=True),
    "look back, nothing": lambda stage: looked_back(stage, told=False),
    "glance": lambda stage: glance(stage, _well(stage)),
    "glance ill": lambda stage: glance(stage, _ill(stage), _relay_open(), tr("The gateway's firmware changes")),
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
