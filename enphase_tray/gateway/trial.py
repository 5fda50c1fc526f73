"""Testing a connection step by step, as "Test connection" and the set-up show it."""

from collections.abc import Iterator

from enphase_tray.gateway.approach import Approach
from enphase_tray.gateway.identify import Locate, connecting
from enphase_tray.gateway.line import Breaker
from enphase_tray.gateway.renewal import CloudFactory
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
    """Each step as soon as it is done; a failed one is the last.

    `CertificateUnknown` and `CertificateChanged` are raised after their step, so that the caller can ask the user.
    """
    breaker = breaker or Breaker()
    approach = Approach(connection, state, trust, clock, breaker, Timings())
    try:
        client = yield from connecting(approach, tokens, locate, cloud_factory)
    except (CertificateUnknown, CertificateChanged) as error:
        yield TrialStep("Check its certificate", StepOutcome.FAILED, str(error))
        raise
    except _LOGIN_ERRORS as error:
        yield TrialStep("Log in", StepOutcome.FAILED, str(error))
        return
    except EnphaseTrayError as error:
        yield TrialStep("Find the gateway", StepOutcome.FAILED, str(error))
        return
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
    try:
        reader.read()
    except EnphaseTrayError as error:
        yield from (TrialStep(verdict.path, verdict.outcome, verdict.detail) for verdict in reader.verdicts())
        yield TrialStep("Read it", StepOutcome.FAILED, str(error))
        return
    finally:
        breaker.forget(reader.abort)
        reader.close()
    yield from (TrialStep(verdict.path, verdict.outcome, verdict.detail) for verdict in reader.verdicts())
    yield TrialStep("Read it", StepOutcome.OK, "Done")
