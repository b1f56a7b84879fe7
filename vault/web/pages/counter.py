"""Who stands at the counter: a symbol before the camera fills the form of a new dossier."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import JSONResponse, Response

from vault.domain.errors import Invalid
from vault.usecases.reuse.holder_of_symbol import holder_of_symbol
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/ho-so", include_in_schema=False)
MOST_BYTES = 4_000_000
"""A frame of a camera; whole photographs are made smaller by the browser."""


@router.post("/chu-the")
def holder(
    actor: SignedIn,
    app: TheApp,
    text: Annotated[str, Form()] = "",
    picture: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Number and name that a symbol tells: its text, from a scanner that types, or a picture of it from a camera.

    204 when there is none on it. The picture is read in a child here, so that the desk needs no WebAssembly.
    """
    texts: tuple[str, ...] = (text.strip(),) if text.strip() else ()
    if picture is not None:
        data = picture.file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Invalid("FILE_TOO_LARGE", limit=MOST_BYTES)
        texts = (*texts, *app.engines.codes(data))
    found = holder_of_symbol(texts, actor=actor, uow=app.uow, credentials=app.credentials, clock=app.clock)
    if found is None:
        return Response(status_code=204)
    return JSONResponse({"number": found.number, "name": found.name, "card": found.card})
