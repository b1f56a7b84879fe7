"""Papers that lie elsewhere: in the national store, or in another province's vault. What they say is a claim.

Nothing of it is believed for being said: a claim that names another person, or a day to come, is put aside; what is
offered to an officer is at best something to check; and only bytes that were fetched, compared with the digest that was
told, read and validated here, and confirmed by an officer become a record, which then is trusted no more than both the
claim and our own validation allow.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from vault.domain.errors import Invalid
from vault.domain.holders import HolderId, HolderLink
from vault.domain.ids import DossierCode
from vault.domain.intake import Intake, IntakeId, IntakeState
from vault.domain.records import Record, evidence_of
from vault.domain.reuse import Candidate
from vault.domain.states import RecordState, SignatureEvidence, SignerMatch, Source, TrustLevel

NATIONAL = "NATIONAL"
"""The source that is the national store; every other source is the code of another vault's agency."""
AT_ONCE = 1.0
"""Seconds that somebody at the counter waits for an answer from elsewhere; after that it comes by job."""
GIVE_UP_AFTER = timedelta(hours=24)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_OVER = frozenset({IntakeState.SEALED, IntakeState.KNOWN, IntakeState.DISCARDED})


class AskState(StrEnum):
    """How far a question to a source is."""

    PENDING = "PENDING"
    ANSWERED = "ANSWERED"
    REFUSED = "REFUSED"
    """The source will not answer (no right, no consent, not known there), or did not within a day."""


class ConsentBy(StrEnum):
    """By what the question stands on the person's will."""

    LAW = "LAW"
    """The national store is asked because the law says so (NĐ 309/2026 Đ4 k2a)."""
    COUNTER = "COUNTER"
    """Said to the officer, who answers for it in the log."""
    SWITCH = "SWITCH"
    """The citizen's own switch for other agencies is on."""
    ASK = "ASK"
    """Nobody agreed yet: the vault that keeps the papers asks the citizen there."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: whose papers, where, for which dossier, by whom, and on what it stands."""

    id: str
    dossier: DossierCode
    agency_code: str
    source: str
    holder_id: int
    consent: ConsentBy
    by_account: str
    by_name: str
    at: datetime
    state: AskState = AskState.PENDING
    code: str | None = None
    answered_at: datetime | None = None
    found: int = 0
    picks: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Papers that the citizen chose at the portal -> the component for which."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a source says of a paper. `ref` is its name there; `conversion_mark` and `compared` are its word too."""

    ref: str
    type_code: str
    holder: HolderLink
    sha256: str
    mime: str
    result_code: str | None = None
    number: str | None = None
    issuer_code: str | None = None
    issuer_as_printed: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    scope: str | None = None
    state: RecordState = RecordState.ACTIVE
    trust: TrustLevel = TrustLevel.L2
    conversion_mark: bool = False
    compared: bool = False
    picked_for: str | None = None
    """The component for which the citizen chose it in an online dossier."""


class Objection(StrEnum):
    """Why a claim, or a question, was put aside here."""

    HOLDER = "OUTSIDE_HOLDER"
    DATE = "OUTSIDE_DATE"
    DIGEST = "OUTSIDE_DIGEST"
    GIVEN_UP = "OUTSIDE_GIVEN_UP"


class FoundState(StrEnum):
    """How far a paper from elsewhere is."""

    FOUND = "FOUND"
    FETCHED = "FETCHED"
    """Its bytes are an intake here: read and validated like every other paper."""
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class OutsidePaper:
    """A claim for a dossier, and what became of it."""

    id: str
    ask: str
    dossier: DossierCode
    agency_code: str
    source: str
    holder_id: int
    claim: Claim
    at: datetime
    state: FoundState = FoundState.FOUND
    code: str | None = None
    intake: IntakeId | None = None


def ask_id(dossier: DossierCode, source: str, holder_id: int) -> str:
    """A dossier asks a source about a person once; asking again is the same question."""
    return _name("ask", dossier, source, str(holder_id))


