"""Whether to believe a certificate: at first contact, at the yearly renewal, and when it looks like somebody else."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialog, QFormLayout, QLineEdit, QWidget

from enphase_tray.model.identity import CertificateFacts
from enphase_tray.monitor.result import CertificateQuestion
from enphase_tray.ui.marks import Mark, MarkWidget
from enphase_tray.ui.text import clean
from enphase_tray.ui.theme import GRID
from enphase_tray.ui.widgets import Card, Field, Label, Role, button, column, row

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
            facts["Pairing code"] = certificate.pairing_code
            facts["Fingerprint"] = _grouped(certificate.fingerprint)
            facts["Issued to"] = certificate.subject
        facts["Valid"] = f"{certificate.not_before:%Y-%m-%d} to {certificate.not_after:%Y-%m-%d}"
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
        self.setWindowTitle("Gateway certificate")
        title, text = self._words(clean(host_hint))
        self.title = Label(title, Role.TITLE, wrap=True)
        self.text = Label(text, wrap=True)
        self.digits = QLineEdit()
        self.digits.setMaxLength(4)
        self.digits.setMaximumWidth(GRID * 24)
        self.answer = Field(self.digits, "Last four digits of the serial number")
        self.agree = button(self._agree_words(), Role.TEXT if self._strange else Role.MAIN)
        self.later = button("&Stay paused" if self._strange else "&Later")
        self._compose()
        self.digits.textChanged.connect(self._typed)
        self.agree.clicked.connect(self._agreed)
        self.later.clicked.connect(self.reject)
        self._typed()
        (self.later if self._strange else self.agree).setDefault(True)
        self.setMinimumWidth(_WIDTH)
        layout = self.layout()
        if layout is not None:
            self.resize(_WIDTH, layout.totalHeightForWidth(_WIDTH))

    def _words(self, host: str) -> tuple[str, str]:
        question = self._question
        at = f" at {host}" if host else ""
        serial = clean(question.serial) if question.serial else "of unknown serial"
        if question.previous is None:
            return (
                "From now on only this device is believed",
                f"The gateway {serial}{at} shows the certificate below. Trust it while you are in your own network: "
                "another computer with this program shows the same pairing code.",
            )
        if not self._strange:
            return (
                "Your gateway has renewed its certificate, as it does about once a year",
                "Reading is paused until you agree. Issuer, serial and dates fit the one known before.",
            )
        return (
            "This does not look like your gateway",
            f"Something{at} says it is gateway {serial} but shows another certificate that is no ordinary renewal. "
            "Nothing has been sent to it. Stay paused unless you know why, for example because the gateway was "
            "replaced or reset.",
        )

    def _agree_words(self) -> str:
        if self._question.previous is None:
            return "&Trust it"
        return "&Trust the new one" if self._strange else "&Agree and go on"

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
        body.addWidget(_facts("Shown now", self._question.certificate))
        if previous is not None:
            body.addWidget(_facts("Known before", previous))
        if self._strange:
            ask = Label("To trust it anyway, type the last &four digits of the gateway's serial number")
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
            self.answer.say("These are not the last four digits of this gateway's serial number.", wrong=True)
            return
        self.accept()


def _facts(title: str, certificate: CertificateFacts) -> Card:
    card = Card(3 * GRID, 2 * GRID)
    card.body.addWidget(Label(title, Role.NOTE))
    card.body.addWidget(CertificateFactsView(certificate))
    return card


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[place : place + 8] for place in range(0, len(fingerprint), 8))
