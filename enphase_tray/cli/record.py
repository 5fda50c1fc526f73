"""`read --record`: the gateway's answers as a folder that `simulate --capture` serves, with nothing private in them."""

from pathlib import Path

from enphase_tray.app.private import private_things
from enphase_tray.cli.connection import Asked
from enphase_tray.cli.new_files import write_folder
from enphase_tray.gateway.outgoing import made_public
from enphase_tray.gateway.recording import Recording, as_bytes
from enphase_tray.model.readings import Snapshot


def write_recording(path: Path, recording: Recording, asked: Asked, snapshot: Snapshot | None) -> int:
    """Write what was heard, if anything; returns how many answers. Raises `SecretsError`, `SettingsError`.

    `snapshot` is what the answers came to, `None` where they came to nothing.
    """
    texts = recording.texts()
    if not texts:
        return 0
    private = private_things(asked.profile, asked.settings, asked.connection, asked.tokens, snapshot)
    write_folder(path, as_bytes(made_public(texts, private)))
    return recording.count
