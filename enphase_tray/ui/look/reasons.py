"""Why a figure is a dash, in a sentence for its tooltip."""

from enphase_tray.model.language import tr
from enphase_tray.model.readings import ProblemKind, Snapshot


def why_unknown(snapshot: Snapshot | None, what: str) -> str:
    """Why `what` ("Production today") has no value in `snapshot`."""
    if snapshot is None:
        return tr("Nothing has been read from the gateway yet.")
    if snapshot.starting_up:
        return tr("The gateway has just restarted; its figures mean nothing yet.")
    rejected = [problem for problem in snapshot.problems if problem.kind is ProblemKind.REJECTED]
    failed = [problem for problem in snapshot.problems if problem.kind is ProblemKind.FAILED]
    told = [f"{problem.title}." for problem in (*rejected, *failed)][:3]
    if told:
        return "\n".join([tr("{what} is not known.", what=what), *told])
    return tr("This gateway gives no believable figure for this.\n{what} stays unknown rather than zero.", what=what)


def why_no_meter(snapshot: Snapshot | None) -> str:
    """Why there is nothing to say about consumption."""
    if snapshot is None:
        return tr("Nothing has been read from the gateway yet.")
    return tr("This site has no consumption meter (CTs) that the gateway knows of.")
