"""What verifiers fetch without asking anybody: the trust list and the status lists, cacheable as they are."""

from __future__ import annotations

import hashlib
import re

from fastapi import APIRouter, Request, Response

from vault.domain.errors import NotFound
from vault.exchange import Purpose
from vault.usecases.verify.publish_status import (
    BITSTRING_TYPE,
    STATUS_TYPE,
    published_bitstring,
    published_status,
)
from vault.web.session import TheWholeApp

router = APIRouter(tags=["public"])
STATUS_SECONDS = 15
"""A cache's share of the minute in which everybody on line sees a change; the worker and the verifier have the rest."""
TRUST_TYPE = "application/cose; cose-type=cose-sign1"
CHECKPOINT = "checkpoint"
TILE = re.compile(r"tile/(entries|[0-9]{1,2})/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]{1,3})?")


def _cached(request: Request, data: bytes, media_type: str, seconds: int) -> Response:
    etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={seconds}", "Access-Control-Allow-Origin": "*"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=media_type, headers=headers)


@router.get("/s/{list_id}", response_class=Response)
def status_list(list_id: int, request: Request, app: TheWholeApp) -> Response:
    """A Token Status List (IETF) as CWT: verifiers fetch the whole list, so nobody learns who was checked."""
    token = published_status(list_id, uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock)
    return _cached(request, token, STATUS_TYPE, STATUS_SECONDS)


@router.get("/s/{list_id}/w3c/{purpose}", response_class=Response)
def bitstring_status_list(list_id: int, purpose: Purpose, request: Request, app: TheWholeApp) -> Response:
    """The same states as a W3C Bitstring Status List credential: `revocation` or `suspension`."""
    text = published_bitstring(
        list_id, purpose, uow=app.uow, files=app.published, credentials=app.credentials, clock=app.clock
    )
    return _cached(request, text, BITSTRING_TYPE, STATUS_SECONDS)


@router.get("/.well-known/jwt-vc-issuer")
def jwt_vc_issuer(app: TheWholeApp, response: Response) -> dict[str, object]:
    """Issuer and keys of our SD-JWT VC (draft-ietf-oauth-sd-jwt-vc section 5)."""
    response.headers["Cache-Control"] = "public, max-age=300"
    keys = [dict(key) for key in app.credentials.jwks(now=app.clock.now())]
    return {"issuer": f"https://{app.credentials.host}", "jwks": {"keys": keys}}


@router.get("/trust-list", response_class=Response)
def trust_list(request: Request, app: TheWholeApp) -> Response:
    """The signed trust list (COSE_Sign1); verifiers pin its root."""
    return _cached(request, app.credentials.trust_list(), TRUST_TYPE, 300)


@router.get("/log/{path:path}", response_class=Response)
def log_file(path: str, request: Request, app: TheWholeApp) -> Response:
    """The transparency log: `checkpoint`, `tile/…`, `tile/entries/…` (C2SP tlog-tiles), for monitors and witnesses."""
    data = app.files.get(path) if path == CHECKPOINT or TILE.fullmatch(path) else None
    if data is None:
        raise NotFound("LOG_FILE")
    if path == CHECKPOINT:
        return _cached(request, data, "text/plain; charset=utf-8", 1)
    return _cached(request, data, "application/octet-stream", 31_536_000)


@router.get("/trust-root.pem", response_class=Response)
def trust_root(app: TheWholeApp) -> Response:
    """The public root of the trust list, to be pinned once."""
    return Response(app.credentials.root_pem(), media_type="application/x-pem-file")
