"""What `vault verify` does: find out what was given, judge it with what is at hand, tell it in one shape."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

import qr
import signing
from vault.bootstrap import App
from vault.cli.edge import file_bytes
from vault.domain.errors import Invalid, VaultError

PDF_WITHIN = 1024
STATUS_SECONDS = 2.0
_WORST_FIRST = tuple(qr.Verdict)


@dataclass(frozen=True, slots=True)
class Check:
    """With what to judge: roots and lists given by the caller, the time, and whether the service may be asked."""

    roots: Path | None
    trust_list: Path | None
    trust_root: Path | None
    hosts: tuple[str, ...]
    now: datetime
    online: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict in the shape that programs read."""

    kind: str
    verdict: str
    reasons: tuple[str, ...] = ()
    signatures: tuple[dict[str, Any], ...] = ()
    claims: dict[str, Any] | None = None
    status_as_of: str | None = None

    @property
    def valid(self) -> bool:
        """Whether it may be relied on."""
        return self.verdict.startswith("VALID")

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "kind": self.kind,
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "signatures": list(self.signatures),
            "claims": self.claims,
            "status_as_of": self.status_as_of,
        }


def check(what: str, how: Check, *, service: App) -> Answer:
    """Judge a path or a text. A bad file is a verdict, not an error."""
    path = Path(what)
    if "://" in what or not _is_file(path):
        return _texts((what,), how, service=service)
    data = file_bytes(path, limit=service.settings.max_upload_bytes)
    if b"%PDF-" in data[:PDF_WITHIN] or path.suffix.lower() == ".pdf":
        return _pdf(data, how, service=service)
    try:
        texts = service.engines.codes(data)
    except Invalid as error:
        return Answer("qr", qr.Verdict.UNREADABLE.value, (error.code,))
    return _texts(texts, how, service=service)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a scanned text may be longer than any name, or hold what no name may
        return False


def _pdf(data: bytes, how: Check, *, service: App) -> Answer:
    try:
        trust = signing.Trust.from_pem(how.roots.read_bytes()) if how.roots else service.trust
    except signing.TrustUnreadableError as error:
        raise Invalid(error.code) from error
    try:
        report = service.engines.inspect(data, trust=trust, now=how.now).as_dict()
    except Invalid as error:
        # The file struck the limits of the child that looked at it: nothing can be concluded from it.
        return Answer("pdf", signing.Verdict.INCONCLUSIVE.value, (error.code,))
    return Answer("pdf", report["verdict"], tuple(report["reasons"]), tuple(report["signatures"]))


def _texts(texts: tuple[str, ...], how: Check, *, service: App) -> Answer:
    if not texts:
        return Answer("qr", qr.Verdict.UNREADABLE.value, (qr.Verdict.UNREADABLE.value,))
    hosts = how.hosts or (service.settings.qr_host, *service.settings.former_hosts, *service.keys.hosts)
    trust = _trust_list(how, service)
    status = _status(how, service, trust)
    outcomes = [qr.verify(text, hosts=hosts, trust=trust, status=status, now=how.now) for text in texts]
    ours = [one for one in outcomes if one.verdict is not qr.Verdict.NOT_ISSUED_BY_US] or outcomes
    worst = min(ours, key=lambda one: _WORST_FIRST.index(one.verdict)).as_dict()
    return Answer("qr", worst["verdict"], tuple(worst["reasons"]), (), worst["claims"], worst["status_as_of"])


def _trust_list(how: Check, service: App) -> qr.TrustList:
    list_file = how.trust_list or service.keys.trust_list
    root_file = how.trust_root or service.keys.trust_root_public
    if not list_file.exists() or not root_file.exists():
        # Nothing is pinned on this machine: every credential is of an unknown issuer.
        return qr.TrustList(version=0, issued_at=how.now, next_update=how.now + timedelta(days=1), entries=())
    try:
        root = qr.public_key_from_pem(root_file.read_bytes())
        return qr.verify_trust_list(list_file.read_bytes(), root=root, now=how.now)
    except qr.QrError as error:
        raise Invalid("TRUST_LIST", reason=error.code) from error


def _status(how: Check, service: App, trust: qr.TrustList) -> qr.StatusSource | None:
    """The status list of the service on this machine, if it runs; an old or false one is as good as none."""
    if not how.online or service.settings.http_port == 0:
        return None
    try:
        answer = httpx.get(f"{service.settings.local_url}/s/1", timeout=STATUS_SECONDS, trust_env=False)
        answer.raise_for_status()
        return qr.verify_status_token(answer.content, trust=trust, now=how.now)
    except (httpx.HTTPError, qr.QrError, VaultError):
        return None
