"""What the national store refused, and sending it again."""

from __future__ import annotations

from typing import Annotated

import typer

from vault import bootstrap
from vault.cli.accounts import By, acting
from vault.cli.edge import Json, out, print_json
from vault.usecases.outside.letters import MOST_AT_ONCE, send_all_again

outbox = typer.Typer(help="What other systems were told, and what they refused.", no_args_is_help=True)


@outbox.command("list")
def list_dead(*, as_json: Json = False) -> None:
    """What waits (how many, since when) and every letter that was put aside, with what was answered."""
    service = bootstrap.build()
    now = service.clock.now()
    with service.uow.begin() as tx:
        dead, vitals = tx.outbox.dead(limit=MOST_AT_ONCE), tx.vitals.read(now.date())
    rows: list[dict[str, object]] = [
        {"id": one.id, "about": one.subject, "kind": one.kind.value, "at": one.at, "answer": one.failure}
        for one in dead
    ]
    seconds = round(vitals.letters.seconds(now))
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
    account: By = None,
    as_json: Json = False,
) -> None:
    """Send dead letters again, under their old keys: what arrived once has no second effect. It leaves an event."""
    service = bootstrap.build()
    done = send_all_again(letter, actor=acting(service, account), uow=service.uow, clock=service.clock)
    if as_json:
        print_json({"ok": True, "again": list(done.again), "superseded": done.superseded})
        return
    out.print(f"{len(done.again)} are sent again; {done.superseded} were followed by something newer")
