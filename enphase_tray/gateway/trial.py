"""Testing a connection step by step, as "Test connection" and the set-up show it."""

from collections.abc import Generator, Iterator

from enphase_tray.gateway.approach import Approach
from enphase_tray.gateway.client import GatewayClient
from enphase_tray.gateway.identify import connecting
from enphase_tray.gateway.line import Breaker
from enphase_tray.gateway.renewal import CloudFactory
from enphase_tray.gateway.search import Locate
from enphase_tray.gateway.transport import Timings
from enphase_tray.model.clock import Clock
from enphase_tray.model.connection import Connection, GatewayState, StepOutcome, TokenKeeper, TrialStep, Trust
from enphase_tray.model.errors import (
    CertificateChanged,
    CertificateUnknown,
    EnphaseTrayError,
    LoginRefused,
    SecretsError,
    TokenExpired,
    TokenMissing,
    TokenWrongGateway,
)
from enphase_tray.model.language import tr
from enphase_tray.model.readings import Login, Snapshot

_LOGIN_ERRORS = (LoginRefused, TokenExpired, TokenMissing, TokenWrongGateway, SecretsError)


def try_connection(
    connection: Connection,
    state: GatewayState,
    tokens: TokenKeeper,
    trust: Trust,
    clock: Clock,
    *,
    locate: Locate | None = None,
    cloud_factory: CloudFactory | None = None,
    breaker: Breaker | None = None,
) -> Iterator[TrialStep]:
    """Each step as soon as it is done. What makes the trial fail is raised after the step that says so.

    That may be a certificate to ask the user about, or a log-in to type again, even where some figures could be read.
    """
    breaker = breaker or Breaker()
    approach = Approach(connection, state, trust, clock, breaker, Timings())
    done: list[TrialStep] = []
    try:
        client = yield from _noting(connecting(approach, tokens, locate, cloud_factory), done)
    except EnphaseTrayError as error:
        yield TrialStep(_step_after(done, error), StepOutcome.FAILED, str(error))
        raise
    client.close()
    yield from _endpoints(connection, state, tokens, trust, clock, locate, cloud_factory, breaker)


def _endpoints(
    connection: Connection,
    state: GatewayState,
    tokens: TokenKeeper,
    trust: Trust,
    clock: Clock,
    locate: Locate | None,
    cloud_factory: CloudFactory | None,
    breaker: Breaker,
) -> Iterator[TrialStep]:
    """What each endpoint says, from one full reading."""
    from enphase_tray.gateway.reader import Reader

    reader = Reader(connection, state, tokens, trust, clock, locate=locate, cloud_factory=cloud_factory)
    breaker.also(reader.abort)
    failure: EnphaseTrayError | None = None
    try:
        snapshot = reader.read()
        if any(problem.login_refused for problem in snapshot.problems):
            failure = _refused(connection, snapshot)
    except EnphaseTrayError as error:
        failure = error
    finally:
        breaker.forget(reader.abort)
        reader.close()
    yield from (TrialStep(verdict.path, verdict.outcome, verdict.detail) for verdict in reader.verdicts())
    if failure is not None:
        title = tr("Log in") if isinstance(failure, _LOGIN_ERRORS) else tr("Read it")
        yield TrialStep(title, StepOutcome.FAILED, str(failure))
        raise failure
    yield TrialStep(tr("Read it"), StepOutcome.OK, tr("Done"))


def _noting(
    steps: Generator[TrialStep, None, GatewayClient], done: list[TrialStep]
) -> Generator[TrialStep, None, GatewayClient]:
    """`steps`, each added to `done` on its way."""
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            client: GatewayClient = end.value
            return client
        done.append(step)
        yield step


def _step_after(done: list[TrialStep], error: EnphaseTrayError) -> str:
    """At which step of connecting this went wrong."""
    if isinstance(error, CertificateUnknown | CertificateChanged):
        return tr("Check its certificate")
    return tr("Log in") if done or isinstance(error, _LOGIN_ERRORS) else tr("Find the gateway")


def _refused(connection: Connection, snapshot: Snapshot) -> LoginRefused:
    """Below firmware 7 some figures need no log-in: a wrong password does not stop the reading, but costs the rest."""
    if snapshot.login is Login.TOKEN:
        return LoginRefused(
            tr("The gateway refuses this token for some of its figures"), tr("Get a new one and paste it")
        )
    usual = tr("The usual ones are envoy and the last six digits of the serial number")
    advice = tr("Type them as they were set on the gateway. {usual}", usual=usual) if connection.password else usual
    return LoginRefused(tr("The gateway refuses this user name or password"), advice)
