"""The document that a partner works from, and the JSON schemas of every message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from vault.domain.errors import NotFound
from vault.web.partner import models as m
from vault.web.partner.evidence import FetchIn
from vault.web.partner.webhooks import WebhookIn, WebhookMadeOut

router = APIRouter()
_GUIDE = Path(__file__).parent / "GUIDE.md"
SCHEMAS: dict[str, type[BaseModel]] = {
    "pull-uri-request": m.PullUriRequest,
    "pull-uri-response": m.PullUriResponse,
    "pull-document-request": m.PullDocRequest,
    "pull-document-response": m.PullDocResponse,
    "push-uri-request": m.PushUriRequest,
    "push-uri-response": m.PushUriResponse,
    "evidence-request": m.EvidenceIn,
    "evidence-fetch": FetchIn,
    "evidence-response": m.EvidenceOut,
    "webhook-request": WebhookIn,
    "webhook-response": WebhookMadeOut,
    "webhook-message": m.WebhookMessage,
}


@router.get("/guide", response_class=Response)
def guide() -> Response:
    """Everything a partner needs, as Markdown."""
    return Response(_GUIDE.read_bytes(), media_type="text/markdown; charset=utf-8")


@router.get("/schemas/{schema}")
def schema(schema: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of a message by its name; a request is checked by it before anything else happens."""
    found = SCHEMAS.get(schema.removesuffix(".json"))
    if found is None:
        raise NotFound("NOT_FOUND")
    made = found.model_json_schema(mode="validation" if issubclass(found, (m.Request, WebhookIn)) else "serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
