"""Let go what the retention rules say, or tell what would go. Keys are destroyed as by an erasure; the event stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vault.domain.audit import Event
from vault.domain.errors import Forbidden
from vault.domain.people import Action, Actor, require
from vault.domain.retention import Rule, check_rules, due_before
from vault.ports import Blobs, Clock, UnitOfWork

BATCH = 200


@dataclass(frozen=True, slots=True)
class LetGo:
    """One rule, and how many papers on their way it lets go."""

    rule: Rule
    papers: int


def apply_retention(
    rules: Sequence[Rule], *, dry_run: bool, actor: Actor, uow: UnitOfWork, blobs: Blobs, clock: Clock
) -> tuple[LetGo, ...]:
    """Of the actor's agency, rule by rule; a dry run changes nothing. Stopped at any point, run it again.

    Papers that became a record are never among them, and what is under a hold of the record it is a scan of stays.
    """
    require(actor, Action.ERASE)
    if actor.agency_code is None:
        raise Forbidden("NO_AGENCY")
    check_rules(rules)
    now = clock.now()
    done = []
    for rule in rules:
        before, count = due_before(rule, now), 0
        while True:
            with uow.begin() as tx:
                due = tx.intakes.due(actor.agency_code, rule.kept, before=before, limit=BATCH)
                if dry_run:
                    count = tx.intakes.count_due(actor.agency_code, rule.kept, before=before)
                    break
                if not due:
                    break
                for one in due:
                    tx.intakes.get(one, lock=True)
                files = tx.keys.files_of(due)
                ended = tx.keys.end_papers(due)
                for one in due:
                    tx.intakes.erase(one)
                details = {"rule": rule.kept.value, "days": rule.days, "papers": len(due)}
                tx.events.add(
                    Event(now, actor, Action.ERASE, code="RETENTION", legal_ground=rule.source, details=details)
                )
            blobs.discard(ended, clear=files)
            count += len(due)
        done.append(LetGo(rule, count))
    return tuple(done)
