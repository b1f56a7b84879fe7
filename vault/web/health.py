"""Is it alive, is it ready."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Request, Response

from vault import telemetry
from vault.domain.errors import NotFound, Unavailable
from vault.web.session import TheWholeApp

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz")
def readyz(app: TheWholeApp, response: Response) -> dict[str, str]:
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


@router.get("/metrics", include_in_schema=False)
def metrics(app: TheWholeApp, request: Request) -> Response:
    """What Prometheus reads, for whoever holds the token of `VAULT_METRICS_TOKEN`; for others there is nothing here."""
    wanted = app.settings.metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if wanted is None or not hmac.compare_digest(given.encode(), wanted.get_secret_value().encode()):
        raise NotFound("NOT_FOUND")
    text, media_type = telemetry.exposition(app.looks.look)
    return Response(text, media_type=media_type)
