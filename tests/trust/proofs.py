"""Bars whose proof lives in the tests of a room: those tests, run in full, as rows of the table."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass

from tests.conftest import REPOSITORY
from tests.trust.bar import Row

_SECONDS = 900


@dataclass(frozen=True)
class Proof:
    """A bar, in what words, and the tests that prove it (as pytest names them)."""

    bar: str
    what: str
    tests: tuple[str, ...]


PROOFS = (
    Proof("B3", "tokens for others, uncommissioned, expired: none is sent", ("tests/gateway/test_auth.py",)),
    Proof("B5", "account hosts that cannot prove themselves: no byte", ("tests/gateway/test_cloud.py",)),
    Proof("B6", "diagnostics: nothing of the user's in it", ("tests/cli/test_diagnostics.py",)),
    Proof(
        "B14", "waits 5 15 30 60 s, 12 tries in 15 min, 4 a day at the token server",
        (
            "tests/monitor/test_service.py", "tests/gateway/test_auth.py", "tests/gateway/test_token_source.py",
            "tests/trust/test_retry.py",
        ),
    ),
    Proof("B10", "answers that Hypothesis makes up, 5,000 of each kind", ("tests/gateway/test_any_answer.py",)),
    Proof("B15", "nothing but GET, of known paths", ("tests/trust/test_gate.py", "tests/gateway/test_transport.py")),
    Proof(
        "B16", "200 kills: nothing corrupt, nothing acknowledged is lost",
        ("tests/history/test_durability.py::test_kills_lose_nothing_that_was_acknowledged",),
    ),
    Proof("B17", "1,000 power cuts, and the control run", ("tests/history/test_power_cuts.py",)),
    Proof("B18", "300 damaged files: it starts, at most a day is lost", ("tests/history/test_damage.py",)),
    Proof(
        "B19", "full and read-only disk",
        (
            "tests/history/test_durability.py::test_full_disk_then_room_again",
            "tests/history/test_durability.py::test_a_disk_without_room_then_with_some",
            "tests/history/test_durability.py::test_a_read_only_disk_then_a_writable_one",
            "tests/monitor/test_monitor.py::test_readings_go_on_while_they_cannot_be_saved",
        ),
    ),
    Proof("B20", "seven daily and four weekly backups", ("tests/history/test_backups.py",)),
    Proof(
        "B24", "50 bugs in the worker: all told, the poller lives",
        (
            "tests/ui/test_live.py::test_fifty_bugs_do_not_kill_the_poller",
            "tests/ui/test_live.py::test_a_bug_is_announced_and_the_poller_lives_on",
            "tests/ui/test_live.py::test_a_hung_poller_is_shaken_loose_and_goes_on",
            "tests/ui/test_live.py::test_bugs_in_a_row_show_in_the_icon_and_its_words",
        ),
    ),
    Proof(
        "B26", "modes, links, whole files",
        (
            "tests/settings/test_files.py", "tests/settings/test_state.py",
            "tests/trust/test_bars.py::test_b26_a_life_under_a_careless_umask_leaves_private_files_only",
        ),
    ),
    Proof("B27", "secrets at rest", ("tests/settings/test_secrets.py",)),
    Proof("B28", "locked by hash, few, each justified, a bill", ("tests/trust/test_supply.py",)),
    Proof("B29", "the gate over the syntax of every module", ("tests/trust/test_gate.py",)),
    Proof("B30", "the wheel twice: the same bytes", ("tests/test_packaging.py",)),
    Proof(
        "B31", "200 hostile texts in every field from outside",
        (
            "tests/trust/test_hostile_text.py", "tests/status/test_csv.py", "tests/ui/test_hostile_windows.py",
            "tests/ui/test_window.py::test_outside_text_is_never_rich_text",
            "tests/desktop/test_tray_manners.py::TestNotifications"
            "::test_markup_is_shown_as_it_is_and_what_is_over_is_withdrawn",
        ),
    ),
    Proof(
        "B32", "public addresses are refused",
        (
            "tests/gateway/test_identify.py::test_only_local_addresses_are_talked_to",
            "tests/gateway/test_identify.py::test_public_address_is_refused_before_a_packet",
        ),
    ),
    Proof(
        "B33", "1,000 switches between gateways: nothing mixes",
        ("tests/history/test_durability.py::test_gateways_that_come_and_go_never_mix",),
    ),
    Proof(
        "B34", "offline, in another order each time, within limits, warnings are errors",
        ("tests/trust/test_bars.py::test_b34_tests_are_strict_with_themselves",),
    ),
    Proof(
        "B36", "every change of trust is in a log that only grows",
        (
            "tests/settings/test_state.py::test_every_change_of_trust_is_logged_for_ever",
            "tests/settings/test_state.py::test_refusals_and_the_return_are_logged_once",
            "tests/gateway/test_identify.py::test_a_suspension_and_its_end_are_logged",
            "tests/trust/test_renewals.py", "tests/ui/test_trust_page.py",
        ),
    ),
)  # fmt: skip


def measure(_: int = 0) -> list[Row]:
    """Each of them in turn, in the numbers of the plan."""
    return [*(_row(proof) for proof in PROOFS), _ruff()]


def _ruff() -> Row:
    """The security rules over the product, as they are chosen in the project's file."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "S,BLE,DTZ,T20", "enphase_tray"],
        cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=_SECONDS,
    )  # fmt: skip
    told = done.stdout.splitlines()[-1] if done.stdout else done.stderr[-100:]
    return Row("B29", "ruff: security, broad excepts, naive times, prints", told, "none", done.returncode == 0)


def _row(proof: Proof) -> Row:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", "--timeout", str(_SECONDS),
         *proof.tests],
        cwd=REPOSITORY, env={**os.environ, "ENPHASE_TRAY_FULL": "1"}, capture_output=True, text=True, check=False,
        timeout=_SECONDS,
    )  # fmt: skip
    counted = re.findall(r"(\d+) (passed|failed|error|skipped)", done.stdout)
    told = ", ".join(f"{number} {word}" for number, word in counted) or done.stdout[-100:] + done.stderr[-100:]
    told += "".join(f"; {name}" for name in re.findall(r"^(?:FAILED|ERROR) \S*::(\S+)", done.stdout, re.M))
    return Row(proof.bar, proof.what, told, "all pass", done.returncode == 0)
