"""What the national store refused, and sending it again."""

from __future__ import annotations

from typing import Annotated

import typer

from vault import bootstrap
from vault.cli.edge import Json, out, print_json
from vault.domain.errors import NotFound

outbox = typer.Typer(help="What other systems were told, and what they refused.", no_args_is_help=True)
MOST = 500


@outbox.command("list")
def list_dead(*, as_json: Json = False) -> None:
    """What waits (how many, since when) and every letter that was put aside, with what was answered."""
    service = bootstrap.build()
    with service.uow.begin() as tx:
        dead, vitals = tx.outbox.dead(limit=MOST), tx.vitals.read()
    rows: list[dict[str, object]] = [
        {"id": one.id, "about": one.subject, "kind": one.kind.value, "at": one.at, "answer": one.failure}
        for one in dead
    ]
    seconds = round(vitals.letters.seconds(service.clock.now()))
    if as_json:
        print_json(
            {"ok": True, "waiting": vitals.letters.count, "oldest_seconds": seconds, "dead": rows,
             "connected": service.national is not None}
        )  # fmt: skip
        return
    out.print(f"{vitals.letters.count} wait, the oldest for {seconds} s; {len(rows)} were put aside")
    for row in rows:
        out.print(f"{row['id']}  {row['about']}  {row['at']}  {row['answer']}", markup=False, soft_wrap=True)


@outbox.command()
def retry(
    letter: Annotated[int | None, typer.Argument(help="Number of the letter; without one: all of them.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Send dead letters again, under their old keys: what arrived once has no second effect."""
    service = bootstrap.build()
    again = []
    with service.uow.begin() as tx:
        wanted = [one.id for one in tx.outbox.dead(limit=MOST) if letter in {None, one.id}]
        if letter is not None and not wanted:
            raise NotFound("LETTER")
        now = service.clock.now()
        again = [one for one in wanted if tx.outbox.revive(one, at=now)]
    if as_json:
        print_json({"ok": True, "again": again, "superseded": len(wanted) - len(again)})
        return
    out.print(f"{len(again)} are sent again; {len(wanted) - len(again)} were followed by something newer")
