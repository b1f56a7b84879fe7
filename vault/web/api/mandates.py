"""Mandates: who may act for whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field

from vault.domain.mandates import LONGEST_GROUND, Mandate, MandateKind, Scope
from vault.usecases.identify.mandates import GrantMandate, grant_mandate, list_mandates, revoke_mandate
from vault.web.session import Fresh, SignedIn, TheApp

router = APIRouter(prefix="/mandates", tags=["mandates"])


class MandateIn(BaseModel):
    """A mandate from its document, for the account of a guardian or authorised person."""

    username: Annotated[str, Field(max_length=200)]
    kind: MandateKind
    ground: Annotated[str, Field(max_length=LONGEST_GROUND)]
    valid_from: date
    valid_until: date
    scope: list[Scope]


class RevocationIn(BaseModel):
    """Why it ends."""

    reason: Annotated[str, Field(max_length=1000)]


class MandateOut(BaseModel):
    """A mandate; both days count."""

    id: str
    kind: MandateKind
    ground: str
    valid_from: date
    valid_until: date
    scope: list[Scope]
    agency_code: str
    recorded_at: datetime
    revoked_at: datetime | None
    reason: str | None

    @classmethod
    def of(cls, one: Mandate) -> Self:
        """From the domain."""
        return cls(
            id=one.id,
            kind=one.kind,
            ground=one.ground,
            valid_from=one.valid_from,
            valid_until=one.valid_until,
            scope=sorted(one.scope),
            agency_code=one.agency_code,
            recorded_at=one.recorded_at,
            revoked_at=one.revoked_at,
            reason=one.reason,
        )


@router.post("", status_code=201)
def grant(what: MandateIn, actor: Fresh, app: TheApp) -> MandateOut:
    """Record a mandate; acts under it begin with its first day and end with its last."""
    asked = GrantMandate(what.username, what.kind, what.ground, what.valid_from, what.valid_until, what.scope)
    return MandateOut.of(grant_mandate(asked, actor=actor, uow=app.uow, clock=app.clock, ids=app.ids))


@router.get("")
def listed(actor: SignedIn, app: TheApp) -> list[MandateOut]:
    """Who acts for oneself; for an officer, what the agency recorded."""
    return [MandateOut.of(one) for one in list_mandates(actor=actor, uow=app.uow, clock=app.clock)]


@router.post("/{mandate}/revoke")
def revoke(mandate: str, what: RevocationIn, actor: SignedIn, app: TheApp) -> MandateOut:
    """End it at once."""
    return MandateOut.of(revoke_mandate(mandate, what.reason, actor=actor, uow=app.uow, clock=app.clock))
