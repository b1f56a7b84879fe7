"""What the verbs of this journey share: the citizen's own paper in force, and what a credential says about it."""

from __future__ import annotations

from datetime import datetime

from vault.domain.errors import Conflict, Invalid, NotFound
from vault.domain.ids import RecordCode
from vault.domain.people import Actor
from vault.domain.records import Record
from vault.domain.reuse import VIET_NAM
from vault.domain.shares import SHARE_WORDS
from vault.domain.states import RecordState, TrustLevel
from vault.domain.text import mask_number
from vault.ports import CredentialFacts, Tx

MAX_SYMBOL_NAME = 60


def own_paper(tx: Tx, actor: Actor, code: RecordCode, *, now: datetime) -> Record:
    """The actor's own paper; another's answers like one that is not there.

    `RECORD_NOT_ACTIVE`, `LIFETIME`, `NOT_COMPARED`: nobody compared it, so nobody is shown it as genuine.
    """
    record = paper_of(tx, actor, code)
    if record.state is not RecordState.ACTIVE:
        raise Conflict("RECORD_NOT_ACTIVE", state=record.state.value)
    if record.expired(now.astimezone(VIET_NAM).date()):
        raise Invalid("LIFETIME")
    if record.trust is TrustLevel.L0:
        raise Conflict("NOT_COMPARED", record=record.code)
    return record


def paper_of(tx: Tx, actor: Actor, code: RecordCode) -> Record:
    """The actor's own paper in whatever state it is by now; another's answers like one that is not there."""
    if actor.holder_id is None:
        raise NotFound("RECORD")
    record = next((one for one in tx.records.of_holder(actor.holder_id) if one.code == code), None)
    if record is None:
        raise NotFound("RECORD")
    return record


def facts_of(record: Record, *, place: int) -> CredentialFacts:
    """What may be shown of a paper; the holder is the one who shows it, at `place` among those it names."""
    holder = record.holders[place]
    return CredentialFacts(
        issuer=record.agency_code,
        type_code=record.type_code,
        number=(record.number or "")[:MAX_SYMBOL_NAME],
        issued_on=record.issued_on,
        expires_on=record.valid_until,
        holder_name=holder.name[:MAX_SYMBOL_NAME],
        holder_masked=mask_number(holder.number or ""),
        original=record.original,
    )


def shown_fields(record: Record, facts: CredentialFacts) -> dict[str, str]:
    """The fields by name (those of `qr.Field`), in the JSON form in which a checked presentation gives them."""
    values = {
        "record_id": record.id.hex(),
        "type_code": facts.type_code,
        "number": facts.number,
        "issued_on": facts.issued_on.isoformat() if facts.issued_on else None,
        "holder_name": facts.holder_name,
        "holder_masked": facts.holder_masked,
        "original_digest16": facts.original[:32],
    }
    return {name: value for name, value in values.items() if value is not None}


def place_of(tx: Tx, record: Record, holder_id: int) -> int:
    """Where the holder stands among those that the paper names."""
    return tx.records.holder_ids(record.code).index(holder_id)


def said(audience: str, purpose: str) -> tuple[str, str]:
    """Both as the citizen agreed to them; `SHARE_WORDS` when one is empty or too long: consent names both."""
    words = audience.strip(), purpose.strip()
    if not all(0 < len(one) <= SHARE_WORDS and one.isprintable() for one in words):
        raise Invalid("SHARE_WORDS", most=SHARE_WORDS)
    return words
