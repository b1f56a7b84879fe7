"""The catalogue from the command line: check an edition, make the next one from a national export, compare, look up.

Also `vault explain`: why a record was attached to a component, or would be.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from vault import bootstrap
from vault import catalogue as editions
from vault.catalogue import writer
from vault.cli.desk import Account, actor_of
from vault.cli.edge import Exit, Json, out, print_json
from vault.domain.catalogue import Catalogue, Procedure
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode, parse_decision_id
from vault.domain.reuse import VIET_NAM, Language, decision_to_plain, explain, question_to_plain
from vault.usecases.reuse.explain import Explained, explain_decision

catalogue = typer.Typer(help="Procedures, document types, agencies, grounds and rules.", no_args_is_help=True)
app = typer.Typer()

Edition = Annotated[
    Path | None, typer.Argument(exists=True, dir_okay=False, help="An edition as JSON; without it, the one in use.")
]
Day = Annotated[str | None, typer.Option("--on", metavar="DATE", help="ISO 8601; today without it.")]


def _read(file: Path | None) -> tuple[Catalogue, tuple[editions.Problem, ...]]:
    """An edition and what is wrong with it; the one in use has been checked when it was loaded."""
    if file is None:
        return bootstrap.build().catalogue, ()
    return editions.read_edition(file.read_bytes())


def _day(text: str | None) -> date:
    if text is None:
        return bootstrap.build().clock.now().astimezone(VIET_NAM).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 date, e.g. 2026-11-22") from error


def _counts(found: Catalogue) -> dict[str, int]:
    return {
        "types": len(found.types),
        "procedures": len(found.procedures),
        "with_results": sum(bool(one.results) for one in found.procedures),
        "with_components": sum(bool(one.components) for one in found.procedures),
        "agencies": len(found.agencies),
        "grounds": len(found.grounds),
        "rules": len(found.rules),
    }


@catalogue.command()
def validate(file: Edition = None, *, as_json: Json = False) -> None:
    """Check an edition as the service does before it relies on it. Status 1 when it does not hold together."""
    found, problems = _read(file)
    answer = {
        "ok": not problems,
        "version": found.version,
        **_counts(found),
        "problems": [str(problem) for problem in problems],
    }
    if as_json:
        print_json(answer)
    else:
        for name, value in answer.items():
            out.print(f"{name}: {value}", markup=False)
    if problems:
        raise typer.Exit(Exit.REFUSED)


@catalogue.command(name="import")
def import_export(
    export: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="National export, CSV or JSON.")],
    target: Annotated[Path, typer.Argument(metavar="EDITION", dir_okay=False, help="Where the next edition goes.")],
    *,
    version: Annotated[str, typer.Option("--version", help="Name of the next edition, e.g. 2026.12.")],
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Make the next edition: procedures of the export are in force from a day, what they replace ends before it.

    Rows that do not fit are listed and left out. The service uses the edition once VAULT_CATALOGUE names it.
    """
    current = bootstrap.build().catalogue
    read = editions.read_export(export.read_bytes(), current)
    start = _day(day)
    following = editions.succeed(current, read.procedures, on=start, version=version)
    problems = editions.problems(following)
    if not problems:
        part = target.with_name(f".{target.name}.part")
        text = json.dumps(editions.to_plain(following), ensure_ascii=False, indent=1)
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(target)
    answer = {
        "ok": not problems,
        "edition": None if problems else str(target),
        "rows": read.rows,
        "procedures": len(read.procedures),
        "changes": len(editions.diff(current, following)),
        "misfits": [str(one) for one in read.misfits],
        "misfit_codes": dict(Counter(one.code for one in read.misfits)),
        "problems": [str(one) for one in problems],
        "from": start.isoformat(),
    }
    if as_json:
        print_json(answer)
    else:
        for line in (*read.misfits, *problems):
            out.print(str(line), markup=False)
        out.print(f"{read.rows} rows, {len(read.procedures)} procedures, {len(read.misfits)} remarks", markup=False)
    if problems:
        raise typer.Exit(Exit.REFUSED)


