"""The vault asks a partner's issuing system by the partner API's own messages; whatever that says is outside input."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import httpx
import jsonschema
import pytest

from vault.domain.errors import Forbidden, Unavailable
from vault.domain.holders import HolderKind, HolderLink, HolderRole
from vault.domain.ids import DossierCode
from vault.domain.outside import Ask, Claim, ConsentBy, OutsidePaper
from vault.domain.states import RecordState, TrustLevel
from vault.partners import HttpIssuer
from vault.ports import Enquiry
from vault.web.partner.models import DocumentOut, PullDocRequest, PullUriRequest, PullUriResponse

NOW = datetime(2026, 11, 27, 2, tzinfo=UTC)
PDF = b"%PDF-1.7 mau"
WHO = HolderLink(HolderRole.SUBJECT, HolderKind.PERSONAL, "031090000001", "NGUYỄN VĂN MẪU")
ASK = Ask("a", DossierCode("H24.900-261127-0001"), "H24.900", "so-xay-dung", 7, ConsentBy.COUNTER, "x", "X", NOW)
ASKED = Enquiry(ASK, WHO, frozenset({"GPXD", "KS"}), "1.004194", NOW)
GOOD = {
    "uri": "G17.1-GPXD-00000000000000",
    "docType": "GPXD",
    "docNumber": "12/GPXD",
    "issuer": "Sở Xây dựng",
    "issuerCode": "H24.7",
    "issuedOn": "2026-10-01",
    "validUntil": None,
    "state": "ACTIVE",
    "trust": "L4",
    "compared": True,
    "version": 1,
    "component": "",
    "verdict": "",
    "reasons": [],
    "sha256": hashlib.sha256(PDF).hexdigest(),
    "mime": "application/pdf",
}
Answer = Callable[[httpx.Request], httpx.Response]


def issuer(answer: Answer) -> HttpIssuer:
    return HttpIssuer("https://so.example.vn/api", token="t", org="H24.900", transport=httpx.MockTransport(answer))


def telling(documents: list[Any], seen: list[dict[str, Any]] | None = None) -> Answer:
    """A partner that has these papers, whatever kind is asked for."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        if seen is not None:
            seen.append(asked | {"path": request.url.path, "authorization": request.headers["authorization"]})
        kind = asked["docDetails"]["docType"]
        papers = [one for one in documents if not isinstance(one, dict) or one.get("docType") in {kind, None}]
        head = {"ver": "1.0", "ts": NOW.isoformat(), "txn": asked["txn"], "status": "1"}
        return httpx.Response(200, json=head | {"documents": papers})

    return answer


def test_both_directions_speak_the_same_messages() -> None:
    seen: list[dict[str, Any]] = []
    (claim,) = issuer(telling([GOOD], seen)).find(ASKED, seconds=5)
    assert [one["path"] for one in seen] == ["/api/pull-uri"] * 2, "one question a kind"
    assert {one["authorization"] for one in seen} == {"Bearer t"}
    for one in seen:  # what we send is what our own door would take
        sent = {name: value for name, value in one.items() if name not in {"path", "authorization"}}
        PullUriRequest.model_validate(sent)
        jsonschema.validate(sent, PullUriRequest.model_json_schema())
    jsonschema.validate([GOOD], {"type": "array", "items": DocumentOut.model_json_schema(mode="serialization")})
    assert set(PullUriResponse.model_fields) == {"ver", "ts", "txn", "status", "documents"}
    assert (claim.ref, claim.type_code, claim.issued_on, claim.trust) == (
        GOOD["uri"], "GPXD", date(2026, 10, 1), TrustLevel.L4,
    )  # fmt: skip
    assert (claim.number, claim.state, claim.holder) == ("12/GPXD", RecordState.ACTIVE, WHO)


@pytest.mark.parametrize(
    "wrong",
    [
        None, 7, "x", [], {},
        GOOD | {"docType": "LLTP1"},
        GOOD | {"uri": None},
        GOOD | {"uri": "x" * 301},
        GOOD | {"sha256": 7},
        GOOD | {"state": "GÌ ĐÓ"},
        GOOD | {"trust": "L9"},
        GOOD | {"issuedOn": "01/10/2026"},
        GOOD | {"issuedOn": 5},
    ],
)  # fmt: skip
def test_a_paper_that_cannot_be_read_is_left_out(wrong: Any) -> None:
    found = issuer(telling([wrong, GOOD])).find(ASKED, seconds=5)
    assert [one.ref for one in found] == [GOOD["uri"]]


def test_connected_data_is_not_claimed_by_a_paper() -> None:
    (claim,) = issuer(telling([GOOD | {"trust": "L5", "docNumber": "a\x00b"}])).find(ASKED, seconds=5)
    assert (claim.trust, claim.number) == (TrustLevel.L4, None)


def test_the_file_is_fetched_by_its_uri() -> None:
    seen: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)
        seen.append(asked)
        return httpx.Response(200, json={"txn": asked["txn"], "docContent": base64.b64encode(PDF).decode()})

    found = Claim(GOOD["uri"], "GPXD", WHO, GOOD["sha256"], "application/pdf")
    paper = OutsidePaper("p", "a", ASK.dossier, "H24.900", "so-xay-dung", 7, found, NOW)
    assert issuer(answer).fetch(paper, ASKED, seconds=5, most=1000).data == PDF
    PullDocRequest.model_validate(seen[0])
    with pytest.raises(Unavailable, match="OUTSIDE_DOWN"):
        issuer(answer).fetch(paper, ASKED, seconds=5, most=5)


def slow(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow")


def down(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("down")


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (slow, Unavailable, "OUTSIDE_PENDING"),
        (down, Unavailable, "OUTSIDE_DOWN"),
        (lambda _: httpx.Response(500), Unavailable, "OUTSIDE_DOWN"),
        (lambda _: httpx.Response(302, headers={"location": "https://khac.example/"}), Unavailable, "OUTSIDE_DOWN"),
        (lambda _: httpx.Response(403), Forbidden, "OUTSIDE_REFUSED"),
        (lambda _: httpx.Response(200, content=b"<html>"), Unavailable, "OUTSIDE_DOWN"),
        (lambda _: httpx.Response(200, content=b"[" * 100_000), Unavailable, "OUTSIDE_DOWN"),
        (lambda _: httpx.Response(200, json={"txn": "other", "documents": []}), Unavailable, "OUTSIDE_DOWN"),
        (lambda _: httpx.Response(200, content=b" " * 3_000_000), Unavailable, "OUTSIDE_DOWN"),
    ],
)
def test_what_is_no_answer_is_told_as_none(answer: Answer, kind: type[Exception], code: str) -> None:
    with pytest.raises(kind, match=code):
        issuer(answer).find(ASKED, seconds=5)


def test_time_is_counted_over_all_questions() -> None:
    with pytest.raises(Unavailable, match="OUTSIDE_PENDING"):
        issuer(telling([])).find(ASKED, seconds=-1)
