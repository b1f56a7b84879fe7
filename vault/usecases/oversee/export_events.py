"""All events as lines of JSON, each with its place in the transparency log, its salt and its commitment.

Whoever gets such a file checks it against the published log without trusting us: SHA-256 over salt and event is the
commitment, and the commitment is the leaf at that place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Protocol

from vault.ports import LogLeaf, UnitOfWork

BATCH = 1000


class Committing(Protocol):
    """What an export needs of the log."""

    def committed(self) -> int:
        """How many leaves the newest checkpoint covers."""
        ...

    def spelled(self, leaf: LogLeaf) -> tuple[str, str]:
        """The event as it is committed to (JSON) and the commitment (hexadecimal)."""
        ...


def export_events(*, uow: UnitOfWork, log: Committing, start: int = 0) -> Iterator[str]:
    """One line an event that a checkpoint covers, in the order of the log, from place `start` on."""
    end = log.committed()
    for first in range(start, end, BATCH):
        with uow.begin() as tx:
            leaves = tx.log.leaves(first, min(end, first + BATCH))
        for leaf in leaves:
            event, commitment = log.spelled(leaf)
            values = {"place": leaf.position, "salt": leaf.salt.hex(), "commitment": commitment}
            yield json.dumps({**values, "event": json.loads(event)}, ensure_ascii=False, sort_keys=True)
