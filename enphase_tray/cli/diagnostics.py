"""`diagnostics`: a ZIP file for a supporter, with nothing private in it."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from enphase_tray.app.compose import Profile
from enphase_tray.app.diagnostics import collect, poll_document
from enphase_tray.app.private import private_things
from enphase_tray.cli import output
from enphase_tray.cli.connection import Asked, profile_asked
from enphase_tray.cli.context import profile_paths, system_clock
from enphase_tray.cli.doctor import asked_with_failure
from enphase_tray.cli.new_files import insist_new, write_zip
from enphase_tray.gateway.outgoing import made_public
from enphase_tray.gateway.recording import Recording, as_bytes
from enphase_tray.model.checkup import CheckStep
from enphase_tray.model.connection import Connection
from enphase_tray.model.errors import EnphaseTrayError, Retry, SettingsError
from enphase_tray.model.readings import Snapshot
from enphase_tray.settings.settings import Settings


def diagnostics(options: argparse.Namespace) -> int:
    """Write the file, also where no gateway can be read. Raises `UsageError`, `SettingsError`, `SecretsError`."""
    path = Path(options.output)
    insist_new(path)
    profile = profile_asked(options, profile_paths(options), system_clock())
    asked, steps = _looked_at(options, profile)
    recording = Recording()
    snapshot, poll = _polled(asked, recording)
    announced = tuple(
        found["serial"] for step in steps if step.name == "find" for found in step.details.get("announced", ())
    )
    private = private_things(profile, asked.settings, asked.connection, asked.tokens, snapshot, announced)
    texts = collect(profile, asked.settings, steps, poll, recording)
    write_zip(path, as_bytes(made_public(texts, private)), profile.clock.now())
    output.print_line(f"{path} was written. Look into it before you send it: nothing in it should be private.")
    if poll["error"] is not None:
        output.print_line(f"The gateway's answers are not complete: {poll['error']['title']}.")
    return 0


def _looked_at(options: argparse.Namespace, profile: Profile) -> tuple[Asked, list[CheckStep]]:
    """What the options name and its check-up; with the defaults where the settings cannot be read."""
    try:
        asked, failure = asked_with_failure(options, profile)
    except SettingsError as error:
        settings, connection = Settings(), Connection()
        asked = Asked(profile, settings, connection, profile.secrets(settings))
        return asked, [CheckStep.failed("settings", error)]
    steps = profile.check_up(asked.connection, asked.settings, asked.tokens, secrets_failure=failure)
    return asked, [*steps]


def _polled(asked: Asked, recording: Recording) -> tuple[Snapshot | None, Mapping[str, Any]]:
    """One reading of the gateway, if one is named, and what is to be told of it."""
    if not asked.named:
        nothing = EnphaseTrayError("No gateway is named and none is set up", "Add --host or --serial", Retry.NEVER)
        return None, poll_document(None, nothing, ())
    reader = asked.profile.reader(asked.connection, asked.tokens, heard=recording)
    snapshot: Snapshot | None = None
    failure: EnphaseTrayError | None = None
    try:
        snapshot = reader.read()
    except EnphaseTrayError as error:
        failure = error
    finally:
        reader.close()
    return snapshot, poll_document(snapshot, failure, reader.verdicts())
