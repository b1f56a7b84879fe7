"""Keeping a vault whole: `vault fsck`, `vault reconcile`, `vault scrub`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict
from typing import Annotated

import typer

from vault import bootstrap
from vault.cli.edge import Exit, Json, out, print_json
from vault.cli.progress import showing
from vault.domain.upkeep import CURES, Problem
from vault.usecases.heal.rebuild_index import rebuild_index
from vault.usecases.heal.reconcile import reconcile
from vault.usecases.heal.scrub import scrub

app = typer.Typer()
index = typer.Typer(help="The search index.", no_args_is_help=True)
_TOLD = 1000
"""So many problems stand in the JSON object; the counts are of all."""


def _counts(problems: Iterable[Problem]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in problems:
        counts[one.fault.value] = counts.get(one.fault.value, 0) + 1
    return counts


def _row(one: Problem) -> dict[str, str]:
    return {"fault": one.fault.value, "what": one.what, "told": one.told, "cure": CURES[one.fault].value}


def _say(one: Problem) -> None:
    told = f" ({one.told})" if one.told else ""
    out.print(f"{one.fault.value} {one.what}{told}", markup=False, soft_wrap=True)


@app.command("fsck")
def check_everything(*, as_json: Json = False) -> None:
    """Compare rows, keys, blobs, transparency log and status lists; name what is wrong. Changes nothing.

    Exit status 1 when something is wrong. Whether blobs read back is what `vault scrub` looks at.
    """
    with closing(bootstrap.build()) as service, showing("fsck") as told, service.problems(told) as problems:
        found = list(problems)
    if not as_json:
        for one in found:
            _say(one)
    counts = _counts(found)
    if as_json:
        print_json({"ok": not found, "faults": counts, "problems": [_row(one) for one in found[:_TOLD]]})
    elif found:
        for cure in sorted({CURES[one.fault] for one in found}):
            mended = ", ".join(sorted({one.fault.value for one in found if CURES[one.fault] is cure}))
            out.print(f"What mends {mended}: {cure.value}", markup=False, soft_wrap=True)
    else:
        out.print("Rows, keys, blobs, log and status lists agree.")
    if found:
        raise typer.Exit(Exit.REFUSED)


@app.command("reconcile")
def sweep_leftovers(
    *,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    as_json: Json = False,
) -> None:
    """Sweep what crashes left over: blobs and keys without a paper, papers and jobs that nobody works on.

    What it did stands in the transparency log as an event. Exit status 1 when something is left that others must mend.
    """
    with closing(bootstrap.build()) as service, showing("reconcile") as told, service.problems(told) as problems:
        swept = reconcile(
            problems,
            uow=service.uow,
            blobs=service.blobs,
            bucket=service.keeper,
            clock=service.clock,
            dry=dry,
            told=told,
        )
    if as_json:
        mended = [_row(one) for one in swept.mended[:_TOLD]]
        left = [_row(one) for one in swept.left[:_TOLD]]
        counts = {"mended": len(swept.mended), "gone": len(swept.gone), "left": len(swept.left)}
        print_json({"ok": not swept.left, "dry_run": dry, **counts, "what": mended, "others": left})
    else:
        for one in swept.mended:
            _say(one)
        out.print(f"{len(swept.mended)} {'would be swept' if dry else 'swept'}, {len(swept.left)} for others to mend.")
        for one in swept.left:
            _say(one)
            out.print(f"  mended by: {CURES[one.fault].value}", markup=False)
    if swept.left:
        raise typer.Exit(Exit.REFUSED)


def paced(bytes_per_second: float, sleep: Callable[[float], None] = time.sleep) -> Callable[[int], None]:
    """Sleep so that not more than so many bytes a second are read; 0: as fast as it goes."""
    begin, read = time.monotonic(), 0

    def after(size: int) -> None:
        nonlocal read
        read += size
        early = read / bytes_per_second - (time.monotonic() - begin) if bytes_per_second else 0.0
        if early > 0:
            sleep(early)

    return after


@app.command("scrub")
def read_everything(
    *,
    rate: Annotated[float, typer.Option("--mb-per-second", min=0, help="Read at most so fast; 0: no limit.")] = 20.0,
    minutes: Annotated[float, typer.Option(min=0, help="Stop after so many minutes; 0: at the last blob.")] = 0.0,
    anew: Annotated[bool, typer.Option("--anew", help="Begin with the first blob.")] = False,
    as_json: Json = False,
) -> None:
    """Read every blob against its digest; bring what is missing or damaged back from a copy. Goes on where it stopped.

    Exit status 1 when something was damaged and no copy could heal it.
    """
    end = time.monotonic() + minutes * 60
    with closing(bootstrap.build()) as service, showing("scrub") as told:
        done = scrub(
            uow=service.uow,
            bucket=service.keeper,
            clock=service.clock,
            pace=paced(rate * 1e6),
            go_on=lambda: not minutes or time.monotonic() < end,
            told=told,
            anew=anew,
        )
    lost = [one for one in done.damaged if one not in done.healed]
    if as_json:
        print_json({"ok": not lost, **asdict(done), "lost": lost})
    else:
        out.print(f"{done.blobs} blobs read, {done.size / 1e6:.0f} MB; to the end: {done.finished}")
        for digest in done.damaged:
            end_of_it = f"brought back from {done.healed[digest]}" if digest in done.healed else "LOST: no copy has it"
            out.print(f"{digest}: {end_of_it}", markup=False, soft_wrap=True)
    if lost:
        raise typer.Exit(Exit.REFUSED)


@index.command("rebuild")
def rebuild(
    *,
    minutes: Annotated[float, typer.Option(min=0, help="Stop after so many minutes; 0: at the last record.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Make the index entries again that an older version made, so that its papers are found as newer ones are.

    Safe while everything runs, and stopped at any point: the next run does what is left, and one that finds nothing
    older changes nothing. Exit status 1 when the text of a paper does not open; it keeps its older entry.
    """
    end = time.monotonic() + minutes * 60
    with closing(bootstrap.build()) as service, showing("index") as told:
        done = rebuild_index(
            uow=service.uow,
            told=lambda share: told("records", share),
            go_on=lambda: not minutes or time.monotonic() < end,
        )
    if as_json:
        print_json({"ok": not done.failed, **asdict(done)})
    else:
        out.print(f"{done.records} made again; to the end: {done.finished}")
        for code in done.failed:
            out.print(f"{code}: its text does not open (`vault fsck` tells why)", markup=False)
    if done.failed:
        raise typer.Exit(Exit.REFUSED)
