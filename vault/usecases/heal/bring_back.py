"""Bring a base backup and the log behind it out of a copy: what PostgreSQL replays to be as it was at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vault.domain.backups import BASE, BEGIN, LOG, MARK, choose, moment_of, whole_bases
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
    segments = [name for name in copy.names(LOG) if name.endswith(".history") or name.removeprefix(LOG) > begin]
    for name in segments:
        copy.get(name, log / name.removeprefix(LOG))
    return BroughtBack(base, log, choice.until, choice.until or moment_of(marks[-1]), len(segments))
