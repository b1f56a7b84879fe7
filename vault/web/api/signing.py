"""The webhook of a remote signing service: where its answers come in."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from typing import Annotated

from fastapi import APIRouter, Header, Response
from pydantic import BaseModel, Field

from vault.domain.errors import Forbidden, Invalid
from vault.web.session import TheApp

router = APIRouter(prefix="/signing", tags=["signing"])
_REQUEST = re.compile(r"[A-Za-z0-9_-]{16,64}")


class AnswerIn(BaseModel):
    """A signature value in base64."""

    signature: Annotated[str, Field(max_length=2048)]


@router.post("/answers/{request_id}", status_code=204)
def answer(request_id: str, what: AnswerIn, app: TheApp, authorization: Annotated[str, Header()] = "") -> Response:
    """Leave a signature for the seal that waits for it. The same answer again changes nothing.

    It is tried against the request when the seal is finished, so a wrong one does no harm.
    """
    token = app.settings.seal_remote_token
    expected = f"Bearer {token.get_secret_value()}" if token is not None else ""
    if not expected or not hmac.compare_digest(authorization.encode(), expected.encode()):
        raise Forbidden("SIGNING_TOKEN")
    if _REQUEST.fullmatch(request_id) is None:
        raise Invalid("SIGNATURE_VALUE")
    try:
        signature = base64.b64decode(what.signature, validate=True)
    except binascii.Error as error:
        raise Invalid("SIGNATURE_VALUE") from error
    app.remote_answers.put(request_id, signature, mime="application/octet-stream")
    return Response(status_code=204)
