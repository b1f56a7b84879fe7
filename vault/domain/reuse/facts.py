"""What a decision is made from: the record on offer and the dossier it is wanted for. Values only, no database rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from vault.domain.states import RecordState, SignatureEvidence, SignerMatch, Source, TrustLevel

if TYPE_CHECKING:
    from datetime import date

    from vault.domain.holders import HolderLink


class Authority(StrEnum):
    """By what right somebody else hands in a holder's dossier (NĐ 69/2024 Đ40 k8: the dossier stays the holder's)."""

    NONE = "NONE"
    AUTHORISED = "AUTHORISED"
    GUARDIAN = "GUARDIAN"
    PARENT = "PARENT"
    LEGAL_REPRESENTATIVE = "LEGAL_REPRESENTATIVE"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One version of one record, or one answer of a connected database, offered for a component.

    ``valid_until`` is the last day printed on the paper. ``scope`` is ``VN`` or first-level agency codes parted by
    commas; None when the paper names no territory. ``later_correction`` is the code of a correction that was registered
    after this paper.
    """

    record_code: str
    version: int
    type_code: str
    holders: tuple[HolderLink, ...]
    result_code: str | None = None
    number: str | None = None
    issuer_code: str | None = None
    issuer_as_printed: str | None = None
    issued_on: date | None = None
    valid_until: date | None = None
    scope: str | None = None
    trust: TrustLevel = TrustLevel.L0
    state: RecordState = RecordState.ACTIVE
    superseded_by: str | None = None
    signature: SignatureEvidence = SignatureEvidence.NONE
    compared_with_original: bool = False
    conversion_mark: bool = False
    consent: bool = False
    source: Source = Source.THIS_VAULT
    purpose: str | None = None
    later_correction: str | None = None
    signer: SignerMatch | None = None
    """Whose its valid signatures are; None where there are none, and in decisions from before this was asked."""


@dataclass(frozen=True, slots=True)
class DossierFacts:
    """The dossier: whose it is, for which procedure, at which agency, due when, and who else takes part in it.

    ``holder.aliases`` are the holder's known other numbers. ``submitted_by`` is None when the holder acts in person.
    """

    code: str
    procedure_code: str
    holder: HolderLink
    agency_code: str
    due_on: date | None = None
    purpose: str | None = None
    parties: tuple[HolderLink, ...] = ()
    submitted_by: HolderLink | None = None
    authority: Authority = Authority.NONE
