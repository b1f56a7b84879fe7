"""Backfill: take over an old store, in a way that may be killed at any moment and run again."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from vault import bootstrap, messages
from vault.bootstrap import App
from vault.cli import import_report
from vault.cli.desk import actor_of
from vault.cli.edge import Exit, Json, err, out, print_json
from vault.cli.import_report import ImportReport, Line
from vault.cli.index_file import index_rows
from vault.cli.old_store import OldStore, open_store
from vault.domain.backfill import Fate, ImportMapping, OldPaper, file_of, mapping_of, read_row
from vault.domain.errors import Invalid, Unavailable, VaultError
from vault.domain.people import Actor
from vault.usecases.digitize.import_paper import Imported, ImportPaper, foresee, import_paper

app = typer.Typer()
AHEAD = 4
"""Files that wait beside each one that is worked on: enough to keep every child busy, few in memory."""
BAD = frozenset({Fate.REFUSED, Fate.MISSING, Fate.UNLISTED})


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of the command."""

    service: App
    actor: Actor
    store: OldStore
    name: str
    dry: bool
    read: bool


@app.command(name="import")
def import_store(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Folder, or s3://BUCKET/PREFIX.")],
    *,
    index: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="CSV or XLSX: one row a file.")],
    mapping: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="YAML: columns, types, issuers, days.")],
    user: Annotated[str, typer.Option("--as", metavar="USER", help="Account in whose name and agency this is done.")],
    report: Annotated[Path, typer.Option(dir_okay=False, help="Report of every file; the next run goes on from it.")],
    sheet: Annotated[str | None, typer.Option(help="Sheet of the workbook; default: the first.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Files at a time; default: the engines' children.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; keep nothing.")] = False,
    read: Annotated[bool, typer.Option(help="Have the worker read the papers' words afterwards.")] = True,
    as_json: Json = False,
) -> None:
    """Take over the papers of an old store. Stopped, even by kill -9, run it again: nothing is doubled or lost.

    Papers come in as compared with no original: trust L0 unless their own signatures are valid. Equal bytes are kept
    once; another scan of a paper that is a record makes no second one. Exit status 1 when a file was refused, a row has
    no file or a file has no row.
    """
    service = bootstrap.build()
    rules = mapping_of(_yaml(mapping))
    actor = actor_of(service, user)
    store = open_store(source, service=service, apart_from=(index, mapping, report))
    run = _Run(service, actor, store, service.ids.token()[:8], dry_run, read)
    fates: Counter[Fate] = Counter()
    bad: list[Line] = []
    with import_report.opened(report, fresh=dry_run) as journal:
        todo = list(_todo(index, sheet, rules, run, journal))
        fates.update(line.fate for line in journal.done.values())
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=err, transient=True) as progress:
            bar = progress.add_task("import", total=len(todo) + len(journal.done), completed=len(journal.done))
            for line in _lines(run, todo, threads or service.settings.sandbox_children):
                journal.add(line)
                fates[line.fate] += 1
                bad += [line] if line.fate in BAD else []
                progress.advance(bar)
    service.close()
    _tell(fates, bad, report, as_json=as_json, dry=dry_run)
    if bad:
        raise typer.Exit(Exit.REFUSED)


def _yaml(file: Path) -> object:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid("IMPORT_MAPPING", what=file.name) from error


def _todo(
    index: Path, sheet: str | None, rules: ImportMapping, run: _Run, journal: ImportReport
) -> Iterator[tuple[Line, OldPaper | None]]:
    """What is left: papers with their row, and what is decided without looking at a file."""
    there, named = set(run.store.files), set[str]()
    for number, cells in enumerate(index_rows(index, sheet=sheet), start=1):
        name = file_of(cells, rules) if rules.columns["file"] in cells else ""
        blank = Line(name, number, Fate.REFUSED)
        if name in journal.done and name not in named:
            named.add(name)
            continue
        if name in named:
            yield _refused(blank, Invalid("IMPORT_TWICE", file=name)), None
            continue
        named.add(name)
        try:
            paper = read_row(number, cells, rules)
        except VaultError as error:
            yield _refused(blank, error), None
            continue
        if name not in there:
            yield _refused(blank, Invalid("IMPORT_GONE", file=name), Fate.MISSING), None
        else:
            yield blank, paper
    for name in run.store.files:
        if name not in named:
            yield _refused(Line(name, 0, Fate.UNLISTED), Invalid("IMPORT_UNLISTED", file=name), Fate.UNLISTED), None


