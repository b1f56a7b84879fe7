"""Shapes of the API. Times are RFC 3339, days ISO 8601, confidences 0 to 1, boxes pixels of the page's picture."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from vault.domain.audit import Event
from vault.domain.holders import HolderLink
from vault.domain.intake import Intake, Page, Proposal
from vault.domain.people import Actor
from vault.domain.records import Record, RecordVersion
from vault.domain.states import RecordState
from vault.usecases.oversee.view_revision import Revision


class ActorOut(BaseModel):
    """Who is signed in."""

    name: str
    role: str
    agency_code: str | None

    @classmethod
    def of(cls, actor: Actor) -> Self:
        """From the domain."""
        return cls(name=actor.name, role=actor.role.value, agency_code=actor.agency_code)


class FieldOut(BaseModel):
    """A proposed field; `sure` fields were read with high confidence."""

    value: str
    confidence: float
    sure: bool
    page: int | None
    box: tuple[int, int, int, int] | None


class ProposalOut(BaseModel):
    """What the reader proposes."""

    type: str
    type_confidence: float
    fields: dict[str, FieldOut]
    warnings: list[str]
    own_record: str | None

    @classmethod
    def of(cls, proposal: Proposal) -> Self:
        """From the domain."""
        return cls(
            type=proposal.type_code,
            type_confidence=proposal.type_confidence,
            fields={
                name: FieldOut(
                    value=field.value,
                    confidence=field.confidence,
                    sure=field.sure,
                    page=field.box.page if field.box else None,
                    box=(field.box.x0, field.box.y0, field.box.x1, field.box.y1) if field.box else None,
                )
                for name, field in proposal.fields.items()
            },
            warnings=list(proposal.warnings),
            own_record=proposal.own_record,
        )


class SignaturesOut(BaseModel):
    """Signatures that were on the file when it came."""

    verdict: str
    count: int
    signers: list[str]
    report: dict[str, Any]


class RevisionOut(BaseModel):
    """A signed revision of a file that came signed; `report` is about that signature, as the file came in."""

    number: int
    length: int
    signer: str
    signed_at: datetime | None
    verdict: str
    report: dict[str, Any]

    @classmethod
    def of(cls, revision: Revision) -> Self:
        """From the use case."""
        report = revision.report
        return cls(
            number=revision.number,
            length=revision.length,
            signer=report.signer,
            signed_at=datetime.fromisoformat(report.signed_at) if report.signed_at else None,
            verdict=report.verdict.value,
            report=report.as_dict(),
        )


class PageOut(BaseModel):
    """A page that was read."""

    index: int
    width: int
    height: int
    dpi: int
    text: str

    @classmethod
    def of(cls, page: Page) -> Self:
        """From the domain."""
        return cls(index=page.index, width=page.width, height=page.height, dpi=page.dpi, text=page.text)


class LikenessOut(BaseModel):
    """A record that the paper may be a rescan of; `known`: the share of what tells papers apart that both show."""

    record: str
    score: float
    known: float


class IssuerNoteOut(BaseModel):
    """What the dated list of agencies says about the issuer that was read, for whoever confirms it: see `code`."""

    code: str
    agency_code: str
    agency_name: str


class IntakeOut(BaseModel):
    """A paper on its way in; `issuer_note` where one paper is asked for."""

    id: str
    state: str
    failure: str | None
    filename: str
    mime: str
    size: int
    sha256: str
    channel: str
    received_at: datetime
    page_count: int
    pages_read: int
    hint_type: str | None
    hint_holder: str | None
    signed_original: bool
    signatures: SignaturesOut | None
    proposal: ProposalOut | None
    record: str | None
    same_as: str | None
    rescan_of: list[LikenessOut]
    issuer_note: IssuerNoteOut | None = None

    @classmethod
    def of(cls, intake: Intake, note: IssuerNoteOut | None = None) -> Self:
        """From the domain."""
        signatures = intake.signatures
        return cls(
            id=intake.id,
            state=intake.state.value,
            failure=intake.failure,
            filename=intake.filename,
            mime=intake.mime,
            size=intake.size,
            sha256=intake.original,
            channel=intake.channel.value,
            received_at=intake.received_at,
            page_count=intake.page_count,
            pages_read=intake.pages_read,
            hint_type=intake.hint_type,
            hint_holder=intake.hint_holder,
            signed_original=intake.signed_original,
            signatures=SignaturesOut(
                verdict=signatures.verdict,
                count=signatures.count,
                signers=list(signatures.signers),
                report=dict(signatures.report),
            )
            if signatures
            else None,
            proposal=ProposalOut.of(intake.proposal) if intake.proposal else None,
            record=intake.record,
            same_as=intake.same_as,
            rescan_of=[LikenessOut(record=one.record, score=one.score, known=one.known) for one in intake.rescan_of],
            issuer_note=note,
        )


class ReceivedOut(BaseModel):
    """The answer to a file; `duplicate` when this agency has these very bytes already.

    `advice`: what a better picture of the first page would mend, where somebody is there to take it.
    """

    intake: IntakeOut
    duplicate: bool
    advice: list[str] = []


class HolderIn(BaseModel):
    """A holder as the officer confirms them."""

    number: str
    name: str
    role: str = "SUBJECT"


class ConfirmIn(BaseModel):
    """The officer's word."""

    type: str
    holders: list[HolderIn]
    fields: dict[str, str] = Field(default_factory=dict)
    compared_with_original: bool
    consent: bool = False


