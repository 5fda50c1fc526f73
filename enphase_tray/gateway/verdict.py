"""What an answer to an endpoint means: it is there, it is absent, or it failed this time. Pure."""

from dataclasses import dataclass

from enphase_tray.gateway.decode import decode_json, is_error_document
from enphase_tray.gateway.endpoint import Endpoint
from enphase_tray.gateway.parts import Part
from enphase_tray.model.connection import StepOutcome
from enphase_tray.model.errors import EnphaseTrayError, NotUnderstood
from enphase_tray.model.language import mark, tr

_LOCKED = {401, 403}
_SMALL_BODY = 4096
_ABSENT_ADVICE = mark("Nothing is wrong: what only it tells is left out")
_LOCKED_ADVICE = mark("What only it tells is left out; another log-in may open it")
_REFUSED_ADVICE = mark(
    "Check user name and password in the settings; the default is envoy and the serial's last six digits"
)
_FAILED_ADVICE = mark("It is asked again at the next poll")
_PASSES = mark("It passes by itself; it is asked again at the next poll")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How asking went. `part` is set exactly where `outcome` is `OK`."""

    outcome: StepOutcome
    title: str
    advice: str = ""
    part: Part | None = None
    locked: bool = False
    starting: bool = False
    refused: bool = False


def told_of(endpoint: Endpoint) -> str:
    """What it tells, as a sentence begins with it."""
    title = tr(endpoint.title)
    return title[:1].upper() + title[1:]


def judge(endpoint: Endpoint, status: int, body: bytes) -> Verdict:
    """The verdict on one answer; any status is welcome."""
    about = told_of(endpoint)
    if status in _LOCKED:
        return Verdict(
            StepOutcome.ABSENT, tr("{about}: not open to this log-in", about=about), tr(_LOCKED_ADVICE), locked=True
        )
    if status == 503:
        return Verdict(
            StepOutcome.FAILED, tr("{about}: the gateway is starting up", about=about), tr(_PASSES), starting=True
        )
    if status >= 500 or status == 429 or status < 200:
        return Verdict(
            StepOutcome.FAILED,
            tr("{about}: the gateway is overloaded (status {status})", about=about, status=status),
            tr(_FAILED_ADVICE),
        )
    if status != 200:
        return Verdict(StepOutcome.ABSENT, tr("{about}: not on this gateway", about=about), tr(_ABSENT_ADVICE))
    try:
        return Verdict(StepOutcome.OK, "", part=endpoint.parse(body))
    except NotUnderstood as error:
        if _says_nothing(body):
            return Verdict(StepOutcome.ABSENT, tr("{about}: not on this gateway", about=about), tr(_ABSENT_ADVICE))
        return Verdict(StepOutcome.FAILED, f"{about}: {error.title}", error.advice)


def refused(endpoint: Endpoint) -> Verdict:
    """The verdict where the gateway has it, but not for this user name and password."""
    about = told_of(endpoint)
    return Verdict(
        StepOutcome.FAILED, tr("{about}: the log-in is refused", about=about), tr(_REFUSED_ADVICE), refused=True
    )


def broken(endpoint: Endpoint, error: EnphaseTrayError) -> Verdict:
    """The verdict where no whole answer came."""
    return Verdict(StepOutcome.FAILED, f"{told_of(endpoint)}: {error.title}", error.advice)


def _says_nothing(body: bytes) -> bool:
    """An empty body, a web page, or an error message with status 200 is how some firmware says "not here"."""
    start = body[:64].lstrip()
    if not start or start.startswith(b"<"):
        return not body.strip() or start.startswith(b"<")
    if len(body) > _SMALL_BODY:
        return False
    try:
        document = decode_json(body)
    except NotUnderstood:
        return False
    return is_error_document(document) or document in ({}, [])
