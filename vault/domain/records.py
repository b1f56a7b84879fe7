"""A record: one paper the state already holds, with its facts, its files and its life cycle.

Facts that the paper shows never change in place: a correction is a new version. What changes is the state, and every
change is an event. Expiry is no state; `valid_until` and the clock tell it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType

from vault.domain.errors import Conflict, Invalid
from vault.domain.holders import HolderLink
from vault.domain.ids import Digest, RecordCode
from vault.domain.states import RecordState, SignatureEvidence, SignerMatch, Source, TrustLevel

ERASED = Digest("erased")
"""In the place of a digest whose bytes nobody has any more."""


@dataclass(frozen=True, slots=True)
class StatusSlot:
    """Where a record's status stands in the published Token Status Lists."""

    list_id: int
    index: int


@dataclass(frozen=True, slots=True)
class Record:
    """The newest version of a record. Field names follow `KetQua` of the national portal's schema where it has them."""

    id: bytes
    code: RecordCode
    version: int
    type_code: str
    result_code: str | None
    number: str | None
    abstract: str | None
    issuer_code: str | None
    issuer_as_printed: str | None
    issued_on: date | None
    valid_until: date | None
    scope: str | None
    purpose: str | None
    holders: tuple[HolderLink, ...]
    fields: Mapping[str, str]
    trust: TrustLevel
    state: RecordState
    superseded_by: RecordCode | None
    evidence: SignatureEvidence
    compared_with_original: bool
    conversion_mark: bool
    consent: bool
    original: Digest
    original_mime: str
    sealed: Digest
    """The sealed copy; for an original that carries its own signatures, the sealed cover sheet that goes beside it."""
    seal_level: str
    """PAdES level of that seal, e.g. `B-LTA`."""
    archived_until: datetime | None
    """When the seal's newest archive time stamp loses its force, unless it is renewed."""
    signed_original: bool
    preview: Digest
    page_count: int
    credential: str
    status: StatusSlot
    agency_code: str
    sealed_at: datetime
    created_by: str
    source: Source = Source.THIS_VAULT
    """Where the paper was had from: handed in here, or taken from the national store or another vault."""
    signer: SignerMatch | None = None
    """Whose the valid signatures on its file are. None: there are none, or it was decided before this was asked."""
    people: tuple[int, ...] = field(default=(), compare=False)
    """Whom it names, by the vault's own numbers of holders, in the order of `holders`; none before it is kept."""

    @property
    def erased(self) -> bool:
        """Whether the law had it erased: its bytes are gone, its row tells that it was."""
        return self.original == ERASED

    def is_of(self, holder_number: str) -> bool:
        """Whether a holder on the paper bears this number."""
        return any(link.number == holder_number for link in self.holders)

    def expired(self, today: date) -> bool:
        """Whether the last day of validity is past."""
        return self.valid_until is not None and self.valid_until < today


_EVIDENCE: Mapping[str, SignatureEvidence] = MappingProxyType(
    {
        "VALID": SignatureEvidence.VALID,
        "VALID_WITH_WARNING": SignatureEvidence.VALID_WITH_WARNING,
        "UNSIGNED": SignatureEvidence.NONE,
        "CHANGED_AFTER_SIGNING": SignatureEvidence.BROKEN,
        "BAD_SIGNATURE": SignatureEvidence.BROKEN,
        "SIGNATURE_DESTROYED": SignatureEvidence.BROKEN,
    }
)


SIGNED = frozenset({SignatureEvidence.VALID, SignatureEvidence.VALID_WITH_WARNING})
"""Signatures that hold. Whether they prove the paper depends on whose they are (`SignerMatch`)."""


def evidence_of(verdict: str) -> SignatureEvidence:
    """What the verdict of a signature report is worth; anything not conclusive is not enough."""
    return _EVIDENCE.get(verdict, SignatureEvidence.NOT_ENOUGH_EVIDENCE)


