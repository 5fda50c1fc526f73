"""A gateway made of files: recorded answers in the layout of the captures, or documents written in a test."""

import json
from datetime import UTC, datetime
from pathlib import Path

from enphase_tray.gateway.assemble import Moment, Past, assemble
from enphase_tray.gateway.client import Answer
from enphase_tray.gateway.hindsight import looks_empty
from enphase_tray.gateway.info import parse_info
from enphase_tray.gateway.parts import Parts
from enphase_tray.gateway.questions import Questions
from enphase_tray.model.clock import ManualClock
from enphase_tray.model.identity import Family, FirmwareVersion, GatewayInfo
from enphase_tray.model.readings import Login, Snapshot

NOW = datetime(2026, 6, 25, 12, 0, tzinfo=UTC)
NOON = int(NOW.timestamp())
_SAME = ({"home", "home.json"}, {"inventory", "inventory.json"}, {"info", "info.xml"})


class Answers:
    """What a gateway answers: `documents` by path (a value, or a pair of status and value), or a folder of files."""

    def __init__(self, documents: dict[str, object] | None = None, folder: Path | None = None) -> None:
        self.documents = dict(documents or {})
        self.folder = folder
        self.asked: list[str] = []
        self.refused_paths: frozenset[str] = frozenset()
        self.digest = False

    def get(self, path: str) -> Answer:
        self.asked.append(path)
        status, body = self._recorded(path) if self.folder else self._written(path)
        if status == 401 and self.digest:
            self.refused_paths |= {path}  # as the real client notes it of a user name and password
        return Answer(path, status, body, NOW)

    def confirm_login(self) -> bool:
        return False

    def _written(self, path: str) -> tuple[int, bytes]:
        value = self.documents.get(path, (404, b""))
        status, value = value if isinstance(value, tuple) else (200, value)
        return status, value if isinstance(value, bytes) else json.dumps(value).encode()

    def _recorded(self, path: str) -> tuple[int, bytes]:
        name = path.lstrip("/").replace("/", "_").replace("?", "_").replace("=", "_").replace("&", "_")
        names = [name, *(other for same in _SAME if name in same for other in same)]
        names += ["production.json"] if name == "production.json_details_1" else []
        assert self.folder is not None
        for candidate in names:
            file = self.folder / candidate
            if file.is_file():
                log = self.folder / f"{candidate}_log.json"
                status = json.loads(log.read_text())["code"] if log.is_file() else 200
                return status, file.read_bytes()
        return 404, b""


def info(firmware: str = "8.3.5289", metering: bool | None = True, clock_at: datetime | None = NOW) -> GatewayInfo:
    version = FirmwareVersion.parse(firmware)
    family = Family.TOKEN if version.numbers >= (7,) else Family.DIGEST
    return GatewayInfo("123456789012", "800-00554-r03", version, family, metering, clock_at)


def parts_of(answers: Answers, about: GatewayInfo) -> tuple[Parts, Questions]:
    """Everything that a first poll learns."""
    questions = Questions(about, ManualClock(NOW))
    questions.ask_due(answers)  # type: ignore[arg-type]
    return questions.parts, questions


def snapshot(answers: Answers, about: GatewayInfo | None = None, past: Past | None = None) -> Snapshot:
    """What a single `read` of this gateway shows."""
    about = about or info()
    parts, questions = parts_of(answers, about)
    past = past or Past(starting_up=questions.starting or looks_empty(parts))
    login = Login.TOKEN if about.family is Family.TOKEN else Login.DIGEST
    return assemble(parts, Moment(NOW, about, login, about.clock_at), past, questions.problems())


def recorded(folder: Path) -> Snapshot:
    """What a single `read` of a recorded gateway shows."""
    answers, about = Answers(folder=folder), parse_info((folder / "info").read_bytes())
    answers.digest = about.family is Family.DIGEST
    return snapshot(answers, about)
