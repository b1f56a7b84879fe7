"""Sweep what a crash, a kill or a lost worker left over. Nothing that a row still needs is touched; all of it is told.

What it mends is what `fsck` names and only a machine has to do (`Cure.RECONCILE`). Every cure looks again, in its own
transaction, before it acts. Objects are removed only while every wrapping key is at hand: under a key that does not
open lie papers, and their objects look left over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vault.domain.audit import Event
from vault.domain.intake import IntakeId
from vault.domain.people import SYSTEM, Action
from vault.domain.upkeep import AGE, CURES, Cure, Fault, Problem, Run, Task
from vault.ports import Blobs, Bucket, Clock, UnitOfWork
from vault.usecases.heal.telling import Told, nobody

_WORK = frozenset({Fault.INTAKE_STUCK, Fault.BATCH_STUCK, Fault.CORRECTION_STUCK, Fault.JOB_WITHOUT_WORKER})
_OBJECTS = frozenset({Fault.OBJECT_WITHOUT_KEY, Fault.CLEAR_WITHOUT_ROW})


@dataclass(slots=True)
class Swept:
    """What was mended, what had mended itself meanwhile, and what others have to mend."""

    mended: list[Problem] = field(default_factory=list)
    gone: list[Problem] = field(default_factory=list)
    left: list[Problem] = field(default_factory=list)


def reconcile(
    found: Iterable[Problem],
    *,
    uow: UnitOfWork,
    blobs: Blobs,
    bucket: Bucket,
    clock: Clock,
    dry: bool = False,
    told: Told = nobody,
) -> Swept:
    """Mend what `fsck` found, as far as sweeping mends it; with `dry` only say what would be mended."""
    swept = Swept()
    all_of_it = list(found)  # first: what is mended must not change what is still being looked at
    for place, problem in enumerate(all_of_it):
        told("sweeping", place / len(all_of_it))
        if CURES[problem.fault] is not Cure.RECONCILE:
            swept.left.append(problem)
        elif dry or _mend(problem, uow=uow, blobs=blobs, bucket=bucket, clock=clock):
            swept.mended.append(problem)
        else:
            swept.gone.append(problem)
    if not dry:
        counts: dict[str, object] = {}
        for problem in swept.mended:
            counts[problem.fault.value] = sum(one.fault is problem.fault for one in swept.mended)
        now = clock.now()
        with uow.begin() as tx:
            tx.upkeep.note(Task.RECONCILE, Run(now, counts))
            if counts:
                tx.events.add(Event(now, SYSTEM, Action.RECONCILE, details=counts))
    return swept


def _mend(problem: Problem, *, uow: UnitOfWork, blobs: Blobs, bucket: Bucket, clock: Clock) -> bool:
    if problem.fault in _OBJECTS:
        bucket.remove(problem.what)
        return True
    if problem.fault is Fault.KEY_WITHOUT_ROW:
        return _end_key(problem, uow=uow, blobs=blobs, clock=clock)
    with uow.begin() as tx:
        tx.upkeep.patient()
        if problem.fault in _WORK:
            return tx.upkeep.resume(problem)
        if problem.fault is Fault.RECORD_OUTSIDE_INDEX:
            tx.upkeep.reindex(problem.what)
        else:
            tx.upkeep.queue_event(int(problem.what))
    return True


def _end_key(problem: Problem, *, uow: UnitOfWork, blobs: Blobs, clock: Clock) -> bool:
    paper = IntakeId(problem.what)
    with uow.begin() as tx:
        tx.upkeep.patient()
        if paper in tx.keys.strays(clock.now() - AGE, limit=10_000):
            ended = tx.keys.end_papers((paper,))
        else:
            mine = tx.keys.of(problem.told, lock=True)
            if tx.upkeep.is_used(problem.told, paper) or all(one.paper != paper for one in mine):
                return False
            tx.keys.let_go(problem.told, paper)
            ended = mine if len(mine) == 1 else ()
    blobs.discard(ended)
    return True
