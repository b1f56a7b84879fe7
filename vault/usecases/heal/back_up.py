"""Back everything up: the database's log and base backups, and the objects of papers, into every copy.

Order, so that a restore never misses a file: first the log is brought up to a moment, then objects are copied, then the
log goes out. A row that the log holds names objects that were stored before it committed, so they are in the copy when
the log is. The mark is written last: it says that everything committed before its moment can be restored.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from vault.domain.backups import BASE, BEGIN, LOG, MARK, Mark, base_of, mark_of, moment_of, superfluous, whole_bases
from vault.domain.errors import Unavailable
from vault.domain.upkeep import Run, Task
from vault.ports import Clock, UnitOfWork
from vault.ports.archive import Copy, DatabaseCopier, Streamed
from vault.usecases.heal.telling import Told, nobody

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class BackedUp:
    """What one round did, by copy; `until`: all that was committed before it can be restored from those not failed."""

    until: datetime
    base: str | None = None
    segments: int = 0
    objects: dict[str, int] = field(default_factory=dict)
    kept_by: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    removed: int = 0


def back_up(
    *,
    copies: Sequence[Copy],
    database: DatabaseCopier,
    uow: UnitOfWork,
    clock: Clock,
    base_every: timedelta,
    keep: timedelta,
    told: Told = nobody,
) -> BackedUp:
    """One round; `BACKUP_NO_COPIES` without a copy. One that does not answer is told, and the others get theirs.

    Segments leave the disk here only when every copy has them: what one misses today it gets tomorrow.
    """
    if not copies:
        raise Unavailable("BACKUP_NO_COPIES")
    told("log of the database", 0.0)
    streamed = database.stream()
    done = BackedUp(streamed.until)
    living = [copy for copy in copies if _prepared(copy, done)]
    with TemporaryDirectory(prefix="kho-so-backup-") as name:
        folder, base = Path(name), dict[str, Path]()
        if any(_needs_base(copy, streamed, clock.now() - base_every) for copy in living):
            told("base backup", 0.0)
            base, streamed = _take_base(database, streamed, folder)
            done.until, done.base = streamed.until, base_of(streamed.until)
        for place, copy in enumerate(living):
            try:
                told(f"files into {copy.name}", place / len(living))
                done.objects[copy.name] = copy.pull()
                told(f"database into {copy.name}", place / len(living))
                _send(copy, base, streamed, folder)
                done.removed += _prune(copy, clock.now() - keep, folder)
            except Unavailable as error:
                done.failed[copy.name] = str(error)
                _LOG.warning("the copy %s did not take the backup: %s", copy.name, error)
    done.segments = len(streamed.segments)
    if not done.failed:
        database.done(streamed)
        with uow.begin() as tx:
            details = {"until": done.until.isoformat(), "kept_by": done.kept_by, "base": done.base}
            tx.upkeep.note(Task.BACKUP, Run(clock.now(), details))
    return done


def _prepared(copy: Copy, done: BackedUp) -> bool:
    try:
        done.kept_by[copy.name] = copy.prepare()
    except Unavailable as error:
        done.failed[copy.name] = str(error)
        return False
    return True


def _needs_base(copy: Copy, streamed: Streamed, before: datetime) -> bool:
    """Without a base, with an old one, or when the log does not go on where it ended."""
    bases = whole_bases(copy.names(BASE))
    return streamed.is_new or not bases or moment_of(bases[-1]) < before


def _take_base(database: DatabaseCopier, ahead: Streamed, folder: Path) -> tuple[dict[str, Path], Streamed]:
    """The base, and the log behind it, without which it is of no use."""
    target = folder / "base"
    target.mkdir()
    files = database.base(target)
    streamed = database.stream()
    begin = folder / BEGIN
    begin.write_text(ahead.segments[-1].name if ahead.segments else "", encoding="ascii")
    where = base_of(streamed.until)
    return {f"{where}/{file.name}": file for file in (*files, begin)}, streamed


def _send(copy: Copy, base: Mapping[str, Path], streamed: Streamed, folder: Path) -> None:
    for segment in streamed.segments:
        copy.put(LOG + segment.name, segment)
    for name, file in base.items():
        copy.put(name, file)
    if streamed.segments:
        note = folder / f"mark-{copy.name}"
        note.write_text(Mark(streamed.until, streamed.segments[-1].name).to_json(), encoding="ascii")
        copy.put(mark_of(streamed.until), note)


def _prune(copy: Copy, before: datetime, folder: Path) -> int:
    """Remove what no restore to a moment after `before` needs: bases, and the log and marks before the first."""
    bases = whole_bases(copy.names(BASE))
    old = superfluous(bases, before)
    if not old:
        return 0
    first = next(one for one in bases if one not in old)
    begin = folder / f"begin-{copy.name}"
    copy.get(f"{first}/{BEGIN}", begin)
    last = begin.read_text(encoding="ascii")
    ended = [name for base in old for name in copy.names(f"{base}/")]
    ended += [name for name in copy.names(LOG) if not name.endswith(".history") and name.removeprefix(LOG) <= last]
    ended += [name for name in copy.names(MARK) if moment_of(name) < moment_of(first)]
    return sum(copy.remove(name) for name in ended)
