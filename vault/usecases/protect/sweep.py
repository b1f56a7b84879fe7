"""Destroy keys of papers that never came to be: a crash between storing bytes and writing the row leaves them."""

from __future__ import annotations

from datetime import timedelta

from vault.ports import Blobs, Clock, UnitOfWork

AGE = timedelta(days=1)
"""Handing a file in takes seconds: what has no row after a day gets none."""
BATCH = 500


def sweep(*, uow: UnitOfWork, blobs: Blobs, clock: Clock) -> int:
    """How many such papers there were. Their bytes are gone with the last key, unless another paper uses them."""
    with uow.begin() as tx:
        strays = tx.keys.strays(clock.now() - AGE, limit=BATCH)
        ended = tx.keys.end_papers(strays) if strays else ()
    blobs.discard(ended)
    return len(strays)