@catalogue.command()
def diff(
    old: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The older edition.")],
    new: Edition = None,
    *,
    as_json: Json = False,
) -> None:
    """What changed between two editions, by section and code; against the one in use without a second."""
    changes = editions.diff(_sound(old), _sound(new))
    if as_json:
        rows = [
            {"kind": one.kind.value, "where": one.where, "key": one.key, "before": one.before, "after": one.after}
            for one in changes
        ]
        print_json({"ok": True, "changes": rows})
        return
    for one in changes:
        values = f": {one.before!r} -> {one.after!r}" if one.key else ""
        out.print(f"{one.kind.value:8} {one.where} {one.key}{values}", markup=False)


def _sound(file: Path | None) -> Catalogue:
    found, problems = _read(file)
    if problems:
        raise editions.CatalogueError(problems)
    return found


@catalogue.command()
def show(
    code: Annotated[str, typer.Argument(help="Procedure, document type, result code, agency or legal ground.")],
    *,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Everything the catalogue says of a code on a day."""
    found = bootstrap.build().catalogue
    entries = list(_entries(found, code, _day(day)))
    if not entries:
        raise NotFound("CATALOGUE_CODE", wanted=code)
    if as_json:
        print_json({"ok": True, "version": found.version, "entries": entries})
    else:
        for entry in entries:
            out.print_json(json.dumps(entry, ensure_ascii=False))


def _entries(found: Catalogue, code: str, day: date) -> Iterable[Mapping[str, Any]]:
    procedure: Procedure | None = found.find_procedure(code, day)
    if procedure is not None:
        yield {"procedure": writer.procedure(procedure)}
    named = found.find_type(code, day)
    for one in (named,) if named else found.types_of_result(code, day):
        yield {"type": writer.document_type(one)}
    agency = found.directory.find(code)
    if agency is not None:
        now = found.directory.current(code, day)
        yield {"agency": agency.name, "code": agency.code, "now": now.name if now else None}
    ground = next((one for one in found.grounds if one.code == code and one.period.covers(day)), None)
    if ground is not None:
        yield {"ground": ground.code, "article": ground.article, "vi": ground.vi, "en": ground.en}


@app.command(name="explain")
def explain_command(
    decision: Annotated[str, typer.Argument(help="Id of a decision, as `vault attach` prints it; or a dossier code.")],
    component: Annotated[str | None, typer.Argument(help="With a dossier code: a component code.")] = None,
    *,
    english: Annotated[bool, typer.Option("--english", help="Sentences in English.")] = False,
    user: Account = "canbo",
    as_json: Json = False,
) -> None:
    """Why the record of a component was attached: the stored question asked again, and whether the answer is the same.

    Nothing attached: every record that could stand for it, as it would be decided now.
    """
    number: int | None
    if component is None:
        dossier, asked, number = parse_decision_id(decision)
    else:
        dossier, asked, number = DossierCode(decision), component, None
    service = bootstrap.build()
    told = explain_decision(
        dossier,
        asked,
        number,
        actor=actor_of(service, user),
        uow=service.uow,
        catalogue=service.catalogue,
        clock=service.clock,
    )
    if as_json:
        print_json({"ok": True, "decisions": [_plain(one) for one in told]})
        return
    for one in told:
        for line in _why(one, "en" if english else "vi"):
            out.print(line, markup=False)
        if one.replays is not None:
            out.print("replays: the same answer" if one.replays else "replays: ANOTHER ANSWER", markup=False)
        if one.replays is False and one.decision is not None:
            for line in explain(one.decision, "en" if english else "vi"):
                out.print(f"now: {line}", markup=False)


def _why(one: Explained, language: Language) -> tuple[str, ...]:
    """The decision in words: as it stands, or, where the catalogue answers otherwise by now, as it was kept."""
    if one.decision is not None and one.replays is not False:
        return explain(one.decision, language)
    kept = one.kept or {}
    reasons = (f"[{each['code']}] {each[language]} — {each['article']}" for each in kept["reasons"])
    made = f"{kept['decided_at']}, {kept['catalogue_version']}, {kept['rules_version']}"
    return (f"{kept['verdict']}: {kept['record']} v{kept['version']} → {kept['component']}", *reasons, made)


def _plain(one: Explained) -> dict[str, Any]:
    return {
        "question": question_to_plain(one.question),
        "decision": None if one.decision is None else decision_to_plain(one.decision),
        "kept": None if one.kept is None else dict(one.kept),
        "replays": one.replays,
        "why": list(_why(one, "vi")),
    }
