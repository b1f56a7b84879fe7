"""Proving again who sits here in the middle of an act: what was typed waits, and is sent once that is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fastapi import Request

from vault.bootstrap import App
from vault.domain.people import Actor
from vault.usecases.identify.federate import Waiting
from vault.usecases.identify.passkey import list_passkeys
from vault.usecases.identify.second_factor import factors_of

PREFIX = "k."
"""Before the names of a waiting form's fields, while they travel in another form."""


@dataclass(frozen=True, slots=True)
class AgainPage:
    """The form of the step-up: where it leads, how this person can prove it, and what waits."""

    onward: str
    asks_code: bool
    has_passkey: bool
    local: bool
    error: str | None
    provider: str | None = None
    """The identity provider that vouches for this person, which asks them again."""
    waiting: Waiting | None = None
    prefix: str = PREFIX


def again_page(
    actor: Actor, app: App, onward: str, *, error: str | None = None, waiting: Waiting | None = None
) -> AgainPage:
    """The page for this person."""
    factors = factors_of(actor=actor, uow=app.uow)
    keys = list_passkeys(actor=actor, uow=app.uow)
    _, provider, _ = f"{actor.account_id}::".split(":", 2)
    known = provider if not is_local(actor) and provider in app.identities.names() else None
    return AgainPage(onward, factors.codes, bool(keys), is_local(actor), error, known, waiting)


def is_local(actor: Actor) -> bool:
    """Whether the pass word is ours to ask for."""
    return actor.account_id.startswith("local:")


def waiting_in(request: Request) -> Waiting | None:
    """The form that `session.fresh` put aside with this request."""
    sent: Sequence[tuple[str, str]] | None = getattr(request.state, "put_aside", None)
    return Waiting(request.url.path, tuple(sent)) if sent is not None else None


def unpacked(path: str, fields: Iterable[tuple[str, str]]) -> Waiting | None:
    """The waiting form out of the fields of the step-up's own form."""
    kept = tuple((name.removeprefix(PREFIX), value) for name, value in fields if name.startswith(PREFIX))
    return Waiting(path, kept) if path else None
