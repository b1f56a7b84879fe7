"""A body larger than any file that is taken in is refused while it arrives: nothing is parsed, nothing spooled.

FastAPI reads a form before it asks who sends it, so without this anybody could fill the disk.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vault.domain.errors import Invalid
from vault.web.errors import TOO_LARGE, problem, status_of

FORM_BYTES = 1 << 20
"""What the other fields of a form, its boundaries and headers may take beside the file."""


class BodyLimit:
    """ASGI middleware: bodies of at most `limit` bytes, and `FORM_BYTES` around them; `larger` limits by address."""

    def __init__(self, app: ASGIApp, *, limit: int, larger: Mapping[str, int] | None = None) -> None:
        self._app = app
        self._limit = limit
        self._larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse by the length that is announced, or by counting what comes without one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        limit = self._larger.get(scope["path"], self._limit)
        announced = request.headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit + FORM_BYTES:
            error = Invalid("FILE_TOO_LARGE", limit=limit)
            answer = problem(request, status=status_of(error), code=error.code, facts=dict(error.facts))
            await answer(scope, receive, send)
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > limit + FORM_BYTES:
                raise HTTPException(TOO_LARGE, str(limit))
            return message

        await self._app(scope, counted, send)
