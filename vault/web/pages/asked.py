"""What systems ask of me: the person previews the paper and answers (the preview space of the once-only system)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.evidence import EvidenceState
from vault.domain.ids import normal_record_code
from vault.domain.peers import PeerQuestion
from vault.usecases.exchange.ask_evidence import Preview, decide_evidence, previews
from vault.usecases.present.decide_peer import decide_peer, peer_questions
from vault.web.html import render
from vault.web.pages.desk import agency_name, type_name
from vault.web.pages.oversight import procedure_name
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/cua-toi/yeu-cau", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class PaperView:
    """A paper that may be handed over."""

    code: str
    number: str | None
    issuer: str | None


@dataclass(frozen=True, slots=True)
class AskedView:
    """One request."""

    id: str
    agency: str
    system: str
    type_name: str
    procedure: str
    purpose: str
    asked_at: datetime
    state: str
    ends_at: datetime
    over: bool
    papers: tuple[PaperView, ...]
    given: str | None


@dataclass(frozen=True, slots=True)
class PeerAskedView:
    """A question of another province's vault that waits for me."""

    id: str
    vault: str
    officer: str
    procedure: str
    dossier: str
    kinds: tuple[str, ...]
    asked_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class AskedPage:
    """All of them, the newest first."""

    asked: tuple[AskedView, ...]
    by_peers: tuple[PeerAskedView, ...]


@router.get("")
def asked(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """Requests for my papers."""
    found = previews(actor=actor, uow=app.uow)
    peers = peer_questions(actor=actor, uow=app.uow, clock=app.clock)
    page = AskedPage(tuple(_view(one, app) for one in found), tuple(_peer_view(one, app) for one in peers))
    return render(request, "asked.html", page, actor=actor)


@router.post("/kho/{question_id}")
def decide_vault(question_id: str, actor: SignedIn, app: TheApp, agreed: Annotated[bool, Form()]) -> Response:
    """Let another province's vault have my papers of these kinds for this dossier, or not."""
    decide_peer(question_id, agreed=agreed, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/cua-toi/yeu-cau", 303)


@router.post("/{request_id}")
def decide(request_id: str, actor: SignedIn, app: TheApp, record: Annotated[str, Form(max_length=40)] = "") -> Response:
    """Hand this paper over, or none."""
    code = normal_record_code(record) if record else None
    decide_evidence(request_id, code, actor=actor, uow=app.uow, clock=app.clock)
    return RedirectResponse("/cua-toi/yeu-cau", 303)


def _peer_view(one: PeerQuestion, app: App) -> PeerAskedView:
    return PeerAskedView(
        id=one.id,
        vault=one.peer_name,
        officer=one.officer,
        procedure=procedure_name(one.purpose, app),
        dossier=one.dossier,
        kinds=tuple(type_name(kind, app) for kind in sorted(one.kinds)),
        asked_at=one.at,
        ends_at=one.ends_at,
    )


def _view(one: Preview, app: App) -> AskedView:
    asked_for, now = one.request, app.clock.now()
    return AskedView(
        id=asked_for.id,
        agency=agency_name(asked_for.agency_code, app),
        system=asked_for.name,
        type_name=type_name(asked_for.type_code, app),
        procedure=procedure_name(asked_for.procedure_code, app),
        purpose=asked_for.purpose,
        asked_at=asked_for.requested_at,
        state=asked_for.state.value,
        ends_at=asked_for.ends_at(),
        over=asked_for.state is EvidenceState.PREVIEW and now >= asked_for.ends_at(),
        papers=tuple(PaperView(paper.code, paper.number, paper.issuer_as_printed) for paper in one.papers),
        given=asked_for.record,
    )
