"""Bring a base backup and the log behind it out of a copy: what PostgreSQL replays to be as it was at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vault.domain.backups import BASE, BEGIN, LOG, MARK, Mark, choose, moment_of, whole_bases
from vault.ports.archive import Copy


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """Folders with the base and with the log's segments; `until`: how far to replay them (None: to their end).

    `reaches`: everything that was committed before it is there then.
    """

    base: Path
    log: Path
    until: datetime | None
    reaches: datetime
    segments: int


def bring_back(copy: Copy, folder: Path, *, until: datetime | None) -> BroughtBack:
    """Fetch what a restore to `until` needs, to the newest moment without one, into an empty folder.

    Raises `BACKUP_NONE`, `BACKUP_TOO_NEW`, `BACKUP_TOO_OLD`, `BACKUP_UNREADABLE`, and `KEY_UNWRAP` or `KEY_MISSING`
    without the wrapping keys.
    """
    marks = sorted(copy.names(MARK))
    choice = choose(whole_bases(copy.names(BASE)), marks, until)
    base, log = folder / "base", folder / "log"
    for one in (base, log):
        one.mkdir()
    for name in copy.names(f"{choice.base}/"):
        copy.get(name, base / name.rpartition("/")[2])
    begin = (base / BEGIN).read_text(encoding="ascii")
    last = _last_segment(copy, marks, choice.until, folder)
    segments = [name for name in copy.names(LOG) if _is_needed(name.removeprefix(LOG), begin, last)]
    for name in segments:
        copy.get(name, log / name.removeprefix(LOG))
    return BroughtBack(base, log, choice.until, choice.until or moment_of(marks[-1]), len(segments))


def _last_segment(copy: Copy, marks: Sequence[str], until: datetime | None, folder: Path) -> str:
    """The segment with everything that was committed before a moment.

    What came later is not fetched and so not replayed, nor what a machine wrote that was restored since.
    """
    covering = next((one for one in marks if until is not None and moment_of(one) >= until), marks[-1])
    note = folder / "mark"
    copy.get(covering, note)
    return Mark.from_json(note.read_text(encoding="ascii")).segment


def _is_needed(name: str, begin: str, last: str) -> bool:
    """Segments behind the base up to the last one; of timelines the histories that lead there."""
    if name.endswith(".history"):
        return name[:_TIMELINE] <= last[:_TIMELINE]
    return begin < name <= last


_TIMELINE = 8  # hexadecimal digits at the front of a segment's name
