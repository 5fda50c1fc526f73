"""Exactly the fields that a family of gateways logs in with."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Protocol

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFormLayout, QLineEdit, QRadioButton, QWidget

from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import BrowserLogInNeeded
from enphase_tray.model.identity import Family, Secret, TokenFacts
from enphase_tray.model.language import mark, tr
from enphase_tray.monitor.service import Draft, inspect_token
from enphase_tray.settings.settings import GatewaySettings
from enphase_tray.settings.validate import check_cloud_username, check_text, check_username
from enphase_tray.ui.login.token_field import TokenField
from enphase_tray.ui.look.theme import GRID
from enphase_tray.ui.look.widgets import Field, Label, Role, column

_KEPT = mark("unchanged")
_WHY_PASTE = mark(
    "For accounts with multi-factor log-in, which cannot sign in from here, and for those who give no password."
)
_HOW_TO_PASTE = mark(
    "At entrez.enphaseenergy.com log in as in the Enphase app, choose your system and this gateway, and press "
    "“Create access token”. The long text that appears is the token; it is good for a year."
)


class Trouble(Protocol):
    """A failure as an error or a result tells it."""

    @property
    def title(self) -> str: ...

    @property
    def advice(self) -> str: ...


class DigestFields(QWidget):
    """Below firmware 7: user name and password, both with a default."""

    def __init__(self) -> None:
        super().__init__()
        self.username = _line(tr("User name of the gateway"), "envoy")
        self.password = _line(tr("Password of the gateway"), tr("last six of the serial number"), secret=True)
        form = form_layout(self)
        add_row(form, tr("&User name"), self.username)
        add_row(form, tr("Passwor&d"), self.password)
        hint = tr("Leave both empty unless you have changed them. The installer's log-in is not needed.")
        form.addRow("", Label(hint, Role.NOTE, wrap=True))

    def load(self, gateway: GatewaySettings) -> None:
        """Show what is set; the password never leaves the keyring."""
        editor = self.username.editor
        if isinstance(editor, QLineEdit) and gateway.username != "envoy":
            editor.setText(gateway.username)

    def check(self) -> list[Field]:
        """Mark what is wrong and return those fields."""
        return marked(((self.username, check_username(self.username.text or "envoy")),))


class TokenLoginFields(QWidget):
    """From firmware 7: sign in at Enphase, or paste a token."""

    def __init__(self, clock: Clock, inspect: Callable[[str], TokenFacts] = inspect_token) -> None:
        super().__init__()
        self.sign_in = QRadioButton(tr("S&ign in at Enphase (tokens are fetched for you)"))
        self.paste = QRadioButton(tr("P&aste a token"))
        self._choice = QButtonGroup(self)
        for choice in (self.sign_in, self.paste):
            self._choice.addButton(choice)
        self.sign_in.setChecked(True)
        self.email = _line(tr("E-mail address of the Enphase account"), tr("as in the Enphase app"))
        self.password = _line(tr("Password of the Enphase account"), "", secret=True)
        self.site = _line(tr("Site name"), tr("optional, as in the Enphase app"))
        self.keep = QCheckBox(tr("&Keep the password, so that tokens renew themselves"))
        self.token = TokenField(clock, inspect)
        self._kept = self._had_token = self._had_sign_in = False
        self._compose()
        self.sign_in.toggled.connect(self._switch)
        self._switch()

    def load(self, gateway: GatewaySettings) -> None:
        """Show what is set; secrets never leave the keyring."""
        (self.sign_in if gateway.auto_jwt else self.paste).setChecked(True)
        for field, text in ((self.email, gateway.cloud_username), (self.site, gateway.site_name)):
            if isinstance(field.editor, QLineEdit):
                field.editor.setText(text)
        self.keep.setChecked(gateway.keep_cloud_password)
        self._had_sign_in = gateway.auto_jwt and bool(gateway.cloud_username)
        self._had_token = not gateway.auto_jwt and bool(gateway.serial)
        if self._had_sign_in and isinstance(self.password.editor, QLineEdit):
            self.password.editor.setPlaceholderText(
                tr(_KEPT) if gateway.keep_cloud_password else tr("needed for a new token")
            )
        if self._had_token:
            self.token.editor.setPlaceholderText(tr("unchanged: the present token stays"))

    def check(self, serial: str) -> list[Field]:
        """Mark what is wrong and return those fields."""
        self.token.set_serial(serial)
        if self.paste.isChecked():
            return [] if self.token.check(required=not self._had_token) else [self.token]
        email = check_cloud_username(self.email.text) if self.email.text else check_cloud_username("?")
        password = None
        if not self.password.text and not self._had_sign_in:
            password = tr("Type the password of your Enphase account; it is sent to Enphase only.")
        site = check_text(self.site.text)
        return marked(((self.email, email), (self.password, password), (self.site, site)))

    def refuse(self, trouble: Trouble) -> Field:
        """Mark the field that could mend it. An account that needs a browser is led to pasting a token."""
        if isinstance(trouble, BrowserLogInNeeded):
            self.paste.setChecked(True)
        field: Field = self.token if self.paste.isChecked() else self.password
        field.say(f"{trouble.title}. {trouble.advice}", wrong=True)
        return field

    def _compose(self) -> None:
        body = column(self, 0, 2 * GRID)
        body.addWidget(self.sign_in)
        self._account = QWidget()
        form = form_layout(self._account)
        form.setContentsMargins(6 * GRID, 0, 0, 0)
        add_row(form, tr("E-&mail"), self.email)
        add_row(form, tr("Pass&word"), self.password)
        add_row(form, tr("Site &name"), self.site)
        form.addRow("", self.keep)
        note = tr(
            "The password goes to Enphase only, never to the gateway, and is forgotten after use unless you keep it."
        )
        form.addRow("", Label(note, Role.NOTE, wrap=True))
        body.addWidget(self._account)
        body.addWidget(self.paste)
        self._why_paste = Label(tr(_WHY_PASTE), Role.NOTE, wrap=True)
        self._why_paste.setContentsMargins(6 * GRID, 0, 0, 0)
        body.addWidget(self._why_paste)
        self._pasted = QWidget()
        pasted = column(self._pasted)
        pasted.setContentsMargins(6 * GRID, 0, 0, 0)
        pasted.addWidget(self.token)
        pasted.addWidget(Label(tr(_HOW_TO_PASTE), Role.NOTE, wrap=True))
        body.addWidget(self._pasted)
        editors = (self.email.editor, self.password.editor, self.site.editor)
        chain: tuple[QWidget, ...] = (self.sign_in, *editors, self.keep, self.paste, self.token.editor)
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    @property
    def first(self) -> Field:
        """Where typing begins."""
        return self.token if self.paste.isChecked() else self.email

    @Slot()
    def _switch(self) -> None:
        self._account.setVisible(self.sign_in.isChecked())
        self._pasted.setVisible(self.paste.isChecked())
        self._why_paste.setVisible(self.sign_in.isChecked())


class LoginFields(QWidget):
    """The fields of the family that is known; both, with a word why, where none is."""

    def __init__(self, clock: Clock, inspect: Callable[[str], TokenFacts] = inspect_token) -> None:
        super().__init__()
        self.digest = DigestFields()
        self.token = TokenLoginFields(clock, inspect)
        self.note = Label(
            tr("Which firmware the gateway has will be found out. Below version 7 nothing is needed here."), Role.NOTE,
            wrap=True,
        )  # fmt: skip
        self.family: Family | None = None
        body = column(self, 0, 3 * GRID)
        for part in (self.note, self.token, self.digest):
            body.addWidget(part)
        body.addStretch(1)
        self.set_family(None)

    @property
    def first(self) -> Field:
        """Where typing begins."""
        return self.digest.username if self.family is Family.DIGEST else self.token.first

    def load(self, gateway: GatewaySettings) -> None:
        """Show what is set."""
        self.digest.load(gateway)
        self.token.load(gateway)

    def set_family(self, family: Family | None) -> None:
        """Show the fields of `family`."""
        self.family = family
        self.note.setVisible(family is None)
        self.digest.setVisible(family is not Family.TOKEN)
        self.token.setVisible(family is not Family.DIGEST)

    def check(self, serial: str) -> list[Field]:
        """Mark what is wrong and return those fields; of an unknown family only what was typed is judged."""
        wrong: list[Field] = []
        if self.family is not Family.TOKEN:
            wrong += self.digest.check()
        login = self.token
        typed = bool(login.email.text or login.password.text or login.token.text)
        if self.family is Family.TOKEN or (self.family is None and typed):
            wrong += login.check(serial)
        return wrong

    def refuse(self, trouble: Trouble) -> Field:
        """Mark the field that a refused log-in is about, with what to do, and return it."""
        typed = bool(self.token.email.text or self.token.token.text)
        if self.family is Family.TOKEN or (self.family is None and typed):
            return self.token.refuse(trouble)
        self.digest.password.say(f"{trouble.title}. {trouble.advice}", wrong=True)
        return self.digest.password

    def draft(self, base: Draft) -> Draft:
        """`base` with what was typed here, of the family shown."""
        gateway, login = base.settings.gateway, self.token
        password = cloud_password = token = None
        if self.family is not Family.TOKEN:
            gateway = replace(gateway, username=self.digest.username.text or "envoy")
            password = Secret(self.digest.password.text) if self.digest.password.text else None
        if self.family is not Family.DIGEST:
            auto = login.sign_in.isChecked()
            gateway = replace(gateway, auto_jwt=auto)
            if auto:
                gateway = replace(
                    gateway, cloud_username=login.email.text, site_name=login.site.text,
                    keep_cloud_password=login.keep.isChecked(),
                )  # fmt: skip
                cloud_password = Secret(login.password.text) if login.password.text else None
            else:
                token = login.token.secret
        settings = replace(base.settings, gateway=gateway)
        return Draft(settings, password, token, cloud_password)


def form_layout(owner: QWidget) -> QFormLayout:
    """Labels left, fields right, as wide as there is room."""
    form = QFormLayout(owner)
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(4 * GRID)
    form.setVerticalSpacing(2 * GRID)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
    return form


def add_row(form: QFormLayout, text: str, field: QWidget) -> None:
    """A field with its label as buddy."""
    label = Label(text)
    label.setContentsMargins(0, GRID - 1, 0, 0)
    label.setBuddy(field.editor if isinstance(field, Field) else field)
    form.addRow(label, field)


def marked(problems: tuple[tuple[Field, str | None], ...]) -> list[Field]:
    """Mark each field that has a problem, unmark the others, and return the marked ones."""
    for field, problem in problems:
        field.say(problem or "", wrong=problem is not None)
    return [field for field, problem in problems if problem is not None]


def _line(name: str, placeholder: str, *, secret: bool = False) -> Field:
    editor = QLineEdit()
    editor.setPlaceholderText(placeholder)
    if secret:
        editor.setEchoMode(QLineEdit.EchoMode.Password)
    return Field(editor, name)
