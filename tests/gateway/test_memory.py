"""What is remembered of a token between runs."""

import subprocess
import sys

import pytest

from enphase_tray.gateway.memory import known_token
from enphase_tray.gateway.token import inspect_token
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.errors import TokenMissing
from enphase_tray.model.identity import Secret
from enphase_tray.simulator.tokens import TokenMint
from tests.gateway.transport_support import MemoryState

SERIAL = "122012345678"


def test_facts_of_a_known_token_are_the_same_and_written_once(manual_clock: ManualClock) -> None:
    state, token = MemoryState(), Secret(TokenMint(manual_clock).token(SERIAL))
    first = known_token(state, SERIAL, token)
    writes = state.writes
    assert known_token(state, SERIAL, token) == first == inspect_token(token.reveal())
    assert state.writes == writes == 1
    assert token.reveal() not in str(state.known)


def test_another_token_is_looked_at_anew(manual_clock: ManualClock) -> None:
    state, mint = MemoryState(), TokenMint(manual_clock)
    known_token(state, SERIAL, Secret(mint.token(SERIAL)))
    assert known_token(state, SERIAL, Secret(mint.token(SERIAL, role="installer"))).role == "installer"
    with pytest.raises(TokenMissing):
        known_token(state, SERIAL, Secret("a.b.c"))


def test_a_known_token_needs_no_cryptography(manual_clock: ManualClock) -> None:
    """The tray's memory rests on it: after the first start neither of the two libraries is loaded."""
    state, token = MemoryState(), Secret(TokenMint(manual_clock).token(SERIAL))
    known_token(state, SERIAL, token)
    program = (
        "import sys\n"
        "from enphase_tray.gateway.memory import known_token\n"
        "from enphase_tray.model.identity import Secret\n"
        "from tests.gateway.transport_support import MemoryState\n"
        f"state = MemoryState(); state.known = {state.known!r}\n"
        f"print(known_token(state, {SERIAL!r}, Secret({token.reveal()!r})).serial)\n"
        "print(sorted({'jwt', 'cryptography'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == [SERIAL, "[]"]
