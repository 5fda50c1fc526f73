"""Answers of a gateway as they came, to be kept as a recording that the simulator can serve.

One file for each path: without its leading slash, `/` written `_`, `?x=y` written `_x_y`; beside it
`<file>_log.json` with status and type.
"""

import json
from collections.abc import Mapping

from enphase_tray.gateway.decode import clean
from enphase_tray.gateway.exchange import RawAnswer
from enphase_tray.gateway.paths import CHECK_TOKEN

_AS_IT_CAME = "surrogateescape"
_LONGEST_TYPE = 100


class Recording:
    """Give it to a reader as `heard`: it keeps the last answer to each path."""

    def __init__(self) -> None:
        self._answers: dict[str, RawAnswer] = {}

    def __call__(self, path: str, answer: RawAnswer) -> None:
        if path != CHECK_TOKEN:
            self._answers[path] = answer

    @property
    def count(self) -> int:
        """How many answers it holds."""
        return len(self._answers)

    def texts(self) -> dict[str, str]:
        """Every file of the recording by its name, not yet fit to be shown. Bytes that are no text stay."""
        found: dict[str, str] = {}
        for path, answer in sorted(self._answers.items()):
            name = file_name(path)
            found[name] = answer.body.decode("utf-8", _AS_IT_CAME)
            kind = clean(answer.headers.get("content-type") or "", _LONGEST_TYPE)
            headers = {"Content-Type": kind} if kind else {}
            found[f"{name}_log.json"] = json.dumps({"headers": headers, "code": answer.status}, indent=1) + "\n"
        return found


def file_name(path: str) -> str:
    """The file for the answer to a path."""
    name = path.removeprefix("/")
    for sign in "/?=&":
        name = name.replace(sign, "_")
    return name


def as_bytes(texts: Mapping[str, str]) -> dict[str, bytes]:
    """The texts as they are to be written."""
    return {name: text.encode("utf-8", _AS_IT_CAME) for name, text in texts.items()}
