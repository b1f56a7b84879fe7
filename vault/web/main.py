"""The web process: `uvicorn vault.web.main:create --factory`."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

import qr
from vault import __version__
from vault.bootstrap import App, build
from vault.web import api, body, errors, headers, health, pages, public

_STATIC = Path(__file__).parent / "static"


def create(vault: App | None = None) -> FastAPI:
    """The application over `vault`; without one, over the settings of the environment."""
    web = FastAPI(
        title="Kho số",
        version=__version__,
        description="A vault of digitized results that citizens never have to hand in again.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    web.state.vault = vault = vault or build()
    errors.install(web)
    web.add_middleware(body.BodyLimit, limit=vault.settings.max_upload_bytes)
    headers.install(web)
    web.include_router(health.router)
    web.include_router(public.router)
    web.include_router(api.router)
    web.include_router(pages.router)
    web.mount("/static/qr", StaticFiles(directory=Path(qr.__file__).parent / "browser"), name="qr")
    web.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return web
