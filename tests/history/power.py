"""Power cuts, simulated: a VFS records what SQLite writes and syncs, and images of the disk are made from that.

A disk may have kept anything of what was written since a file's last sync: all, nothing, or some sectors of it.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import apsw

_SECTOR = 512


class Step(NamedTuple):
    """What happened: `write`, `truncate`, `sync` or `delete` of a file, or `done` (the program was told so)."""

    what: str
    file: str = ""
    offset: int = 0
    data: bytes = b""


class Recorder(apsw.VFS):
    """SQLite's ordinary file system; all changes are noted in `steps` too."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: list[Step] = []
        super().__init__(name, "")

    def xOpen(self, name: Any, flags: list[int]) -> "_File":
        return _File(name, flags, self.steps)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        self.steps.append(Step("delete", Path(filename).name))

    def done(self) -> None:
        """The program was told that all so far is stored."""
        self.steps.append(Step("done"))


class _File(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], steps: list[Step]) -> None:
        self._steps = steps
        self._name = Path(name.filename() if isinstance(name, apsw.URIFilename) else name).name
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._steps.append(Step("write", self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self._steps.append(Step("truncate", self._name, newsize))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._steps.append(Step("sync", self._name))


class Statements:
    """A connection of apsw with as much of the standard library's face as the history's statements need."""

    def __init__(self, path: Path, vfs: Recorder) -> None:
        self.inner = apsw.Connection(str(path), vfs=vfs.name)

    @property
    def in_transaction(self) -> bool:
        return self.inner.in_transaction

    def execute(self, statement: str, values: Sequence[Any] = ()) -> "_Rows":
        cursor = self.inner.execute(statement, tuple(values))
        rows = list(cursor)
        return _Rows(rows, self.inner.changes(), self.inner.last_insert_rowid())

    def executemany(self, statement: str, many: Any) -> None:
        self.inner.executemany(statement, [tuple(values) for values in many])

    def close(self) -> None:
        self.inner.close()


class _Rows:
    def __init__(self, rows: list[tuple[Any, ...]], rowcount: int, lastrowid: int) -> None:
        self._rows = iter(rows)
        self.rowcount = rowcount
        self.lastrowid = lastrowid

    def fetchone(self) -> tuple[Any, ...] | None:
        return next(self._rows, None)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return list(self._rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows


class _Disk:
    """What of one file is safe, and what was changed since."""

    def __init__(self) -> None:
        self.safe = bytearray()
        self.later: list[Step] = []

    def sync(self) -> None:
        for step in self.later:
            _apply(self.safe, step)
        self.later.clear()

    def after_a_cut(self, chance: random.Random) -> bytes:
        """The file as it may be found: some, all or none of the later changes, any of them torn."""
        content = bytearray(self.safe)
        if not self.later:
            return bytes(content)
        kept = {
            "none": list,
            "all": lambda: self.later,
            "first": lambda: self.later[: chance.randrange(len(self.later) + 1)],
            "some": lambda: [step for step in self.later if chance.random() < 0.5],
        }[chance.choice(["none", "all", "first", "some"])]()
        for step in kept:
            _apply(content, _torn(step, chance) if chance.random() < 0.3 else step)
        return bytes(content)


def _torn(step: Step, chance: random.Random) -> Step:
    """A write of which only the first or only the last sectors arrived."""
    if step.what != "write" or len(step.data) <= _SECTOR:
        return step
    cut = chance.randrange(1, len(step.data) // _SECTOR + 1) * _SECTOR
    if chance.random() < 0.5:
        return step._replace(data=step.data[:cut])
    return step._replace(offset=step.offset + cut, data=step.data[cut:])


def _apply(content: bytearray, step: Step) -> None:
    if step.what == "truncate":
        del content[step.offset :]
        return
    end = step.offset + len(step.data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[step.offset : end] = step.data


class Cut(NamedTuple):
    """A disk after a power cut: how often the program had been told `done` before, and the files on it."""

    done: int
    files: dict[str, bytes]


def cuts(steps: Sequence[Step], number: int, seed: int, since: int = 0) -> Iterator[Cut]:
    """`number` disks after power cuts at random moments from step `since` on, in the order of these moments."""
    chance = random.Random(seed)
    moments = sorted(chance.randrange(since, len(steps) + 1) for _ in range(number))
    disks: dict[str, _Disk] = {}
    position = done = 0
    for moment in moments:
        for step in steps[position:moment]:
            if step.what == "done":
                done += 1
            elif step.what == "delete":
                disks.pop(step.file, None)
            elif step.what == "sync":
                disks.setdefault(step.file, _Disk()).sync()
            else:
                disks.setdefault(step.file, _Disk()).later.append(step)
        position = moment
        yield Cut(done, {name: disk.after_a_cut(chance) for name, disk in disks.items()})
