"""Accounts of partner systems."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from vault import bootstrap
from vault.cli.edge import Json, out, print_json
from vault.domain.agencies import AgencyCode
from vault.domain.errors import Conflict
from vault.domain.passwords import hash_password
from vault.domain.people import Actor, Role
from vault.ports import Account

partner = typer.Typer(help="Systems of other agencies that connect (vault/web/partner/GUIDE.md).", no_args_is_help=True)


@partner.command()
def add(
    name: Annotated[str, typer.Argument(help="Client id: letters and digits, e.g. mot-cua-hai-an.")],
    agency: Annotated[str, typer.Option(help="Code of the one agency that it speaks for.")],
    *,
    title: Annotated[str, typer.Option(help="How people read it in their log; default: the client id.")] = "",
    as_json: Json = False,
) -> None:
    """Make an account for a partner's system. Its secret is shown once and kept as a hash only."""
    service = bootstrap.build()
    username, secret = name.strip().lower(), secrets.token_urlsafe(32)
    code = AgencyCode.parse(agency).qd20
    actor = Actor(f"partner:{username}", title or username, Role.PARTNER, code)
    with service.uow.begin() as tx:
        made = tx.accounts.add(Account(actor, username, hash_password(secret, salt=service.ids.token())))
    if not made:
        raise Conflict("ACCOUNT_TAKEN", name=username)
    values = {"client_id": username, "client_secret": secret, "agency": code}
    if as_json:
        print_json({"ok": True, **values})
        return
    for key, value in values.items():
        out.print(f"{key}: {value}", markup=False, soft_wrap=True)
