"""Mandates from the command line."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from vault import bootstrap
from vault.cli.desk import actor_of
from vault.cli.edge import Json, out, print_json
from vault.domain.errors import Invalid
from vault.domain.mandates import Mandate, MandateKind, Scope
from vault.usecases.identify.mandates import GrantMandate, grant_mandate, list_mandates, revoke_mandate

mandates = typer.Typer(help="Who may act for whom: guardians and authorised persons.", no_args_is_help=True)
By = Annotated[str, typer.Option("--as", metavar="USER", help="Officer in whose name this is done.")]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("MANDATE_DAYS") from error


def _tell(found: tuple[Mandate, ...], *, as_json: bool) -> None:
    rows = [
        {
            "id": one.id, "kind": one.kind.value, "account": one.account_id, "ground": one.ground,
            "from": one.valid_from.isoformat(), "until": one.valid_until.isoformat(),
            "scope": sorted(scope.value for scope in one.scope), "revoked": one.revoked_at is not None,
        }
        for one in found
    ]  # fmt: skip
    if as_json:
        print_json({"ok": True, "mandates": rows})
        return
    for row in rows:
        shut = "  revoked" if row["revoked"] else ""
        out.print(f"{row['id']}  {row['kind']}  {row['account']}  {row['from']}..{row['until']}{shut}", markup=False)


@mandates.command("add")
def add(
    username: Annotated[str, typer.Argument(help="The guardian's account (vault accounts add --role GUARDIAN).")],
    *,
    kind: Annotated[MandateKind, typer.Option("--kind", help="By what right.")],
    ground: Annotated[str, typer.Option("--ground", help="The document: kind, number, day.")],
    since: Annotated[str, typer.Option("--from", help="First day, e.g. 2026-12-01.")],
    until: Annotated[str, typer.Option("--until", help="Last day.")],
    scope: Annotated[list[Scope], typer.Option("--scope", help="For what; may be given several times.")],
    account: By,
    as_json: Json = False,
) -> None:
    """Record a mandate from its document."""
    service = bootstrap.build()
    what = GrantMandate(username, kind, ground, _day(since), _day(until), scope)
    actor = actor_of(service, account)
    made = grant_mandate(what, actor=actor, uow=service.uow, clock=service.clock, ids=service.ids)
    _tell((made,), as_json=as_json)


@mandates.command("list")
def list_all(*, account: By, as_json: Json = False) -> None:
    """What the agency recorded."""
    service = bootstrap.build()
    actor = actor_of(service, account)
    _tell(list_mandates(actor=actor, uow=service.uow, clock=service.clock), as_json=as_json)


@mandates.command("revoke")
def revoke(
    mandate: Annotated[str, typer.Argument(help="Its id.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why it ends.")],
    account: By,
    as_json: Json = False,
) -> None:
    """End a mandate at once."""
    service = bootstrap.build()
    actor = actor_of(service, account)
    _tell((revoke_mandate(mandate, reason, actor=actor, uow=service.uow, clock=service.clock),), as_json=as_json)
