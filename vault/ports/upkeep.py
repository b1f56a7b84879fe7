"""Ports of those who keep a vault well: what rows say about each other, and the bucket as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from vault.domain.ids import Digest, RecordCode
from vault.domain.upkeep import Damage, Fault, Problem, Run, Task
from vault.ports.outside import HeldKey


@dataclass(frozen=True, slots=True)
class HeldBlob:
    """A blob with every wrap of its key."""

    digest: Digest
    held: Sequence[HeldKey]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a blob lies, as far as its keys open: the papers whose wrap is closed, and those whose key is another.

    `names`: every object that one of its keys names; more than one only where keys disagree.
    """

    name: str | None
    names: Sequence[str] = ()
    closed: Sequence[str] = ()
    other: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """How a blob read back: its fault or none, and how many bytes came."""

    fault: Fault | None
    size: int


class Bucket(Protocol):
    """The object store as its keeper sees it: names, not papers. What is encrypted is never kept in clear."""

    def place(self, blob: HeldBlob) -> Place:
        """Where a blob lies; opens every wrap."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is an object."""
        ...

    def look(self, blob: HeldBlob) -> Looked:
        """Read a blob to its end and compare it with its digest. `Unavailable` when the store is down."""
        ...

    def heal(self, blob: HeldBlob) -> str | None:
        """Bring a blob back from the first copy in which it reads back whole; the copy's name, None without one."""
        ...

    def sealed(self, shard: int, before: datetime) -> Iterator[str]:
        """Names of encrypted objects of one of 256 shards that were stored before a time."""
        ...

    def clear(self, before: datetime) -> Iterator[tuple[str, Digest]]:
        """(name, digest) of objects of before encryption."""
        ...

    def remove(self, name: str) -> None:
        """Remove an object; `Unavailable` when the store refuses."""
        ...


class NameShards(Protocol):
    """A very large set of object names that need not fit into memory."""

    def add(self, name: str) -> None:
        """Take a name in."""
        ...

    def shard(self, number: int) -> frozenset[str]:
        """The names of one of 256 shards."""
        ...


class Upkeep(Protocol):
    """What rows say about each other. Reads whole tables, page by page or by cursor: for the operator's commands."""

    def patient(self) -> None:
        """Let this transaction's statements take as long as whole tables take."""
        ...

    def among_rows(self) -> Iterator[Problem]:
        """What is wrong among rows alone: records, intakes, keys, jobs, events."""
        ...

    def undecided_originals(self) -> tuple[int, tuple[str, ...]]:
        """Electronic originals (L4) decided before anybody asked whose signature it is: how many, and some of them."""
        ...

    def held(self) -> Iterator[HeldBlob]:
        """Every blob that has a key, in order of digests, by cursor."""
        ...

    def held_after(self, digest: str, *, limit: int) -> Sequence[HeldBlob]:
        """The next blobs that have a key, in order of digests."""
        ...

    def is_used(self, digest: str, paper: str) -> bool:
        """Whether a row names this blob for this paper."""
        ...

    def names_clear(self, digest: str) -> bool:
        """Whether any row names this blob at all."""
        ...

    def idle_keys(self, before: datetime, *, limit: int) -> Sequence[HeldKey]:
        """Keys of before a time under which no row names a blob, though the paper has a row."""
        ...

    def changed_since(self, list_id: int, at: datetime) -> frozenset[int]:
        """Places of a status list whose state changed after a time."""
        ...

    def resume(self, problem: Problem) -> bool:
        """Put the job back that a stuck paper waits for; false when it is not stuck (any more)."""
        ...

    def reindex(self, code: str) -> None:
        """Put a record into the search index."""
        ...

    def entries(self, after: bytes, *, limit: int) -> Sequence[tuple[bytes, RecordCode | None]]:
        """Index entries from this record's id on, in the order of ids; a code where an older edition made the entry."""
        ...

    def queue_event(self, event_id: int) -> None:
        """Hand an event to the log again."""
        ...

    def damaged(self, digest: str, fault: Fault, *, at: datetime) -> None:
        """Remember that a blob did not read back; since when, stays."""
        ...

    def healed(self, digest: str, *, at: datetime, by: str) -> None:
        """A blob reads back again."""
        ...

    def damages(self) -> Sequence[Damage]:
        """Blobs that do not read back."""
        ...

    def note(self, task: Task, run: Run) -> None:
        """Remember the last good run of a task."""
        ...

    def noted(self) -> Mapping[Task, Run]:
        """The last good run of each task."""
        ...
