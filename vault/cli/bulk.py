"""Seal a whole folder of PDFs, in a way that may be killed at any moment and run again."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from vault import bootstrap, messages
from vault.cli import journal as journals
from vault.cli.crew import Crew, Done, Refused, Task
from vault.cli.edge import Exit, Json, err, out, print_json
from vault.cli.journal import Journal, Line
from vault.domain.errors import Conflict, Invalid, Unavailable
from vault.domain.ids import digest_of

app = typer.Typer()

_PART = re.compile(r"\..+\.\d+\.part")
_SHOWN = 20


@dataclass
class Tally:
    """How a run went; `already` were sealed before it."""

    total: int
    sealed: int = 0
    already: int = 0
    pending: int = 0
    refused: list[Refused] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Files that need no more looking at."""
        return self.sealed + self.already + len(self.refused)

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: counts, and every refused file with its code."""
        refused = [{"file": one.task.name, "code": one.error.code} for one in self.refused]
        counts = {"total": self.total, "sealed": self.sealed, "already": self.already, "pending": self.pending}
        return {"ok": not refused, **counts, "refused": refused}


@app.command(name="seal-all")
def seal_all(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder of PDFs, with its subfolders.")],
    target: Annotated[Path, typer.Argument(metavar="OUT_FOLDER", file_okay=False, help="Where the sealed PDFs go.")],
    *,
    reason: Annotated[str, typer.Option(help="Written into every signature.")] = "Ký số của cơ quan",
    processes: Annotated[int | None, typer.Option(min=1, help="Processes that seal; default: one a core.")] = None,
    as_json: Json = False,
) -> None:
    """Seal every PDF of a folder. If it is stopped, even by a power cut, run it again: no file is sealed twice.

    A journal in the output folder says what was sealed, from which file, with both SHA-256.
    """
    service = bootstrap.build()
    bootstrap.prepare_keys(service)
    folder, target = folder.resolve(), target.resolve()
    if folder == target:
        raise Invalid("BULK_SAME_FOLDER", folder=str(folder))
    target.mkdir(parents=True, exist_ok=True)
    agency = service.sealing.agency_name  # a seal that cannot be opened stops the run before it begins
    begin = time.monotonic()
    with journals.opened(target) as journal:
        names = sorted(_pdfs(folder, apart_from=target))
        _sweep(target)
        tally = Tally(len(names))
        crew = Crew(processes or len(os.sched_getaffinity(0)), float(service.settings.sandbox_seconds))
        _run(crew, _tasks(folder, target, reason, names=names, journal=journal, tally=tally), journal, tally)
    seconds = round(time.monotonic() - begin, 2)
    if as_json:
        roots = str(service.keys.seal_roots)
        print_json({**tally.as_dict(), "seconds": seconds, "agency": agency, "roots": roots})
    else:
        _show(tally, seconds)
    if tally.refused:
        raise typer.Exit(Exit.REFUSED)


def _pdfs(folder: Path, *, apart_from: Path) -> Iterator[str]:
    """Paths below `folder` of what is named a PDF; links and hidden files are left alone."""
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = [one for one in folders if not one.startswith(".") and here / one != apart_from]
        for name in files:
            path = here / name
            if name.lower().endswith(".pdf") and not name.startswith(".") and not path.is_symlink():
                yield str(path.relative_to(folder))


def _sweep(target: Path) -> None:
    """Remove the part files of runs that were killed; this run holds the lock, so nobody will publish them."""
    for path in target.rglob(".*.part"):
        if _PART.fullmatch(path.name):
            path.unlink()


def _tasks(
    folder: Path, target: Path, reason: str, *, names: list[str], journal: Journal, tally: Tally
) -> Iterator[Task]:
    """What is left to do; what the journal knows is compared and counted on the way."""
    for name in names:
        task = Task(name, folder / name, target / name, reason)
        line = journal.lines.get(name)
        if line is None:
            _make_room(task.target.parent, target)
            yield task
        elif _digest(task.source) != line.source:
            tally.refused.append(Refused(task, Conflict("SOURCE_CHANGED")))
        elif _digest(task.target) != line.sealed:
            tally.refused.append(Refused(task, Conflict("OUTPUT_CHANGED", file=str(task.target))))
        else:
            tally.already += 1
            tally.pending += line.pending


def _digest(path: Path) -> str | None:
    try:
        return digest_of(path.read_bytes())
    except OSError:
        return None


def _make_room(place: Path, target: Path) -> None:
    """Make a folder below `target` and put its name on the disk."""
    if place != target and not place.is_dir():
        _make_room(place.parent, target)
        place.mkdir()
        journals.sync(place.parent)


def _run(crew: Crew, tasks: Iterator[Task], journal: Journal, tally: Tally) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress, crew:
        bar = progress.add_task("seal", total=tally.total)
        for one in crew.run(tasks):
            if isinstance(one, Done):
                _publish(one, journal)
                tally.sealed += one.part is not None
                tally.already += one.part is None
                tally.pending += one.pending
            elif isinstance(one.error, Unavailable):
                raise one.error
            else:
                tally.refused.append(one)
            progress.update(bar, completed=tally.done)


def _publish(one: Done, journal: Journal) -> None:
    """Whole under its name, on the disk, then in the journal: a crash between leaves a file that is found again."""
    if one.part is not None:
        one.part.replace(one.task.target)
        journals.sync(one.task.target.parent)
    journal.add(Line(one.task.name, one.source, one.sealed, one.level, one.pending))


def _show(tally: Tally, seconds: float) -> None:
    out.print(
        f"{tally.total} PDF: {tally.sealed} sealed, {tally.already} sealed before, {len(tally.refused)} refused, "
        f"{tally.pending} without a time stamp yet ({seconds:.1f} s)"
    )
    if tally.refused:
        table = Table("File", "Code", "What to do")
        for one in tally.refused[:_SHOWN]:
            code, facts = one.error.code, one.error.facts
            table.add_row(one.task.name, code, messages.say(code, messages.Language.VI, **facts))
        out.print(table)
        if len(tally.refused) > _SHOWN:
            out.print(f"… {len(tally.refused) - _SHOWN} more; all with --json")
