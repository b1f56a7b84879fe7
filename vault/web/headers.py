"""Headers of every answer: nothing inline, nothing from elsewhere, nothing told to other sites."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # Browsers heed it over TLS only (RFC 6797 section 8.1), so that development without TLS goes on.
    "Strict-Transport-Security": "max-age=31536000",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), publickey-credentials-get=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_CSP = (
    "default-src 'none'; script-src 'self'{wasm}; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self' blob:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_SYMBOLS = re.compile(r"/q|/q/trinh|/c|/cua-toi/ngoai-mang|/cua-toi/[^/]+/trinh")
"""The pages that run WebAssembly: they read symbols from the camera, or draw them."""


class SafeHeaders:
    """ASGI middleware: the headers on every answer that passes through the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the headers on the start of the answer; what the answer says itself stays."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                put(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, with_headers)


def put(headers: MutableHeaders, path: str) -> None:
    """The headers of an answer to a request for `path`. A fault's answer comes from outside the middleware and asks."""
    wasm = " 'wasm-unsafe-eval'" if _SYMBOLS.fullmatch(path) else ""
    headers.setdefault("Content-Security-Policy", _CSP.format(wasm=wasm))
    for name, value in _SAFE.items():
        headers.setdefault(name, value)
    if not path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-store")
