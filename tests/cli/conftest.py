"""Running the terminal face in this process against simulated gateways."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from enphase_tray.cli import main
from enphase_tray.simulator.gateway import SimulatedGateway


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Terminal = Callable[..., Said]


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    """`terminal("read", "--json", ...)`: run the program with these arguments."""

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return run


@pytest.fixture
def connection(tmp_path: Path) -> Callable[[SimulatedGateway], list[str]]:
    """The options that connect to a simulated gateway as a user with its secrets in files would."""

    def options(gateway: SimulatedGateway) -> list[str]:
        chosen = ["--host", f"{gateway.host}:{gateway.port}", "--profile", str(tmp_path / "profile")]
        if gateway.secure:
            token = tmp_path / "token"
            token.write_text(gateway.token() + "\n")
            return [*chosen, "--token-file", str(token), "--trust-fingerprint", str(gateway.fingerprint)]
        password = tmp_path / "password"
        password.write_text(gateway.password)
        return [*chosen, "--password-file", str(password)]

    return options
