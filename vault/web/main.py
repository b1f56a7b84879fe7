"""The web process: `uvicorn vault.web.main:create --factory`."""

from __future__ import annotations

import logging
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig

import qr
from vault import __version__, messages, telemetry
from vault.bootstrap import UNFIT, App, build, require_production_ready
from vault.domain.errors import Unavailable
from vault.web import api, body, errors, headers, health, pages, partner, peers, public, seen, tracker

_LOG = logging.getLogger(__name__)
_NOTHING: TelemetryConfig = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False
}  # fmt: skip
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
        # Its own telemetry would tell addresses with the codes that stand in them; `seen` tells routes.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    if vault is None:  # a process of its own: what it tells goes where the settings say
        vault = build()
        telemetry.configure_logs(vault.settings.log_format)
        telemetry.configure_traces(
            vault.settings.otlp_endpoint,
            service="kho-so-web",
            version=__version__,
            environment=vault.settings.environment,
            share=vault.settings.trace_share,
        )
    web.state.vault = vault
    messages.keys()  # read now: it takes a quarter of a second, which the first refusal would wait for
    if vault.settings.environment == "production":
        _refuse_unfit(vault)
    errors.install(web)
    web.add_middleware(
        body.BodyLimit,
        limit=vault.settings.max_upload_bytes,
        larger={"/so-hoa/tap": vault.settings.max_batch_bytes, "/api/v1/batches": vault.settings.max_batch_bytes},
    )
    web.add_middleware(headers.SafeHeaders)
    seen.install(web)
    api.install(web)
    web.include_router(health.router)
    web.include_router(public.router)
    web.include_router(tracker.router)
    web.include_router(peers.router)
    web.include_router(partner.router)
    web.include_router(pages.router)
    web.mount("/static/qr", StaticFiles(directory=Path(qr.__file__).parent / "browser"), name="qr")
    web.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return web


def _refuse_unfit(vault: App) -> None:
    try:
        require_production_ready(vault)
    except Unavailable as error:
        if error.code in UNFIT:
            raise
        # A part that is down comes back: until then requests are answered with 503.
        _LOG.warning("not everything could be checked at the start: %s", error)
