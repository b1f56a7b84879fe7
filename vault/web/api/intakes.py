"""Papers on their way in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Form, Response, UploadFile
from pydantic import BaseModel

from vault.domain.errors import Invalid
from vault.domain.ids import normal_record_code
from vault.domain.intake import Channel, IntakeId, NamedHolder
from vault.usecases.digitize.confirm import Confirm, confirm
from vault.usecases.digitize.discard import discard
from vault.usecases.digitize.know_again import KnowAgain, know_again
from vault.usecases.digitize.receive import Receive, receive
from vault.usecases.digitize.take_back import take_back
from vault.usecases.digitize.view_intake import preview_of, view_intake, view_intakes
from vault.web.api.models import ConfirmIn, IntakeOut, IssuerNoteOut, PageOut, ReceivedOut
from vault.web.issuers import issuer_noted
from vault.web.session import Fresh, SignedIn, TheApp

router = APIRouter(prefix="/intakes", tags=["digitize"])


@router.post("", status_code=202)
def receive_file(
    *,
    actor: SignedIn,
    app: TheApp,
    file: Annotated[UploadFile, File(description="A scan: PDF, JPEG, PNG or TIFF.")],
    type: Annotated[str | None, Form(description="Document type, if known.")] = None,  # noqa: A002 - the API's word
    holder: Annotated[str | None, Form(description="Holder's number, if known.")] = None,
    channel: Annotated[Channel, Form()] = Channel.API,
) -> ReceivedOut:
    """Store the bytes as they came and queue the reading."""
    if channel is Channel.OUTSIDE:  # papers of others come by `fetch_outside` alone, with the claim that they answer to
        raise Invalid("CHANNEL", channel=channel.value)
    # One byte more than allowed is enough to know that it is too much.
    data = file.file.read(app.settings.max_upload_bytes + 1)
    received = receive(
        Receive(data, file.filename or "", channel, type, holder),
        actor=actor,
        uow=app.uow,
        blobs=app.blobs,
        engines=app.engines,
        clock=app.clock,
        ids=app.ids,
        max_bytes=app.settings.max_upload_bytes,
    )
    return ReceivedOut(intake=IntakeOut.of(received.intake), duplicate=received.duplicate, advice=list(received.advice))


@router.get("")
def list_intakes(actor: SignedIn, app: TheApp, limit: int = 50) -> list[IntakeOut]:
    """The agency's papers on their way in, newest first."""
    return [IntakeOut.of(one) for one in view_intakes(actor=actor, uow=app.uow, limit=min(max(limit, 1), 200))]


@router.get("/{intake_id}")
def get_intake(intake_id: str, actor: SignedIn, app: TheApp) -> IntakeOut:
    """One paper: how far it has come, and what the reader proposes."""
    seen = view_intake(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    noted = issuer_noted(seen.intake, app)
    note = None if noted is None else IssuerNoteOut(code=noted[0], agency_code=noted[1].code, agency_name=noted[1].name)
    return IntakeOut.of(seen.intake, note)


@router.get("/{intake_id}/pages")
def get_pages(intake_id: str, actor: SignedIn, app: TheApp) -> list[PageOut]:
    """Pages read so far, with their text."""
    seen = view_intake(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    return [PageOut.of(page) for page in seen.pages]


@router.get("/{intake_id}/pages/{index}/preview", response_class=Response)
def get_preview(intake_id: str, index: int, actor: SignedIn, app: TheApp) -> Response:
    """The picture of a page (JPEG)."""
    data = preview_of(IntakeId(intake_id), index, actor=actor, uow=app.uow, blobs=app.blobs, clock=app.clock)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/{intake_id}/take-back")
def take_back_intake(intake_id: str, actor: SignedIn, app: TheApp) -> IntakeOut:
    """Undo the officer's word while the paper is not sealed yet."""
    return IntakeOut.of(take_back(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock))


@router.post("/{intake_id}/discard")
def discard_intake(intake_id: str, actor: SignedIn, app: TheApp) -> IntakeOut:
    """It is no paper for the vault: off the desk; sending the bytes again brings it back."""
    return IntakeOut.of(discard(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock))


@router.post("/{intake_id}/confirm")
def confirm_intake(intake_id: str, what: ConfirmIn, actor: Fresh, app: TheApp) -> IntakeOut:
    """The officer's word; the seal follows by itself."""
    confirmed = confirm(
        Confirm(
            intake_id=IntakeId(intake_id),
            type_code=what.type,
            holders=tuple(NamedHolder(one.number, one.name, one.role) for one in what.holders),
            fields=what.fields,
            compared_with_original=what.compared_with_original,
            consent=what.consent,
        ),
        actor=actor,
        uow=app.uow,
        catalogue=app.catalogue,
        clock=app.clock,
        ids=app.ids,
    )
    return IntakeOut.of(confirmed)


class KnownIn(BaseModel):
    """The record that the paper is: the one whose code it carries, or one that `rescan_of` offers."""

    record: str


@router.post("/{intake_id}/known")
def known_again(intake_id: str, what: KnownIn, actor: SignedIn, app: TheApp) -> IntakeOut:
    """The paper is a record that is there already: no second one is made."""
    known = KnowAgain(IntakeId(intake_id), normal_record_code(what.record))
    return IntakeOut.of(know_again(known, actor=actor, uow=app.uow, clock=app.clock))
