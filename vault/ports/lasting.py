"""Ports inside a transaction for what outlasts a paper's life: its place in the log, its keys, holds on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vault.domain.audit import Event
from vault.domain.ids import Digest, RecordCode
from vault.domain.intake import IntakeId
from vault.ports.outside import HeldKey, WrappedKey


@dataclass(frozen=True, slots=True)
class LogLeaf:
    """An event with its place in the transparency log and the salt that hides it there."""

    position: int
    salt: bytes
    event: Event


class LogRows(Protocol):
    """Which events have which place in the log. A place, once given, is given for ever."""

    def my_turn(self) -> bool:
        """Whether this transaction is the one sequencer; until it ends no other is."""
        ...

    def wait_turn(self) -> None:
        """Wait until this transaction is the one sequencer."""
        ...

    def set_cosigned(self, size: int, checkpoint: str, witnesses: int) -> None:
        """Keep a checkpoint with cosignatures, unless it is kept with more of them."""
        ...

    def best_head(self, place: int) -> str | None:
        """Of the checkpoints that cover a place the one with the most witnesses; among equals the newest."""
        ...

    def take(self, limit: int, salt: Callable[[], bytes]) -> int:
        """Give the next places to at most `limit` waiting events, oldest first; how many got one.

        Zero also when another sequencer is just doing it.
        """
        ...

    def size(self) -> int:
        """How many events have a place."""
        ...

    def leaves(self, start: int, end: int) -> tuple[LogLeaf, ...]:
        """The leaves with places `start` to `end` (not included), in order."""
        ...

    def places_of(self, record: RecordCode) -> tuple[int, ...]:
        """Places of the events about a record, in order."""
        ...

    def covered_at(self, place: int) -> datetime | None:
        """When the first checkpoint that covers a place was signed."""
        ...

    def head(self) -> str | None:
        """The newest signed checkpoint."""
        ...

    def set_head(self, size: int, checkpoint: str, *, at: datetime) -> None:
        """Keep a checkpoint, unless a larger one is kept already."""
        ...


class BlobKeys(Protocol):
    """Wrapped data keys: one row for every blob and every paper that uses it."""

    def of(self, digest: str, *, lock: bool = False) -> tuple[HeldKey, ...]:
        """Every wrap of a blob's key. With `lock`, nobody else takes or ends one until the transaction ends."""
        ...

    def begin_use(self, paper: IntakeId) -> None:
        """Nobody ends the paper until the transaction is over; `NotFound` (`PAPER_ERASED`) when somebody has.

        Whoever locks the paper's row as well locks it before this: an erasure takes them in that order.
        """
        ...

    def begin_use_of(self, paper: IntakeId, digest: str) -> tuple[HeldKey, ...]:
        """`begin_use`, then `of` the blob with its lock, in half as many round trips."""
        ...

    def ended(self, paper: IntakeId) -> bool:
        """Whether the paper's keys were destroyed for good."""
        ...

    def hold(self, digest: str, held: HeldKey) -> None:
        """Keep a wrap; the one that this paper has already stays."""
        ...

    def hold_first(self, digest: str, held: HeldKey) -> bool:
        """`begin_use_of`, then `hold` if nobody holds the blob; false if somebody does. Every file comes in by it."""
        ...

    def let_go(self, digest: str, paper: IntakeId) -> None:
        """Destroy a paper's wrap."""
        ...

    def of_paper(self, paper: IntakeId) -> tuple[HeldKey, ...]:
        """Everything that a paper uses."""
        ...

    def end_papers(self, papers: Collection[IntakeId]) -> tuple[HeldKey, ...]:
        """Destroy every wrap of these papers, for good: none of them ever gets a key again (`begin_use`).

        Gives the wraps that were the last of their blob.
        """
        ...

    def wholes_of(self, papers: Collection[IntakeId]) -> tuple[IntakeId, ...]:
        """In whose names the scans are kept that these papers were cut out of; the same pages may come in several."""
        ...

    def files_of(self, papers: Collection[IntakeId]) -> tuple[Digest, ...]:
        """Every blob that the rows of these papers name, with or without a key."""
        ...

    def waiting(self, digests: Collection[Digest]) -> frozenset[Digest]:
        """Those of the blobs that a paper uses without a key: it still reads them in clear."""
        ...

    def strays(self, before: datetime, *, limit: int) -> tuple[IntakeId, ...]:
        """Papers that have keys since before a time and never became rows: what a crash left."""
        ...

    def unheld(self, after: tuple[str, str], *, limit: int) -> tuple[tuple[Digest, IntakeId, str], ...]:
        """(digest, paper, agency) of blobs that a paper uses without a key, in order, behind `after`."""
        ...

    def older(self, agency: str, current: str, *, limit: int) -> tuple[HeldKey, ...]:
        """Wraps of an agency under another key than the current one."""
        ...

    def rewrap(self, pairs: Sequence[tuple[HeldKey, WrappedKey]]) -> int:
        """Put new wraps in the place of old ones; how many, for somebody may be faster or a wrap be gone."""
        ...

    def agencies(self) -> tuple[tuple[str, str, int], ...]:
        """(agency, key, how many wraps), for every pair that occurs."""
        ...


class Holds(Protocol):
    """Records that nobody may erase for now: a dispute, an inspection, a request of a court."""

    def put(self, code: RecordCode, reason: str, *, by: str, at: datetime) -> None:
        """Put a hold on a record."""
        ...

    def lift(self, code: RecordCode, *, at: datetime) -> int:
        """End every hold of a record; how many there were."""
        ...

    def living(self, code: RecordCode) -> tuple[str, ...]:
        """Reasons of the holds that are on a record now."""
        ...
