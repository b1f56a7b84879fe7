"""Shapes of the partner API. Names follow DigiLocker's issuer API in camel case; times are RFC 3339 with an offset."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

VERSION: Literal["1.0"] = "1.0"
SUCCESS, PENDING = "1", "9"
"""`status` of an answer, as DigiLocker numbers them; a failure is a problem document (RFC 9457) instead of `0`."""

Txn = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$", description="Chosen by the caller.")]
Words = Annotated[str, Field(max_length=300)]
_FILE = "The file, base64 (RFC 4648 section 4)."


class Message(BaseModel):
    """What every message of the partner API has."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Request(Message):
    """Head of every request: `orgId` is the caller's own agency, `txn` comes back and stands in the log."""

    ver: Literal["1.0"] = VERSION
    ts: datetime
    txn: Txn
    org_id: Annotated[str, Field(max_length=35)]


class Response(Message):
    """Head of every answer."""

    ver: str = VERSION
    ts: datetime
    txn: str
    status: Annotated[str, Field(description="1: done. 9: it waits for a person.")]


class HolderIn(Message):
    """Somebody on the paper. `role` as in the OpenAPI document of the vault, e.g. SUBJECT, OWNER."""

    number: Words
    name: Words = ""
    role: Annotated[str, Field(max_length=40)] = "SUBJECT"


class DocDetails(Message):
    """Which papers of whom."""

    doc_type: Annotated[str, Field(max_length=40)]
    holder: HolderIn
    doc_number: Words | None = None


class PullUriRequest(Request):
    """Find papers of one kind of one person of an open dossier."""

    dossier: Annotated[str, Field(max_length=60)]
    doc_details: DocDetails


class DocumentOut(Message):
    """A paper that is there. `verdict`: USABLE, NEEDS_CHECK or NOT_USABLE for the component, with its reason codes."""

    uri: str
    doc_type: str
    doc_number: str | None
    issuer: str | None
    issuer_code: str | None
    issued_on: date | None
    valid_until: date | None
    state: str
    trust: str
    compared: bool
    version: int
    component: str
    verdict: str
    reasons: list[str]
    sha256: Annotated[str, Field(description="Of the file that pull-document gives.")]
    mime: str


class PullUriResponse(Response):
    """Papers, the best first; empty when there is none."""

    documents: list[DocumentOut]


class PullDocRequest(Request):
    """Fetch one paper."""

    uri: Annotated[str, Field(max_length=100)]
    purpose: Words = ""


class PullDocResponse(Response):
    """The sealed PDF, its SHA-256, and the record as data (`kho-so-record/1`)."""

    uri: str
    sha256: str
    doc_content: Annotated[str, Field(description=_FILE)]
    data_content: dict[str, Any]


class PushedDocument(Message):
    """What the issuing system says of its document. `fields`: further facts, e.g. address."""

    doc_type: Annotated[str, Field(max_length=40)]
    doc_number: Words
    holders: Annotated[list[HolderIn], Field(min_length=1, max_length=20)]
    issuer: Words = ""
    issued_on: date | None = None
    valid_until: date | None = None
    file_name: Words = "van-ban.pdf"
    fields: dict[Annotated[str, Field(max_length=60)], Words] = {}


class PushUriRequest(Request):
    """`action` A adds a document (`document`, `docContent`); D takes back what this system pushed (`uri`, `reason`)."""

    action: Literal["A", "D"]
    document: PushedDocument | None = None
    doc_content: Annotated[str | None, Field(description=_FILE)] = None
    uri: Annotated[str | None, Field(max_length=100)] = None
    reason: Annotated[str, Field(max_length=1000)] = ""


class PushUriResponse(Response):
    """`uri` null with status 9: an officer looks at the file first; `waits` says why when it came by this request.

    UNSIGNED: no valid signature. SIGNER_NOT_ISSUER: signed by another body than the stated issuer. ISSUER_NOT_SENDER:
    the stated issuer is not the caller's agency. SENDER_UNKNOWN: this vault does not know the caller's agency by name.
    """

    uri: str | None
    intake: str | None
    duplicate: bool
    waits: Literal["UNSIGNED", "SIGNER_NOT_ISSUER", "ISSUER_NOT_SENDER", "SENDER_UNKNOWN"] | None


class Requester(Message):
    """Who asks, as the person will read it."""

    name: Words = ""


class EvidenceIn(Request):
    """Ask for a person's paper, whoever keeps it (once-only system: first request)."""

    dossier: Annotated[str, Field(max_length=60)]
    subject: HolderIn
    evidence_type: Annotated[str, Field(max_length=40)]
    purpose: Annotated[str, Field(max_length=300, description="As the person will read it.")]
    explicit_request_given: bool
    possibility_for_preview: Literal[True] = True


class EvidenceOut(Response):
    """Where the request stands. While `evidenceStatus` is PREVIEW_REQUIRED send the person to `previewLocation`."""

    request_id: str
    evidence_status: Annotated[str, Field(description="PREVIEW_REQUIRED or DELIVERED.")]
    preview_location: str | None
    expires_at: datetime
    uri: str | None = None
    sha256: str | None = None
    doc_content: Annotated[str | None, Field(description=_FILE)] = None
    data_content: dict[str, Any] | None = None


class Happened(Message):
    """What a webhook tells of a document: no name and no number. `result` comes with `dossier.result` alone."""

    uri: str
    version: int
    state: str
    superseded_by: str | None
    result: str | None = None


class WebhookMessage(Message):
    """The body of a webhook (standardwebhooks.com); what is signed is the text as it comes."""

    type: str
    timestamp: datetime
    data: Happened


class TokenOut(BaseModel):
    """An access token (RFC 6749 section 5.1); `expires_in` in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of the kind
    expires_in: int
