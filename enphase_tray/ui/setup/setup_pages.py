"""The pages of the set-up: plain widgets, led by `setup`."""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from enphase_tray.model.clock import Clock
from enphase_tray.model.identity import Family, FoundGateway
from enphase_tray.model.language import mark, tr
from enphase_tray.monitor.result import CertificateQuestion
from enphase_tray.ui.login.certificate_dialog import CertificateFactsView
from enphase_tray.ui.login.gateway_fields import FoundList, GatewayFields, family_of
from enphase_tray.ui.login.login_fields import LoginFields
from enphase_tray.ui.login.trial import TrialSteps
from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID, figure_font
from enphase_tray.ui.look.widgets import Card, Field, Label, Role, column, row
from enphase_tray.ui.polling.live import Live
from enphase_tray.ui.settings.settings_pages import scrolled

_STEPS = (mark("Find"), mark("Trust"), mark("Log in"), mark("Done"))


class Progress(QWidget):
    """Which of the four steps one is at."""

    def __init__(self) -> None:
        super().__init__()
        line = row(self, 0, 6 * GRID)
        self._parts: list[tuple[MarkWidget, Label]] = []
        for number, name in enumerate(_STEPS, start=1):
            part = row(None, 0, GRID)
            tick, label = MarkWidget(Mark.NONE, 14), Label(f"{number}  {tr(name)}")
            part.addWidget(tick)
            part.addWidget(label)
            line.addLayout(part)
            self._parts.append((tick, label))
        line.addStretch(1)

    def show_step(self, step: int) -> None:
        """Steps before `step` are ticked, later ones are dim."""
        for place, (tick, label) in enumerate(self._parts):
            tick.set_mark(Mark.WELL if place < step else Mark.NONE)
            label.setEnabled(place <= step)
            font = QFont(label.font())
            font.setWeight(QFont.Weight.DemiBold if place == step else QFont.Weight.Normal)
            label.setFont(font)
        self.setAccessibleName(
            tr("Step {step} of {steps}: {name}", step=step + 1, steps=len(_STEPS), name=tr(_STEPS[step]))
        )


class FindPage(QWidget):
    """Found gateways, and the fields to type one."""

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.found = FoundList(live)
        self.fields = GatewayFields()
        body = column(self, 0, 3 * GRID)
        body.addWidget(Label(tr("Which gateway is yours?"), Role.TITLE))
        text = tr("The gateway is the Envoy / IQ Gateway: the box that collects what your inverters report.")
        body.addWidget(Label(text, Role.NOTE, wrap=True))
        card = Card(4 * GRID, 3 * GRID)
        card.body.addWidget(self.found)
        card.body.addWidget(Label(tr("Or type it"), Role.NOTE))
        card.body.addWidget(self.fields)
        card.body.addStretch(1)
        body.addWidget(card, 1)

    def take(self, gateway: FoundGateway) -> None:
        """Fill in a found gateway."""
        self.fields.take(gateway)

    def check(self) -> list[Field]:
        """Mark what is wrong and return those fields."""
        wrong = self.fields.check(serial_required=False)
        if wrong:
            wrong[0].editor.setFocus()
        return wrong

    @property
    def family(self) -> Family | None:
        """The family, where the chosen gateway announced its firmware."""
        gateway = self._announced()
        return family_of(gateway)

    @property
    def where(self) -> str:
        """The address as far as it is known, for showing."""
        gateway = self._announced()
        return self.fields.host.text or (gateway.addresses[0] if gateway is not None and gateway.addresses else "")

    def _announced(self) -> FoundGateway | None:
        serial = self.fields.serial.text
        return next((gateway for gateway in self.found.gateways if gateway.serial == serial), None)


class TrustPage(QWidget):
    """The gateway's certificate, said as a pairing code."""

    def __init__(self) -> None:
        super().__init__()
        self.text = Label(wrap=True)
        self.code = Label("")
        self.code.setFont(figure_font(self.code.font()))
        self._card = Card(4 * GRID, 3 * GRID)
        self._card.body.addWidget(Label(tr("Pairing code"), Role.NOTE))
        self._card.body.addWidget(self.code)
        self._facts: CertificateFactsView | None = None
        body = column(self, 0, 3 * GRID)
        body.addWidget(Label(tr("From now on only this device is believed"), Role.TITLE))
        body.addWidget(self.text)
        body.addWidget(self._card)
        note = tr("Do this in your own network. Another computer with this program shows the same pairing code.")
        body.addWidget(Label(note, Role.NOTE, wrap=True))
        body.addStretch(1)

    def show_question(self, question: CertificateQuestion, where: str) -> None:
        """Show whose certificate it is and its code."""
        serial = clean(question.serial) or tr("whose serial number is not known")
        at = tr(" at {where}", where=clean(where)) if where else ""
        self.text.say(
            tr("Gateway {serial}{at} answered. No password or token has been sent to it so far.", serial=serial, at=at)
        )
        self.code.say(question.certificate.pairing_code)
        self.code.setAccessibleName(tr("Pairing code {pairing_code}", pairing_code=question.certificate.pairing_code))
        if self._facts is not None:
            self._card.body.removeWidget(self._facts)
            self._facts.deleteLater()
        self._facts = CertificateFactsView(question.certificate, brief=True)
        self._card.body.addWidget(self._facts)


class LoginPage(QWidget):
    """What this family logs in with."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.fields = LoginFields(clock)
        body = column(self, 0, 3 * GRID)
        body.addWidget(Label(tr("Log in"), Role.TITLE))
        card = Card(0, 0)
        holder = QWidget()
        column(holder, 4 * GRID).addWidget(self.fields)
        card.body.addWidget(scrolled(holder))
        body.addWidget(card, 1)


class DonePage(QWidget):
    """What works, with ticks."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = TrialSteps()
        body = column(self, 0, 3 * GRID)
        body.addWidget(Label(tr("It works"), Role.TITLE))
        card = Card(4 * GRID, 3 * GRID)
        card.body.addWidget(self.steps, 1)
        body.addWidget(card, 1)
        note = tr("From now on the figure stands in the tray. You are told when a relay opens or an inverter stops.")
        body.addWidget(Label(note, Role.NOTE, wrap=True))
