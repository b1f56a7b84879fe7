"""`vault up`, `vault down`, `vault status`: the single-machine service."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Annotated, Any

import typer
from rich.table import Table

from vault import bootstrap, messages
from vault.bootstrap import App
from vault.cli.edge import Exit, Json, err, out, print_json
from vault.domain.errors import Unavailable
from vault.embedded import Health, Plan, Supervisor

app = typer.Typer()
_LOOK_SECONDS = 2.0

Say = Callable[[str], None]


@app.command()
def up(
    *,
    as_json: Json = False,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Stay, start again what dies, stop everything at the end.")
    ] = False,
    with_national: Annotated[
        bool | None,
        typer.Option(
            "--with-national/--without-national",
            help="Run a simulator of the national data store too (development only); default: as last time.",
        ),
    ] = None,
) -> None:
    """Start the service on this machine: PostgreSQL, object store, web and workers. Safe to run again.

    Data lie under ./.vault (VAULT_HOME). A part whose URL is given by environment is used and not started.
    """
    begin = time.monotonic()
    with _progress() as say:
        service = _bring_up(say, with_national=with_national)
    seconds = round(time.monotonic() - begin, 1)
    parts = Supervisor(plan_of(service)).health()
    if as_json:
        print_json(
            {
                "up": True,
                "url": service.settings.local_url,
                "seconds": seconds,
                "parts": _as_json(parts),
                "sign_ins": [
                    {"role": who.role, "username": who.username, "password": who.password} for who in _sign_ins(service)
                ],
            }
        )
    else:
        out.print(_parts_table(parts))
        out.print(_links_table(service))
        out.print(_words("ui.cli.up", seconds=seconds))
    if foreground:
        _watch()


@app.command()
def down(*, as_json: Json = False) -> None:
    """Stop the service. Data stay; parts given by URL are left alone."""
    with _progress() as say:
        _bring_down(say)
    if as_json:
        print_json({"up": False})
    else:
        out.print(_words("ui.cli.stopped"))


@app.command()
def status(*, as_json: Json = False) -> None:
    """Tell how each part is. Exit status 3 when one is down."""
    service = bootstrap.build()
    parts = Supervisor(plan_of(service)).health()
    whole = all(part.up for part in parts)
    if as_json:
        print_json({"up": whole, "url": service.settings.local_url if whole else None, "parts": _as_json(parts)})
    else:
        out.print(_parts_table(parts))
        for part in (part for part in parts if not part.up and part.log):
            out.print(_words("ui.cli.log", part=part.part, log=part.log))
        if not whole:
            out.print(_words("ui.cli.start"))
    if not whole:
        raise typer.Exit(Exit.DOWN)


def _bring_up(say: Say, *, with_national: bool | None = None) -> App:
    """Every part, in order; the service with the settings as they are afterwards."""
    if with_national and bootstrap.build().settings.environment == "production":
        raise Unavailable("NATIONAL_SIMULATOR")
    with Supervisor(plan_of(bootstrap.build())).locked():
        plan = replace(plan_of(bootstrap.build()), with_national=with_national)
        Supervisor(plan, say).start_stores()  # settings anew: another command may have moved a port
        service = bootstrap.build()  # ports and passwords of the stores are known only now
        say("preparing schema, bucket and keys")
        bootstrap.prepare(service.settings)
        say("starting web and workers")
        Supervisor(plan_of(service), say).start_program()
    return service


def _bring_down(say: Say) -> None:
    with Supervisor(plan_of(bootstrap.build())).locked():
        Supervisor(plan_of(bootstrap.build()), say).stop()


def _watch() -> None:
    """Stay until SIGINT or SIGTERM; bring back what dies."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(_LOOK_SECONDS):
        parts = Supervisor(plan_of(bootstrap.build())).health()
        if dead := [part.part for part in parts if not part.up and not part.given]:
            err.print(f"{', '.join(dead)} died: starting again")
            try:
                _bring_up(err.print)
            except Unavailable as error:  # a disk may be full for a while: keep trying
                err.print(str(error))
    _bring_down(err.print)


@contextmanager
def _progress() -> Iterator[Say]:
    """A line on standard error that says what is being done; lines of their own where that is no terminal."""
    if not err.is_terminal:
        yield lambda text: err.print(f"  {text}", highlight=False)
        return
    with err.status("looking") as line:
        yield line.update


def plan_of(service: App) -> Plan:
    """What the settings say is to run."""
    settings = service.settings
    url = settings.database_url
    return Plan(
        home=settings.home,
        database_url=None if url is None else url.get_secret_value(),
        s3_endpoint=settings.s3_endpoint,
        http_host=settings.http_host,
        http_port=settings.http_port,
        web_processes=settings.web_processes,
        workers=settings.workers,
        worker_jobs=settings.worker_jobs,
    )


def _sign_ins(service: App) -> Sequence[bootstrap.SeedAccount]:
    return bootstrap.SEED_ACCOUNTS if service.settings.environment == "development" else ()


def _words(key: str, **facts: object) -> str:
    """In Vietnamese, as every command speaks."""
    return messages.say(key, messages.Language.VI, **facts)


def _parts_table(parts: Sequence[Health]) -> Table:
    table = Table(title="Kho số", title_justify="left")
    for column in ("part", "state", "address"):
        table.add_column(_words(f"ui.cli.{column}"), overflow="fold")
    for part in parts:
        state = f"[green]{_words('ui.cli.runs')}[/]" if part.up else f"[bold red]{_words('ui.cli.down')}[/]"
        kind = f" ({_words('ui.cli.given')})" if part.given else ""
        table.add_row(part.part, state + kind, part.address)
    return table


def _links_table(service: App) -> Table:
    table = Table(title=_words("ui.cli.try"), title_justify="left")
    for column in ("who", "where", "name", "password"):
        table.add_column(_words(f"ui.cli.{column}"))
    url = service.settings.local_url
    table.add_row(_words("ui.cli.verifier"), f"{url}/q", "", "")
    for who in _sign_ins(service):
        table.add_row(_words(f"ui.role.{who.role.value}"), f"{url}/", who.username, who.password)
    return table


def _as_json(parts: Sequence[Health]) -> list[dict[str, Any]]:
    return [asdict(part) for part in parts]
