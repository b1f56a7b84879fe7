"""Headers of every answer: nothing inline, nothing from elsewhere, nothing told to other sites."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

_CSP = (
    "default-src 'none'; script-src 'self'{wasm}; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_SYMBOLS = re.compile(r"/q|/q/trinh|/c|/cua-toi/[^/]+/trinh")
"""The pages that run WebAssembly: they read symbols from the camera, or draw them."""


def install(app: FastAPI) -> None:
    """Add the headers to every answer."""

    @app.middleware("http")
    async def _headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        wasm = " 'wasm-unsafe-eval'" if _SYMBOLS.fullmatch(request.url.path) else ""
        response.headers.setdefault("Content-Security-Policy", _CSP.format(wasm=wasm))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.url.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
