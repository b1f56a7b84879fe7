"""Lift seals that wait for a time stamp, and renew archive time stamps before they lose their force."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import signing
from vault.domain.audit import Event
from vault.domain.errors import NotFound, Unavailable
from vault.domain.ids import RecordCode
from vault.domain.intake import IntakeId
from vault.domain.people import SYSTEM, Action
from vault.ports import Blobs, Clock, SealingDesk, UnitOfWork

AHEAD = timedelta(days=180)
"""An archive time stamp is renewed half a year before its authority's certificate ends."""

BATCH = 200
_OF_ONE_PAPER = frozenset({"BLOB", "BLOB_DAMAGED", "KEY_UNWRAP", "PAPER_ERASED"})
_LOG = logging.getLogger(__name__)


def renew_seals(*, uow: UnitOfWork, blobs: Blobs, sealing: SealingDesk, clock: Clock) -> int:
    """Renew what needs it, most urgent first; how many got a better seal. Stops at the first that stays pending."""
    with uow.begin() as tx:
        codes = tx.records.seals_to_renew(clock.now() + AHEAD, limit=BATCH)
    done = 0
    for code in codes:
        try:
            if not _renew(code, uow=uow, blobs=blobs, sealing=sealing, clock=clock):
                break
        except (NotFound, Unavailable) as error:
            if error.code not in _OF_ONE_PAPER:
                raise
            with uow.begin() as tx:
                if tx.records.erased_at(code) is not None:
                    continue
            # Bytes that are damaged or gone are this paper's trouble: the others must not lose their time stamps.
            _LOG.error("the seal of %s cannot be renewed: %s", code, error.code)
            continue
        done += 1
    return done


def _renew(code: RecordCode, *, uow: UnitOfWork, blobs: Blobs, sealing: SealingDesk, clock: Clock) -> bool:
    with uow.begin() as tx:
        before = tx.records.get(code)
        intake = tx.intakes.find(code)
    renewed = sealing.renew(blobs.get(before.sealed))
    if renewed.pending:
        return False
    paper = intake.id if intake else IntakeId(code)
    told = intake.signatures if intake is not None else None
    fresh = None
    if told is not None and told.evidence is not None:
        # The time stamp beside the original is of the same authority: it is followed by a new one at the same time.
        evidence = signing.Evidence.from_bytes(blobs.get(told.evidence))
        evidence = sealing.collect((), sha256=bytes.fromhex(before.original), kept=evidence)
        kept = blobs.put(evidence.to_bytes(), mime="application/json", paper=paper, agency=before.agency_code)
        fresh = replace(told, evidence=kept)
    digest = blobs.put(renewed.pdf, mime="application/pdf", paper=paper, agency=before.agency_code)
    with uow.begin() as tx:
        record = tx.records.get(code, lock=True)
        if record.sealed != before.sealed:
            return True  # somebody was faster
        if intake is not None and fresh is not None:
            tx.intakes.set_signatures(intake.id, fresh)
        tx.records.set_seal(code, digest, level=renewed.level, archived_until=renewed.archived_until)
        tx.events.add(
            Event(
                clock.now(),
                replace(SYSTEM, agency_code=record.agency_code),
                Action.RENEW_SEAL,
                record=code,
                version=record.version,
                holder_id=tx.records.first_holder(code),
                details={"level": renewed.level, "was": record.seal_level},
            )
        )
        replaced = (before.sealed, *((told.evidence,) if told and told.evidence and fresh else ()))
        idle = [one for one in replaced if not tx.upkeep.is_used(one, paper)]
    for one in idle:  # a crash before this leaves a key that no row needs, which `vault reconcile` sweeps
        blobs.let_go(one, paper=paper)
    return True