def trust_of(
    *, signed_original: bool, evidence: SignatureEvidence, signer: SignerMatch | None, compared: bool
) -> TrustLevel:
    """How far a digitised paper is trusted (levels of `TrustLevel`).

    A file with its issuer's own valid signatures is the electronic original, one that a body sealed when it converted
    the paper is L2, and so is a scan that was compared and sealed here. A file whose signatures prove too little, or
    are somebody else's, is worth what the officer's comparison is worth.
    """
    if signed_original and evidence in SIGNED and signer is not None and signer.vouches:
        return TrustLevel.L4 if signer.speaks else TrustLevel.L2
    if not compared:
        return TrustLevel.L0
    return TrustLevel.L1 if signed_original else TrustLevel.L2


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One version of a record as it stands in its history; `current` is the newest."""

    version: int
    current: bool
    type_code: str
    number: str | None
    issued_on: date | None
    valid_until: date | None
    holders: tuple[HolderLink, ...]
    fields: Mapping[str, str]
    sealed: Digest
    credential: str
    status: StatusSlot
    created_at: datetime
    created_by: str


def named_since(history: Sequence[RecordVersion], link: HolderLink) -> datetime | None:
    """Since when the paper is this holder's, without a break up to now; None when it was theirs from the beginning.

    `history` is every version, oldest first. What was done with it before concerns whomever it named then.
    """
    since = None
    for older, newer in zip(reversed(history[:-1]), reversed(history[1:]), strict=True):
        if not link.is_named_in(older.holders):
            since = newer.created_at
            break
    return since


_STATE_STEPS: Mapping[RecordState, frozenset[RecordState]] = MappingProxyType(
    {
        RecordState.ACTIVE: frozenset({RecordState.SUSPENDED, RecordState.REVOKED, RecordState.SUPERSEDED}),
        RecordState.SUSPENDED: frozenset({RecordState.ACTIVE, RecordState.REVOKED}),
        RecordState.SUPERSEDED: frozenset(),
        RecordState.REVOKED: frozenset(),
    }
)


def change_state(now: RecordState, then: RecordState) -> RecordState:
    """The new state, or `RECORD_STATE`: revoked and superseded are for ever (NĐ 45/2020 Đ15)."""
    if then not in _STATE_STEPS[now]:
        raise Conflict("RECORD_STATE", state=now.value, wanted=then.value)
    return then


def supersede(old: Record, new: Record) -> RecordState:
    """The state of `old` once `new` takes its place, or `SUPERSEDED_BY`.

    What takes a paper's place is in force, of the same agency, about somebody whom the old one names, and not itself.
    As only a record in force takes a place and a superseded one never is again, such chains end, in one record.
    """
    if new.code == old.code:
        raise Invalid("SUPERSEDED_BY_ITSELF")
    shared = {link.number for link in old.holders} & {link.number for link in new.holders}
    if new.state is not RecordState.ACTIVE or new.agency_code != old.agency_code or not shared:
        raise Invalid("SUPERSEDED_BY")
    return change_state(old.state, RecordState.SUPERSEDED)


def may_correct(record: Record, version: int) -> int:
    """The number of the version that corrects `version`, or `RECORD_STATE`, or `RECORD_VERSION`: there is a newer one.

    What was revoked or replaced is told by its successor, not by another version of itself.
    """
    if record.state not in {RecordState.ACTIVE, RecordState.SUSPENDED}:
        raise Conflict("RECORD_STATE", state=record.state.value, wanted="CORRECTED")
    if record.version != version:
        raise Conflict("RECORD_VERSION", record=record.code, version=record.version)
    return record.version + 1


def newest(records: Mapping[RecordCode, Record], code: RecordCode) -> Record:
    """The end of the chain of successors that begins at `code`."""
    found = records[code]
    while found.superseded_by is not None:
        found = records[found.superseded_by]
    return found
