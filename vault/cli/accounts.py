"""Local accounts from the command line: a small office has no identity provider."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Annotated

import typer

from vault import bootstrap
from vault.bootstrap import App
from vault.cli.desk import actor_of
from vault.cli.edge import Json, out, print_json
from vault.domain.errors import Invalid
from vault.domain.people import Actor, Role
from vault.usecases.identify.manage_accounts import (
    NewAccount,
    add_account,
    drop_factors,
    first_operator,
    list_accounts,
    set_disabled,
    set_password,
)

accounts = typer.Typer(
    help="Local accounts: pass word, and a second factor that their person sets up.", no_args_is_help=True
)
User = Annotated[str, typer.Argument(help="Name to sign in with.")]
By = Annotated[
    str | None,
    typer.Option("--as", metavar="USER", help="Operator in whose name this is done; the first operator needs none."),
]


def acting(service: App, account: str | None) -> Actor:
    """Who manages accounts: the operator named, or the console while there is none."""
    return actor_of(service, account) if account else first_operator(uow=service.uow)


def _password() -> str:
    """Typed twice by a person, or one line from a program; never an argument, which others on the machine can read."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed = getpass("Mật khẩu / pass word: ")
    if getpass("Nhập lại / again: ") != typed:
        raise Invalid("PASSWORDS_DIFFER")
    return typed


def _tell(username: str, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"ok": True, "username": username, "done": what})
    else:
        out.print(f"{username}: {what}", markup=False)


@accounts.command("add")
def add(
    username: User,
    name: Annotated[str, typer.Option("--name", help="The person's name, as it stands in the log and on marks.")],
    role: Annotated[Role, typer.Option("--role", help="What the person may do.")],
    *,
    agency: Annotated[str | None, typer.Option("--agency", help="Code of the agency, for its people.")] = None,
    holder: Annotated[str | None, typer.Option("--holder", help="Personal number, for a citizen.")] = None,
    account: By = None,
    as_json: Json = False,
) -> None:
    """Make an account; the pass word is asked for, or read from standard input."""
    service = bootstrap.build()
    actor = acting(service, account)
    what = NewAccount(username, name, role, _password(), agency, holder)
    made = add_account(what, actor=actor, uow=service.uow, clock=service.clock, ids=service.ids)
    _tell(made.username, "added", as_json=as_json)


@accounts.command("list")
def list_all(*, account: By = None, as_json: Json = False) -> None:
    """Who has an account."""
    service = bootstrap.build()
    found = list_accounts(actor=acting(service, account), uow=service.uow)
    rows = [
        {
            "username": one.account.username,
            "name": one.account.actor.name,
            "role": one.account.actor.role.value,
            "agency": one.account.actor.agency_code,
            "disabled": one.disabled,
        }
        for one in found
    ]
    if as_json:
        print_json({"ok": True, "accounts": rows})
        return
    for row in rows:
        shut = "  disabled" if row["disabled"] else ""
        out.print(f"{row['username']}  {row['role']}  {row['agency'] or '-'}  {row['name']}{shut}", markup=False)


@accounts.command("password")
def password(username: User, *, account: By = None, as_json: Json = False) -> None:
    """Give an account a new pass word; its sessions end."""
    service = bootstrap.build()
    actor = acting(service, account)
    set_password(username, _password(), actor=actor, uow=service.uow, clock=service.clock, ids=service.ids)
    _tell(username, "new pass word", as_json=as_json)


@accounts.command("disable")
def disable(username: User, *, account: By = None, as_json: Json = False) -> None:
    """Shut an account; its sessions end at once."""
    service = bootstrap.build()
    set_disabled(username, disabled=True, actor=acting(service, account), uow=service.uow, clock=service.clock)
    _tell(username, "disabled", as_json=as_json)


@accounts.command("enable")
def enable(username: User, *, account: By = None, as_json: Json = False) -> None:
    """Open an account again."""
    service = bootstrap.build()
    set_disabled(username, disabled=False, actor=acting(service, account), uow=service.uow, clock=service.clock)
    _tell(username, "enabled", as_json=as_json)


@accounts.command("drop-factors")
def drop(username: User, *, account: By = None, as_json: Json = False) -> None:
    """Forget the second factors of somebody who lost them; they set new ones up at the next sign-in."""
    service = bootstrap.build()
    drop_factors(username, actor=acting(service, account), uow=service.uow, clock=service.clock)
    _tell(username, "factors dropped", as_json=as_json)
