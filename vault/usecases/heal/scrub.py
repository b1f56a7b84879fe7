"""Read every blob to its last byte and compare it with its digest; bring back from a copy what does not read back.

It goes through all blobs in the order of their digests and remembers where it is, so it may be stopped at any moment,
and many short turns do what one long one does. What does not read back is remembered until it does (the metric
`vault_scrub_errors`, and `vault fsck`), whether or not a copy could heal it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from vault.domain.ids import Digest
from vault.domain.upkeep import Fault, Run, Task
from vault.ports import Bucket, Clock, HeldBlob, UnitOfWork
from vault.usecases.heal.telling import Told, nobody, share_of

_LOG = logging.getLogger(__name__)
PAGE = 100
_CURSOR = "after"


@dataclass(slots=True)
class Scrubbed:
    """What one turn did. `finished`: it came to the last blob; the next turn begins anew."""

    blobs: int = 0
    size: int = 0
    damaged: list[str] = field(default_factory=list)
    healed: dict[str, str] = field(default_factory=dict)
    finished: bool = False


def scrub(
    *,
    uow: UnitOfWork,
    bucket: Bucket,
    clock: Clock,
    pace: Callable[[int], None] = lambda _: None,
    go_on: Callable[[], bool] = lambda: True,
    told: Told = nobody,
    anew: bool = False,
) -> Scrubbed:
    """Go on where the last turn ended, until the last blob or until `go_on` says no.

    `pace` is told the size of each blob that was read and may sleep; `told` which share of all is behind, by the place
    of the digest, which lie evenly. `anew` begins with the first blob.
    """
    done = Scrubbed()
    with uow.begin() as tx:
        last = tx.upkeep.noted().get(Task.SCRUB)
    state = dict(last.details) if last and not anew else {}
    after, seen, since = str(state.get(_CURSOR, "")), _whole(state.get("seen")), str(state.get("since", ""))
    whole = str(state.get("whole", ""))
    if not after:
        seen, since = 0, clock.now().isoformat()
    _recheck(done, uow=uow, bucket=bucket, clock=clock)
    while go_on():
        with uow.begin() as tx:
            page = tx.upkeep.held_after(after, limit=PAGE)
        for blob in page:
            _look(blob, done, uow=uow, bucket=bucket, clock=clock, pace=pace)
            after, seen = blob.digest, seen + 1
            told("blobs", share_of(after))
            if not go_on():
                break
        if not page:
            done.finished, after, whole = True, "", clock.now().isoformat()
        with uow.begin() as tx:
            details = {_CURSOR: after, "seen": seen, "since": since, "whole": whole}
            tx.upkeep.note(Task.SCRUB, Run(clock.now(), details))
        if done.finished:
            break
    return done


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _recheck(done: Scrubbed, *, uow: UnitOfWork, bucket: Bucket, clock: Clock) -> None:
    """What did not read back last time, first: a copy may have come, or the store is whole again."""
    with uow.begin() as tx:
        damages = tx.upkeep.damages()
    for damage in damages:
        with uow.begin() as tx:
            held = tx.keys.of(damage.digest)
            if not held:  # erased meanwhile: nobody needs it any more
                tx.upkeep.healed(damage.digest, at=clock.now(), by="")
                continue
        _look(
            HeldBlob(Digest(damage.digest), held),
            done,
            uow=uow,
            bucket=bucket,
            clock=clock,
            pace=lambda _: None,
            was_damaged=True,
        )


def _look(
    blob: HeldBlob,
    done: Scrubbed,
    *,
    uow: UnitOfWork,
    bucket: Bucket,
    clock: Clock,
    pace: Callable[[int], None],
    was_damaged: bool = False,
) -> None:
    looked = bucket.look(blob)
    done.blobs += 1
    done.size += looked.size
    pace(looked.size)
    if looked.fault is None:
        if was_damaged:
            with uow.begin() as tx:
                tx.upkeep.healed(blob.digest, at=clock.now(), by="")
        return
    with uow.begin() as tx:
        held = tx.keys.of(blob.digest)
        if looked.fault is not Fault.KEY_CLOSED and not any(tx.upkeep.is_used(blob.digest, one.paper) for one in held):
            return  # taken back or erased while it was read, or a leftover that no paper needs
        tx.upkeep.damaged(blob.digest, looked.fault, at=clock.now())
    done.damaged.append(blob.digest)
    copy = bucket.heal(blob)
    if copy is None or bucket.look(blob).fault is not None:
        _LOG.error("blob %s: %s, and no copy heals it", blob.digest, looked.fault)
        return
    done.healed[blob.digest] = copy
    _LOG.warning("blob %s: %s, brought back from the copy %s", blob.digest, looked.fault, copy)
    with uow.begin() as tx:
        tx.upkeep.healed(blob.digest, at=clock.now(), by=copy)
