"""Duties towards the people whose data are kept: a report after a breach, and letting go what is kept too long."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from vault import bootstrap, catalogue
from vault.cli.desk import actor_of
from vault.cli.edge import Json, out, print_json
from vault.domain.errors import Invalid
from vault.domain.reuse import VIET_NAM
from vault.usecases.protect.apply_retention import apply_retention
from vault.usecases.protect.breach_report import BreachOf, BreachReport, breach_report

app = typer.Typer()
By = Annotated[str, typer.Option("--as", metavar="USER", help="Data-protection officer in whose name this is done.")]


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid("BREACH_SPAN") from error
    return found if found.tzinfo is not None else found.replace(tzinfo=VIET_NAM)


@app.command("breach")
def breach(
    since: Annotated[str, typer.Option("--since", help="Day or moment, e.g. 2026-11-20 or 2026-11-20T08:00.")],
    until: Annotated[str, typer.Option("--until", help="Day or moment, not included.")],
    *,
    user: Annotated[str | None, typer.Option("--account", help="Whose acts; without it everybody's.")] = None,
    account: By,
    as_json: Json = False,
) -> None:
    """Which papers and people of the agency were touched in a span of time, and by which acts."""
    service = bootstrap.build()
    what = BreachOf(_moment(since), _moment(until), user)
    found = breach_report(what, actor=actor_of(service, account), uow=service.uow, clock=service.clock)
    if as_json:
        print_json({"ok": True, **plain(found)})
        return
    told = found.touched
    out.print(f"records: {len(told.records)}  people: {len(told.people)}  refused: {told.refused}", markup=False)
    for one in found.people:
        out.print(f"  {one.number or '-'}  {one.name}  {one.acts}", markup=False)


def plain(found: BreachReport) -> dict[str, object]:
    """The report as JSON values."""
    told = found.touched
    return {
        "acts": dict(told.acts),
        "refused": told.refused,
        "sign_ins": told.sign_ins,
        "records": [
            {"record": one.record, "acts": dict(one.acts), "first": one.first.isoformat(), "last": one.last.isoformat()}
            for one in told.records
        ],
        "people": [{"number": one.number, "name": one.name, "acts": one.acts} for one in found.people],
    }


@app.command("retention")
def retention(
    *,
    rules: Annotated[Path | None, typer.Option("--rules", help="Rules of your own, as YAML.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Let go; without it nothing changes.")] = False,
    account: By,
    as_json: Json = False,
) -> None:
    """What the retention rules let go: discarded, unreadable, abandoned and known files. Records and events stay."""
    service = bootstrap.build()
    done = apply_retention(
        catalogue.retention_rules(rules),
        dry_run=not apply,
        actor=actor_of(service, account),
        uow=service.uow,
        blobs=service.blobs,
        clock=service.clock,
    )
    rows = [
        {
            "kept": one.rule.kept.value,
            "days": one.rule.days,
            "papers": one.papers,
            "verified": one.rule.verified,
            "source": one.rule.source,
        }
        for one in done
    ]
    if as_json:
        print_json({"ok": True, "applied": apply, "rules": rows})
        return
    for row in rows:
        out.print(f"{row['kept']}  {row['days']} d  {row['papers']}", markup=False)
    if not apply:
        out.print("nothing was changed; --apply lets them go", markup=False)
