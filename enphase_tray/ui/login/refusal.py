"""Log-ins that do not work: which errors say so, and what the last poll said."""

from enphase_tray.model.errors import LoginRefused, TokenExpired, TokenMissing, TokenWrongGateway
from enphase_tray.monitor.result import PollResult
from enphase_tray.ui.login.login_fields import Trouble

LOGIN_ERRORS = (LoginRefused, TokenExpired, TokenMissing, TokenWrongGateway)
_KINDS = {kind.kind for kind in LOGIN_ERRORS}


def refused_login(result: PollResult | None) -> Trouble | None:
    """What the last poll says of a log-in that does not work."""
    if result is None:
        return None
    if result.failure is not None:
        return result.failure if result.failure.kind in _KINDS else None
    problems = () if result.snapshot is None else result.snapshot.problems
    return next((problem for problem in problems if problem.login_refused), None)
