"""Shared by the tests of this room: times, sessions and short ways to ask a simulated gateway."""

import json
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import requests
from requests.auth import HTTPDigestAuth

from enphase_tray.simulator.gateway import SimulatedGateway

MIDSUMMER_NOON = datetime(2026, 6, 21, 11, 30, tzinfo=UTC)


@contextmanager
def session(gateway: SimulatedGateway | None = None, login: bool = True) -> Iterator[requests.Session]:
    """A plain requests session; logged in to a gateway as its family wants, certificates unchecked."""
    with requests.Session() as plain, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain.trust_env = False
        plain.verify = False
        if gateway is not None and login:
            if gateway.secure:
                plain.headers["Authorization"] = f"Bearer {gateway.token()}"
            else:
                plain.auth = HTTPDigestAuth(gateway.username, gateway.password)
        yield plain


class Asker:
    """Asks a gateway in process, with a token that is renewed at each clock."""

    def __init__(self, gateway: SimulatedGateway) -> None:
        self.gateway = gateway
        self._headers = {"Authorization": f"Bearer {gateway.token(expires_in=1e9)}"}

    def json(self, target: str) -> Any:
        answer = self.gateway.respond("GET", target, self._headers)
        assert answer.status == 200, answer
        return json.loads(answer.body)

    def status(self, target: str) -> int:
        return self.gateway.respond("GET", target, self._headers).status

    def inverters(self) -> dict[str, Any]:
        """The inverter list by serial."""
        return {row["serialNumber"]: row for row in self.json("/api/v1/production/inverters")}

    def inventory(self, kind: str) -> dict[str, Any]:
        """One block of the inventory by serial."""
        blocks = {block["type"]: block["devices"] for block in self.json("/inventory.json")}
        return {device["serial_num"]: device for device in blocks[kind]}
