"""Make the record of a confirmed paper: facts, credential, mark and QR on the page, seal. Used for every version.

Nothing is written but blobs: the same word gives the same record but for the time stamp, however often it is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

import qr
import signing
from vault.domain import signers
from vault.domain.agencies import AgencyDirectory
from vault.domain.backfill import issuer_of
from vault.domain.catalogue import Catalogue, DocumentType
from vault.domain.holders import HolderId, HolderLink, HolderRole
from vault.domain.ids import Digest, record_code
from vault.domain.intake import Confirmation, Intake, day_of
from vault.domain.records import Record, StatusSlot, evidence_of, trust_of
from vault.domain.reuse import VIET_NAM
from vault.domain.signers import signer_of
from vault.domain.states import RecordState, SignatureEvidence, SignerMatch
from vault.domain.text import mask_number
from vault.ports import Blobs, Clock, CredentialDesk, CredentialFacts, Engines, SealedPaper, SealingDesk

WORDS = "Bản số hóa từ văn bản giấy"
UNCOMPARED_WORDS = signers.UNCOMPARED
UNCOMPARED = "[CHƯA ĐỐI CHIẾU]"
"""Stands before the number in the credential of a paper that nobody compared: every verifier shows it, also offline."""
COVER_WORDS = "Phiếu kèm theo văn bản điện tử đã ký số, văn bản gốc được giữ nguyên"
QR_MM = 30
SHORTER = ((200, 200), (64, 96), (48, 72), (40, 56), (36, 48), (32, 40), (24, 28))
"""Bytes of UTF-8 that number and name may take on the symbol, tried in turn; the record keeps them whole."""


@dataclass(frozen=True, slots=True)
class _Symbol:
    credential: str
    png: bytes


def make_record(
    intake: Intake,
    said: Confirmation,
    *,
    slot: StatusSlot,
    preview: Digest,
    version: int = 1,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    credentials: CredentialDesk,
    catalogue: Catalogue,
    clock: Clock,
    converted: bool = False,
) -> Record:
    """The record that `said` makes of the paper, its sealed copy stored.

    `converted`: the source of a fetched paper says that it converted it, so its seal is not the issuer's.

    Raises what a paper can do to us: `Invalid`, `qr.QrError`, `signing.SigningError`; `Unavailable` for a part that is
    down.
    """
    paper = catalogue.document_type(said.type_code, said.at.astimezone(VIET_NAM).date())
    directory = catalogue.directory
    signer = signer_of(intake.signatures, said.fields, directory, home=intake.agency_code, converted=converted)
    facts = _facts(intake, said, paper, directory, signer)
    symbol = _symbol(facts, said, slot, credentials=credentials)
    host = credentials.host
    sealed = _sealed(intake, said, facts, symbol, paper, blobs=blobs, engines=engines, sealing=sealing, host=host)
    digest = blobs.put(sealed.pdf, mime="application/pdf", paper=intake.id, agency=intake.agency_code)
    made = _record(intake, said, facts, symbol, slot, sealed=sealed, digest=digest, preview=preview, now=clock.now())
    return replace(made, version=version)


@dataclass(frozen=True, slots=True)
class _Facts:
    """The confirmed fields that have a meaning of their own, as typed values."""

    number: str | None
    issued_on: date | None
    valid_until: date | None
    issuer: str | None
    issuer_code: str | None
    abstract: str | None
    scope: str | None
    purpose: str | None
    result_code: str | None
    holders: tuple[HolderLink, ...]
    evidence: SignatureEvidence
    signer: SignerMatch | None
    vouched: bool
    """Whether somebody compared the paper, or a signature stands for it that may."""
    rest: Mapping[str, str]
    credential: CredentialFacts


def _facts(
    intake: Intake, said: Confirmation, paper: DocumentType, directory: AgencyDirectory, signer: SignerMatch | None
) -> _Facts:
    fields = said.fields
    vouched = said.compared_with_original or (signer is not None and signer.vouches)
    issued_by = issuer_of(fields, directory)
    links = tuple(_link(holder.number, holder.name, holder.role) for holder in said.holders)
    signatures = intake.signatures
    signed = signatures is not None and intake.signed_original
    evidence = evidence_of(signatures.verdict) if signatures is not None and signed else SignatureEvidence.VALID
    issued_on, valid_until = day_of(fields, "issued_on"), day_of(fields, "expires_on")
    first = links[0]
    return _Facts(
        number=fields.get("number"),
        issued_on=issued_on,
        valid_until=valid_until,
        issuer=fields.get("issuer"),
        issuer_code=issued_by.code if issued_by else None,
        abstract=fields.get("abstract"),
        scope=fields.get("scope"),
        purpose=fields.get("purpose"),
        result_code=paper.results[0].code if len(paper.results) == 1 else None,
        holders=links,
        evidence=evidence,
        signer=signer,
        vouched=vouched,
        rest=MappingProxyType(dict(fields)),
        credential=CredentialFacts(
            issuer=intake.agency_code,
            type_code=paper.code,
            number=fields.get("number", "") if vouched else f"{UNCOMPARED} {fields.get('number', '')}",
            issued_on=issued_on,
            expires_on=valid_until,
            holder_name=first.name,
            holder_masked=mask_number(first.number or ""),
            original=intake.original,
        ),
    )


def _link(number: str, name: str, role: str) -> HolderLink:
    parsed = HolderId.parse(number)
    return HolderLink(HolderRole(role), parsed.kind, parsed.number, name)


def _fitting(facts: CredentialFacts, said: Confirmation, slot: StatusSlot, *, credentials: CredentialDesk) -> str:
    for number, name in SHORTER:
        cut = replace(facts, number=_cut(facts.number, number), holder_name=_cut(facts.holder_name, name))
        try:
            return credentials.issue(said.record_id, cut, slot=slot, at=said.at)
        except qr.QrError as error:
            if error.code not in {"SYMBOL_TOO_LARGE", "CBOR"}:
                raise
            refusal = error
    raise refusal


def _cut(text: str, most: int) -> str:
    """At most so many bytes, whole letters, with an ellipsis where something was left out."""
    if len(text.encode()) <= most:
        return text
    kept = text
    while len(kept.encode()) > most - len("…".encode()):
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _symbol(facts: _Facts, said: Confirmation, slot: StatusSlot, *, credentials: CredentialDesk) -> _Symbol:
    """The credential and its picture, read back before it is used: a symbol that does not read is not issued."""
    text = _fitting(facts.credential, said, slot, credentials=credentials)
    png = qr.render_png(text, mm=QR_MM)
    qr.read_back(png, text)
    return _Symbol(text, png)


def _sealed(
    intake: Intake,
    said: Confirmation,
    facts: _Facts,
    symbol: _Symbol,
    paper: DocumentType,
    *,
    blobs: Blobs,
    engines: Engines,
    sealing: SealingDesk,
    host: str,
) -> SealedPaper:
    words = COVER_WORDS if intake.signed_original else WORDS if facts.vouched else UNCOMPARED_WORDS
    mark = signing.ConversionMark(
        words=f"{words}. {sealing.system_name}",
        agency=sealing.agency_name,
        person=said.by_name,
        at=said.at,
        lookup_code=record_code(said.record_id),
        lookup_url=f"https://{host}/q",
    )
    if intake.signed_original:
        pdf = engines.cover(
            mark=mark,
            qr_png=symbol.png,
            title="PHIẾU THÔNG TIN VĂN BẢN ĐIỆN TỬ",
            rows=_cover_rows(intake, said, paper),
            signatures=_cover_signatures(intake),
        )
    else:
        pdf = engines.compose(blobs.get(intake.original), mark=mark, qr_png=symbol.png)
    reason = signers.CONVERSION if facts.vouched else UNCOMPARED_WORDS
    return sealing.seal(pdf, reason=reason)


def _cover_rows(intake: Intake, said: Confirmation, paper: DocumentType) -> Sequence[tuple[str, str]]:
    known = {"number": "Số, ký hiệu", "issued_on": "Ngày ban hành", "issuer": "Cơ quan ban hành"}
    rows = [("Loại giấy tờ", paper.name)]
    rows += [(label, said.fields[name]) for name, label in known.items() if said.fields.get(name)]
    rows += [("Chủ thể", holder.name) for holder in said.holders]
    rows += [("Tệp gốc (SHA-256)", intake.original), ("Dung lượng", f"{intake.size:,} byte".replace(",", "."))]
    return rows


def _cover_signatures(intake: Intake) -> Sequence[signing.SignatureLine]:
    if intake.signatures is None:
        return ()
    report = signing.Report.from_dict(dict(intake.signatures.report))
    return tuple(
        signing.SignatureLine(
            signer=one.signer, organisation=one.organisation, signed_at=one.signed_at, verdict=one.verdict.value
        )
        for one in report.signatures
        if one.kind != "timestamp"
    )


def _record(
    intake: Intake,
    said: Confirmation,
    facts: _Facts,
    symbol: _Symbol,
    slot: StatusSlot,
    *,
    sealed: SealedPaper,
    digest: Digest,
    preview: Digest,
    now: datetime,
) -> Record:
    return Record(
        id=said.record_id,
        code=record_code(said.record_id),
        version=1,
        type_code=said.type_code,
        result_code=facts.result_code,
        number=facts.number,
        abstract=facts.abstract,
        issuer_code=facts.issuer_code,
        issuer_as_printed=facts.issuer,
        issued_on=facts.issued_on,
        valid_until=facts.valid_until,
        scope=facts.scope,
        purpose=facts.purpose,
        holders=facts.holders,
        fields=facts.rest,
        trust=trust_of(
            signed_original=intake.signed_original,
            evidence=facts.evidence,
            signer=facts.signer,
            compared=said.compared_with_original,
        ),
        state=RecordState.ACTIVE,
        superseded_by=None,
        evidence=facts.evidence,
        compared_with_original=said.compared_with_original,
        conversion_mark=not intake.signed_original and said.compared_with_original,
        consent=said.consent,
        original=intake.original,
        original_mime=intake.mime,
        sealed=digest,
        seal_level=sealed.level,
        archived_until=sealed.archived_until,
        signed_original=intake.signed_original,
        preview=preview,
        page_count=intake.page_count,
        credential=symbol.credential,
        status=slot,
        agency_code=intake.agency_code,
        sealed_at=now,
        created_by=said.by_account,
        signer=facts.signer,
    )
