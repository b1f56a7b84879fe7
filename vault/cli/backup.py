"""`vault backup` and `vault restore`: everything into the copies, and out of them into an empty machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer

from vault import bootstrap
from vault.bootstrap import App
from vault.cli.edge import Exit, Json, err, fail, out, print_json
from vault.cli.progress import showing
from vault.cli.service import plan_of
from vault.domain.errors import Conflict, Invalid, NotFound, Unavailable
from vault.domain.upkeep import Problem
from vault.embedded import Supervisor
from vault.embedded.ports import free_inner
from vault.embedded.postgres import Postgres
from vault.ports.archive import Copy
from vault.usecases.heal.back_up import BackedUp, back_up
from vault.usecases.heal.bring_back import BroughtBack, bring_back
from vault.usecases.verify.publish_status import publish_status

app = typer.Typer()
_REPLAY_SECONDS = 12 * 3600.0


@app.command("backup")
def back_everything_up(
    *,
    base_hours: Annotated[float, typer.Option(min=0, help="A base backup is taken when the last is older.")] = 24.0,
    keep_days: Annotated[float, typer.Option(min=0, help="How far back a restore can go.")] = 35.0,
    follow: Annotated[float, typer.Option(min=0, help="Stay, and do it again every so many seconds.")] = 0.0,
    as_json: Json = False,
) -> None:
    """Bring the database's log, base backups and every file into all copies (VAULT_COPIES).

    Nothing there is written over. What was committed before the moment it prints can be restored. The keys are NOT in
    it: copy the folder `keys` and the pass phrase elsewhere, apart from each other (deploy/README.md).
    """
    with closing(bootstrap.build()) as service:

        def once() -> BackedUp:
            with showing("backup") as told:
                return back_up(
                    copies=service.backup_copies,
                    database=service.database_copier,
                    uow=service.uow,
                    clock=service.clock,
                    base_every=timedelta(hours=base_hours),
                    keep=timedelta(days=keep_days),
                    told=told,
                )

        for done in rounds(once, every=follow, refused=lambda error: fail(error, as_json=as_json)):
            _tell(done, service, as_json=as_json)
    if done.failed:
        raise typer.Exit(Exit.DOWN)


def rounds(
    once: Callable[[], BackedUp],
    *,
    every: float,
    refused: Callable[[Unavailable], object],
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[BackedUp]:
    """One round, or with `every` one each so many seconds for ever: a part that is down is told, and waited for."""
    while True:
        try:
            yield once()
        except Unavailable as error:
            if not every or error.code == "BACKUP_NO_COPIES":  # waiting mends no settings
                raise
            refused(error)
        if not every:
            return
        sleep(every)


def _tell(done: BackedUp, service: App, *, as_json: bool) -> None:
    places = {service.settings.place, *(one.place for one in service.backup_copies if one.name not in done.failed)}
    copies = 1 + len(done.objects)
    enough = copies >= 3 and len(places) >= 2  # noqa: PLR2004 - QCVN 12:2026: three copies in two places
    if as_json:
        told = {"ok": not done.failed, **asdict(done), "copies": copies, "places": len(places), "enough": enough}
        print_json(told)
        return
    out.print(f"Everything committed before {done.until.isoformat()} can be restored.", soft_wrap=True)
    for name, count in done.objects.items():
        out.print(f"{name}: {count} new files; kept from change by: {done.kept_by[name]}", markup=False, soft_wrap=True)
    for name, reason in done.failed.items():
        err.print(f"{name}: FAILED: {reason}", markup=False, soft_wrap=True)
    out.print(f"{copies} copies in {len(places)} places" + ("" if enough else " (QCVN 12:2026 asks for 3 in 2)"))


@app.command("restore")
def restore_everything(
    *,
    to: Annotated[str | None, typer.Option("--to", metavar="TIME", help="ISO 8601; without it the newest.")] = None,
    name: Annotated[str | None, typer.Option("--from", metavar="COPY", help="Which copy; else the first.")] = None,
    data: Annotated[Path | None, typer.Option(help="Only lay out a data folder for a server of your own.")] = None,
    objects: Annotated[bool, typer.Option("--objects", help="The database runs again: only the files, then.")] = False,
    as_json: Json = False,
) -> None:
    """Bring everything back into an empty machine, as it was at a moment, and check it. Needs the keys first.

    Put `keys` (and `roots`) into VAULT_HOME and give the pass phrase and VAULT_COPIES; then this, then `vault up`.
    """
    begin = time.monotonic()
    until = _moment(to)
    told: dict[str, Any] = {}
    with closing(bootstrap.build()) as service:
        copy = _copy_of(service, name)
        if not objects:
            told = _database(service, copy, until, data)
            told["database_seconds"] = round(time.monotonic() - begin, 1)
    if data is not None:
        print_json({"ok": True, **told}) if as_json else out.print(f"{data} is laid out: start your server on it.")
        return
    found = _files(name, told, start=not objects)
    told["seconds"] = round(time.monotonic() - begin, 1)
    if as_json:
        problems = [asdict(one) for one in found[:1000]]
        print_json({"ok": not found, **told, "count": len(found), "problems": problems})
    else:
        for key, value in told.items():
            out.print(f"{key}: {value}", markup=False)
        for one in found:
            out.print(f"{one.fault} {one.what} {one.told}", markup=False, soft_wrap=True)
        out.print("Whole. Start it: vault up" if not found else "NOT whole: see above.")
    if found:
        raise typer.Exit(Exit.REFUSED)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("TIME_WRONG", text=text) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _copy_of(service: App, name: str | None) -> Copy:
    copies = service.backup_copies
    if not copies:
        raise Unavailable("BACKUP_NO_COPIES")
    found = next((one for one in copies if name in {None, one.name}), None)
    if found is None:
        raise NotFound("BACKUP_COPY", name=name, known=", ".join(one.name for one in copies))
    return found


def _database(service: App, copy: Copy, until: datetime | None, data: Path | None) -> dict[str, Any]:
    home = service.settings.home
    postgres = Postgres(home)
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if data is None and service.settings.database_url is not None and not (home / "service.json").exists():
        raise Conflict("RESTORE_SERVER")
    if (data or postgres.data).exists():
        raise Conflict("RESTORE_NOT_EMPTY", folder=str(data or postgres.data))
    if data is not None:
        # Replayed here and now: a server of somebody else's would refuse to start where the log ends before the moment.
        with TemporaryDirectory(prefix="restore-", dir=data.parent) as folder:
            laid_out = Postgres(Path(folder).resolve() / "server")
            brought = _replayed(laid_out, copy, Path(folder), until)
            laid_out.data.rename(data)
    else:
        with TemporaryDirectory(prefix="restore-", dir=home) as folder, Supervisor(plan_of(service)).locked():
            brought = _replayed(postgres, copy, Path(folder), until)
    return {"reaches": brought.reaches.isoformat(), "segments": brought.segments}


def _replayed(postgres: Postgres, copy: Copy, folder: Path, until: datetime | None) -> BroughtBack:
    brought = bring_back(copy, folder, until=until)
    folder.chmod(0o711)  # PostgreSQL, which is nobody where we are root, reads the log from here
    port = next(free_inner())
    postgres.recover(brought.base, brought.log, port, until=brought.until, seconds=_REPLAY_SECONDS)
    return brought


def _files(name: str | None, told: dict[str, Any], *, start: bool) -> list[Problem]:
    """Start the stores, bring the files back, publish log and lists anew from the rows, and compare everything."""
    with closing(bootstrap.build()) as service:
        supervisor = Supervisor(replace(plan_of(service), web_processes=0, workers=0))
        if start:
            with supervisor.locked():
                supervisor.start_stores()
    with closing(bootstrap.build()) as service:
        bootstrap.prepare(service.settings)
        told["objects"] = _copy_of(service, name).push()
        told["events"] = service.log.rebuild()
        publish_status(uow=service.uow, files=service.published, credentials=service.credentials, clock=service.clock)
        with service.problems() as problems:
            return list(problems)
