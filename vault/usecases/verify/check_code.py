"""Check a QR text, or the symbols on a picture: signature, issuer, term, and the status as of now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import qr
from vault.domain.audit import Event
from vault.domain.ids import RecordCode, digest_of, record_code
from vault.domain.people import Action, Actor
from vault.domain.records import Record
from vault.domain.states import RecordState
from vault.ports import Clock, CredentialDesk, Engines, PublicLog, Reach, Tx, UnitOfWork

FRESH = timedelta(minutes=5)
"""How long an answer straight from the database may be believed."""

STATUS = {
    RecordState.ACTIVE: qr.Status.VALID,
    RecordState.REVOKED: qr.Status.REVOKED,
    RecordState.SUSPENDED: qr.Status.SUSPENDED,
    RecordState.SUPERSEDED: qr.Status.SUPERSEDED,
}
_WORST_FIRST = tuple(qr.Verdict)


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """The verdict on what was shown, and the record behind it when it is one of ours."""

    verification: qr.Verification
    record: RecordCode | None
    superseded_by: RecordCode | None
    others: tuple[CodeCheck, ...] = ()
    """What else of ours is on the same picture: each is judged, none is passed over in silence."""


def check_text(
    text: str, *, actor: Actor, uow: UnitOfWork, credentials: CredentialDesk, log: PublicLog, clock: Clock
) -> CodeCheck:
    """Judge one scanned text. Never raises for what the text is."""
    return check_texts((text,), actor=actor, uow=uow, credentials=credentials, log=log, clock=clock)


def check_picture(
    image: bytes,
    *,
    actor: Actor,
    uow: UnitOfWork,
    engines: Engines,
    credentials: CredentialDesk,
    log: PublicLog,
    clock: Clock,
) -> CodeCheck:
    """Judge the symbols on a picture; `UNREADABLE` when there are none."""
    texts = engines.codes(image)
    return check_texts(texts, actor=actor, uow=uow, credentials=credentials, log=log, clock=clock)


def check_texts(
    texts: tuple[str, ...],
    *,
    actor: Actor,
    uow: UnitOfWork,
    credentials: CredentialDesk,
    log: PublicLog,
    clock: Clock,
) -> CodeCheck:
    """The worst verdict among credentials of our hosts, and beside it those on the others.

    Other people's symbols count only if nothing else is there.
    """
    now = clock.now()
    logged = {text: _logged_at(text, credentials=credentials, log=log, now=now) for text in texts}
    with uow.begin(Reach.SHOWN) as tx:
        checks = [_judge(text, tx, credentials=credentials, logged_at=logged[text], now=now) for text in texts]
        ours = [one for one in checks if one.verification.verdict is not qr.Verdict.NOT_ISSUED_BY_US] or checks
        unread = qr.Verification(verdict=qr.Verdict.UNREADABLE, reasons=(qr.Verdict.UNREADABLE,))
        worst = min(
            ours,
            key=lambda one: _WORST_FIRST.index(one.verification.verdict),
            default=CodeCheck(unread, None, None),
        )
        others = tuple(one for one in ours if one is not worst)
        for one in (worst, *others):
            tx.events.add(_event(one, actor, tx, now))
    return replace(worst, others=others)


def _logged_at(text: str, *, credentials: CredentialDesk, log: PublicLog, now: datetime) -> datetime | None:
    """What still holds up a paper whose key was revoked later: the log shows this very credential before that."""
    if not credentials.needs_log_proof(text, now=now):
        return None
    record_id = credentials.own_record(text, now=now)
    return None if record_id is None else log.shown_at(record_code(record_id), digest_of(text.encode()))


def _judge(text: str, tx: Tx, *, credentials: CredentialDesk, logged_at: datetime | None, now: datetime) -> CodeCheck:
    record = _record_behind(text, tx, credentials, now)
    known = None if record is None else _known(record, tx, credentials=credentials, now=now)
    trust = credentials.trusted(now=now)
    outcome = qr.verify(text, hosts=credentials.hosts, trust=trust, status=known, now=now, logged_at=logged_at)
    if record is None or outcome.claims is None:
        return CodeCheck(outcome, None, None)
    older = outcome.claims.status.index != record.status.index
    return CodeCheck(outcome, record.code, record.superseded_by or (record.code if older else None))


def _record_behind(text: str, tx: Tx, credentials: CredentialDesk, now: datetime) -> Record | None:
    record_id = credentials.own_record(text, now=now)
    return None if record_id is None else tx.records.find(record_code(record_id))


@dataclass(frozen=True, slots=True)
class _Versions:
    """What is known of every version's place in the status lists."""

    known: tuple[qr.KnownStatus, ...]

    def status_of(self, ref: qr.StatusRef) -> qr.StatusFact | None:
        """`qr.StatusSource`."""
        return next((fact for one in self.known if (fact := one.status_of(ref)) is not None), None)


def _known(record: Record, tx: Tx, *, credentials: CredentialDesk, now: datetime) -> qr.StatusSource:
    """The newest version has the record's state; a paper of an older one is superseded, or revoked with the record."""
    old = RecordState.REVOKED if record.state is RecordState.REVOKED else RecordState.SUPERSEDED
    older = [one.status for one in tx.records.history(record.code) if not one.current] if record.version > 1 else []
    places = [(record.status, record.state), *((slot, old) for slot in older)]
    return _Versions(
        tuple(
            qr.KnownStatus(
                ref=qr.StatusRef(slot.index, credentials.status_uri(slot.list_id)),
                fact=qr.StatusFact(
                    value=int(STATUS[state]), as_of=now, fresh_until=now + FRESH, issuer=record.agency_code
                ),
            )
            for slot, state in places
        )
    )


def _event(check: CodeCheck, actor: Actor, tx: Tx, now: datetime) -> Event:
    record = tx.records.find(check.record) if check.record else None
    return Event(
        now,
        actor,
        Action.VERIFY,
        code=check.verification.verdict.value,
        record=check.record,
        version=record.version if record else None,
        holder_id=tx.records.first_holder(record.code) if record else None,
        agency_code=record.agency_code if record else None,
        details={"kind": "qr"},
    )
