"""Roots that signatures on papers must lead to: what is trusted, who compared it, what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from vault import bootstrap
from vault.cli.edge import Json, file_bytes, out, print_json

roots = typer.Typer(
    help="Roots of the Vietnamese trees: list, add with a compared fingerprint, remove.", no_args_is_help=True
)
_LIMIT = 100_000


@roots.command("list")
def list_roots(*, as_json: Json = False) -> None:
    """Every trusted authority, who compared its fingerprint, and what is still missing."""
    store = bootstrap.build().roots
    rows, missing = store.rows(), store.missing()
    if as_json:
        print_json({"ok": True, "roots": [bootstrap.root_row(row) for row in rows], "missing": list(missing)})
        return
    table = Table("tree", "subject", "SHA-256", "until", "compared")
    for row in rows:
        compared = f"{row.by}, {row.at}, {row.source}" if row.by else "NOT YET"
        table.add_row(row.tree, row.subject, row.sha256, row.not_after[:10], compared)
    out.print(table)
    for one in missing:
        out.print(f"missing: {one}", markup=False, soft_wrap=True)


@roots.command("add")
def add_root(
    file: Annotated[Path, typer.Argument(help="One certificate, PEM or DER.")],
    *,
    sha256: Annotated[str, typer.Option("--sha256", help="Its fingerprint, read where its authority publishes it.")],
    tree: Annotated[str, typer.Option(help="government or public.")],
    by: Annotated[str, typer.Option(help="Who compared.")],
    source: Annotated[str, typer.Option(help="Where the fingerprint was read.")],
    as_json: Json = False,
) -> None:
    """Trust an authority, or note that a shipped one was compared. The fingerprint decides."""
    service = bootstrap.build()
    row = service.roots.add(
        file_bytes(file, limit=_LIMIT), sha256=sha256, tree=tree, by=by, source=source, now=service.clock.now()
    )
    if as_json:
        print_json({"ok": True, "root": bootstrap.root_row(row)})
        return
    out.print(f"{row.sha256} {row.subject}", markup=False, soft_wrap=True)


@roots.command("remove")
def remove_root(
    sha256: Annotated[str, typer.Argument(help="The fingerprint as `list` shows it.")], *, as_json: Json = False
) -> None:
    """Trust an added authority no longer; reports that were made before stay as they are."""
    bootstrap.build().roots.remove(sha256)
    if as_json:
        print_json({"ok": True, "removed": sha256})
        return
    out.print(f"removed {sha256}", markup=False)
