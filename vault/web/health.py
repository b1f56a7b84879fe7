"""Is it alive, is it ready."""

from __future__ import annotations

from fastapi import APIRouter, Response

from vault.domain.errors import Unavailable
from vault.web.session import TheApp

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
def readyz(app: TheApp, response: Response) -> dict[str, str]:
    """Every part that a request may need answers; 503 names the ones that do not."""
    parts = {"database": app.uow.ping, "objects": app.blobs.ping}
    found = {}
    for name, ping in parts.items():
        try:
            ping()
            found[name] = "up"
        except Unavailable as error:
            found[name] = error.code
            response.status_code = 503
    return found
