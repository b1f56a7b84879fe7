"""The transparency log: where it stands, whether rows, tiles and checkpoint agree, proofs to take away."""

from __future__ import annotations

from typing import Annotated

import typer

from vault import bootstrap
from vault.cli.edge import Exit, Json, out, print_json
from vault.domain.ids import normal_record_code

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
