"""What work on a paper does when the paper is erased meanwhile: it ends, for there is nothing left to work on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vault.domain.errors import NotFound
from vault.domain.intake import IntakeId
from vault.ports import UnitOfWork

_GONE = frozenset({"PAPER_ERASED", "BLOB"})


@contextmanager
def ends_with(paper: IntakeId, uow: UnitOfWork) -> Iterator[None]:
    """Let `NotFound` of a paper's keys or bytes end the work quietly if the paper was erased; else it is an error."""
    try:
        yield
    except NotFound as gone:
        if gone.code not in _GONE:
            raise
        with uow.begin() as tx:
            ended = tx.keys.ended(paper)
        if not ended:
            raise
