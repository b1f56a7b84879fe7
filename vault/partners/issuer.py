"""A partner's issuing system as a source of papers: the vault asks it by the same messages that partners ask the vault.

Pull URI and pull document of `vault/web/partner/GUIDE.md`, the other way round. What it answers is a claim and outside
input (`domain.outside`): what is no such message is no answer, and a paper in it that cannot be read is left out.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from time import monotonic

import httpx

from vault.domain.errors import Forbidden, Unavailable, VaultError
from vault.domain.holders import HolderLink
from vault.domain.outside import Claim, OutsidePaper
from vault.domain.states import RecordState, TrustLevel
from vault.ports import Enquiry, FetchedPaper

MOST_JSON = 2_000_000
MOST_PAPERS = 50
_REFUSED = frozenset({401, 403, 404})
_WORDS = 300


class HttpIssuer:
    """`ports.PaperSource` over HTTP."""

    def __init__(self, url: str, *, token: str, org: str, transport: httpx.BaseTransport | None = None) -> None:
        """`url` ends where `/pull-uri` begins; `org` is the code under which the partner knows this vault's agency."""
        # An answer comes from the address that was configured: a redirect of it would be another system.
        self._http = httpx.Client(base_url=url, transport=transport, follow_redirects=False)
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._org = org

    @property
    def asks_person(self) -> bool:
        """Nobody is asked there."""
        return False

    def find(self, asked: Enquiry, *, seconds: float) -> tuple[Claim, ...]:
        """One question a kind of paper that the procedure accepts, within so many seconds altogether."""
        end = monotonic() + seconds
        found: list[Claim] = []
        for kind in sorted(asked.kinds):
            left = end - monotonic()
            if left <= 0:
                raise Unavailable("OUTSIDE_PENDING", reason="too slow")
            details = {"docType": kind, "holder": {"number": asked.person.number or ""}}
            told = self._ask("pull-uri", asked, {"docDetails": details}, seconds=left, most=MOST_JSON)
            papers = told.get("documents")
            if not isinstance(papers, list):
                raise Unavailable("OUTSIDE_DOWN", reason="no documents")
            found += [one for paper in papers if (one := _claim(paper, kind, asked.person)) is not None]
        return tuple(found[:MOST_PAPERS])

    def fetch(self, paper: OutsidePaper, asked: Enquiry, *, seconds: float, most: int) -> FetchedPaper:
        """The file of one. Whether its bytes have the digest that was told is judged by whoever asked."""
        told = self._ask("pull-document", asked, {"uri": paper.claim.ref}, seconds=seconds, most=most * 2)
        try:
            data = base64.b64decode(str(told.get("docContent", "")), validate=True)
        except binascii.Error as error:
            raise Unavailable("OUTSIDE_DOWN", reason="docContent") from error
        if len(data) > most:
            raise Unavailable("OUTSIDE_DOWN", reason="answer too large")
        return FetchedPaper(data)

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _ask(
        self, name: str, asked: Enquiry, body: Mapping[str, object], *, seconds: float, most: int
    ) -> Mapping[str, object]:
        head = {"ver": "1.0", "ts": asked.now.isoformat(), "txn": secrets.token_hex(16), "orgId": self._org}
        message = {**head, "dossier": asked.ask.dossier, "purpose": asked.procedure, **body}
        end = monotonic() + seconds
        try:
            with self._http.stream("POST", f"/{name}", json=message, timeout=seconds) as answer:
                if answer.status_code in _REFUSED:
                    raise Forbidden("OUTSIDE_REFUSED", reason=f"HTTP {answer.status_code}")
                if not answer.is_success:
                    raise Unavailable("OUTSIDE_DOWN", reason=f"HTTP {answer.status_code}")
                data = bytearray()
                for part in answer.iter_bytes():
                    data += part
                    if len(data) > most:
                        raise Unavailable("OUTSIDE_DOWN", reason="answer too large")
                    if monotonic() > end:  # a drop at a time is no answer
                        raise Unavailable("OUTSIDE_PENDING", reason="too slow")
        except httpx.TimeoutException as error:
            raise Unavailable("OUTSIDE_PENDING", reason="too slow") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unavailable("OUTSIDE_DOWN", reason=type(error).__name__) from error
        return _message(bytes(data), head["txn"])


def _message(data: bytes, txn: str) -> Mapping[str, object]:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unavailable("OUTSIDE_DOWN", reason="no JSON") from error
    if not isinstance(told, dict) or told.get("txn") != txn:
        raise Unavailable("OUTSIDE_DOWN", reason="txn")
    return told


def _claim(told: object, kind: str, person: HolderLink) -> Claim | None:
    """A paper as the partner tells it; None for what cannot be one, or of a kind that was not asked for.

    A digitised copy of the partner's is worth what it says at most, and never more than an electronic original.
    """
    if not isinstance(told, dict) or told.get("docType") != kind:
        return None
    uri, digest = told.get("uri"), told.get("sha256")
    if not isinstance(uri, str) or not isinstance(digest, str) or not 0 < len(uri) <= _WORDS:
        return None
    try:
        return Claim(
            ref=uri,
            type_code=kind,
            holder=person,
            sha256=digest,
            mime=str(told.get("mime", "application/pdf"))[:60],
            number=_word(told.get("docNumber")),
            issuer_code=_word(told.get("issuerCode")),
            issuer_as_printed=_word(told.get("issuer")),
            issued_on=_day(told.get("issuedOn")),
            valid_until=_day(told.get("validUntil")),
            state=RecordState(str(told.get("state", "ACTIVE"))),
            trust=min(TrustLevel[str(told.get("trust", "L0"))], TrustLevel.L4),
            compared=told.get("compared") is True,
        )
    except (ValueError, KeyError, VaultError):
        return None


def _word(value: object) -> str | None:
    return value[:_WORDS] if isinstance(value, str) and value.strip() and value.isprintable() else None


def _day(value: object) -> date | None:
    return None if value is None else datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 - a day on a paper has no zone
