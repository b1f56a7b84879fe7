"""Calls of the partner API over `httpx`, with a token that renews itself."""

from __future__ import annotations

import base64
import hashlib
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

import httpx

Answer = dict[str, Any]
_EARLY = 30
"""Seconds before its end at which a token is renewed."""
_UNAUTHORISED = 401


class VaultProblem(Exception):  # noqa: N818 - the vault's word for it (RFC 9457)
    """A problem document: `code` is stable, the message says what to do next."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("code") or str(status))
        self.status, self.code = status, str(problem.get("code", ""))


class PreviewNeeded(Exception):  # noqa: N818 - no error: the person has to be sent somewhere
    """The person has to look first, at `location`; then fetch the request again."""

    def __init__(self, request_id: str, location: str) -> None:
        super().__init__(location)
        self.request_id, self.location = request_id, location


@dataclass(frozen=True)
class Document:
    """A pulled document; its bytes have the SHA-256 that the answer names."""

    uri: str
    content: bytes
    data: Mapping[str, Any]


class PartnerClient:
    """One partner's system at one vault."""

    def __init__(
        self, url: str, client_id: str, secret: str, *, org: str, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, transport=transport)
        self._credentials = (client_id, secret)
        self._org = org
        self._token, self._ends = "", 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    # --- signing in --------------------------------------------------------------------------------------------------
    def _authorization(self) -> dict[str, str]:
        if time.monotonic() > self._ends:
            answer = self._http.post(
                "/partner/v1/token", data={"grant_type": "client_credentials"}, auth=self._credentials
            )
            if answer.status_code == _UNAUTHORISED:
                raise VaultProblem(answer.status_code, {"code": answer.json()["error"]})
            told = answer.raise_for_status().json()
            self._token, self._ends = told["access_token"], time.monotonic() + told["expires_in"] - _EARLY
        return {"Authorization": f"Bearer {self._token}"}

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One call; a failure is `VaultProblem`."""
        answer = self._http.request(method, path, json=body, headers=self._authorization())
        if answer.is_error:
            kind = answer.headers.get("content-type", "")
            raise VaultProblem(answer.status_code, answer.json() if "json" in kind else {})
        return answer.json()

    def _post(self, name: str, **body: Any) -> Answer:
        head = {"ver": "1.0", "ts": datetime.now(UTC).isoformat(), "txn": uuid.uuid4().hex, "orgId": self._org}  # noqa: TID251 - a partner's own clock
        answer: Answer = self.call("POST", f"/partner/v1/{name}", head | body)
        if answer["txn"] != head["txn"]:
            raise VaultProblem(200, {"code": "TXN"})
        return answer

    # --- documents ---------------------------------------------------------------------------------------------------
    def open_dossier(self, procedure: str, holder: str, name: str) -> str:
        """A dossier of the own agency, which is the ground of everything else; its code."""
        body = {"procedure": procedure, "holder": holder, "holder_name": name}
        return str(self.call("POST", "/api/v1/dossiers", body)["code"])

    def pull_uri(self, *, dossier: str, doc_type: str, holder: str, number: str | None = None) -> list[Answer]:
        """Papers of a kind, the best first."""
        details = {"docType": doc_type, "holder": {"number": holder}, "docNumber": number}
        found: list[Answer] = self._post("pull-uri", dossier=dossier, docDetails=details)["documents"]
        return found

    def pull_document(self, uri: str, purpose: str = "") -> Document:
        """The sealed file with its data."""
        return self._document(self._post("pull-document", uri=uri, purpose=purpose))

    def attach(self, dossier: str, component: str, uri: str, checked: str | None = None) -> Answer:
        """Use a paper for a component of the dossier."""
        record = uri.rsplit("-", 1)[1]
        body = {"component": component, "record": record, "checked": checked}
        answer: Answer = self.call("POST", f"/api/v1/dossiers/{dossier}/attach", body)
        return answer

    def push(self, content: bytes, document: Mapping[str, Any]) -> Answer:
        """Hand a document over that the own agency issued."""
        text = base64.b64encode(content).decode()
        return self._post("push-uri", action="A", document=dict(document), docContent=text)

    def withdraw(self, uri: str, reason: str) -> Answer:
        """Revoke what this system pushed."""
        return self._post("push-uri", action="D", uri=uri, reason=reason)

    # --- evidence ----------------------------------------------------------------------------------------------------
    def ask_evidence(self, *, dossier: str, holder: str, kind: str, purpose: str) -> PreviewNeeded:
        """Ask for a person's paper; send the person to the location that comes back."""
        told = self._post(
            "evidence-requests",
            dossier=dossier,
            subject={"number": holder},
            evidenceType=kind,
            purpose=purpose,
            explicitRequestGiven=True,
            possibilityForPreview=True,
        )
        return PreviewNeeded(told["requestId"], told["previewLocation"])

    def fetch_evidence(self, request_id: str) -> Document:
        """The paper, once the person said yes; `PreviewNeeded` until then."""
        told = self._post("evidence-responses", requestId=request_id)
        if told["evidenceStatus"] == "PREVIEW_REQUIRED":
            raise PreviewNeeded(request_id, told["previewLocation"])
        return self._document(told)

    def _document(self, told: Answer) -> Document:
        content = base64.b64decode(told["docContent"])
        if hashlib.sha256(content).hexdigest() != told["sha256"]:
            raise VaultProblem(200, {"code": "DIGEST"})
        return Document(told["uri"], content, told["dataContent"])
