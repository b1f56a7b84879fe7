"""The officer's work from the command line: digitise, look up, attach. Needs the service's database and store."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress
from rich.table import Table

from vault import bootstrap
from vault.bootstrap import App
from vault.cli.edge import Json, err, file_bytes, out, print_json
from vault.domain.errors import Forbidden, Invalid, Unavailable, VaultError
from vault.domain.holders import HolderId
from vault.domain.ids import DossierCode, normal_record_code
from vault.domain.intake import Channel, Intake, IntakeId, IntakeState, NamedHolder
from vault.domain.people import Actor
from vault.usecases.digitize.confirm import Confirm, confirm
from vault.usecases.digitize.receive import Receive, receive
from vault.usecases.reuse.answer import DossierAnswer, answer
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.open_dossier import OpenDossier, Person, open_dossier

app = typer.Typer()
POLL_SECONDS = 0.3
PATIENCE_SECONDS = 30.0
"""Without any progress for so long, it is time to ask whether a worker lives: other papers may be before this one."""

Account = Annotated[str, typer.Option("--as", metavar="USER", help="Account in whose name this is done.")]


@app.command()
def digitize(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Scans or PDFs, one paper each.")],
    *,
    type_code: Annotated[str | None, typer.Option("--type", help="Document type, e.g. KS or GPXD.")] = None,
    holder: Annotated[str | None, typer.Option("--holder", help="Holder's identification number.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Holder's name, when it was not read.")] = None,
    field: Annotated[list[str] | None, typer.Option("--field", metavar="NAME=VALUE", help="A field's value.")] = None,
    leave: Annotated[bool, typer.Option("--leave-for-desk", help="Stop at the proposal; an officer confirms.")] = False,
    consent: Annotated[bool, typer.Option("--consent", help="The citizen agrees that it is kept.")] = False,
    user: Account = "canbo",
    as_json: Json = False,
) -> None:
    """Take in papers, read them, and seal them as records.

    Giving both --type and --holder is your word that you compared the paper with its original; then it is sealed.
    Without one of them the paper waits at the desk with what was read. Fields that were not read with certainty are
    left out and listed, unless --field gives them.
    """
    service = bootstrap.build()
    actor = actor_of(service, user)
    given = dict(_pair(one) for one in field or ())
    results = []
    for file in files:
        try:
            intake = _received(service, file, actor, type_code=type_code, holder=holder)
            if type_code and holder and not leave and intake.state is IntakeState.READ:
                said = _word(intake, type_code, holder, name, given=given, consent=consent, service=service)
                confirm(
                    said,
                    actor=actor,
                    uow=service.uow,
                    catalogue=service.catalogue,
                    clock=service.clock,
                    ids=service.ids,
                )
                intake = _wait(service, intake.id, file.name, until=frozenset({IntakeState.SEALED}))
        except Unavailable:
            raise
        except VaultError as error:
            if len(files) == 1:
                raise
            # One bad file of many does not hide what was done with the others.
            results.append(_refused(file, error))
            continue
        results.append(_result(file, intake, given))
    failed = [one for one in results if one["failure"]]
    if as_json:
        print_json(
            {"ok": not failed, "papers": results, "records": [one["record"] for one in results if one["record"]]}
        )
    else:
        _show_results(results)
    if failed:
        raise typer.Exit(1)


def actor_of(service: App, user: str) -> Actor:
    """The actor behind an account name; whoever may run this program on this machine may act as anybody on it."""
    with service.uow.begin() as tx:
        account = tx.accounts.by_username(user)
    if account is None:
        raise Forbidden("SIGN_IN_WRONG")
    return account.actor


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise typer.BadParameter(f"{text!r}: write NAME=VALUE")
    return name, value


def _received(service: App, file: Path, actor: Actor, *, type_code: str | None, holder: str | None) -> Intake:
    got = receive(
        Receive(file_bytes(file, limit=service.settings.max_upload_bytes), file.name, Channel.CLI, type_code, holder),
        actor=actor,
        uow=service.uow,
        blobs=service.blobs,
        engines=service.engines,
        clock=service.clock,
        ids=service.ids,
        max_bytes=service.settings.max_upload_bytes,
    )
    past_reading = frozenset({IntakeState.READ, IntakeState.SEALED})
    return _wait(service, got.intake.id, file.name, until=past_reading)


def _wait(service: App, intake_id: IntakeId, label: str, *, until: frozenset[IntakeState]) -> Intake:
    """Follow the worker page by page. `WORKER_DOWN` when nothing moves and no worker lives."""
    with Progress(console=err, transient=True) as progress:
        task = progress.add_task(label, total=None)
        seen, moved = None, time.monotonic()
        while True:
            with service.uow.begin() as tx:
                intake = tx.intakes.get(intake_id)
            progress.update(task, total=intake.page_count, completed=intake.pages_read, description=label)
            if intake.state in until or intake.failure is not None:
                return intake
            if (intake.state, intake.pages_read) != seen:
                seen, moved = (intake.state, intake.pages_read), time.monotonic()
            if time.monotonic() - moved > PATIENCE_SECONDS:
                with service.uow.begin() as tx:
                    if not tx.jobs.worker_seen():
                        raise Unavailable("WORKER_DOWN")
                moved = time.monotonic()
            time.sleep(POLL_SECONDS)


def _word(
    intake: Intake,
    type_code: str,
    holder: str,
    name: str | None,
    *,
    given: dict[str, str],
    consent: bool,
    service: App,
) -> Confirm:
    proposed = intake.proposal.fields if intake.proposal else {}
    fields = {key: value.value for key, value in proposed.items() if value.sure} | given
    number = HolderId.parse(holder)
    read_name = proposed.get("holder_name")
    full_name = name or (read_name.value if read_name and read_name.sure else None) or _known(service, number)
    if not full_name:
        raise Invalid("HOLDER_NAME")
    return Confirm(
        intake_id=intake.id,
        type_code=type_code,
        holders=(NamedHolder(number.number, full_name),),
        fields=fields,
        compared_with_original=True,
        consent=consent,
    )


def _known(service: App, number: HolderId) -> str | None:
    with service.uow.begin() as tx:
        holder_id = tx.holders.find(number)
        return tx.holders.get(holder_id).name if holder_id is not None else None


def _result(file: Path, intake: Intake, given: dict[str, str]) -> dict[str, Any]:
    proposed = intake.proposal.fields if intake.proposal else {}
    doubtful = {key: one.value for key, one in proposed.items() if not one.sure and key not in given}
    return {
        "file": str(file),
        "intake": intake.id,
        "state": intake.state.value,
        "failure": intake.failure,
        "record": intake.record,
        "sha256": intake.original,
        "pages": intake.page_count,
        "type": intake.proposal.type_code if intake.proposal else None,
        "signatures": intake.signatures.count if intake.signatures else 0,
        "doubtful": doubtful,
    }


def _refused(file: Path, error: VaultError) -> dict[str, Any]:
    unknown = dict.fromkeys(("intake", "state", "record", "sha256", "type"))
    return {"file": str(file), "failure": error.code, "pages": 0, "signatures": 0, "doubtful": {}, **unknown}


def _show_results(results: list[dict[str, Any]]) -> None:
    table = Table("File", "State", "Record", "Type read", "Signatures", "For a person to look at")
    for one in results:
        table.add_row(
            Path(one["file"]).name,
            one["failure"] or one["state"],
            one["record"] or "",
            one["type"] or "",
            str(one["signatures"]),
            ", ".join(one["doubtful"]),
        )
    out.print(table)


@app.command()
def lookup(
    *,
    procedure: Annotated[str | None, typer.Option("--procedure", help="National code, e.g. 1.013225.")] = None,
    holder: Annotated[str | None, typer.Option("--holder", help="Holder's identification number.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Holder's name, when nobody knows the number yet.")] = None,
    party: Annotated[
        list[str] | None,
        typer.Option("--party", metavar="ROLE:NUMBER[:NAME]", help="Another person it is about, e.g. SPOUSE:0310…"),
    ] = None,
    submitter: Annotated[
        str | None,
        typer.Option("--submitter", metavar="AUTHORITY:NUMBER[:NAME]", help="Who hands it in, by what right."),
    ] = None,
    dossier: Annotated[str | None, typer.Option("--dossier", help="Answer this open dossier again.")] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Your own name of it: run again, it opens no second.")
    ] = None,
    user: Account = "canbo",
    as_json: Json = False,
) -> None:
    """Open a dossier and answer it: for every component what is already there, whether it may be used, and why."""
    if dossier is None and (procedure is None or holder is None):
        raise typer.BadParameter("give --procedure and --holder, or --dossier")
    service = bootstrap.build()
    actor = actor_of(service, user)
    code = DossierCode(dossier) if dossier else None
    if code is None:
        authority, by = _person(submitter) if submitter else ("NONE", None)
        code = open_dossier(
            OpenDossier(
                procedure or "",
                holder or "",
                name,
                parties=tuple(replace(person, role=role) for role, person in map(_person, party or ())),
                submitted_by=by,
                authority=authority,
                key=key,
            ),
            actor=actor,
            uow=service.uow,
            catalogue=service.catalogue,
            clock=service.clock,
        ).code
    found = answer(code, actor=actor, uow=service.uow, catalogue=service.catalogue, clock=service.clock)
    if as_json:
        # The shapes of the API are those of the web edge, so that both tell the same.
        from vault.web.api.dossier_models import DossierAnswerOut  # noqa: PLC0415

        print_json(DossierAnswerOut.of(found).model_dump(mode="json"))
    else:
        _show_answer(found)


def _person(text: str) -> tuple[str, Person]:
    word, _, rest = text.partition(":")
    number, _, name = rest.partition(":")
    if not number:
        raise typer.BadParameter(f"{text!r}: write WORD:NUMBER or WORD:NUMBER:NAME")
    return word.upper(), Person(number, name or None)


def _show_answer(found: DossierAnswer) -> None:
    colours = {"USABLE": "green", "NEEDS_CHECK": "yellow", "NOT_USABLE": "red"}
    table = Table("Component", "Answer", "Record", "Why", title=str(found.dossier.code))
    for one in found.components:
        best = one.decisions[0] if one.decisions else None
        verdict = one.resolution.situation.value
        shown = f"[{colours[verdict]}]{verdict}[/]" if verdict in colours else verdict
        why = "\n".join(reason.vi for reason in best.reasons) if best else ""
        record = f"{best.record_code} v{best.version}" if best else ""
        table.add_row(f"{one.component.code}\n{one.component.name}", shown, record, why)
    out.print(table)


@app.command(name="attach")
def attach_record(
    dossier: Annotated[str, typer.Argument(help="Dossier code.")],
    component: Annotated[str, typer.Argument(help="Component code, as `vault lookup` prints it.")],
    record: Annotated[str, typer.Argument(help="Record code.")],
    *,
    checked: Annotated[str | None, typer.Option("--checked", help="What you checked, when a check was asked.")] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why it replaces an attached record that is still good.")
    ] = "",
    user: Account = "canbo",
    as_json: Json = False,
) -> None:
    """Attach a record to a component of a dossier. A record that is NOT_USABLE is refused."""
    service = bootstrap.build()
    done = attach(
        Attach(DossierCode(dossier), component, normal_record_code(record), checked, reason),
        actor=actor_of(service, user),
        uow=service.uow,
        catalogue=service.catalogue,
        clock=service.clock,
    )
    answered = {
        "ok": True,
        "dossier": dossier,
        "component": done.component,
        "record": done.record,
        "version": done.version,
        "decision_id": done.decision_id,
        "decision": dict(done.decision),
    }
    if as_json:
        print_json(answered)
    else:
        out.print(f"{done.record} v{done.version} -> {dossier} {done.component}, decision {done.decision_id}")
