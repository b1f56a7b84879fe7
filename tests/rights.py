"""The rights table: for every route of the service, which roles may get an answer. A new route needs its row here.

`tests/architecture/test_rights.py` compares the table with the routes that the program really has (the OpenAPI document
and the pages), and `tests/integration/test_rights.py` calls every route as every role, inside and outside the agency or
holder that it is about. A row says who may; the test finds out who can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from vault.domain.people import Role

SIGNED_IN = frozenset(Role) - {Role.SYSTEM, Role.ANONYMOUS}
ANYBODY = SIGNED_IN | {Role.ANONYMOUS}
HOLDERS = frozenset({Role.CITIZEN, Role.GUARDIAN})
OFFICER = frozenset({Role.OFFICER})
COPIERS = OFFICER | {Role.CERTIFIER}
"""Who gives the word that a paper is right."""
RECEIVERS = COPIERS | {Role.DIGITISER}
DOSSIERS = OFFICER | {Role.PARTNER}
LOOKERS = OFFICER | {Role.CERTIFIER, Role.AGENCY_HEAD, Role.PARTNER}
READERS = LOOKERS | {Role.DIGITISER}
CHANGERS = OFFICER | {Role.AGENCY_HEAD}
OVERSEERS = CHANGERS | {Role.DATA_PROTECTION}
JUDGES = frozenset({Role.DATA_PROTECTION})
SENDERS = OFFICER | {Role.OPERATOR}
"""Who looks after what the national store is told."""


@dataclass(frozen=True)
class Right:
    """Who may. `own`: the thing belongs to an agency or holder, and nobody else's people may reach it.

    `lists`: everybody of the roles gets an answer, but about their own side only. `body`, `form`, `file`: what is sent.
    `never`: even who may gets no 2xx with this body (the reason says what shows the good way).
    """

    may: frozenset[Role]
    own: bool = False
    lists: bool = False
    public: bool = False
    body: Mapping[str, Any] | None = None
    form: Mapping[str, str] | None = None
    file: bool = False
    query: str = ""
    never: str = ""
    echoes: bool = False
    """Shows people their own refused acts, with the code that they typed themselves."""
    late: bool = False
    """Changes what the others need: called after them."""
    shut: frozenset[int] = field(default=frozenset({401, 403, 404}))


HOLDER_WORD = {"number": "{holder}", "name": "NGUYỄN VĂN QUYỀN"}
CONSENT = {"fields": ["number"], "audience": "UBND phường Mẫu", "purpose": "đối chiếu"}
CONFIRM = {
    "type": "GPXD",
    "holders": [HOLDER_WORD],
    "fields": {"number": "12/GPXD", "issued_on": "2026-10-01", "issuer": "UBND phường Mẫu"},
    "compared_with_original": True,
}
REASON = "Bệnh nhân cấp cứu, cần biết ngay"
_PROCEDURE = "1.004194"
_ELSEWHERE = "needs a second party: tests/integration/test_oidc_provider.py, test_passkeys.py"
_SIGNED = "an unsigned paper has none: tests/integration/test_revisions.py"
_CASES = "the good way: tests/integration/test_corrections.py"
_TIES = "no card in the dossier: tests/integration/test_old_numbers.py"
_OUTSIDE = "needs a source: tests/integration/test_elsewhere.py"
_PEER = "needs another vault's signature: tests/integration/test_peers.py"
_PHONE = "needs a phone: tests/e2e"
_DOOR: frozenset[int] = frozenset()
_REFUSED = frozenset({401, 403})

QUIET = {
    **dict.fromkeys(
        (
            "GET /", "GET /c", "GET /c-release.js", "GET /c-worker.js", "GET /cua-toi/chup", "GET /cua-toi/ngoai-mang",
            "GET /dang-nhap", "GET /giay-to/{code}/mo-khan", "GET /ho-so/moi", "GET /k", "GET /p", "GET /q",
            "GET /q-worker.js", "GET /q/trinh", "GET /so-hoa", "GET /so-hoa/dien-thoai/{token}", "GET /so-hoa/to-ngan",
            "GET /xac-nhan-lai",
        ),
        "an empty form or a page without anybody's data",
    ),
    **dict.fromkeys(
        (
            "GET /.well-known/jwt-vc-issuer", "GET /api/v1/document-types", "GET /api/v1/grounds",
            "GET /api/v1/procedures", "GET /healthz", "GET /readyz", "GET /s/{list_id}", "GET /trust-list",
            "GET /trust-root.pem", "GET /v2/heartbeat", "GET /v2/usagePeriod", "GET /partner/v1/guide",
            "GET /partner/v1/schemas/{schema}",
        ),
        "published",
    ),
    **dict.fromkeys(
        (
            "GET /api/v1/session", "GET /api/v1/session/all", "GET /api/v1/session/factors", "GET /tai-khoan",
            "DELETE /api/v1/session/all", "POST /tai-khoan/phien", "POST /tai-khoan/ma", "GET /api/v1/me/nonce",
            "POST /api/v1/session/factors/codes", "POST /api/v1/session/factors/passkeys/ask",
            "POST /api/v1/session/passkey/ask", "GET /api/v1/me/mark",
        ),
        "one's own sign-in: what changes it is an event, looking or preparing is none",
    ),
    **dict.fromkeys(
        (
            "GET /api/v1/me/consents", "GET /api/v1/me/events", "GET /api/v1/me/papers", "GET /api/v1/me/shares",
            "GET /api/v1/me/data-requests", "GET /api/v1/mandates", "GET /cua-toi/du-lieu", "GET /uy-quyen",
            "GET /api/v1/me/urgent-access", "GET /cua-toi/yeu-cau", "GET /partner/v1/webhooks",
            "GET /cua-toi/chia-se", "GET /cua-toi/dong-y", "GET /cua-toi/nhat-ky",
        ),
        "one's own switches, sendings and log: looks at the log would fill the log",
    ),
    **dict.fromkeys(
        (
            "GET /api/v1/corrections", "GET /api/v1/dossiers", "GET /api/v1/dossiers/{code}/results",
            "GET /api/v1/intakes", "GET /ban-lam-viec", "GET /ban-lam-viec/ho-so", "GET /ban-lam-viec/tiep-nhan",
            "GET /dinh-chinh", "GET /dong-bo", "GET /so-hoa/tap",
        ),
        "the agency's own list of work, without what stands on a paper",
    ),
    **dict.fromkeys(
        ("POST /ho-so/chu-the", "POST /so-hoa/dien-thoai", "POST /so-hoa/dien-thoai/{token}/dung"),
        "shows nobody's data: no symbol was sent; a phone of one's own",
    ),
}  # fmt: skip
"""Routes that leave no event, and why. Every other one leaves exactly one, whatever it answers (`test_rights.py`)."""
LOOKS = {
    **dict.fromkeys(("GET /api/v1/mandates", "GET /uy-quyen"), OFFICER),
    **dict.fromkeys(("GET /api/v1/corrections", "GET /dinh-chinh"), HOLDERS),
}
"""Quiet routes that are a look for some all the same: citizens see their cases whole."""
AGAIN = {
    "GET /so-hoa/tiep", "POST /api/v1/intakes/{intake_id}/confirm", "POST /api/v1/intakes/{intake_id}/take-back",
    "POST /ho-so/{code}/to-khai", "POST /so-hoa/{intake_id}/bo", "POST /so-hoa/{intake_id}/hoan-tac",
    "POST /api/v1/mandates", "POST /uy-quyen", "POST /api/v1/data-requests", "POST /du-lieu", "POST /cua-toi/du-lieu",
    "PUT /api/v1/me/consents/{purpose}", "POST /api/v1/records/{code}/urgent-access", "POST /giay-to/{code}/mo-khan",
}  # fmt: skip
"""Where the same again is an answer: what was said already is not said, and not written, twice."""
PARTNER = frozenset({Role.PARTNER})
_HOOKS = "no such webhook: tests/integration/test_webhooks.py"
HEAD = {"ts": "2026-11-27T09:00:00+07:00", "txn": "t1", "orgId": "H24.900"}

RIGHTS: dict[str, Right] = {
    # --- partners' systems ------------------------------------------------------------------------------------------
    "POST /partner/v1/token": Right(
        ANYBODY,
        public=True,
        form={"grant_type": "client_credentials", "client_id": "khong-co", "client_secret": "x"},
        never="nobody's credentials: test_partner.py",
        shut=_DOOR,
    ),
    "GET /partner/v1/guide": Right(ANYBODY, public=True),
    "GET /partner/v1/schemas/{schema}": Right(ANYBODY, public=True),
    "POST /partner/v1/pull-uri": Right(
        PARTNER,
        own=True,
        body=HEAD | {"dossier": "{dossier}", "docDetails": {"docType": "GPXD", "holder": {"number": "{holder}"}}},
    ),
    "POST /partner/v1/pull-document": Right(
        PARTNER, own=True, body=HEAD | {"uri": "x"}, never="no URI: test_partner.py"
    ),
    "POST /partner/v1/push-uri": Right(
        PARTNER, own=True, body=HEAD | {"action": "D", "uri": "x"}, never="no URI: test_partner.py"
    ),
    "POST /partner/v1/evidence-requests": Right(
        PARTNER,
        own=True,
        body=HEAD
        | {"dossier": "{dossier}", "subject": {"number": "{holder}"}, "evidenceType": "GPXD"}
        | {"purpose": "đăng ký thường trú", "explicitRequestGiven": True},
    ),
    "POST /partner/v1/evidence-responses": Right(
        PARTNER, own=True, body=HEAD | {"requestId": "x"}, never="no request: test_partner.py", shut=_REFUSED
    ),
    "POST /partner/v1/webhooks": Right(
        PARTNER, lists=True, body={"url": "https://doi-tac.example.vn/tin", "types": ["record.revoked"]}
    ),
    "GET /partner/v1/webhooks": Right(PARTNER, lists=True),
    "POST /partner/v1/webhooks/{webhook_id}/enable": Right(PARTNER, own=True, never=_HOOKS, shut=_REFUSED),
    "POST /partner/v1/webhooks/{webhook_id}/replay": Right(PARTNER, own=True, never=_HOOKS, shut=_REFUSED),
    "DELETE /partner/v1/webhooks/{webhook_id}": Right(PARTNER, own=True, never=_HOOKS, shut=_REFUSED),
    "GET /cua-toi/yeu-cau": Right(HOLDERS, lists=True),
    "POST /cua-toi/yeu-cau/kho/{question_id}": Right(
        HOLDERS, own=True, form={"agreed": "false"}, never="no question: test_peers.py", shut=_REFUSED
    ),
    "POST /cua-toi/yeu-cau/{request_id}": Right(
        HOLDERS, own=True, form={}, never="no request: test_partner.py", shut=_REFUSED
    ),
    # --- what anybody fetches ---------------------------------------------------------------------------------------
    "GET /healthz": Right(ANYBODY, public=True),
    "GET /readyz": Right(ANYBODY, public=True, never="needs a worker, which this test has none of", shut=_DOOR),
    "GET /s/{list_id}": Right(ANYBODY, public=True),
    "GET /s/{list_id}/w3c/{purpose}": Right(ANYBODY, public=True, never="another purpose", shut=_DOOR),
    "GET /.well-known/jwt-vc-issuer": Right(ANYBODY, public=True),
    "GET /trust-list": Right(ANYBODY, public=True),
    "GET /log/{path}": Right(ANYBODY, public=True, never="no such path: tests/integration/test_log.py", shut=_DOOR),
    "GET /trust-root.pem": Right(ANYBODY, public=True),
    "POST /peer/v1/papers/find": Right(ANYBODY, public=True, body={}, never=_PEER, shut=_DOOR),
    "POST /peer/v1/papers/fetch": Right(ANYBODY, public=True, body={}, never=_PEER, shut=_DOOR),
    "GET /api/v1/procedures": Right(ANYBODY, public=True),
    "GET /api/v1/document-types": Right(ANYBODY, public=True),
    "GET /api/v1/grounds": Right(ANYBODY, public=True),
    "POST /api/v1/verify/text": Right(ANYBODY, public=True, body={"text": "x"}),
    "POST /api/v1/verify/file": Right(ANYBODY, public=True, file=True),
    "POST /api/v1/verify/short-code": Right(
        ANYBODY, public=True, body={"code": "00000000"}, never="an unknown code", shut=_DOOR
    ),
    "GET /api/v1/verify/proof/{code}": Right(ANYBODY, public=True, shut=_DOOR),
    "POST /api/v1/verify/code": Right(ANYBODY, public=True, body={"code": "{record}"}),
    # --- who I am ---------------------------------------------------------------------------------------------------
    "POST /api/v1/session": Right(
        ANYBODY, public=True, body={"username": "x", "password": "x"}, never="wrong", shut=_DOOR
    ),
    "GET /api/v1/session": Right(SIGNED_IN, lists=True),
    "DELETE /api/v1/session": Right(SIGNED_IN, lists=True, late=True),
    "GET /api/v1/session/all": Right(SIGNED_IN, lists=True),
    "DELETE /api/v1/session/all": Right(SIGNED_IN, lists=True, late=True),
    "DELETE /api/v1/session/all/{session}": Right(SIGNED_IN, own=True, never=_ELSEWHERE, shut=_DOOR),
    "POST /api/v1/session/step-up": Right(SIGNED_IN, lists=True, body={"password": "x"}, never="wrong", shut=_DOOR),
    "GET /api/v1/session/factors": Right(SIGNED_IN, lists=True),
    "POST /api/v1/session/factors/codes": Right(SIGNED_IN, lists=True),
    "POST /api/v1/session/factors/codes/confirm": Right(SIGNED_IN, body={"code": "0"}, never="wrong", shut=_DOOR),
    "DELETE /api/v1/session/factors/codes": Right(SIGNED_IN, lists=True),
    "POST /api/v1/session/factors/passkeys/ask": Right(SIGNED_IN, lists=True),
    "POST /api/v1/session/factors/passkeys": Right(
        SIGNED_IN, body={"step": "x", "answer": {}}, never=_ELSEWHERE, shut=_DOOR
    ),
    "DELETE /api/v1/session/factors/passkeys/{passkey}": Right(SIGNED_IN, own=True, never=_ELSEWHERE, shut=_DOOR),
    "POST /api/v1/session/passkey/ask": Right(ANYBODY, public=True),
    "POST /api/v1/session/passkey": Right(
        ANYBODY, public=True, body={"step": "x", "answer": {}}, never=_ELSEWHERE, shut=_DOOR
    ),
    # --- papers on their way in -------------------------------------------------------------------------------------
    "POST /api/v1/intakes": Right(RECEIVERS, lists=True, file=True),
    "GET /api/v1/intakes": Right(RECEIVERS, lists=True),
    "GET /api/v1/intakes/{intake_id}": Right(RECEIVERS, own=True),
    "GET /api/v1/intakes/{intake_id}/pages": Right(RECEIVERS, own=True),
    "GET /api/v1/intakes/{intake_id}/pages/{index}/preview": Right(RECEIVERS, own=True),
    "POST /api/v1/intakes/{intake_id}/confirm": Right(COPIERS, own=True, body=CONFIRM, late=True),
    # --- records ----------------------------------------------------------------------------------------------------
    "GET /api/v1/records/{code}": Right(READERS | HOLDERS, own=True),
    "GET /api/v1/records/{code}/files/{copy}": Right(LOOKERS | HOLDERS, own=True),
    "GET /api/v1/records/{code}/archive": Right(
        LOOKERS | HOLDERS, own=True, never="an unsealed fake: tests/integration/test_exchange.py", shut=_REFUSED
    ),
    "GET /api/v1/records/{code}/export": Right(
        LOOKERS | HOLDERS, own=True, never="nobody sequences here: tests/integration/test_exchange.py", shut=_REFUSED
    ),
    "GET /api/v1/records/{code}/signatures": Right(READERS | HOLDERS, own=True, never=_SIGNED, shut=_DOOR),
    "GET /api/v1/records/{code}/revisions/{number}/changes": Right(
        READERS | HOLDERS, own=True, never=_SIGNED, shut=_DOOR
    ),
    "GET /api/v1/records/{code}/revisions/{number}/pages/{page}": Right(
        READERS | HOLDERS, own=True, never=_SIGNED, shut=_DOOR
    ),
    "GET /giay-to/{code}/ban-ky/{number}/so-sanh": Right(READERS | HOLDERS, own=True, never=_SIGNED, shut=_DOOR),
    "GET /giay-to/{code}/ban-ky/{number}/trang/{page}": Right(READERS | HOLDERS, own=True, never=_SIGNED, shut=_DOOR),
    "GET /api/v1/batches/{batch_id}": Right(RECEIVERS, own=True, never="no such batch", shut=_DOOR),
    "POST /api/v1/batches": Right(RECEIVERS, lists=True, never="no file", shut=_DOOR),
    "POST /api/v1/dossiers/{code}/results": Right(
        DOSSIERS, own=True, body={"record": "{record}"}, never="an older record: tests/integration/test_indicators.py"
    ),
    "POST /api/v1/dossiers/{code}/old-numbers/{tie}/confirm": Right(
        CHANGERS, own=True, body={}, never=_TIES, shut=_DOOR
    ),
    "POST /api/v1/dossiers/{code}/old-numbers/{tie}/take-back": Right(
        CHANGERS, own=True, body={}, never=_TIES, shut=_DOOR
    ),
    "POST /ho-so/{code}/so-cu": Right(CHANGERS, own=True, form={}, never=_TIES, shut=_DOOR),
    "POST /api/v1/dossiers/{code}/close": Right(OFFICER, own=True, body={}, never="no ending", shut=_DOOR),
    "POST /api/v1/intakes/{intake_id}/discard": Right(COPIERS, own=True, never="taken", shut=_DOOR, late=True),
    "POST /api/v1/intakes/{intake_id}/take-back": Right(COPIERS, own=True, never="taken", shut=_DOOR, late=True),
    "POST /api/v1/signing/answers/{request_id}": Right(ANYBODY, public=True, never="no such request", shut=_DOOR),
    "POST /api/v1/verify/sealing": Right(ANYBODY, public=True, body={"text": "{credential}"}, shut=_DOOR),
    "GET /ho-so/{code}/to-khai": Right(OFFICER, own=True),
    "POST /ho-so/{code}/to-khai": Right(OFFICER, own=True, form={}),
    "POST /ho-so/{code}/to-khai/nhu-giay/{record}": Right(OFFICER, own=True, form={}),
    "POST /ho-so/{code}/to-khai/dinh-chinh/{record}": Right(OFFICER, own=True, form={}, never=_CASES, shut=_DOOR),
    "GET /dinh-chinh": Right(COPIERS | HOLDERS, lists=True),
    "GET /dinh-chinh/{case_id}": Right(COPIERS, own=True, never=_CASES, shut=_DOOR),
    "POST /dinh-chinh/{case_id}/quyet-dinh": Right(COPIERS, own=True, form={}, never=_CASES, shut=_DOOR),
    "GET /cua-toi/{code}/dinh-chinh": Right(READERS | HOLDERS, own=True, never=_CASES, shut=_DOOR),
    "POST /cua-toi/{code}/dinh-chinh": Right(HOLDERS, own=True, form={}, never=_CASES, shut=_DOOR),
    "GET /v2/heartbeat": Right(ANYBODY, public=True),
    "GET /v2/findUsage": Right(HOLDERS, lists=True, never="its own headers", shut=_DOOR),
    "GET /v2/usagePeriod": Right(ANYBODY, public=True, never="its own headers", shut=_DOOR),
    "GET /api/v1/records/{code}/versions": Right(READERS | HOLDERS, own=True, never=_CASES, shut=_DOOR),
    "GET /api/v1/corrections": Right(COPIERS | HOLDERS, lists=True, never=_CASES, shut=_DOOR),
    "POST /api/v1/corrections": Right(COPIERS, own=True, body={}, never=_CASES, shut=_DOOR),
    "GET /api/v1/corrections/{case_id}": Right(COPIERS, own=True, never=_CASES, shut=_DOOR),
    "POST /api/v1/corrections/{case_id}/decision": Right(COPIERS, own=True, body={}, never=_CASES, shut=_DOOR),
    "POST /api/v1/intakes/{intake_id}/known": Right(COPIERS, own=True, body={}, never=_CASES, shut=_DOOR),
    "GET /api/v1/dossiers/{code}/form": Right(OFFICER, own=True, never=_CASES, shut=_DOOR),
    "POST /api/v1/dossiers/{code}/form": Right(OFFICER, own=True, body={}, never=_CASES, shut=_DOOR),
    "GET /api/v1/records/{code}/revisions": Right(READERS | HOLDERS, own=True),
    "GET /api/v1/records/{code}/revisions/{number}": Right(
        LOOKERS | HOLDERS,
        own=True,
        never="an unsigned paper has none: tests/integration/test_revisions.py",
        shut=_REFUSED,
    ),
    "POST /api/v1/records/{code}/state": Right(
        CHANGERS, own=True, body={"state": "SUSPENDED", "reason": "kiểm tra"}, late=True
    ),
    "POST /api/v1/records/{code}/urgent-access": Right(LOOKERS - {Role.PARTNER}, own=True, body={"reason": REASON}),
    "GET /api/v1/urgent-access": Right(JUDGES, lists=True),
    "POST /api/v1/mandates": Right(
        OFFICER,
        lists=True,
        body={
            "username": "day-guardian",
            "kind": "GUARDIAN",
            "ground": "1/QĐ",
            "valid_from": "2026-01-01",
            "valid_until": "2099-01-01",
            "scope": ["SEE"],
        },
    ),
    "GET /api/v1/mandates": Right(OFFICER | HOLDERS, lists=True),
    "POST /api/v1/mandates/{mandate}/revoke": Right(
        OFFICER | {Role.CITIZEN}, own=True, late=True, body={"reason": "hết"}, shut=frozenset({401, 404})
    ),
    "POST /api/v1/data-requests": Right(
        HOLDERS | JUDGES, lists=True, body={"kind": "SEE", "number": "{holder}", "note": "xem"}
    ),
    "GET /api/v1/me/data-requests": Right(HOLDERS, lists=True),
    "GET /api/v1/data-requests": Right(JUDGES, lists=True),
    "POST /api/v1/data-requests/{data_request}/steps": Right(
        JUDGES, own=True, body={"step": "EXTEND", "reason": "nhiều giấy"}
    ),
    "POST /api/v1/urgent-access/{glass}/finding": Right(JUDGES, own=True, body={"finding": "đúng"}),
    "POST /api/v1/search": Right(CHANGERS, lists=True, body={"text": "{record}", "purpose": "kiểm tra hồ sơ lưu"}),
    # --- dossiers ---------------------------------------------------------------------------------------------------
    "POST /api/v1/dossiers": Right(DOSSIERS, lists=True, body={"procedure": _PROCEDURE, "holder": "031090000001"}),
    "GET /api/v1/dossiers": Right(DOSSIERS | CHANGERS, lists=True),
    "GET /api/v1/dossiers/{code}/components": Right(DOSSIERS | CHANGERS, own=True),
    "POST /api/v1/dossiers/{code}/attach": Right(
        DOSSIERS,
        own=True,
        body={"component": "{component}", "record": "{record}", "checked": "đã đối chiếu"},
        never="the decision refuses this paper: tests/integration/test_counter.py",
        shut=_REFUSED,
    ),
    "POST /api/v1/dossiers/{code}/demand": Right(
        OFFICER,
        own=True,
        body={"component": "{component}", "reason": "thiếu"},
        never="needs a ground: tests/integration/test_counter.py",
        shut=_REFUSED,
    ),
    "GET /api/v1/dossiers/{code}/outside": Right(DOSSIERS | CHANGERS, own=True),
    "POST /api/v1/dossiers/{code}/outside": Right(
        OFFICER, own=True, body={"source": "NATIONAL"}, never=_OUTSIDE, shut=_DOOR
    ),
    "POST /api/v1/dossiers/{code}/outside/{paper}/fetch": Right(OFFICER, own=True, never=_OUTSIDE, shut=_DOOR),
    "POST /ho-so/{code}/ngoai": Right(OFFICER, own=True, form={"source": "NATIONAL"}, never=_OUTSIDE, shut=_DOOR),
    "POST /ho-so/{code}/ngoai/{paper}": Right(OFFICER, own=True, never=_OUTSIDE, shut=_DOOR),
    "GET /api/v1/dossiers/{code}/results": Right(DOSSIERS | CHANGERS, own=True),
    "GET /api/v1/dossiers/{code}/notice": Right(DOSSIERS | CHANGERS, own=True),
    "POST /api/v1/dossiers/{code}/notice": Right(
        OFFICER, own=True, never="nothing was asked yet: tests/integration/test_counter.py", shut=_REFUSED
    ),
    "GET /api/v1/reports/overrides": Right(OVERSEERS, lists=True),
    "GET /api/v1/overview": Right(OVERSEERS, lists=True, echoes=True),
    "GET /api/v1/indicators": Right(OVERSEERS, lists=True),
    "GET /api/v1/indicators/{indicator}": Right(OVERSEERS, lists=True),
    # --- the citizen's own ------------------------------------------------------------------------------------------
    "GET /api/v1/me/nonce": Right(HOLDERS, lists=True),
    "POST /api/v1/me/records/{code}/phone": Right(
        HOLDERS,
        own=True,
        body={"x": "", "y": "", "proof": ""},
        never="needs a key: tests/integration/test_presenting.py",
    ),
    "POST /api/v1/me/records/{code}/code": Right(HOLDERS, own=True, body=CONSENT),
    "POST /api/v1/me/records/{code}/showings": Right(HOLDERS, own=True, body={**CONSENT, "way": "ONE_WAY"}),
    "GET /api/v1/me/shares": Right(HOLDERS, lists=True),
    "DELETE /api/v1/me/shares/{share}": Right(HOLDERS, own=True, late=True),
    "GET /api/v1/me/records": Right(HOLDERS, lists=True),
    "POST /api/v1/me/records/{code}/sd-jwt": Right(
        HOLDERS, own=True, body={}, never="needs a key: tests/integration/test_exchange.py", shut=_REFUSED
    ),
    "POST /api/v1/me/records/{code}/present": Right(HOLDERS, own=True, body={"purpose": "đối chiếu"}),
    "GET /api/v1/me/events": Right(HOLDERS, lists=True),
    "GET /api/v1/me/mark": Right(HOLDERS, lists=True),
    "GET /api/v1/me/consents": Right(HOLDERS, lists=True),
    "PUT /api/v1/me/consents/{purpose}": Right(HOLDERS, lists=True, body={"on": True}),
    "GET /api/v1/me/papers": Right(HOLDERS, lists=True),
    "POST /api/v1/me/papers": Right(HOLDERS, lists=True, file=True, form={"key": "?"}, never=_PHONE, shut=_REFUSED),
    "GET /api/v1/me/urgent-access": Right(HOLDERS, lists=True),
    # --- pages ------------------------------------------------------------------------------------------------------
    "GET /": Right(ANYBODY, public=True),
    "GET /dang-nhap/qua/{provider}": Right(ANYBODY, public=True, never=_ELSEWHERE, shut=_DOOR),
    "POST /dang-nhap/qua/{provider}": Right(SIGNED_IN, form={}, never=_ELSEWHERE, shut=_DOOR),
    "GET /dang-nhap/qua/{provider}/ve": Right(ANYBODY, public=True, never=_ELSEWHERE, shut=_DOOR),
    "GET /tai-khoan": Right(SIGNED_IN, lists=True),
    "POST /tai-khoan/phien": Right(SIGNED_IN, lists=True, late=True),
    "POST /tai-khoan/ma": Right(SIGNED_IN, lists=True),
    "POST /tai-khoan/ma/xac-nhan": Right(SIGNED_IN, form={"code": "0"}, never="wrong", shut=_DOOR),
    "POST /tai-khoan/ma/bo": Right(SIGNED_IN, lists=True),
    "POST /tai-khoan/khoa/bo": Right(SIGNED_IN, own=True, form={"khoa": "x"}, never=_ELSEWHERE, shut=_DOOR),
    "GET /xac-nhan-lai": Right(SIGNED_IN, lists=True),
    "POST /xac-nhan-lai": Right(SIGNED_IN, form={"password": "x"}, never="wrong", shut=_DOOR),
    "GET /dang-nhap": Right(ANYBODY, public=True),
    "POST /dang-nhap": Right(ANYBODY, public=True, form={"username": "x", "password": "x"}, never="wrong", shut=_DOOR),
    "POST /dang-xuat": Right(SIGNED_IN, lists=True, late=True),
    "GET /q": Right(ANYBODY, public=True),
    "GET /q-worker.js": Right(ANYBODY, public=True),
    "GET /q/trinh": Right(ANYBODY, public=True),
    "GET /k": Right(ANYBODY, public=True),
    "GET /p": Right(ANYBODY, public=True),
    "GET /c": Right(ANYBODY, public=True),
    "GET /giay-to/{code}/mo-khan": Right(LOOKERS - {Role.PARTNER}, lists=True),
    "POST /giay-to/{code}/mo-khan": Right(LOOKERS - {Role.PARTNER}, own=True, form={"reason": REASON}),
    "GET /truy-cap": Right(JUDGES, lists=True),
    "POST /truy-cap/{glass_id}": Right(JUDGES, own=True, form={"finding": "đúng"}),
    "GET /uy-quyen": Right(OFFICER | HOLDERS, lists=True),
    "POST /uy-quyen": Right(
        OFFICER,
        lists=True,
        form={
            "username": "day-guardian",
            "kind": "GUARDIAN",
            "ground": "1/QĐ",
            "valid_from": "1/1/2026",
            "valid_until": "1/1/2099",
            "scope": "SEE",
        },
    ),
    "POST /uy-quyen/{mandate}": Right(
        OFFICER | {Role.CITIZEN}, own=True, late=True, form={"reason": "hết"}, shut=frozenset({401, 404})
    ),
    "GET /du-lieu": Right(JUDGES, lists=True),
    "POST /du-lieu": Right(JUDGES, lists=True, form={"kind": "SEE", "number": "{holder}", "note": "xem"}),
    "POST /du-lieu/{data_request}": Right(JUDGES, own=True, late=True, form={"step": "DONE"}),
    "GET /cua-toi/du-lieu": Right(HOLDERS, lists=True),
    "POST /cua-toi/du-lieu": Right(HOLDERS, lists=True, form={"kind": "SEE", "note": "xem"}),
    "POST /dong-bo/he-thong/{webhook_id}": Right(
        SENDERS, form={}, never="no such system: tests/e2e/test_letters.py", shut=_REFUSED
    ),
    "GET /dong-bo": Right(SENDERS, lists=True),
    "POST /dong-bo": Right(
        SENDERS, form={"letter": "0"}, never="no such letter: tests/e2e/test_letters.py", shut=_REFUSED
    ),
    "GET /ban-lam-viec": Right(OFFICER, lists=True),
    "GET /ban-lam-viec/ho-so": Right(DOSSIERS | CHANGERS, lists=True),
    "GET /ban-lam-viec/tim": Right(READERS | HOLDERS, own=True, query="ma={record}"),
    "GET /ban-lam-viec/tiep-nhan": Right(RECEIVERS, lists=True),
    "GET /so-hoa": Right(SIGNED_IN, lists=True),
    "POST /so-hoa": Right(RECEIVERS, lists=True, file=True),
    "GET /chup/{token}": Right(ANYBODY, public=True, never=_PHONE, shut=_DOOR),
    "POST /chup/{token}": Right(ANYBODY, public=True, file=True, never=_PHONE, shut=_DOOR),
    "POST /so-hoa/dien-thoai": Right(RECEIVERS, lists=True),
    "GET /so-hoa/dien-thoai/{token}": Right(RECEIVERS, lists=True),
    "POST /so-hoa/dien-thoai/{token}/dung": Right(RECEIVERS, lists=True),
    "GET /so-hoa/tap": Right(RECEIVERS, lists=True),
    "POST /so-hoa/tap": Right(RECEIVERS, lists=True, never="no file: tests/e2e", shut=_REFUSED),
    "GET /so-hoa/tap/{batch_id}": Right(RECEIVERS, own=True, never="no such batch", shut=_REFUSED),
    "GET /so-hoa/to-ngan": Right(SIGNED_IN, lists=True),
    "GET /so-hoa/tiep": Right(RECEIVERS, lists=True),
    "GET /so-hoa/{intake_id}": Right(RECEIVERS, own=True),
    "GET /so-hoa/{intake_id}/tien-do": Right(RECEIVERS, own=True, query="luc=READ"),
    "GET /so-hoa/{intake_id}/trang/{index}": Right(RECEIVERS, own=True),
    "POST /so-hoa/{intake_id}/truong": Right(RECEIVERS, own=True, form={"type": "GPXD"}),
    "POST /so-hoa/{intake_id}/xac-nhan": Right(
        COPIERS,
        own=True,
        form={"type": "GPXD"},
        never="an empty form: tests/e2e/test_officer.py",
        shut=_REFUSED,
    ),
    "POST /so-hoa/{intake_id}/hoan-tac": Right(
        COPIERS, own=True, never="nothing is confirmed yet: tests/integration/test_desk.py", shut=_REFUSED
    ),
    "POST /so-hoa/{intake_id}/bo": Right(COPIERS, own=True, late=True, shut=_REFUSED),
    "POST /so-hoa/{intake_id}/da-co": Right(
        COPIERS,
        own=True,
        form={"giay-to": "0000-0000-0000-00"},
        never="not offered: tests/integration/test_known_page.py",
        shut=_REFUSED,
    ),
    "GET /ho-so/moi": Right(DOSSIERS, lists=True),
    "POST /ho-so/moi": Right(DOSSIERS, lists=True, form={"procedure": _PROCEDURE, "holder": "031090000001"}),
    "GET /ho-so/{code}": Right(DOSSIERS | CHANGERS, own=True),
    "POST /ho-so/chu-the": Right(DOSSIERS, lists=True, form={"holder": "031090000001"}, never="a part of a form"),
    "POST /ho-so/{code}/dinh-kem": Right(
        DOSSIERS,
        own=True,
        form={"component": "{component}", "record": "{record}", "checked": "x"},
        never="the decision refuses this paper: tests/integration/test_counter.py",
        shut=_REFUSED,
    ),
    "POST /ho-so/{code}/yeu-cau": Right(
        OFFICER,
        own=True,
        form={"component": "{component}", "reason": "x"},
        never="needs a ground: tests/integration/test_counter.py",
        shut=_REFUSED,
    ),
    "GET /ho-so/{code}/phieu": Right(DOSSIERS | CHANGERS, own=True),
    "POST /ho-so/{code}/phieu": Right(
        OFFICER, own=True, never="nothing was asked yet: tests/integration/test_counter.py", shut=_REFUSED
    ),
    "POST /ho-so/{code}/ket-qua": Right(
        DOSSIERS,
        own=True,
        form={"record": "{record}"},
        never="a paper older than the dossier: tests/e2e/test_results.py",
        shut=_REFUSED,
    ),
    "POST /ho-so/{code}/ket-thuc": Right(
        OFFICER,
        own=True,
        form={"ending": "?"},
        never="no such ending: tests/integration/test_desk.py",
        shut=_REFUSED,
    ),
    "GET /giay-to/{code}": Right(READERS | HOLDERS, own=True),
    "GET /giay-to/{code}/anh": Right(LOOKERS | HOLDERS, own=True),
    "GET /giay-to/{code}/tep/{copy}": Right(LOOKERS | HOLDERS, own=True),
    "GET /giay-to/{code}/ban-ky/{number}": Right(
        LOOKERS | HOLDERS,
        own=True,
        never="an unsigned paper has none: tests/integration/test_revisions.py",
        shut=_REFUSED,
    ),
    "POST /giay-to/{code}/trang-thai": Right(
        CHANGERS, own=True, form={"state": "ACTIVE", "reason": "đã kiểm tra"}, late=True
    ),
    "GET /giam-sat": Right(OVERSEERS, lists=True, echoes=True),
    "GET /giam-sat/bang.{form}": Right(OVERSEERS, lists=True),
    "GET /giam-sat/chi-so": Right(OVERSEERS, lists=True),
    "GET /giam-sat/chi-so/bao-cao.{form}": Right(OVERSEERS, lists=True),
    "GET /giam-sat/chi-so/{indicator}": Right(OVERSEERS, lists=True),
    "GET /giam-sat/han": Right(OVERSEERS, lists=True),
    "GET /giam-sat/han.{form}": Right(OVERSEERS, lists=True),
    "GET /giam-sat/so/{figure}": Right(OVERSEERS, lists=True),
    "GET /cua-toi": Right(HOLDERS, lists=True),
    "GET /cua-toi/nhat-ky": Right(HOLDERS, lists=True),
    "GET /cua-toi/chia-se": Right(HOLDERS, lists=True),
    "POST /cua-toi/chia-se/{share}": Right(HOLDERS, own=True, late=True),
    "GET /c-release.js": Right(ANYBODY, public=True),
    "GET /c-worker.js": Right(ANYBODY, public=True),
    "GET /cua-toi/chup": Right(ANYBODY, public=True),
    "GET /cua-toi/dong-y": Right(HOLDERS, lists=True),
    "POST /cua-toi/dong-y": Right(HOLDERS, lists=True, form={"purpose": "?"}, never="no such purpose", shut=_REFUSED),
    "GET /cua-toi/ngoai-mang": Right(ANYBODY, public=True),
    "GET /cua-toi/{code}/tron-bo": Right(
        LOOKERS | HOLDERS, own=True, never="nobody sequences here: tests/e2e", shut=_REFUSED
    ),
    "GET /cua-toi/{code}": Right(READERS | HOLDERS, own=True),
    "POST /cua-toi/{code}": Right(HOLDERS, own=True, form={"purpose": "đối chiếu"}),
    "GET /cua-toi/{code}/trinh": Right(READERS | HOLDERS, own=True),
}


def routes_of(web: FastAPI) -> set[str]:
    """`METHOD /path` of everything the application answers: its OpenAPI document, and the pages beside it."""
    documented = {f"{method.upper()} {path}" for path, methods in web.openapi()["paths"].items() for method in methods}
    return documented | {f"{method} {route.path}" for route in _walk(web.routes) for method in route.methods or ()}


def _walk(routes: Any) -> Iterator[APIRoute]:
    for one in routes:
        if isinstance(one, APIRoute):
            if not one.include_in_schema or not one.path.startswith(("/api/", "/{")):
                yield one
        elif hasattr(one, "original_router"):  # FastAPI keeps an included router as one entry
            if one.include_context.include_in_schema is False:
                yield from _walk(one.original_router.routes)
            else:
                yield from _walk(inner for inner in one.original_router.routes if hasattr(inner, "original_router"))
