"""Whether to believe a certificate: at first contact, at the yearly renewal, and when it looks like somebody else."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QFormLayout, QLineEdit, QWidget

from enphase_tray.model.dates import dated
from enphase_tray.model.identity import CertificateFacts
from enphase_tray.model.language import tr
from enphase_tray.monitor.result import CertificateQuestion
from enphase_tray.ui.look.marks import Mark, MarkWidget
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID, to_font
from enphase_tray.ui.look.widgets import Card, Field, Label, Role, button, column, row

_WIDTH = 540


def ask_about_certificate(question: CertificateQuestion, host_hint: str, parent: QWidget | None) -> bool:
    """Ask, and tell whether the user trusts it. Closing the dialog means no."""
    dialog = CertificateDialog(question, host_hint, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
    trusted = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return bool(trusted)


class CertificateFactsView(QWidget):
    """What is known of a certificate, each value selectable for comparing."""

    def __init__(self, certificate: CertificateFacts, *, brief: bool = False) -> None:
        super().__init__()
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(4 * GRID)
        form.setVerticalSpacing(GRID)
        facts = {}
        if not brief:
            facts[tr("Pairing code")] = certificate.pairing_code
            facts[tr("Fingerprint")] = _grouped(certificate.fingerprint)
            facts[tr("Issued to")] = certificate.subject
        dates = {
            "begin": dated("{day} {mon} {year}", certificate.not_before),
            "end": dated("{day} {mon} {year}", certificate.not_after),
        }
        facts[tr("Valid")] = tr("{begin} to {end}", **dates)
        for name, value in facts.items():
            label = Label(value, wrap=True)
            label.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            label.setAccessibleName(f"{name}: {clean(value)}")
            form.addRow(Label(name, Role.NOTE), label)


class CertificateDialog(QDialog):
    """One question; what is asked depends on how the certificate differs from the known one."""

    def __init__(self, question: CertificateQuestion, host_hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = question
        self._strange = question.previous is not None and question.expected_renewal is not True
        self.setWindowTitle(tr("Gateway certificate"))
        title, text = self._words(clean(host_hint))
        self.title = Label(title, Role.TITLE, wrap=True)
        self.text = Label(text, wrap=True)
        self.digits = QLineEdit()
        self.digits.setMaxLength(4)
        self.digits.setMaximumWidth(to_font(24 * GRID))
        self.answer = Field(self.digits, tr("Last four digits of the serial number"))
        self.agree = button(self._agree_words(), Role.TEXT if self._strange else Role.MAIN)
        self.later = button(tr("&Stay paused") if self._strange else tr("&Later"))
        self._compose()
        self.digits.textChanged.connect(self._typed)
        self.agree.clicked.connect(self._agreed)
        self.later.clicked.connect(self.reject)
        self._typed()
        (self.later if self._strange else self.agree).setDefault(True)
        width = to_font(_WIDTH)
        self.setMinimumWidth(width)
        layout = self.layout()
        if layout is not None:
            self.resize(width, layout.totalHeightForWidth(width))

    def _words(self, host: str) -> tuple[str, str]:
        """Title and text. Of a stranger no more is said than what was seen of it: it was not asked who it is."""
        question = self._question
        serial = clean(question.serial) if question.serial else tr("of unknown serial")
        there = {"serial": serial, "host": host}
        if question.previous is None:
            shows = (
                tr("The gateway {serial} at {host} shows the certificate below.", **there)
                if host
                else tr("The gateway {serial} shows the certificate below.", serial=serial)
            )
            own = tr(
                "Trust it while you are in your own network: another computer with this program shows the same pairing "
                "code."
            )
            return tr("From now on only this device is believed"), f"{shows} {own}"
        if not self._strange:
            return (
                tr("Your gateway has renewed its certificate, as it does about once a year"),
                tr(
                    "Reading is paused until you agree. Names and dates fit the one known before; the serial number is "
                    "asked for before any log-in."
                ),
            )
        seen = (
            tr("What answers at {host} in the place of gateway {serial} shows another certificate.", **there)
            if host
            else tr("What answers in the place of gateway {serial} shows another certificate.", serial=serial)
        )
        paused = tr(
            "It is no ordinary renewal, and nothing has been sent to it. Stay paused unless you know why, for example "
            "because the gateway was replaced or reset."
        )
        return tr("This does not look like your gateway"), f"{seen} {paused}"

    def _agree_words(self) -> str:
        if self._question.previous is None:
            return tr("&Trust it")
        return tr("&Trust the new one") if self._strange else tr("&Agree and go on")

    def _compose(self) -> None:
        body = column(self, 5 * GRID, 3 * GRID)
        head = row(spacing=3 * GRID)
        mark = MarkWidget(Mark.FAULT if self._strange else Mark.LOCKED, 24)
        head.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        texts = column(None, 0, GRID)
        texts.addWidget(self.title)
        texts.addWidget(self.text)
        head.addLayout(texts, 1)
        body.addLayout(head)
        previous = self._question.previous
        body.addWidget(_facts(tr("Shown now"), self._question.certificate))
        if previous is not None:
            body.addWidget(_facts(tr("Known before"), previous))
        if self._strange:
            ask = Label(tr("To trust it anyway, type the last &four digits of the gateway's serial number"), wrap=True)
            ask.setBuddy(self.digits)
            body.addWidget(ask)
            body.addWidget(self.answer)
        body.addStretch(1)
        buttons = row()
        buttons.addStretch(1)
        for choice in (self.later, self.agree):
            buttons.addWidget(choice)
        body.addLayout(buttons)

    @Slot()
    def _typed(self) -> None:
        self.agree.setEnabled(not self._strange or len(self.digits.text()) == 4)

    @Slot()
    def _agreed(self) -> None:
        if self._strange and self.digits.text() != self._question.serial[-4:]:
            self.answer.say(tr("These are not the last four digits of this gateway's serial number."), wrong=True)
            return
        self.accept()


def _facts(title: str, certificate: CertificateFacts) -> Card:
    card = Card(3 * GRID, 2 * GRID)
    card.body.addWidget(Label(title, Role.NOTE))
    card.body.addWidget(CertificateFactsView(certificate))
    return card


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[place : place + 8] for place in range(0, len(fingerprint), 8))
