"""Duties towards the people whose data are kept: a report after a breach, and letting go what is kept too long."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from vault import bootstrap, catalogue
from vault.cli.desk import actor_of
from vault.cli.edge import Json, out, print_json
from vault.domain.data_requests import Standing, Step
from vault.domain.errors import Invalid
from vault.domain.reuse import VIET_NAM
from vault.usecases.protect.apply_retention import apply_retention
from vault.usecases.protect.breach_report import BreachOf, BreachReport, breach_report
from vault.usecases.protect.data_requests import Standings, TakeStep, take_step, waiting_requests

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


@app.command("requests")
def requests(
    *,
    take: Annotated[str | None, typer.Option("--request", help="The request of which a step is taken.")] = None,
    step: Annotated[Step | None, typer.Option("--step", help="What is done with it.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why: for a longer term and a refusal.")] = "",
    terms: Annotated[Path | None, typer.Option("--terms", help="Terms of your own, as YAML.")] = None,
    account: By,
    as_json: Json = False,
) -> None:
    """Requests of people about their own data, the nearest day first; or a step of one."""
    service = bootstrap.build()
    actor, days = actor_of(service, account), catalogue.request_terms(terms)
    found: tuple[Standings, ...]
    if take is not None and step is not None:
        working = service.catalogue.working_time
        what = TakeStep(take, step, reason)
        found = (take_step(what, terms=days, working=working, actor=actor, uow=service.uow, clock=service.clock),)
    else:
        found = waiting_requests(actor=actor, uow=service.uow, clock=service.clock)
    rows = [
        {
            "id": one.request.id,
            "kind": one.request.kind.value,
            "state": one.request.state.value,
            "standing": one.standing.value,
            "answer_by": one.request.answer_by.isoformat(),
            "due_on": one.request.due_on.isoformat(),
            "note": one.request.note,
        }
        for one in found
    ]
    if as_json:
        late = sum(one.standing is Standing.LATE for one in found)
        verified = all(one.verified for one in days.values())
        print_json({"ok": True, "requests": rows, "late": late, "terms_verified": verified})
        return
    for row in rows:
        told = f"{row['standing']:<11} {row['due_on']}  {row['kind']:<8} {row['state']:<8} {row['id']}  {row['note']}"
        out.print(told, markup=False, soft_wrap=True)


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
