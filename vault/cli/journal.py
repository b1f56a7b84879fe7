"""What a bulk run has published: one line a file, on the disk before the run goes on.

The lock on the journal makes one run at a time the only one that publishes into a folder; it falls with the process.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Self

from vault.domain.errors import Conflict, Invalid

NAME = ".seal-all.jsonl"


@dataclass(frozen=True, slots=True)
class Line:
    """One published file: its path below the folder, the SHA-256 (hex) of what came in and of what went out."""

    file: str
    source: str
    sealed: str
    level: str
    pending: bool

    @classmethod
    def read(cls, text: str) -> Self:
        """Parse one line. ValueError, TypeError: it is none of ours."""
        return cls(**json.loads(text))


@dataclass(slots=True)
class Journal:
    """The open journal of one output folder."""

    stream: IO[bytes]
    lines: dict[str, Line] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Write one line; on return it is on the disk."""
        text = json.dumps(asdict(line), ensure_ascii=False).encode("utf-8", "backslashreplace")
        self.stream.write(text + b"\n")
        self.stream.flush()
        os.fsync(self.stream.fileno())
        self.lines[line.file] = line


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Journal]:
    """The journal of an output folder. `BULK_RUNNING`: another run holds it; `BULK_JOURNAL`: it is not one of ours.

    A last line without its end was being written when the power went: it is cut off, its file is looked at again.
    """
    path = folder / NAME
    with path.open("a+b") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("BULK_RUNNING", folder=str(folder)) from error
        stream.seek(0)
        data = stream.read()
        whole = data.rfind(b"\n") + 1
        stream.truncate(whole)
        sync(folder)
        journal = Journal(stream)
        try:
            for text in data[:whole].decode("utf-8").splitlines():
                line = Line.read(text)
                journal.lines[line.file] = line
        except (ValueError, TypeError) as error:
            raise Invalid("BULK_JOURNAL", file=str(path)) from error
        yield journal


def sync(folder: Path) -> None:
    """Put the names in a folder on the disk, so that a rename outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
