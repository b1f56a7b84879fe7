"""The report of an import, one line a file. It is also the journal: a run that was cut off goes on from it."""

from __future__ import annotations

import csv
import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import IO

from vault.domain.backfill import DONE, Fate
from vault.domain.errors import Conflict, Invalid
from vault.domain.text import plain


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file."""

    file: str
    row: int
    fate: Fate
    code: str = ""
    message: str = ""
    sha256: str = ""
    intake: str = ""
    record: str = ""
    same_as: str = ""
    type: str = ""
    issuer: str = ""
    issuer_code: str = ""
    answers_now: str = ""


COLUMNS = tuple(one.name for one in fields(Line))


@dataclass(slots=True)
class ImportReport:
    """The open report; `done` are the lines of earlier runs that need no more work."""

    stream: IO[str]
    done: dict[str, Line] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Write one line; on return it is on the disk."""
        self.stream.write(_text(line))
        self.stream.flush()
        os.fsync(self.stream.fileno())


_STRANGERS = frozenset({"file", "message", "same_as", "type", "issuer"})
"""Columns that strangers wrote: no spreadsheet may take one for a formula."""


def _text(line: Line) -> str:
    out = io.StringIO(newline="")
    cells = asdict(line).items()
    csv.writer(out).writerow([plain(str(value)) if name in _STRANGERS else value for name, value in cells])
    return out.getvalue()


@contextmanager
def opened(file: Path, *, fresh: bool) -> Iterator[ImportReport]:
    """The report at `file`. `BULK_RUNNING`: another run holds it; `IMPORT_REPORT`: the file is something else.

    What was not finished is written anew; a last line that was being written at the kill is dropped.
    """
    with file.open("a+", encoding="utf-8", newline="") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict("BULK_RUNNING", folder=str(file)) from error
        lock.seek(0)
        done = {} if fresh else _lines(file, lock.read())
        text = "\ufeff" + ",".join(COLUMNS) + "\r\n" + "".join(map(_text, done.values()))
        lock.seek(0)
        _replace(lock, text)
        yield ImportReport(lock, done)


def _replace(stream: IO[str], text: str) -> None:
    """The finished lines stay a prefix of the file at every moment: a kill in here loses none of them for good.

    The bytes of a finished file are in the vault: should its line be lost, the next run finds them there.
    """
    stream.truncate(0)
    stream.write(text)
    stream.flush()
    os.fsync(stream.fileno())


def _lines(file: Path, text: str) -> dict[str, Line]:
    if not text:
        return {}
    whole = text[: text.rfind("\n") + 1].removeprefix("\ufeff")
    rows = csv.DictReader(io.StringIO(whole, newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise Invalid("IMPORT_REPORT", file=str(file))
    found = {}
    for row in rows:
        try:
            words = {name: _unquoted(name, row[name]) for name in COLUMNS if name not in {"row", "fate"}}
            line = Line(row=int(row["row"]), fate=Fate(row["fate"]), **words)
        except (ValueError, TypeError, AttributeError):
            continue  # a line that was torn: its file is looked at again
        if line.fate in DONE:
            found[line.file] = line
    return found


def _unquoted(name: str, cell: str) -> str:
    """The value without the apostrophe that keeps a spreadsheet from running it."""
    guarded = name in _STRANGERS and cell.startswith("'") and plain(cell[1:]) == cell
    return cell[1:] if guarded else cell
