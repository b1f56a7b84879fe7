"""Accounts of partner systems."""

from __future__ import annotations

import secrets
from typing import Annotated

import typer

from vault import bootstrap
from vault.cli.accounts import By, acting
from vault.cli.edge import Json, out, print_json
from vault.domain.people import Role
from vault.usecases.identify.manage_accounts import NewAccount, add_account

partner = typer.Typer(help="Systems of other agencies that connect (vault/web/partner/GUIDE.md).", no_args_is_help=True)


@partner.command()
def add(
    name: Annotated[str, typer.Argument(help="Client id: letters and digits, e.g. mot-cua-hai-an.")],
    agency: Annotated[str, typer.Option(help="Code of the one agency that it speaks for.")],
    *,
    title: Annotated[str, typer.Option(help="How people read it in their log; default: the client id.")] = "",
    account: By = None,
    as_json: Json = False,
) -> None:
    """Make an account for a partner's system. Its secret is shown once and kept as a hash only."""
    service = bootstrap.build()
    secret = secrets.token_urlsafe(32)
    what = NewAccount(name, title or name.strip().lower(), Role.PARTNER, secret, agency)
    made = add_account(what, actor=acting(service, account), uow=service.uow, clock=service.clock, ids=service.ids)
    values = {"client_id": made.username, "client_secret": secret, "agency": made.actor.agency_code}
    if as_json:
        print_json({"ok": True, **values})
        return
    for key, value in values.items():
        out.print(f"{key}: {value}", markup=False, soft_wrap=True)
