"""A refusal that nobody wrote down yet is an event too, whether it leaves as a problem document or within a page."""

from __future__ import annotations

import sys
from contextlib import suppress

from fastapi import Request

from vault.domain.errors import Unavailable, VaultError
from vault.domain.ids import RecordCode, normal_record_code
from vault.domain.people import STRANGER, Actor
from vault.usecases.refusals import note_refusal
from vault.web.session import actor_or_stranger, app_of


def note(request: Request, error: VaultError) -> None:
    """Write it, unless it was written; a log that is down does not change the answer."""
    route = request.scope.get("route")
    what = f"{request.method} {getattr(route, 'path', '')}"
    code = str(request.path_params.get("code", ""))
    with suppress(Unavailable):
        app = app_of(request)
        actor = whoever(request)
        note_refusal(error, actor=actor, record=_record(code), what=what, uow=app.uow, clock=app.clock)


def note_shown(request: Request) -> None:
    """Write the refusal that a page is just answering with: it is caught there and goes no further."""
    error = sys.exc_info()[1]
    if isinstance(error, VaultError):
        note(request, error)


def whoever(request: Request) -> Actor:
    """The actor if that can be told; an error page must not fail on what failed before it."""
    try:
        return actor_or_stranger(request, app_of(request))
    except VaultError:
        return STRANGER


def _record(code: str) -> RecordCode | None:
    try:
        return normal_record_code(code) if code else None
    except VaultError:
        return None
