"""Evidence in three steps: request, preview by the person, response."""

from __future__ import annotations

import base64
import hashlib

from fastapi import APIRouter

from vault.bootstrap import App
from vault.domain.evidence import EvidenceRequest
from vault.domain.ids import DossierCode
from vault.exchange import record_to_plain
from vault.usecases.exchange.ask_evidence import AskEvidence, ask_evidence, fetch_evidence
from vault.usecases.exchange.partner_documents import uri_of
from vault.web.partner import models as m
from vault.web.partner.documents import own_org
from vault.web.session import SignedIn, TheApp

router = APIRouter()
PREVIEW, DELIVERED = "PREVIEW_REQUIRED", "DELIVERED"


class FetchIn(m.Request):
    """Ask again for a request's evidence (once-only system: second request)."""

    request_id: str


@router.post("/evidence-requests")
def ask(what: m.EvidenceIn, actor: SignedIn, app: TheApp) -> m.EvidenceOut:
    """Ask for a person's paper. The person previews and answers at `previewLocation`; asked again, it is the same."""
    own_org(what, actor)
    request = ask_evidence(
        AskEvidence(
            DossierCode(what.dossier),
            what.subject.number,
            what.evidence_type,
            what.purpose,
            what.explicit_request_given,
        ),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
        ids=app.ids,
    )
    return _waiting(request, what.txn, app)


@router.post("/evidence-responses")
def fetch(what: FetchIn, actor: SignedIn, app: TheApp) -> m.EvidenceOut:
    """The evidence once the person said yes; until then PREVIEW_REQUIRED again. A no is 404 `EVIDENCE_REFUSED`."""
    own_org(what, actor)
    found = fetch_evidence(what.request_id, actor=actor, uow=app.uow, blobs=app.blobs, clock=app.clock)
    if found.record is None:
        return _waiting(found.request, what.txn, app)
    return m.EvidenceOut(
        ts=app.clock.now(),
        txn=what.txn,
        status=m.SUCCESS,
        request_id=found.request.id,
        evidence_status=DELIVERED,
        preview_location=None,
        expires_at=found.request.ends_at(),
        uri=str(uri_of(found.record)),
        sha256=hashlib.sha256(found.file).hexdigest(),
        doc_content=base64.b64encode(found.file).decode("ascii"),
        data_content=record_to_plain(found.record),
    )


def _waiting(request: EvidenceRequest, txn: str, app: App) -> m.EvidenceOut:
    return m.EvidenceOut(
        ts=app.clock.now(),
        txn=txn,
        status=m.PENDING,
        request_id=request.id,
        evidence_status=PREVIEW,
        preview_location=f"{app.settings.public_url}/cua-toi/yeu-cau#{request.id}",
        expires_at=request.ends_at(),
    )
