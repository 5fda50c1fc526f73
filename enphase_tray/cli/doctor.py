"""`doctor`: which step of connecting fails, and why; nothing secret is sent to find out."""

import argparse
from collections.abc import Iterator

from enphase_tray.app.compose import Profile
from enphase_tray.cli import output
from enphase_tray.cli.connection import Asked, any_connection_asked, profile_asked
from enphase_tray.cli.context import profile_paths, system_clock
from enphase_tray.model.checkup import CheckStep, StepVerdict, first_failure, steps_to_json
from enphase_tray.model.errors import SecretsError, SettingsError
from enphase_tray.monitor.checkup import GATEWAY_STEPS, skipped

_MARKS = {
    StepVerdict.OK: "ok       ",
    StepVerdict.ATTENTION: "attention",
    StepVerdict.FAILED: "FAILED   ",
    StepVerdict.SKIPPED: "skipped  ",
}
_INDENT = " " * (len(_MARKS[StepVerdict.OK]) + 2)


def doctor(options: argparse.Namespace) -> int:
    """Tell every step; the status is that of the first that failed. Raises `UsageError`."""
    profile = profile_asked(options, profile_paths(options), system_clock())
    steps: list[CheckStep] = []
    for step in steps_asked(options, profile):
        steps.append(step)
        if not options.json:
            _print(step)
    failure = first_failure(steps)
    if options.json:
        output.print_json({"schema": output.SCHEMA, "steps": steps_to_json(steps)})
    else:
        output.print_line()
        output.print_line("All is well." if failure is None else f"Mend this first: {failure.title}.")
    return 0 if failure is None else output.exit_status(failure.kind or "")


def steps_asked(options: argparse.Namespace, profile: Profile) -> Iterator[CheckStep]:
    """The check-up of what the options name; settings or secrets that cannot be read are steps that failed."""
    try:
        asked, failure = asked_with_failure(options, profile)
    except SettingsError as error:
        yield CheckStep.failed("settings", error)
        yield from skipped(("secrets", *GATEWAY_STEPS, "keyring", "history"), error.title)
        return
    yield from asked.profile.check_up(asked.connection, asked.settings, asked.tokens, secrets_failure=failure)


def asked_with_failure(options: argparse.Namespace, profile: Profile) -> tuple[Asked, SecretsError | None]:
    """What the options name, and why its secrets are missing, if they cannot be read. Raises `SettingsError`."""
    try:
        return any_connection_asked(options, profile), None
    except SecretsError as error:
        blind = argparse.Namespace(**{**vars(options), "password_file": None, "token_file": None})
        return any_connection_asked(blind, profile, stored=False), error


def _print(step: CheckStep) -> None:
    output.print_line(f"{_MARKS[step.verdict]}  {step.title}")
    if step.advice and step.verdict is not StepVerdict.SKIPPED:
        output.print_line(f"{_INDENT}{step.advice}")
