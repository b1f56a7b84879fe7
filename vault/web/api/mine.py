"""What citizens say and send: consent switches, and papers handed in by phone."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel

from vault.domain.consents import Consent, ConsentPurpose
from vault.domain.people import Action, require
from vault.usecases.digitize.hand_in import HandedIn, Sending, hand_in, handed_in
from vault.usecases.present.set_consent import consents_of, set_consent
from vault.web.session import SignedIn, TheApp, TheWholeApp

router = APIRouter(prefix="/me", tags=["present"])


class SwitchIn(BaseModel):
    """Where a consent switch shall stand."""

    on: bool


class SwitchOut(BaseModel):
    """A consent switch. `at` is when it was turned last; a switch that was never turned is off and has none."""

    purpose: ConsentPurpose
    on: bool
    at: datetime | None

    @classmethod
    def of(cls, purpose: ConsentPurpose, turn: Consent | None) -> Self:
        """From the domain."""
        return cls(purpose=purpose, on=turn is not None and turn.on, at=turn.at if turn else None)


class HandedInOut(BaseModel):
    """A paper that was handed in by phone, and what became of it."""

    key: str
    name: str
    at: datetime
    state: str
    pages: int
    warnings: list[str]
    failure: str | None
    record: str | None

    @classmethod
    def of(cls, one: HandedIn) -> Self:
        """From the use case."""
        return cls(
            key=one.sent.key,
            name=one.name,
            at=one.sent.at,
            state=one.state.value,
            pages=one.pages,
            warnings=list(one.warnings),
            failure=one.failure,
            record=one.record,
        )


class MarkOut(BaseModel):
    """Tells accounts apart on a phone that several people use, and nothing else about them."""

    mark: str


@router.get("/mark")
def my_mark(actor: SignedIn) -> MarkOut:
    """The mark of this account: what one person photographed, another must not send."""
    require(actor, Action.HAND_IN)
    return MarkOut(mark=hashlib.sha256(b"kho-so phone mark\0" + actor.account_id.encode()).hexdigest()[:24])


@router.get("/consents")
def my_consents(actor: SignedIn, app: TheApp) -> list[SwitchOut]:
    """Every consent switch, off unless the citizen turned it on."""
    turned = consents_of(actor=actor, uow=app.uow)
    return [SwitchOut.of(purpose, turned.get(purpose)) for purpose in ConsentPurpose]


@router.put("/consents/{purpose}")
def turn_my_consent(purpose: ConsentPurpose, what: SwitchIn, actor: SignedIn, app: TheApp) -> SwitchOut:
    """Turn one."""
    turn = set_consent(purpose, on=what.on, actor=actor, uow=app.uow, clock=app.clock)
    return SwitchOut.of(purpose, turn)


@router.post("/papers", status_code=202)
def hand_in_paper(
    *,
    actor: SignedIn,
    app: TheWholeApp,  # it is put into an agency's tray, beyond the citizen's own walls
    file: Annotated[UploadFile, File(description="The pages: PDF, JPEG or PNG.")],
    key: Annotated[str, Form(description="The phone's own key of this sending; the same key again sends nothing.")],
    type: Annotated[str | None, Form(description="Document type, if known.")] = None,  # noqa: A002 - the API's word
) -> HandedInOut:
    """Hand in a paper by phone: an officer compares it with the original later."""
    data = file.file.read(app.settings.max_upload_bytes + 1)
    sent = hand_in(
        Sending(key, data, file.filename or "", type or None),
        agency_code=app.settings.agency_code,
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
    )
    return HandedInOut.of(sent)


@router.get("/papers")
def my_handed_in(actor: SignedIn, app: TheWholeApp) -> list[HandedInOut]:
    """What was handed in, newest first."""
    return [HandedInOut.of(one) for one in handed_in(actor=actor, uow=app.uow)]
