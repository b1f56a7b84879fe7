"""Around every request: a span, a measured duration by route, and one line in the log that names no person."""

from __future__ import annotations

import logging
import time

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vault import telemetry

_LOG = logging.getLogger(__name__)
_QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
_UNKNOWN = "(none)"


class Seen:
    """ASGI middleware. An address is told by the template of its route: what stands in it may be a person's code."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it when its answer has begun."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method, begin = scope["method"], time.perf_counter()
        try:
            if scope["path"] in _QUIET:  # asked every few seconds by machines
                await self._app(scope, receive, noting)
                return
            caller = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
            with telemetry.request_span(method, scope["scheme"], caller=caller):
                try:
                    await self._app(scope, receive, noting)
                finally:
                    route = route_of(scope)
                    telemetry.name_request(method, None if route == _UNKNOWN else route, status)
        finally:
            _tell(method, route_of(scope), status, time.perf_counter() - begin)


def route_of(scope: Scope) -> str:
    """The template of the address, such as `/api/v1/records/{code}`; `(none)` when no route answered.

    Made from the address and its parameters: a route of an included router knows its own part only.
    """
    path = str(scope["path"])
    if path.startswith("/static/"):
        return "/static"
    if "route" not in scope:
        return _UNKNOWN
    for name, value in scope.get("path_params", {}).items():
        path = _named(path, name, str(value))
    return path


def _named(path: str, name: str, value: str) -> str:
    """The address with the first whole part that is this value replaced by its name."""
    at = -1
    while (at := path.find(f"/{value}", at + 1)) >= 0:
        end = at + 1 + len(value)
        if end == len(path) or path[end] == "/":
            return f"{path[: at + 1]}{{{name}}}{path[end:]}"
    return path


def _tell(method: str, route: str, status: int, seconds: float) -> None:
    method = method if method in telemetry.METHODS else "OTHER"
    telemetry.observe_request(method, route, status, seconds)
    if route not in _QUIET:
        facts = {"event": "request", "method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        _LOG.info("%s %s %s %.0f ms", method, route, status, 1000 * seconds, extra=facts)


def install(app: FastAPI) -> None:
    """Outermost, so that what other middleware answers is seen too."""
    app.add_middleware(Seen)
