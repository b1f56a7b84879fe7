"""What the national store was told by this agency: what waits, what it refused and why, and sending that again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.domain.errors import Invalid
from vault.domain.outbox import Letter, LetterState
from vault.domain.people import Action, may
from vault.domain.webhooks import WebhookState
from vault.usecases.exchange.systems import System, tell_again, view_systems
from vault.usecases.outside.letters import MOST, send_again, view_letters
from vault.web.html import render
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/dong-bo", include_in_schema=False)
SEE_OTHER = 303
_CODE = "("


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter. `code`: the kind of what went wrong, a key of `ui.letter.why`; `answer`: what exactly was answered."""

    id: int
    kind: str
    about: str
    dossier: str
    state: str
    at: datetime
    due_at: datetime
    attempts: int
    code: str | None
    answer: str
    delivered_at: datetime | None
    receipt: str | None


@dataclass(frozen=True, slots=True)
class SystemRow:
    """A system of the agency that does not take its messages. `why`: a key of `ui.systems.why`; `answer`: its words."""

    id: str
    name: str
    url: str
    dead: int
    waiting: int
    disabled: bool
    why: str | None
    answer: str
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class LettersPage:
    """The agency's letters. `opens`: whether this person may open the dossiers; `again`: how many were sent anew.

    `systems`: those of the agency's own that need somebody, `well`: how many others there are; `told`: how many
    messages of one were just sent anew.
    """

    connected: bool
    dead: tuple[LetterRow, ...]
    waiting: tuple[LetterRow, ...]
    arrived: tuple[LetterRow, ...]
    most: int
    opens: bool
    again: int | None
    systems: tuple[SystemRow, ...]
    well: int
    told: int | None


@router.get("")
def letters(
    request: Request, actor: SignedIn, app: TheApp, lai: int | None = None, he_thong: int | None = None
) -> Response:
    """The lists; `lai`, `he_thong`: how many letters, or messages of a system, were just taken up again."""
    found = view_letters(actor=actor, uow=app.uow)
    systems = view_systems(actor=actor, uow=app.uow)
    page = LettersPage(
        connected=found.connected,
        dead=tuple(map(_row, found.dead)),
        waiting=tuple(map(_row, found.waiting)),
        arrived=tuple(map(_row, found.arrived)),
        most=MOST,
        opens=may(actor, Action.LOOKUP),
        again=lai,
        systems=tuple(_system(one) for one in systems if one.needs_somebody),
        well=sum(not one.needs_somebody for one in systems),
        told=he_thong,
    )
    return render(request, "letters.html", page, actor=actor)


@router.post("")
def again(actor: SignedIn, app: TheApp, letter: Annotated[str, Form()] = "") -> Response:
    """Send one again, or with no number all."""
    try:
        number = int(letter) if letter else None
    except ValueError as error:
        raise Invalid("INVALID_REQUEST", fields="letter") from error
    count = send_again(number, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse(f"/dong-bo?lai={count}", SEE_OTHER)


@router.post("/he-thong/{webhook_id}")
def system_again(webhook_id: str, actor: SignedIn, app: TheApp) -> Response:
    """Call a system of the agency again, and send what it did not take."""
    count = tell_again(webhook_id, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse(f"/dong-bo?he_thong={count}", SEE_OTHER)


def _system(one: System) -> SystemRow:
    webhook = one.webhook
    disabled = webhook.state is WebhookState.DISABLED
    why, _, answer = webhook.reason.partition(": ")
    return SystemRow(
        id=webhook.id,
        name=one.name,
        url=webhook.url,
        dead=one.dead,
        waiting=one.waiting,
        disabled=disabled,
        why=why or None if disabled else None,
        answer=answer if disabled else "",
        failing_since=webhook.failing_since,
    )


def _row(one: Letter) -> LetterRow:
    # What is kept of a failure is the error as logs have it: `CODE(fact=value)`.
    code, _, facts = (one.failure or "").partition(_CODE)
    return LetterRow(
        id=one.id,
        kind=one.kind.value,
        about=one.subject,
        dossier=one.dossier,
        state=one.state.value,
        at=one.at,
        due_at=one.due_at,
        attempts=one.attempts,
        code=code or None if one.state is not LetterState.DELIVERED else None,
        answer=facts.rstrip(")").removeprefix("reason=").strip("'"),
        delivered_at=one.delivered_at,
        receipt=one.receipt,
    )