class HolderOut(BaseModel):
    """A holder on a record; the number only for those who may see it."""

    name: str
    role: str
    kind: str
    number: str | None

    @classmethod
    def of(cls, link: HolderLink) -> Self:
        """From the domain."""
        return cls(name=link.name, role=link.role.value, kind=link.kind.value, number=link.number)


class RecordOut(BaseModel):
    """A record."""

    code: str
    version: int
    type: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    valid_until: date | None
    holders: list[HolderOut]
    fields: dict[str, str]
    trust: str
    state: str
    superseded_by: str | None
    signature_evidence: str
    compared_with_original: bool
    conversion_mark: bool
    signer: str | None
    signed_original: bool
    seal_level: str
    sha256_original: str
    sha256_sealed: str
    page_count: int
    agency_code: str
    sealed_at: datetime

    @classmethod
    def of(cls, record: Record) -> Self:
        """From the domain."""
        return cls(
            code=record.code,
            version=record.version,
            type=record.type_code,
            number=record.number,
            issuer=record.issuer_as_printed,
            issued_on=record.issued_on,
            valid_until=record.valid_until,
            holders=[HolderOut.of(link) for link in record.holders],
            fields=dict(record.fields),
            trust=record.trust.name,
            state=record.state.value,
            superseded_by=record.superseded_by,
            signature_evidence=record.evidence.value,
            compared_with_original=record.compared_with_original,
            conversion_mark=record.conversion_mark,
            signer=record.signer.value if record.signer else None,
            signed_original=record.signed_original,
            seal_level=record.seal_level,
            sha256_original=record.original,
            sha256_sealed=record.sealed,
            page_count=record.page_count,
            agency_code=record.agency_code,
            sealed_at=record.sealed_at,
        )


class VersionOut(BaseModel):
    """One version of a record; `current` is the newest."""

    version: int
    current: bool
    number: str | None
    issued_on: date | None
    valid_until: date | None
    holders: list[HolderOut]
    fields: dict[str, str]
    sha256_sealed: str
    created_at: datetime

    @classmethod
    def of(cls, version: RecordVersion) -> Self:
        """From the domain."""
        return cls(
            version=version.version,
            current=version.current,
            number=version.number,
            issued_on=version.issued_on,
            valid_until=version.valid_until,
            holders=[HolderOut.of(link) for link in version.holders],
            fields=dict(version.fields),
            sha256_sealed=version.sealed,
            created_at=version.created_at,
        )


class StateIn(BaseModel):
    """A change of a record's life cycle."""

    state: RecordState
    reason: str
    superseded_by: str | None = None


class EventOut(BaseModel):
    """An audit event. `records`: everything that it is about or showed; in one's own log one's own papers alone."""

    at: datetime
    actor: str
    role: str
    agency_code: str | None
    action: str
    outcome: str
    code: str | None
    purpose: str | None
    legal_ground: str | None
    record: str | None
    records: list[str]
    version: int | None
    dossier: str | None

    @classmethod
    def of(cls, event: Event) -> Self:
        """From the domain."""
        return cls(
            at=event.at,
            actor=event.actor.name,
            role=event.actor.role.value,
            agency_code=event.agency_code or event.actor.agency_code,
            action=event.action.value,
            outcome=event.outcome.value,
            code=event.code,
            purpose=event.purpose,
            legal_ground=event.legal_ground,
            record=event.record,
            records=list(event.records),
            version=event.version,
            dossier=event.dossier,
        )
