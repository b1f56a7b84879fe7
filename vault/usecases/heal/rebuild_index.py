"""Make entries of the search index again that an older edition of the program made: nothing else changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from vault.domain.errors import Unavailable
from vault.domain.ids import RecordCode
from vault.ports import UnitOfWork

BATCH = 50
"""Records of one transaction: whoever corrects or erases one of them waits so long, a fraction of a second."""
PAGE = 2000
"""Entries that are looked at at once: most are of today in most runs."""
_MOST_FAILED = 20
"""So many papers whose text does not open, and none that does: it is the key service that does not answer."""


@dataclass(slots=True)
class Rebuilt:
    """What was done. `failed`: papers whose text did not open, which keep their older entry; `finished`: to the end."""

    records: int = 0
    failed: list[str] = field(default_factory=list)
    finished: bool = False


def rebuild_index(
    *,
    uow: UnitOfWork,
    batch: int = BATCH,
    told: Callable[[float], None] = lambda _: None,
    go_on: Callable[[], bool] = lambda: True,
) -> Rebuilt:
    """Go through all entries once; stopped at any point, the next run does what is left.

    An entry says by which edition it was made, so nothing is made twice, and an erased paper gets none. `told` hears
    how far it is, 0 to 1: records' numbers are random, so their place says it. Raises `Unavailable` when the database
    or the key service does not answer.
    """
    done, after = Rebuilt(), b""
    while go_on():
        with uow.begin() as tx:
            page = tx.upkeep.entries(after, limit=PAGE)
        older = [code for _, code in page if code is not None]
        while older and go_on():
            _remake(older[:batch], done, uow)
            del older[:batch]
        if older:
            return done
        if len(page) < PAGE:
            told(1.0)
            done.finished = True
            return done
        after = page[-1][0]
        told(int.from_bytes(after, "big") / 2 ** (8 * len(after)))
    return done


def _remake(codes: Sequence[RecordCode], done: Rebuilt, uow: UnitOfWork) -> None:
    with uow.begin() as tx:
        for code in codes:
            try:
                tx.upkeep.reindex(code)
            except Unavailable:
                done.failed.append(code)
                if len(done.failed) >= _MOST_FAILED and not done.records:
                    raise
            else:
                done.records += 1
