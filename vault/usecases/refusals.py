"""A refusal is an event too: it is written in a transaction of its own, because the act's transaction rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from vault.domain.audit import Event, Outcome
from vault.domain.errors import Conflict, Forbidden, Invalid, NotFound
from vault.ports import UnitOfWork


@contextmanager
def recorded(uow: UnitOfWork, event: Event) -> Iterator[None]:
    """Run the block; when it refuses, append `event` as REFUSED with the code, then let the refusal through."""
    try:
        yield
    except (Invalid, Forbidden, NotFound, Conflict) as refusal:
        with uow.begin() as tx:
            tx.events.add(replace(event, outcome=Outcome.REFUSED, code=refusal.code))
        raise
