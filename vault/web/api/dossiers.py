"""Dossiers: open one, see what is already there for it, attach, demand."""

from __future__ import annotations

from fastapi import APIRouter

from vault.domain.ids import DossierCode, normal_record_code
from vault.usecases.reuse.answer import answer
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.demand import DemandOf, demand
from vault.usecases.reuse.list_dossiers import list_dossiers
from vault.usecases.reuse.open_dossier import OpenDossier, open_dossier
from vault.web.api.models import (
    AttachIn,
    AttachmentOut,
    DemandIn,
    DemandOut,
    DossierAnswerOut,
    DossierIn,
    DossierOut,
)
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/dossiers", tags=["reuse"])


@router.post("", status_code=201)
def open_one(what: DossierIn, actor: SignedIn, app: TheApp) -> DossierOut:
    """Open a dossier."""
    opened = open_dossier(
        OpenDossier(what.procedure, what.holder, what.holder_name, what.due_on, what.purpose),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
    )
    return DossierOut.of(opened)


@router.get("")
def list_all(actor: SignedIn, app: TheApp, limit: int = 50) -> list[DossierOut]:
    """The agency's dossiers, newest first."""
    return [DossierOut.of(one) for one in list_dossiers(actor=actor, uow=app.uow, limit=min(max(limit, 1), 200))]


@router.get("/{code}/components")
def components(code: str, actor: SignedIn, app: TheApp) -> DossierAnswerOut:
    """Every component with what is already there for it, its verdict and reasons."""
    answered = answer(DossierCode(code), actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    return DossierAnswerOut.of(answered)


@router.post("/{code}/attach")
def attach_record(code: str, what: AttachIn, actor: SignedIn, app: TheApp) -> AttachmentOut:
    """Attach a record to a component; NOT_USABLE is refused."""
    attached = attach(
        Attach(DossierCode(code), what.component, normal_record_code(what.record), what.checked),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
    )
    return AttachmentOut.of(attached)


@router.post("/{code}/demand", status_code=201)
def demand_component(code: str, what: DemandIn, actor: SignedIn, app: TheApp) -> DemandOut:
    """Ask the citizen, on a legal ground; 409 `ONCE_ONLY` when a record is usable."""
    asked, _ = demand(
        DemandOf(DossierCode(code), what.component, what.ground, what.reason, what.form, what.override),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
    )
    return DemandOut.of(asked)
