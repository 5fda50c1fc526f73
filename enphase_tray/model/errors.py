"""The error family: whatever goes wrong outside this program is said as one of these, in words for its user."""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enphase_tray.model.identity import CertificateFacts


class Retry(StrEnum):
    """When trying again makes sense without the user doing anything."""

    SOON = "soon"
    LATER = "later"
    NEVER = "never"


class EnphaseTrayError(Exception):
    """An expected failure.

    `title` says what happened, `advice` what to do, both plain sentences without a full stop at the end of
    `title`; `retry` says when trying again by itself makes sense; `kind` is the stable word of the terminal
    contract.
    """

    kind = "bug"
    default_retry = Retry.LATER

    def __init__(self, title: str, advice: str, retry: Retry | None = None) -> None:
        super().__init__(title, advice)
        self.title = title
        self.advice = advice
        self.retry = self.default_retry if retry is None else retry

    def __str__(self) -> str:
        return f"{self.title}. {self.advice}"


class Unreachable(EnphaseTrayError):
    """The gateway does not answer, or not in time."""

    kind = "unreachable"
    default_retry = Retry.SOON


class WrongGateway(EnphaseTrayError):
    """Another gateway answered than the one with the expected serial."""

    kind = "wrong_gateway"


class LoginRefused(EnphaseTrayError):
    """User name, password or token was not accepted."""

    kind = "login_refused"
    default_retry = Retry.NEVER


class TokenExpired(EnphaseTrayError):
    """The access token is past its date."""

    kind = "token_expired"
    default_retry = Retry.NEVER


class TokenWrongGateway(EnphaseTrayError):
    """The access token was made for another gateway."""

    kind = "token_wrong_gateway"
    default_retry = Retry.NEVER


class TokenMissing(EnphaseTrayError):
    """A token is needed and there is none, or what was given is not one."""

    kind = "token_missing"
    default_retry = Retry.NEVER


class BrowserLogInNeeded(TokenMissing):
    """The account logs in with more than a password: its token has to be fetched in a browser and pasted."""


class CertificateUnknown(EnphaseTrayError):
    """The gateway shows a certificate, and none is pinned for it yet."""

    kind = "certificate_unknown"
    default_retry = Retry.NEVER

    def __init__(self, title: str, advice: str, certificate: "CertificateFacts", serial: str | None) -> None:
        super().__init__(title, advice)
        self.certificate = certificate
        self.serial = serial


class CertificateContested(EnphaseTrayError):
    """Several devices claim one serial, each with its own certificate, and none is pinned: there is no default choice.

    `certificates` are all that were shown.
    """

    kind = "certificate_unknown"
    default_retry = Retry.NEVER

    def __init__(
        self, title: str, advice: str, certificates: "tuple[CertificateFacts, ...]", serial: str | None
    ) -> None:
        super().__init__(title, advice)
        self.certificates = certificates
        self.serial = serial


class CertificateChanged(EnphaseTrayError):
    """The gateway shows another certificate than the pinned one; nothing was sent to it."""

    kind = "certificate_changed"
    default_retry = Retry.LATER

    def __init__(
        self, title: str, advice: str, certificate: "CertificateFacts", serial: str, expected_renewal: bool
    ) -> None:
        """`expected_renewal`: it looks like the yearly renewal, not like another device."""
        super().__init__(title, advice)
        self.certificate = certificate
        self.serial = serial
        self.expected_renewal = expected_renewal


class CertificateRenewed(EnphaseTrayError):
    """The gateway's certificate was renewed as each year; nothing was sent. It is agreed to with the next try."""

    kind = "certificate_changed"
    default_retry = Retry.SOON


class NotUnderstood(EnphaseTrayError):
    """The gateway answered, but not in a way this program can read."""

    kind = "not_understood"


class SettingsError(EnphaseTrayError):
    """Settings or state files cannot be read or written."""

    kind = "settings"
    default_retry = Retry.NEVER


class SecretsError(EnphaseTrayError):
    """The system's keyring cannot be used."""

    kind = "secrets"


class HistoryError(EnphaseTrayError):
    """The history cannot be read or written."""

    kind = "history"
