"""Reports of the program's own faults as others may see them."""

from contextlib import suppress
from pathlib import Path

from enphase_tray.model.errors import SecretsError
from enphase_tray.model.language import mark, tr

NOT_SHOWN = mark("The report cannot be shown, because something private could not be taken out of it. The log has it.")


def fit_to_send(report: str) -> str:
    """A report with stand-ins for serials, addresses and e-mail, and without the user's folder."""
    from enphase_tray.gateway.outgoing import Private, made_public  # most programs never need it

    with suppress(RuntimeError):  # nobody's home
        report = report.replace(str(Path.home()), "~")
    try:
        return made_public({"report": report}, Private())["report"]
    except SecretsError:
        return tr(NOT_SHOWN)
