"""What other vaults ask: signed requests in, signed answers out. Nobody signs in here; listed keys speak."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from vault.bootstrap import App
from vault.domain.errors import Forbidden, NotFound, VaultError
from vault.messages import Language, say
from vault.ports import IncomingPeer
from vault.usecases.outside.answer_peer import Offered, Sent, Signed, fetch_for_peer, find_for_peer, refuse_peer
from vault.web.session import TheWholeApp

router = APIRouter(prefix="/peer/v1", tags=["peers"])
JSON = "application/json"
_STATUS = {Forbidden: 403, NotFound: 404}


@router.post("/papers/find", response_class=Response)
async def find(request: Request, app: TheWholeApp) -> Response:
    """Papers of a person, for a dossier of another province, with the citizen's consent (RFC 9421 signature)."""

    def answer(asked: Signed) -> Mapping[str, object]:
        _, found = find_for_peer(asked, uow=app.uow, clock=app.clock)
        return {"papers": [_paper(one) for one in found]}

    return await _answered(request, app, answer)


@router.post("/papers/fetch", response_class=Response)
async def fetch(request: Request, app: TheWholeApp) -> Response:
    """The file of one of them, in base64, with the evidence that was kept for its own signatures."""

    def answer(asked: Signed) -> Mapping[str, object]:
        return _sent(fetch_for_peer(asked, uow=app.uow, blobs=app.blobs, clock=app.clock))

    return await _answered(request, app, answer)


async def _answered(request: Request, app: App, answer: Callable[[Signed], Mapping[str, object]]) -> Response:
    body = await request.body()
    return await run_in_threadpool(_judged, request, body, app, answer)


def _judged(request: Request, body: bytes, app: App, answer: Callable[[Signed], Mapping[str, object]]) -> Response:
    url = f"{app.settings.public_url}{request.url.path}"  # what we go by, whatever stands before us
    # Whoever we do not know gets our error page like any stranger: nothing is signed for them, nothing is logged.
    incoming = app.peer_desk.check(request.method, url, dict(request.headers), body)
    sender = app.peer_desk.peer(incoming.sender)
    asked = Signed(sender, incoming.nonce, app.peer_desk.kept, _parsed(body))
    try:
        told, status = answer(asked), 200
    except (Forbidden, NotFound) as error:
        if error.code != "RECORD":
            refuse_peer(asked, error.code, uow=app.uow, clock=app.clock)
        told, status = _problem(error), _STATUS[type(error)]
    return _signed(app, incoming, status, told)


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
