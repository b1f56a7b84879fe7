"""What other vaults ask: signed requests in, signed answers out. Nobody signs in here; listed keys speak."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from vault.bootstrap import App
from vault.domain.errors import Forbidden, NotFound, VaultError
from vault.domain.peers import question_of, wait_of
from vault.messages import Language, say
from vault.ports import IncomingPeer
from vault.usecases.outside.answer_peer import Offered, Sent, Signed, fetch_for_peer, find_for_peer
from vault.web.session import TheWholeApp

router = APIRouter(prefix="/peer/v1", tags=["peers"])
JSON = "application/json"
OK, PENDING = 200, 202
_STATUS = {Forbidden: 403, NotFound: 404}


@router.post("/papers/find", response_class=Response)
async def find(request: Request, app: TheWholeApp) -> Response:
    """Papers of a person, for a dossier of another province, with the citizen's consent (RFC 9421 signature).

    202 `PENDING` after a second (or what `wait` says): the same question again is the way to its answer.
    """

    def answer(asked: Signed, late: Callable[[], bool]) -> Mapping[str, object] | None:
        del late  # the answer is kept: it is there when the question comes again
        found = find_for_peer(asked, uow=app.uow, clock=app.clock)
        return None if found.waits else {"papers": [_paper(one) for one in found.papers]}

    return await _answered(request, app, answer)


@router.post("/papers/fetch", response_class=Response)
async def fetch(request: Request, app: TheWholeApp) -> Response:
    """The file of one of them, in base64, with the evidence that was kept for its own signatures; 202 as above."""

    def answer(asked: Signed, late: Callable[[], bool]) -> Mapping[str, object] | None:
        sent = fetch_for_peer(asked, uow=app.uow, blobs=app.blobs, clock=app.clock, late=late)
        return None if sent is None else _sent(sent)

    return await _answered(request, app, answer)


_Answer = Callable[[Signed, Callable[[], bool]], "Mapping[str, object] | None"]


async def _answered(request: Request, app: App, answer: _Answer) -> Response:
    body = await request.body()
    incoming, asked = await run_in_threadpool(_checked, request, body, app)
    name = f"{request.url.path} {incoming.sender} {question_of(asked.body)}"
    found = await app.patience.within(name, lambda late: _judged(lambda: answer(asked, late)), wait_of(asked.body))
    told, status = found.value if found is not None else (None, OK)
    if told is None:
        told, status = {"state": "PENDING", "question": question_of(asked.body)}, PENDING
    return await run_in_threadpool(_signed, app, incoming, status, told)


def _checked(request: Request, body: bytes, app: App) -> tuple[IncomingPeer, Signed]:
    url = f"{app.settings.public_url}{request.url.path}"  # what we go by, whatever stands before us
    # Whoever we do not know gets our error page like any stranger: nothing is signed for them, nothing is logged.
    incoming = app.peer_desk.check(request.method, url, dict(request.headers), body)
    sender = app.peer_desk.peer(incoming.sender)
    return incoming, Signed(sender, incoming.nonce, app.peer_desk.kept, _parsed(body))


def _judged(answer: Callable[[], Mapping[str, object] | None]) -> tuple[Mapping[str, object] | None, int]:
    """The answer, or a refusal that its use case has kept; both are signed."""
    try:
        return answer(), OK
    except (Forbidden, NotFound) as error:
        return _problem(error), _STATUS[type(error)]


def _parsed(body: bytes) -> object:
    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found


def _problem(error: VaultError) -> Mapping[str, object]:
    return {"code": error.code, "message": say(error.code, Language.VI, **error.facts)}


def _signed(app: App, incoming: IncomingPeer, status: int, told: Mapping[str, object]) -> Response:
    data = json.dumps(told, ensure_ascii=False).encode()
    headers = app.peer_desk.sign(incoming, status, {"content-type": JSON}, data)
    return Response(data, status, dict(headers))


def _paper(one: Offered) -> Mapping[str, object]:
    record = one.record
    holder = one.holder
    return {
        "ref": record.code,
        "version": record.version,
        "type": record.type_code,
        "result_code": record.result_code,
        "number": record.number,
        "issuer": {"code": record.issuer_code, "as_printed": record.issuer_as_printed},
        "issued_on": record.issued_on and record.issued_on.isoformat(),
        "valid_until": record.valid_until and record.valid_until.isoformat(),
        "scope": record.scope,
        "state": record.state.value,
        "trust": record.trust.name,
        "conversion_mark": record.conversion_mark,
        "compared_with_original": record.compared_with_original,
        "holder": {"role": holder.role.value, "number": holder.number, "name": holder.name},
        "sha256": one.sha256,
        "mime": one.mime,
    }


def _sent(sent: Sent) -> Mapping[str, object]:
    evidence = None if sent.evidence is None else b64encode(sent.evidence).decode()
    return {"file": b64encode(sent.data).decode(), "evidence": evidence}
