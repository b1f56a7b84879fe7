"""Records for other systems: JSON with proofs, archive packages, credentials for wallets."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from vault.bootstrap import App
from vault.domain.errors import NotFound
from vault.domain.ids import RecordCode, normal_record_code
from vault.exchange import PackageKind
from vault.usecases.exchange.export_credential import export_credential
from vault.usecases.exchange.export_record import Export, ExportForm, Prove, export_record
from vault.web.session import SignedIn, TheApp

router = APIRouter(tags=["exchange"])
Purpose = Annotated[str | None, Query(description="Why; needed unless a dossier or the holder's wish is the ground.")]


@router.get("/records/{code}/export")
def get_export(code: str, actor: SignedIn, app: TheApp, purpose: Purpose = None) -> dict[str, object]:
    """The record as JSON with what proves it: the credential's text and offline proofs from the transparency log."""
    what = Export(normal_record_code(code), ExportForm.JSON, purpose)
    _, plain, _ = export_record(
        what, actor=actor, uow=app.uow, blobs=app.blobs, catalogue=app.catalogue,
        agency_name=app.settings.agency_name, prove=_prover(app), clock=app.clock,
    )  # fmt: skip
    return plain


@router.get("/records/{code}/archive", response_class=Response)
def get_archive(
    code: str, actor: SignedIn, app: TheApp, kind: PackageKind = PackageKind.SIP, purpose: Purpose = None
) -> Response:
    """The record as an archive package (E-ARK CSIP, TT 05/2025): METS, PREMIS, EAD, every file with its SHA-256."""
    what = Export(normal_record_code(code), ExportForm(kind.value), purpose)
    _, _, file = export_record(
        what, actor=actor, uow=app.uow, blobs=app.blobs, catalogue=app.catalogue,
        agency_name=app.settings.agency_name, prove=_prover(app), clock=app.clock,
    )  # fmt: skip
    if file is None:
        message = "a package was asked for"
        raise RuntimeError(message)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.data, media_type=file.mime, headers=headers)


@router.post("/me/records/{code}/sd-jwt")
def post_credential(code: str, actor: SignedIn, app: TheApp) -> dict[Literal["credential"], str]:
    """An own paper as SD-JWT VC; every fact in it can be kept back when it is shown."""
    text = export_credential(
        normal_record_code(code), actor=actor, uow=app.uow, credentials=app.credentials, clock=app.clock
    )
    return {"credential": text}


def _prover(app: App) -> Prove:
    def prove(code: RecordCode) -> tuple[str, ...]:
        try:
            return tuple(proof.text for proof in app.log.prove(code))
        except NotFound:  # sealed a moment ago: no checkpoint covers it yet
            return ()

    return prove
