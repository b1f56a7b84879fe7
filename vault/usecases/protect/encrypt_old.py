"""Encrypt what was stored before there was encryption: blobs in the bucket, texts in rows. Stopped, it goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from vault.domain.ids import Digest
from vault.domain.intake import IntakeId
from vault.ports import Tx, UnitOfWork

BATCH = 200


class OldBlobs(Protocol):
    """A store that still has blobs in clear."""

    def encrypt_old(self, digest: Digest, *, paper: IntakeId, agency: str) -> bool:
        """Encrypt one for a paper; false when it is not there in clear."""
        ...

    def drop_plain(self, digest: Digest) -> None:
        """Remove the clear object, once the encrypted one proved that it opens."""
        ...

    def plain(self) -> Iterable[Digest]:
        """What lies in clear."""
        ...


class OldTexts(Protocol):
    """Rows that still say something in clear."""

    def seal_old(self, *, limit: int) -> int:
        """Seal some of them; how many were."""
        ...


@dataclass(frozen=True, slots=True)
class Encrypted:
    """How many uses of blobs got a key, clear objects were removed, and texts were sealed; and what has no paper.

    `orphans` are clear objects that no row names: a crash of an older version left them. They stay until somebody
    looks at them.
    """

    blobs: int
    removed: int
    texts: int
    orphans: int


def encrypt_old(*, uow: UnitOfWork, blobs: OldBlobs) -> Encrypted:
    """Encrypt everything that lies in clear. The service may run meanwhile."""
    done, after = 0, ("", "")
    while True:
        with uow.begin() as tx:
            uses = tx.keys.unheld(after, limit=BATCH)
        if not uses:
            break
        done += sum(blobs.encrypt_old(digest, paper=paper, agency=agency) for digest, paper, agency in uses)
        after = uses[-1][:2]
    removed = orphans = 0
    for digest in blobs.plain():
        with uow.begin() as tx:
            held = tx.keys.of(digest)
        if held:
            blobs.drop_plain(digest)
            removed += 1
        else:
            orphans += 1
    return Encrypted(done, removed, _texts(uow), orphans)


def _sealed(tx: Tx) -> tuple[OldTexts, ...]:
    return (tx.intakes, tx.sign_ins, tx.webhooks, tx.forms, tx.corrections)


def _texts(uow: UnitOfWork) -> int:
    sealed = 0
    while True:
        with uow.begin() as tx:
            found = sum(rows.seal_old(limit=BATCH) for rows in _sealed(tx))
        if not found:
            return sealed
        sealed += found
