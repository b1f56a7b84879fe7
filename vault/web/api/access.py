"""Urgent access: open a paper for a written reason, and judge what was opened."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vault.domain.access import BREAK_GLASS_FOR
from vault.domain.ids import normal_record_code
from vault.ports import BrokenGlass
from vault.usecases.oversee.break_glass import BreakGlass, break_glass, list_broken, review
from vault.web.session import SignedIn, TheApp

router = APIRouter(tags=["access"])
Words = Annotated[str, Field(max_length=1000)]


class ReasonIn(BaseModel):
    """Why, in a sentence that the citizen will read."""

    reason: Words


class FindingIn(BaseModel):
    """What the data-protection officer found."""

    finding: Words


class GlassOut(BaseModel):
    """One urgent access; it opens the paper until `until`."""

    id: str
    record: str
    agency_code: str
    name: str
    reason: str
    at: datetime
    until: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None
    finding: str | None

    @classmethod
    def of(cls, glass: BrokenGlass) -> Self:
        """From the port."""
        return cls(
            id=glass.id,
            record=glass.record,
            agency_code=glass.agency_code,
            name=glass.name,
            reason=glass.reason,
            at=glass.at,
            until=glass.at + BREAK_GLASS_FOR,
            reviewed_by=glass.reviewed_by,
            reviewed_at=glass.reviewed_at,
            finding=glass.finding,
        )


@router.post("/records/{code}/urgent-access", status_code=201)
def open_urgently(code: str, what: ReasonIn, actor: SignedIn, app: TheApp) -> GlassOut:
    """Open a paper of the agency for an hour; the citizen and the data-protection officer are told."""
    asked = BreakGlass(normal_record_code(code), what.reason)
    return GlassOut.of(break_glass(asked, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids))


@router.get("/urgent-access")
def list_urgent_access(actor: SignedIn, app: TheApp) -> list[GlassOut]:
    """The agency's urgent accesses, those that wait for a finding first."""
    return [GlassOut.of(one) for one in list_broken(actor=actor, uow=app.uow, clock=app.clock).broken]


@router.post("/urgent-access/{glass}/finding")
def find_on_urgent_access(glass: str, what: FindingIn, actor: SignedIn, app: TheApp) -> GlassOut:
    """The finding on one of them; the first one stays."""
    return GlassOut.of(review(glass, what.finding, actor=actor, uow=app.uow, clock=app.clock))
