"""The field for a pasted token: says what the token is while it is typed."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPlainTextEdit

from enphase_tray.model.clock import Clock
from enphase_tray.model.errors import EnphaseTrayError
from enphase_tray.model.identity import Secret, TokenFacts
from enphase_tray.model.language import mark, tr, trn
from enphase_tray.monitor.service import inspect_token
from enphase_tray.ui.look.text import clean
from enphase_tray.ui.look.theme import GRID, to_font
from enphase_tray.ui.look.widgets import Field

_HINT = mark("Get one at entrez.enphaseenergy.com for your gateway and paste it here.")


class TokenField(Field):
    """Role, gateway and days left beneath; what makes a token useless is marked."""

    def __init__(self, clock: Clock, inspect: Callable[[str], TokenFacts] = inspect_token) -> None:
        self._clock = clock
        self._inspect = inspect
        self._serial = ""
        editor = QPlainTextEdit()
        editor.setTabChangesFocus(True)
        editor.setFixedHeight(to_font(18 * GRID))
        super().__init__(editor, tr("Token"), tr(_HINT))
        editor.textChanged.connect(self._typed)

    @property
    def text(self) -> str:
        """What was pasted, without the blanks and line ends that come along."""
        return "".join(super().text.split())

    @property
    def secret(self) -> Secret | None:
        """The token, `None` where none was typed."""
        return Secret(self.text) if self.text else None

    def set_serial(self, serial: str) -> None:
        """For which gateway it has to be."""
        if serial != self._serial:
            self._serial = serial
            self._typed()

    def check(self, *, required: bool) -> bool:
        """Mark what is wrong; `True` where the token can be used."""
        if not self.text:
            if required:
                self.say(tr("Paste a token. {hint}", hint=tr(_HINT)), wrong=True)
            return not required
        self._typed()
        return not self.wrong

    @Slot()
    def _typed(self) -> None:
        if not self.text:
            self.say("")
            return
        try:
            facts = self._inspect(self.text)
        except EnphaseTrayError as error:
            self.say(f"{error.title}. {error.advice}", wrong=True)
            return
        problem = token_problem(facts, self._serial, self._clock.now())
        words = token_words(facts, self._serial, self._clock.now())
        self.say(f"{problem} {words}" if problem else words, wrong=problem is not None)


def token_problem(facts: TokenFacts, serial: str, now: datetime) -> str | None:
    """Why this token cannot be used, `None` where it can."""
    if facts.expires_at is not None and facts.expires_at <= now:
        return tr("This token has expired; get a new one.")
    if facts.serial and serial and facts.serial != serial:
        return tr(
            "This token is for gateway {serial}; get one for {own}.",
            serial=clean(facts.serial, 40),
            own=clean(serial, 40),
        )
    return None


def token_words(facts: TokenFacts, serial: str, now: datetime) -> str:
    """What a token says of itself: `owner · this gateway · 341 days left`."""
    parts = [clean(facts.role, 40) if facts.role else tr("role not told")]
    if facts.serial:
        parts.append(
            tr("this gateway") if facts.serial == serial else tr("gateway {serial}", serial=clean(facts.serial, 40))
        )
    if facts.expires_at is not None:
        days = (facts.expires_at - now).total_seconds() / 86400
        parts.append(
            trn("{count} day left", "{count} days left", round(days))
            if days >= 2
            else tr("{hours} h left", hours=round(days * 24))
            if days > 0
            else tr("expired")
        )
    if facts.signature == "invalid":
        parts.append(tr("its signature could not be confirmed"))
    return " · ".join(parts)
