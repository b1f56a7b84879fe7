"""The transparency log: where it stands, whether rows, tiles and checkpoint agree, proofs to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vault import bootstrap
from vault.cli.edge import Exit, Json, file_bytes, out, print_json
from vault.domain.errors import Invalid
from vault.domain.ids import normal_record_code
from vault.log import NoteError, ProofError, parse_proof, parse_verifier_key
from vault.log.proof import split_proofs
from vault.usecases.oversee.export_events import export_events

log = typer.Typer(help="The transparency log.", no_args_is_help=True)


@log.command()
def status(*, as_json: Json = False) -> None:
    """Size, root and the key that verifiers pin."""
    service = bootstrap.build()
    head = service.log.head()
    answer = {"size": head.size, "root": head.root.hex(), "key": service.log.verifier_key}
    if as_json:
        print_json(answer)
    else:
        for name, value in answer.items():
            out.print(f"{name}: {value}", markup=False, soft_wrap=True)


@log.command()
def check(
    proofs: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="File of proofs, as `prove` prints.")],
    key: Annotated[str, typer.Option("--key", help="The log's key, pinned before: `vault log status` prints it.")],
    *,
    witness: Annotated[list[str] | None, typer.Option("--witness", help="Key of a witness; several times.")] = None,
    quorum: Annotated[int, typer.Option(min=0, help="How many of the witnesses must have signed.")] = 0,
    as_json: Json = False,
) -> None:
    """Check proofs without any network: signature, place in the tree, and the signatures of witnesses."""
    try:
        pinned = parse_verifier_key(key)
        known = [parse_verifier_key(one) for one in witness or ()]
        found = [
            parse_proof(one) for one in split_proofs(file_bytes(proofs, limit=50_000_000).decode("utf-8", "replace"))
        ]
        sizes = [one.check(name=pinned.name, key=pinned.key, witnesses=known, quorum=quorum).size for one in found]
    except (NoteError, ProofError) as error:
        raise Invalid("LOG_PROOF_WRONG", reason=str(error)) from error
    if as_json:
        print_json({"ok": True, "proofs": len(sizes), "sizes": sizes})
    else:
        out.print(f"{len(sizes)} proofs hold.")


@log.command()
def fsck(*, as_json: Json = False) -> None:
    """Compare every event's row with its published leaf, every tile with its leaves, the root with the checkpoint."""
    service = bootstrap.build()
    found = service.log.fsck()
    if as_json:
        print_json({"ok": not found, "size": service.log.head().size, "problems": list(found)})
    elif found:
        out.print("\n".join(found), markup=False)
    else:
        out.print(f"{service.log.head().size} events: rows, tiles and checkpoint agree.")
    if found:
        raise typer.Exit(Exit.REFUSED)


@log.command()
def export(
    target: Annotated[Path, typer.Argument(help="File to write; one line of JSON an event.")],
    start: Annotated[int, typer.Option("--from", min=0, help="Place in the log to begin at.")] = 0,
    *,
    as_json: Json = False,
) -> None:
    """Write every event with its place, salt and commitment: it proves itself against the published log."""
    service = bootstrap.build()
    count = 0
    with target.open("x", encoding="utf-8") as file:
        for line in export_events(uow=service.uow, log=service.log, start=start):
            file.write(line + "\n")
            count += 1
    if as_json:
        print_json({"ok": True, "events": count, "file": str(target)})
    else:
        out.print(f"{count} events in {target}", markup=False)


@log.command()
def prove(
    record: Annotated[str, typer.Argument(help="Record code.")],
    *,
    as_json: Json = False,
) -> None:
    """Print offline proofs (C2SP tlog-proof@v1) for every event about a record."""
    proofs = bootstrap.build().log.prove(normal_record_code(record))
    if as_json:
        print_json({"ok": True, "record": record, "proofs": [proof.text for proof in proofs]})
    else:
        typer.echo("\n".join(proof.text for proof in proofs))
