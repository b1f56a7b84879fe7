"""Kind of error -> HTTP status; every refusal leaves as problem+json (RFC 9457) or as a page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from vault import messages, telemetry
from vault.domain.errors import Kind, VaultError
from vault.domain.people import STRANGER
from vault.usecases.identify.federate import Waiting
from vault.web import headers
from vault.web.again import again_page, waiting_in
from vault.web.html import home_of, render
from vault.web.session import app_of, language_of
from vault.web.told import note, whoever

STATUS: dict[Kind, int] = {
    Kind.INVALID: 422,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.UNAVAILABLE: 503,
}
_UNAUTHENTICATED = frozenset(
    {
        "SIGN_IN_FIRST",
        "SIGN_IN_WRONG",
        "SECOND_FACTOR",
        "SECOND_FACTOR_WRONG",
        "SIGN_IN_STALE",
        "PASSKEY_WRONG",
        "IDP_REFUSED",
        "IDP_TOKEN",
    }
)
TOO_LARGE = 413
_LIMITED = frozenset({"TOO_MANY_TRIES", "TOO_MANY_SIGN_INS", "TOO_MANY_LOOK_UPS"})
_HTTP = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED", TOO_LARGE: "FILE_TOO_LARGE"}
_RETRY_SECONDS = "5"
_FAULT = 500
_ACCOUNT = "/tai-khoan"
_PAPER = re.compile(r"/giay-to/[^/]+")


def status_of(error: VaultError) -> int:
    """The HTTP status; asking to sign in is 401, asking to wait is 429."""
    if error.code in _LIMITED:
        return 429
    if error.code == "TRACKER_REQUEST":  # its protocol names this status
        return 400
    return 401 if error.code in _UNAUTHENTICATED else STATUS[error.kind]


def problem(request: Request, *, status: int, code: str, facts: dict[str, object]) -> Response:
    """A problem document: stable `code`, a sentence in the reader's language, and the facts of the error.

    Who asked for a page gets a page; who has to sign in first is led there and back.
    """
    if wants_page(request):
        return _page(request, status=status, code=code, facts=facts)
    language = language_of(request)
    body = {
        "type": f"urn:kho-so:error:{code}",
        "title": messages.say(code, language, **facts),
        "status": status,
        "code": code,
        "facts": {name: value for name, value in facts.items() if name not in {"code", "status", "title", "type"}},
    }
    told = {"Content-Language": language.value}
    if status == STATUS[Kind.UNAVAILABLE]:
        told["Retry-After"] = _RETRY_SECONDS
    # Facts may hold what the sender sent, half of a surrogate pair included: it is escaped as JSON does it.
    content = json.dumps(body, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace")
    return Response(content, status, told, media_type="application/problem+json")


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What went wrong, what to do next, and the way back."""

    status: int
    code: str
    sentence: str
    back: str


def wants_page(request: Request) -> bool:
    """Whether the answer is for a person: an address outside the API, asked for as HTML."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _page(request: Request, *, status: int, code: str, facts: dict[str, object]) -> Response:
    if code == "SIGN_IN_FIRST":
        back = request.url.path if request.method == "GET" else "/"
        return RedirectResponse(f"/dang-nhap?{urlencode({'tiep': back})}", 303)
    if code == "SECOND_FACTOR_FIRST":
        return RedirectResponse("/tai-khoan", 303)
    if code == "STEP_UP":  # back to the page that the refused form stands on
        path = request.url.path
        if path.startswith(_ACCOUNT):
            path = _ACCOUNT
        back = path.rsplit("/", 1)[0] if request.method == "POST" and path.count("/") > 1 else path
        if (waiting := waiting_in(request)) and not path.startswith(_ACCOUNT):
            return _prove_first(request, back, waiting, status=status)
        return RedirectResponse(f"/xac-nhan-lai?{urlencode({'tiep': back})}", 303)
    if code == "PURPOSE_NEEDED" and (paper := _PAPER.match(request.url.path)):
        return RedirectResponse(f"{paper.group()}/mo-khan", 303)
    # When a part is down, asking who it is would fail like what failed before.
    actor = whoever(request) if status < _FAULT else STRANGER
    sentence = messages.say(code, language_of(request), **facts)
    response = render(
        request, "error.html", ErrorPage(status, code, sentence, home_of(actor.role)), actor=actor, status=status
    )
    if status == STATUS[Kind.UNAVAILABLE]:
        response.headers["Retry-After"] = _RETRY_SECONDS
    return response


def _prove_first(request: Request, back: str, waiting: Waiting, *, status: int) -> Response:
    """The step-up at once, with what was typed waiting in it."""
    page = again_page(whoever(request), app_of(request), back, waiting=waiting)
    at = f"/xac-nhan-lai?{urlencode({'tiep': back})}"
    return render(request, "again.html", page, actor=whoever(request), status=status, at=at)


def install(app: FastAPI) -> None:
    """One handler for each tree of errors that may reach the edge of the API."""

    @app.exception_handler(VaultError)
    def _ours(request: Request, error: VaultError) -> Response:
        telemetry.note_error(error.code, status_of(error))
        note(request, error)
        return problem(request, status=status_of(error), code=error.code, facts=dict(error.facts))

    @app.exception_handler(RequestValidationError)
    def _shape(request: Request, error: RequestValidationError) -> Response:
        fields = ", ".join(".".join(str(part) for part in one["loc"][1:]) or "body" for one in error.errors())
        return problem(request, status=422, code="INVALID_REQUEST", facts={"fields": fields})

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        code = _HTTP.get(error.status_code, "INVALID_REQUEST")
        if error.status_code == TOO_LARGE:  # one code, one status, however far the body had come
            return problem(request, status=STATUS[Kind.INVALID], code=code, facts={"limit": error.detail})
        return problem(request, status=error.status_code, code=code, facts={"fields": str(error.detail)})

    @app.exception_handler(Exception)
    def _fault(request: Request, error: Exception) -> Response:
        del error  # the server logs it with its place; the caller learns only that it was ours
        answer = problem(request, status=500, code="SERVER_ERROR", facts={})
        headers.put(answer.headers, request.url.path)  # this handler stands outside every middleware
        return answer
