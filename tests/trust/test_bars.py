"""The bars of trust in short form; `python -m tests.trust` measures them in full."""

import os
import random
import stat
import subprocess
import sys
import tomllib
import traceback
from pathlib import Path

import pytest

from enphase_tray.model.identity import Secret
from tests.conftest import REPOSITORY
from tests.stories.home import Home
from tests.trust import (
    canary,
    fuzz,
    hostile_answers,
    impostors,
    mutants,
    open_window,
    outages,
    quits,
    soak,
    spoofs,
    stall,
)
from tests.trust.__main__ import PARTS
from tests.trust.bar import Row

LOOPBACKS = pytest.mark.allow_hosts([f"127.0.0.{number}" for number in range(1, 10)])
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def _hold(rows: list[Row]) -> None:
    assert rows
    assert [row for row in rows if not row.holds] == []


def _short(name: str) -> int:
    size = PARTS[name].short
    assert size is not None
    return size


def test_b1_no_impostor_gets_a_byte() -> None:
    _hold(impostors.measure(_short("impostors")))


@LINUX
@LOOPBACKS
def test_b2_no_announcement_leads_a_token_astray() -> None:
    _hold(spoofs.measure(_short("spoofs")))


@LINUX
@LOOPBACKS
def test_b2_of_two_that_claim_one_serial_none_is_taken() -> None:
    assert spoofs.contested()


@pytest.mark.expects_log("stored secret|not being saved")
def test_b4_b6_no_secret_is_found_where_it_should_not_be() -> None:
    _hold(canary.measure())


def test_b6_the_search_for_secrets_has_teeth() -> None:
    seen = canary.Seen()
    seen.add("log", f"password={canary.quote_plus(canary.CLOUD_PASSWORD)}")
    assert canary._hits(seen.texts["log"], canary.forms(canary.CLOUD_PASSWORD)) == 1


@LINUX
@pytest.mark.slow
@pytest.mark.timeout(120)
def test_b7_b13_b22_days_of_polls_meet_one_host_and_leave_nothing_behind() -> None:
    _hold(soak.measure(_short("soak")))


@LINUX
@pytest.mark.slow
@pytest.mark.timeout(120)
def test_b22_an_open_window_holds_little_more_each_day() -> None:
    _hold(open_window.measure(_short("window")))


def test_b8_no_slow_answer_outlives_its_deadline() -> None:
    _hold(hostile_answers.slow(_short("slow") / 10))


@LINUX
def test_b9_no_answer_takes_much_memory() -> None:
    _hold(hostile_answers.large(_short("large")))


def test_b10_b11_spoilt_answers_stay_where_they_are() -> None:
    cases = _short("fuzz")
    _hold(fuzz.measure(cases * 5 // 6, cases // 6))


def test_b10_the_spoiling_is_noticed() -> None:
    """Most of what is spoilt changes what is read: the cases are no empty ones."""
    tally = fuzz.Tally()
    over = fuzz.gateways()
    chance = random.Random(3)
    changed = 0
    for number in range(200):
        gateway = over[number % len(over)]
        got = fuzz._case(gateway, chance, False, tally)
        changed += got is not None and fuzz.snapshot(fuzz.Answers(dict(gateway.answers)), gateway.about) != got
    assert changed > 60


def test_b12_old_figures_never_look_live() -> None:
    _hold(outages.stale(_short("stale")))


def test_b21_the_first_poll_after_an_outage_brings_figures() -> None:
    _hold(outages.recovery(_short("recovery")))


@LINUX
@pytest.mark.slow
def test_b23_it_ends_at_any_moment() -> None:
    _hold(quits.measure(_short("quits")))


@LINUX
@pytest.mark.slow
@pytest.mark.timeout(120)
def test_b25_the_window_is_never_held_up() -> None:
    _hold(stall.measure(_short("stall")))


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_b26_a_life_under_a_careless_umask_leaves_private_files_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = Home(tmp_path / "profile")
        home.live(30)
        home.close()
    finally:
        os.umask(before)
    found = [path for path in (tmp_path / "profile", *(tmp_path / "profile").rglob("*")) if not path.is_socket()]
    assert len(found) > 3
    wrong = {
        str(path): oct(path.stat().st_mode)
        for path in found
        if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    }
    assert wrong == {}


def test_b34_tests_are_strict_with_themselves() -> None:
    """Offline, warnings are errors, each has a limit of time, and the order is another one each time."""
    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    options = project["tool"]["pytest"]["ini_options"]
    assert "--allow-hosts=127.0.0.1,::1" in options["addopts"]
    assert options["filterwarnings"] == ["error"]
    assert options["timeout"] <= 60
    assert {"pytest-randomly", "pytest-socket", "pytest-timeout"} <= set(project["dependency-groups"]["dev"])


@pytest.mark.slow
def test_b35_lies_in_the_decoder_are_noticed() -> None:
    """A few of them; the share over all guards is measured in full only."""
    outcomes = list(mutants.run(3, guards=mutants.GUARDS[:1]))
    assert len(outcomes) == 3
    assert outcomes.count(None) >= 2


# ----------------------------------------------------------------------------------------------------- what is not kept


@pytest.mark.skipif(os.name != "posix", reason="there are no such limits elsewhere")
def test_a_crash_leaves_no_picture_of_the_memory() -> None:
    script = (
        "import resource\n"
        "resource.setrlimit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1:] * 2)\n"
        "from enphase_tray.cli import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit:\n    pass\n"
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.splitlines()[-1] == "0"


def test_a_secret_never_shows_itself() -> None:
    secret = Secret("CANARY")
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!s:>9}", "%s %r" % (secret, secret), repr([secret])]  # noqa: UP031
    assert not any("CANARY" in text for text in shown)
    with pytest.raises(TypeError, match="pickled"):
        secret.__reduce__()
    with pytest.raises(TypeError):
        vars(secret)


def test_a_traceback_has_no_values_of_variables() -> None:
    """Neither those that the program writes, nor those that Python writes by itself."""
    token = "CANARY" + "x" * 10

    def fail(given: str) -> None:
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError) as caught:
        fail(token)
    assert token not in "".join(traceback.format_exception(caught.value))
    sources = [path.read_text(encoding="utf-8") for path in (REPOSITORY / "enphase_tray").rglob("*.py")]
    assert not any(word in text for text in sources for word in ("capture_locals", "cgitb", "faulthandler"))
