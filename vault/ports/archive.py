"""Ports of backup: the database's own tools, and stores that hold a copy of everything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Streamed:
    """What the database's log brought: complete segments on disk, in order, and the moment that they reach up to.

    Everything that was committed before `until` stands in them or in earlier ones. `is_new`: nothing is here that goes
    on from an earlier call, so only a base backup taken from now on is whole with them.
    """

    segments: Sequence[Path]
    until: datetime
    is_new: bool


class DatabaseCopier(Protocol):
    """PostgreSQL's own tools, over its replication protocol. `Unavailable` (`BACKUP_DATABASE`) with what they said."""

    def stream(self) -> Streamed:
        """Bring the log up to now; segments stay on disk, and with the server, until `done`."""
        ...

    def done(self, streamed: Streamed) -> None:
        """The segments are safe elsewhere: they may go from the disk here."""
        ...

    def base(self, folder: Path) -> Sequence[Path]:
        """Take a base backup into a folder: compressed archives and their manifest."""
        ...


class Copy(Protocol):
    """One store that holds a copy. What is there is never written over: `put` of a name that is there changes nothing.

    Files of the database are encrypted under the agency's wrapping key before they leave; objects are already.
    """

    @property
    def name(self) -> str:
        """In reports."""
        ...

    @property
    def place(self) -> str:
        """Where it stands."""
        ...

    def prepare(self) -> str:
        """Make the bucket if it is not there; says what keeps its objects from being overwritten."""
        ...

    def put(self, name: str, file: Path) -> bool:
        """Encrypt a file and keep it under a name; false when the name is there already."""
        ...

    def get(self, name: str, file: Path) -> None:
        """Bring it back; `Unavailable` (`BACKUP_UNREADABLE`) when it does not open or is not whole."""
        ...

    def names(self, prefix: str) -> Iterator[str]:
        """Names of files, in order."""
        ...

    def remove(self, name: str) -> bool:
        """Remove a file; false when the store refuses because it is locked."""
        ...

    def pull(self) -> int:
        """Copy every object of papers that is not there yet from the vault's own bucket; how many."""
        ...

    def push(self) -> int:
        """Copy every object of papers back into the vault's own bucket, where it is missing; how many."""
        ...
