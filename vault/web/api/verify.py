"""Anybody checks what is shown. No sign-in is asked; nothing that is checked is stored."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from pydantic import BaseModel

from vault.domain.errors import Invalid
from vault.domain.ids import normal_record_code
from vault.usecases.present.redeem_code import redeem_code
from vault.usecases.verify.check_code import CodeCheck, check_picture, check_text
from vault.usecases.verify.check_pdf import check_pdf
from vault.usecases.verify.look_up import look_up
from vault.usecases.verify.prove_sealing import prove_events, prove_sealing
from vault.web.session import Anybody, TheApp, address_of

router = APIRouter(prefix="/verify", tags=["verify"])


class TextIn(BaseModel):
    """A scanned text."""

    text: str


class CodeIn(BaseModel):
    """A look-up code as printed on the paper."""

    code: str


class OtherOut(BaseModel):
    """Another credential of ours on the same picture."""

    verdict: str
    reasons: list[str]
    claims: dict[str, Any] | None
    record: str | None


class VerificationOut(BaseModel):
    """The verdict: `VALID`, `VALID_WITH_WARNING` (PDF only) or another code of the closed set.

    `others` are further credentials of ours on the picture. `carried` are records whose code is printed on a PDF that
    is not their file: what it says beside the code is not vouched for.
    """

    kind: str
    verdict: str
    reasons: list[str]
    signatures: list[dict[str, Any]]
    claims: dict[str, Any] | None
    status_as_of: datetime | None
    record: str | None
    superseded_by: str | None
    others: list[OtherOut] = []
    carried: list[str] = []


class LookUpOut(BaseModel):
    """What may be told to somebody who holds the paper: what it shows anyway, masked, and its state."""

    code: str
    type: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    valid_until: date | None
    holder_name: str
    state: str
    superseded_by: str | None
    status_as_of: datetime


class ShortCodeOut(BaseModel):
    """What a short code showed, in the shape of a checked presentation."""

    verdict: str
    reasons: list[str]
    shown: dict[str, Any] | None
    status_as_of: datetime


class SealingOut(BaseModel):
    """The proof of one leaf and the opening of its commitment; the page pins the key by itself."""

    key: str
    proof: str
    salt: str
    event: str


class ProofsOut(BaseModel):
    """Proofs to keep, and the key (a vkey line) that they are checked with."""

    key: str
    proofs: list[str]


def _code(check: CodeCheck) -> VerificationOut:
    outcome = check.verification
    return VerificationOut(
        kind="qr",
        verdict=outcome.verdict.value,
        reasons=[reason.value for reason in outcome.reasons],
        signatures=[],
        claims=outcome.claims.as_dict() if outcome.claims else None,
        status_as_of=outcome.status_as_of,
        record=check.record,
        superseded_by=check.superseded_by,
        others=[
            OtherOut(
                verdict=one.verification.verdict.value,
                reasons=[reason.value for reason in one.verification.reasons],
                claims=one.verification.claims.as_dict() if one.verification.claims else None,
                record=one.record,
            )
            for one in check.others
        ],
    )


@router.post("/text")
def verify_text(what: TextIn, actor: Anybody, app: TheApp) -> VerificationOut:
    """Judge a scanned text with the status as of now."""
    return _code(
        check_text(what.text, actor=actor, uow=app.uow, credentials=app.credentials, log=app.log, clock=app.clock)
    )


@router.post("/file")
def verify_file(actor: Anybody, app: TheApp, file: Annotated[UploadFile, File()]) -> VerificationOut:
    """Judge a PDF by its signatures, or a picture by the QR on it."""
    limit = app.settings.max_upload_bytes
    data = file.file.read(limit + 1)
    if len(data) > limit:
        raise Invalid("FILE_TOO_LARGE", limit=limit)
    if app.engines.probe(data).kind != "pdf":
        return _code(
            check_picture(
                data,
                actor=actor,
                uow=app.uow,
                engines=app.engines,
                credentials=app.credentials,
                log=app.log,
                clock=app.clock,
            )
        )
    check = check_pdf(
        data,
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=app.sealing,
        credentials=app.credentials,
        clock=app.clock,
        max_bytes=limit,
    )
    report = check.report.as_dict()
    return VerificationOut(
        kind="pdf",
        verdict=check.verdict,
        reasons=list(report["reasons"]),
        signatures=list(report["signatures"]),
        claims=None,
        status_as_of=app.clock.now(),
        record=check.record,
        superseded_by=None,
        carried=list(check.carried),
    )


@router.post("/short-code")
def redeem_short_code(what: CodeIn, request: Request, actor: Anybody, app: TheApp) -> ShortCodeOut:
    """Use a citizen's short code up; only the first to ask sees what it shows."""
    answer = redeem_code(
        what.code,
        caller=request.client.host if request.client else "",
        actor=actor,
        uow=app.uow,
        credentials=app.credentials,
        clock=app.clock,
    )
    return ShortCodeOut(
        verdict=answer.verdict.value,
        reasons=[answer.verdict.value],
        shown=answer.shown.as_dict() if answer.shown else None,
        status_as_of=answer.at,
    )


@router.post("/sealing")
def sealing_proof(what: TextIn, actor: Anybody, app: TheApp) -> SealingOut:
    """What shows whoever holds a credential that the log had it, and since when: checked in the browser."""
    found = prove_sealing(
        what.text, actor=actor, uow=app.uow, credentials=app.credentials, log=app.log, clock=app.clock
    )
    return SealingOut(key=app.log.verifier_key, proof=found.proof, salt=found.salt.hex(), event=found.event)


@router.get("/proof/{code}")
def log_proof(code: str, actor: Anybody, app: TheApp) -> ProofsOut:
    """Offline proofs (C2SP tlog-proof@v1) that every event about this record stands in the transparency log.

    Leaves hold salted commitments, so whoever has the code of a paper learns how often something was done, not what.
    """
    proofs = prove_events(normal_record_code(code), actor=actor, uow=app.uow, log=app.log, clock=app.clock)
    return ProofsOut(key=app.log.verifier_key, proofs=list(proofs))


@router.post("/code")
def verify_code(what: CodeIn, request: Request, actor: Anybody, app: TheApp) -> LookUpOut:
    """Look a printed code up (NĐ 45/2020 Đ18 k2): the state of the paper now."""
    found = look_up(
        normal_record_code(what.code), actor=actor, uow=app.uow, clock=app.clock, caller=address_of(request)
    )
    return LookUpOut(
        code=found.record.code,
        type=found.record.type_code,
        number=found.record.number,
        issuer=found.record.issuer_as_printed,
        issued_on=found.record.issued_on,
        valid_until=found.record.valid_until,
        holder_name=found.holder_masked,
        state=found.state,
        superseded_by=found.record.superseded_by,
        status_as_of=found.at,
    )
