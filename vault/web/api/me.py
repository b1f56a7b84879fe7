"""The citizen's own papers."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from vault.domain.ids import normal_record_code
from vault.usecases.oversee.count import who_looked
from vault.usecases.present.list_own import list_own
from vault.usecases.present.present import Present, present
from vault.web.api.models import EventOut, RecordOut
from vault.web.session import SignedIn, TheApp

router = APIRouter(prefix="/me", tags=["present"])


class PresentIn(BaseModel):
    """What it is shown for, in the citizen's words."""

    purpose: str | None = None


class PresentOut(BaseModel):
    """The credential to show, as text and as SVG."""

    record: RecordOut
    credential: str
    svg: str


@router.get("/records")
def my_records(actor: SignedIn, app: TheApp) -> list[RecordOut]:
    """Every record that names the citizen."""
    return [RecordOut.of(one) for one in list_own(actor=actor, uow=app.uow, clock=app.clock)]


@router.post("/records/{code}/present")
def present_one(code: str, what: PresentIn, actor: SignedIn, app: TheApp) -> PresentOut:
    """Show one paper as a QR."""
    shown = present(Present(normal_record_code(code), what.purpose), actor=actor, uow=app.uow, clock=app.clock)
    return PresentOut(record=RecordOut.of(shown.record), credential=shown.credential, svg=shown.svg)


@router.get("/events")
def my_events(actor: SignedIn, app: TheApp, limit: int = 100) -> list[EventOut]:
    """Who looked at or used the citizen's papers, newest first."""
    return [EventOut.of(one) for one in who_looked(actor=actor, uow=app.uow, limit=min(max(limit, 1), 500))]