def _refused(line: Line, error: VaultError, fate: Fate = Fate.REFUSED) -> Line:
    message = messages.say(error.code, messages.Language.VI, **error.facts)
    return Line(line.file, line.row, fate, error.code, message)


def _lines(run: _Run, todo: list[tuple[Line, OldPaper | None]], threads: int) -> Iterator[Line]:
    """Finished lines in the order of the index, several files at a time. A part that is down ends the run."""
    first: dict[str, str] = {}
    waiting: deque[Line | Future[Line]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        left = iter(todo)
        while True:
            for line, paper in islice(left, threads * AHEAD - len(waiting)):
                waiting.append(line if paper is None else pool.submit(_one, run, line, paper))
            if not waiting:
                return
            head = waiting.popleft()
            try:
                line = head if isinstance(head, Line) else head.result()
            except Unavailable:
                pool.shutdown(cancel_futures=True)
                raise
            yield _first_one(line, first)


def _first_one(line: Line, first: dict[str, str]) -> Line:
    """A dry run keeps nothing, so that bytes that come twice are told apart here; else the database did."""
    if line.fate is Fate.READY and (earlier := first.setdefault(line.sha256, line.file)) != line.file:
        return replace(line, fate=Fate.DUPLICATE, same_as=earlier)
    return line


def _one(run: _Run, line: Line, paper: OldPaper) -> Line:
    service = run.service
    try:
        data = run.store.read(paper.file)
        what = ImportPaper(
            data, paper.file, paper.row, run.name, paper.type_code, paper.holders, paper.fields, read=run.read
        )
        limit = service.settings.max_upload_bytes
        found = (
            foresee(
                what,
                actor=run.actor,
                uow=service.uow,
                engines=service.engines,
                catalogue=service.catalogue,
                clock=service.clock,
                max_bytes=limit,
            )
            if run.dry
            else import_paper(
                what,
                actor=run.actor,
                uow=service.uow,
                blobs=service.blobs,
                engines=service.engines,
                sealing=service.sealing,
                catalogue=service.catalogue,
                clock=service.clock,
                ids=service.ids,
                max_bytes=limit,
            )
        )
    except Unavailable:
        raise
    except VaultError as error:
        return _refused(line, error)
    return _line(line, paper, found, hashlib.sha256(data).hexdigest())


def _line(line: Line, paper: OldPaper, found: Imported, digest: str) -> Line:
    return Line(
        line.file,
        line.row,
        found.fate,
        sha256=digest,
        intake=found.intake or "",
        record=found.record or "",
        same_as=found.same_file or "",
        type=paper.type_code,
        issuer=found.issuer.printed,
        issuer_code=found.issuer.agency or "",
        answers_now=found.issuer.answers_now or "",
    )


def _tell(fates: Counter[Fate], bad: list[Line], report: Path, *, as_json: bool, dry: bool) -> None:
    counts = {fate.value.lower(): fates[fate] for fate in Fate}
    if as_json:
        print_json({"ok": not bad, "dry_run": dry, **counts, "report": str(report)})
        return
    table = Table("", "")
    for fate, count in counts.items():
        if count:
            table.add_row(fate, str(count))
    out.print(table)
    for line in bad[:20]:
        out.print(f"{line.file or line.row}: {line.code} {line.message}", markup=False, soft_wrap=True)
    out.print(str(report), markup=False)
