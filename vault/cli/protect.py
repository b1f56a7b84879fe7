"""Keys that wrap papers, holds and erasure, from the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from vault import bootstrap
from vault.cli.desk import actor_of
from vault.cli.edge import Exit, Json, out, print_json
from vault.domain.ids import normal_record_code
from vault.usecases.protect.encrypt_old import encrypt_old
from vault.usecases.protect.erase import Erase, erase
from vault.usecases.protect.hold import hold, lift
from vault.usecases.protect.rewrap import rewrap

app = typer.Typer()
wrapping = typer.Typer(help="Keys that wrap the data keys of papers.", no_args_is_help=True)
Account = Annotated[str, typer.Option("--as", metavar="USER", help="Account in whose name this is done.")]
Code = Annotated[str, typer.Argument(help="Record code.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it stands in the log for good.")]


def _tell(values: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json({"ok": True, **values})
        return
    for name, value in values.items():
        out.print(f"{name}: {value}", markup=False, soft_wrap=True)


@wrapping.command("create")
def create(*, as_json: Json = False) -> None:
    """Make a new wrapping key (kept in keys/wrapping.json). It wraps from now on; older ones still open.

    An HSM or a key server makes its own: there, set VAULT_KMS_KEY or rotate the key in the server.
    """
    service = bootstrap.build()
    made = service.wrapping.add(at=service.clock.now())
    _tell({"key": made.name, "next": "vault keys wrapping renew; back keys/wrapping.json up"}, as_json=as_json)


@wrapping.command("list")
def list_wrapping(*, as_json: Json = False) -> None:
    """How many data keys of each agency each wrapping key wraps."""
    service = bootstrap.build()
    with service.uow.begin() as tx:
        rows = [{"agency": agency, "key": key, "wraps": count} for agency, key, count in tx.keys.agencies()]
    if as_json:
        print_json({"ok": True, "wraps": rows})
        return
    for row in rows:
        out.print(f"{row['agency']}  {row['key']}  {row['wraps']}", markup=False)


@wrapping.command()
def renew(*, as_json: Json = False) -> None:
    """Wrap every data key anew under its agency's newest key, while the service runs."""
    service = bootstrap.build()
    found = rewrap(uow=service.uow, keys=service.key_service)
    _tell({"rewrapped": found.done, "failed": found.failed}, as_json=as_json)
    if found.failed:
        raise typer.Exit(Exit.REFUSED)


@wrapping.command()
def drop(key: Annotated[str, typer.Argument(help="Name, e.g. file:1.")], *, as_json: Json = False) -> None:
    """Destroy a wrapping key that wraps nothing any more. Backups of the database from its time are lost with it."""
    service = bootstrap.build()
    with service.uow.begin() as tx:
        used = sum(count for _, name, count in tx.keys.agencies() if name == key)
    service.wrapping.drop(key, used=used)
    _tell({"destroyed": key}, as_json=as_json)


@wrapping.command("encrypt-old")
def encrypt_everything(*, as_json: Json = False) -> None:
    """Encrypt what was stored before there was encryption. Stopped at any point, run it again."""
    service = bootstrap.build()
    found = encrypt_old(uow=service.uow, blobs=service.blobs)
    counts = {"blobs": found.blobs, "removed": found.removed, "texts": found.texts, "orphans": found.orphans}
    _tell(dict(counts), as_json=as_json)


@app.command("erase")
def erase_record(
    record: Code,
    reason: Why,
    ground: Annotated[str, typer.Option("--ground", help="Article that asks for it.")],
    *,
    account: Account,
    as_json: Json = False,
) -> None:
    """Destroy a record's keys and everything that was read from it. There is no way back."""
    service = bootstrap.build()
    done = erase(
        Erase(normal_record_code(record), reason, ground),
        actor=actor_of(service, account),
        uow=service.uow,
        blobs=service.blobs,
        clock=service.clock,
    )
    _tell({"record": done.record, "at": done.at.isoformat(), "files": done.files}, as_json=as_json)


@app.command("hold")
def hold_record(
    record: Code,
    reason: Why,
    *,
    end: Annotated[bool, typer.Option("--lift", help="Lift the holds instead.")] = False,
    account: Account,
    as_json: Json = False,
) -> None:
    """Keep a record from being erased, or lift the hold."""
    service = bootstrap.build()
    code, actor = normal_record_code(record), actor_of(service, account)
    if end:
        lifted = lift(code, reason, actor=actor, uow=service.uow, clock=service.clock)
        _tell({"record": code, "lifted": lifted}, as_json=as_json)
        return
    hold(code, reason, actor=actor, uow=service.uow, clock=service.clock)
    _tell({"record": code, "held": True}, as_json=as_json)
