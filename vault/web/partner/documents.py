"""Pull URI, pull document, push URI."""

from __future__ import annotations

import base64
import binascii
import hashlib

from fastapi import APIRouter

from vault.bootstrap import App
from vault.domain.document_uri import DocumentUri
from vault.domain.errors import Forbidden, Invalid
from vault.domain.ids import DossierCode
from vault.domain.intake import NamedHolder
from vault.domain.people import Actor, Role
from vault.exchange import record_to_plain
from vault.usecases.exchange.partner_documents import (
    FindDocuments,
    Found,
    PushDocument,
    WithdrawDocument,
    find_documents,
    push_document,
    withdraw_document,
)
from vault.usecases.exchange.partner_documents import (
    pull_document as pull_one,
)
from vault.web.partner import models as m
from vault.web.session import SignedIn, TheApp

router = APIRouter()


def own_org(request: m.Request, actor: Actor) -> None:
    """This is the systems' door (`PARTNERS_ONLY`), and each speaks for its own agency alone (`ORG_NOT_YOURS`)."""
    if actor.role is not Role.PARTNER:
        raise Forbidden("PARTNERS_ONLY")
    if request.org_id != actor.agency_code:
        raise Forbidden("ORG_NOT_YOURS", org=request.org_id)


@router.post("/pull-uri")
def pull_uri(what: m.PullUriRequest, actor: SignedIn, app: TheApp) -> m.PullUriResponse:
    """Which papers of this kind there are of this person, for an open dossier of the caller's agency."""
    own_org(what, actor)
    details = what.doc_details
    found = find_documents(
        FindDocuments(DossierCode(what.dossier), details.doc_type, details.holder.number, details.doc_number),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
    )
    return m.PullUriResponse(
        ts=app.clock.now(), txn=what.txn, status=m.SUCCESS, documents=[_document(one) for one in found]
    )


def _document(found: Found) -> m.DocumentOut:
    record = found.record
    return m.DocumentOut(
        uri=str(found.uri),
        doc_type=record.type_code,
        doc_number=record.number,
        issuer=record.issuer_as_printed,
        issuer_code=record.issuer_code,
        issued_on=record.issued_on,
        valid_until=record.valid_until,
        state=record.state.value,
        trust=record.trust.name,
        compared=record.compared_with_original,
        version=record.version,
        component=found.component,
        verdict=found.decision.verdict.value,
        reasons=[code.value for code in found.decision.codes],
        sha256=record.sealed,
        mime="application/pdf",
    )


@router.post("/pull-document")
def pull_document(what: m.PullDocRequest, actor: SignedIn, app: TheApp) -> m.PullDocResponse:
    """One paper with its sealed file. It needs the same ground as every read: an open dossier of the person."""
    own_org(what, actor)
    uri, purpose = DocumentUri.parse(what.uri), what.purpose.strip() or None
    record, data = pull_one(uri, purpose, actor=actor, uow=app.uow, blobs=app.blobs, clock=app.clock)
    return m.PullDocResponse(
        ts=app.clock.now(),
        txn=what.txn,
        status=m.SUCCESS,
        uri=str(uri),
        sha256=hashlib.sha256(data).hexdigest(),
        doc_content=base64.b64encode(data).decode("ascii"),
        data_content=record_to_plain(record),
    )


@router.post("/push-uri")
def push_uri(what: m.PushUriRequest, actor: SignedIn, app: TheApp) -> m.PushUriResponse:
    """The caller's agency issued a document (A), or takes one back (D)."""
    own_org(what, actor)
    if what.action == "D":
        if what.uri is None:
            raise Invalid("INVALID_REQUEST", fields="uri")
        uri = DocumentUri.parse(what.uri)
        withdraw_document(WithdrawDocument(uri, what.reason), actor=actor, uow=app.uow, clock=app.clock)
        return m.PushUriResponse(
            ts=app.clock.now(), txn=what.txn, status=m.SUCCESS, uri=str(uri), intake=None, duplicate=False, waits=None
        )
    return _add(what, actor, app)


def _add(what: m.PushUriRequest, actor: Actor, app: App) -> m.PushUriResponse:
    document = what.document
    if document is None or what.doc_content is None:
        raise Invalid("INVALID_REQUEST", fields="document, docContent")
    fields = dict(document.fields) | {"number": document.doc_number, "issuer": document.issuer}
    if document.issued_on:
        fields["issued_on"] = document.issued_on.isoformat()
    if document.valid_until:
        fields["expires_on"] = document.valid_until.isoformat()
    pushed = push_document(
        PushDocument(
            data=_bytes(what.doc_content),
            filename=document.file_name,
            type_code=document.doc_type,
            holders=tuple(NamedHolder(one.number, one.name, one.role) for one in document.holders),
            fields=fields,
            txn=what.txn,
        ),
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        sealing=app.sealing,
        catalogue=app.catalogue,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
        names={app.settings.agency_code: app.settings.agency_name},
    )
    uri = None
    if pushed.record is not None:
        uri = str(DocumentUri(actor.agency_code or "", document.doc_type, pushed.record))
    status = m.PENDING if uri is None else m.SUCCESS
    return m.PushUriResponse(
        ts=app.clock.now(), txn=what.txn, status=status, uri=uri, intake=pushed.intake, duplicate=pushed.duplicate,
        waits=pushed.waits.value if pushed.waits else None,
    )  # fmt: skip


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Invalid("INVALID_REQUEST", fields="docContent") from error