def paper_id(dossier: DossierCode, source: str, ref: str) -> str:
    """The name of a claim here; nothing of the source's own spelling gets into addresses."""
    return _name("paper", dossier, source, ref)


def _name(*parts: str) -> str:
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:32]


def objection(claim: Claim, person: HolderLink, today: date) -> Objection | None:
    """Why a claim is not even shown: it is not about the person that was asked about, or cannot be.

    None when there is nothing against it.
    """
    numbers = {_same_number(person.number), *(_same_number(alias.id.number) for alias in person.aliases)}
    if _same_number(claim.holder.number) not in numbers - {None}:
        return Objection.HOLDER
    if claim.issued_on is not None and claim.issued_on > today:
        return Objection.DATE
    if not _DIGEST.fullmatch(claim.sha256):
        return Objection.DIGEST
    return None


def _same_number(text: str | None) -> str | None:
    try:
        return HolderId.parse(text).number if text else None
    except Invalid:
        return None


def offered(paper: OutsidePaper, intake: Intake | None) -> bool:
    """Whether it is still something to offer: not refused, and not a record (or thrown away) yet."""
    return paper.state is not FoundState.REFUSED and (intake is None or intake.state not in _OVER)


def candidate(
    paper: OutsidePaper, intake: Intake | None, *, consent: bool, signer: SignerMatch | None = None
) -> Candidate:
    """As the decision sees it before anybody here confirmed it: never more than something to check.

    What validation found, and whose signature it is (`signer`), counts once the bytes are read; until then nothing
    proves anything.
    """
    claim = paper.claim
    signed = intake.signatures if intake is not None else None
    evidence = evidence_of(signed.verdict) if signed is not None else SignatureEvidence.NONE
    return Candidate(
        record_code=f"{paper.source}:{claim.ref}",
        version=1,
        type_code=claim.type_code,
        holders=(claim.holder,),
        result_code=claim.result_code,
        number=claim.number,
        issuer_code=claim.issuer_code,
        issuer_as_printed=claim.issuer_as_printed,
        issued_on=claim.issued_on,
        valid_until=claim.valid_until,
        scope=claim.scope,
        trust=TrustLevel.L0,
        state=claim.state,
        signature=evidence,
        consent=consent,
        source=source_of(paper),
        signer=signer,
    )


def source_of(paper: OutsidePaper) -> Source:
    """Where it comes from, in the words of decisions."""
    return Source.NATIONAL_STORE if paper.source == NATIONAL else Source.OTHER_VAULT


def converts(paper: OutsidePaper | None) -> bool:
    """Whether a fetched paper is a copy by its source's own word: then the seal on it is that of who made the copy.

    L2 says so, and L3 of certified copies; the national store, which tells no level, is taken at L2. The word is no
    more than the source's; that a body's valid seal is on the file is seen here, and it is worth L2 at most.
    """
    return paper is not None and (paper.claim.conversion_mark or paper.claim.trust in {TrustLevel.L2, TrustLevel.L3})


def tempered(record: Record, paper: OutsidePaper) -> Record:
    """The record that was made of a fetched paper, trusted no more than the source itself claims.

    A copy that another vault converted from paper is signed by that vault: here too it is a converted copy, not an
    electronic original, although its signature is valid.
    """
    claim = paper.claim
    return replace(
        record,
        source=source_of(paper),
        trust=min(record.trust, claim.trust),
        conversion_mark=record.conversion_mark or claim.conversion_mark,
        compared_with_original=record.compared_with_original or claim.compared,
    )


def differences(claim: Claim, fields: Mapping[str, str]) -> Sequence[tuple[str, str, str]]:
    """(field, told, read) where what was read on the paper is not what the source told of it."""
    told = {
        "number": claim.number,
        "issued_on": claim.issued_on and claim.issued_on.isoformat(),
        "expires_on": claim.valid_until and claim.valid_until.isoformat(),
        "holder_id": claim.holder.number,
    }
    return tuple(
        (name, value, fields[name]) for name, value in told.items() if value and fields.get(name, value) != value
    )
