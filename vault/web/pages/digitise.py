"""One paper on its way in: watch it being read, compare with the original, confirm, see it sealed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from vault.bootstrap import App
from vault.domain.errors import Conflict, VaultError
from vault.domain.ids import normal_record_code
from vault.domain.intake import IntakeId, IntakeState
from vault.domain.people import Actor
from vault.messages import Language, say
from vault.usecases.digitize.confirm import Confirm, confirm
from vault.usecases.digitize.discard import discard
from vault.usecases.digitize.know_again import KnowAgain, know_again
from vault.usecases.digitize.take_back import take_back
from vault.usecases.digitize.view_intake import SeenIntake, open_intakes, preview_of, view_intake, view_intakes
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.paper import paper_page, typed_in
from vault.web.pages.posted import Posted
from vault.web.pages.reading import date_fields, stored
from vault.web.session import Fresh, SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/so-hoa", include_in_schema=False)
SEE_OTHER = 303
_LATELY = 200


@router.get("/tiep")
def next_paper(actor: SignedIn, app: TheApp) -> Response:
    """The oldest paper that waits for the officer's word; the desk when none does."""
    waiting = _next(actor, app, after=None)
    return RedirectResponse(f"/so-hoa/{waiting}" if waiting else "/ban-lam-viec", SEE_OTHER)


def _next(actor: Actor, app: App, *, after: str | None) -> str | None:
    found = (one.id for one in open_intakes(actor=actor, uow=app.uow, limit=_LATELY) if one.state is IntakeState.READ)
    return next((one for one in found if one != after), None)


@router.get("/{intake_id}")
def paper(request: Request, intake_id: str, actor: SignedIn, app: TheApp) -> Response:
    """One paper, in whatever state it is."""
    seen = view_intake(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    settled = seen.intake.state in {IntakeState.CONFIRMED, IntakeState.SEALED, IntakeState.KNOWN}
    page = paper_page(seen, None, app, onward=_next(actor, app, after=intake_id) if settled else None)
    return render(request, "paper.html", page, actor=actor)


@router.get("/{intake_id}/tien-do")
def progress(request: Request, intake_id: str, actor: SignedIn, app: TheApp, luc: str) -> Response:
    """How far the worker is; once the state is another than `luc`, the page loads itself anew."""
    # Looking at what was read is an event, waiting is none: the list tells the state without looking at the paper.
    listed = next((one for one in view_intakes(actor=actor, uow=app.uow, limit=_LATELY) if one.id == intake_id), None)
    if listed is not None and listed.state.value != luc:
        return Response(status_code=204, headers={"HX-Refresh": "true"})
    if listed is not None and listed.state is IntakeState.CONFIRMED:
        seen = SeenIntake(listed, ())
    else:
        seen = view_intake(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    onward = _next(actor, app, after=intake_id) if seen.intake.state is IntakeState.CONFIRMED else None
    return render(request, "_progress.html", paper_page(seen, None, app, onward=onward), actor=actor)


@router.get("/{intake_id}/trang/{index}", response_class=Response)
def picture(intake_id: str, index: int, actor: SignedIn, app: TheApp) -> Response:
    """The picture of a page (JPEG)."""
    data = preview_of(IntakeId(intake_id), index, actor=actor, uow=app.uow, blobs=app.blobs, clock=app.clock)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/{intake_id}/truong")
def fields_part(request: Request, intake_id: str, actor: SignedIn, app: TheApp, form: Posted) -> Response:
    """The fields of another type, keeping what was typed."""
    seen = view_intake(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    return render(request, "_fields.html", paper_page(seen, typed_in(form), app), actor=actor)


@router.post("/{intake_id}/xac-nhan")
def confirm_paper(
    *, request: Request, intake_id: str, actor: Fresh, app: TheApp, language: TheLanguage, form: Posted
) -> Response:
    """The officer's word; a refusal comes back with everything that was typed."""
    typed = typed_in(form)
    dates = date_fields(typed.type_code, app)
    try:
        confirm(
            Confirm(
                intake_id=IntakeId(intake_id),
                type_code=typed.type_code,
                holders=typed.holders,
                fields={name: stored(value, is_date=name in dates) for name, value in typed.fields.items()},
                compared_with_original=typed.compared,
                consent=typed.consent,
                undo_seconds=app.settings.undo_seconds,
            ),
            actor=actor,
            uow=app.uow,
            catalogue=app.catalogue,
            clock=app.clock,
            ids=app.ids,
        )
    except VaultError as error:
        seen = view_intake(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
        page = paper_page(seen, typed, app, error=say(error.code, language, **error.facts))
        return render(request, "paper.html", page, actor=actor, status=status_of(error), at=f"/so-hoa/{intake_id}")
    return RedirectResponse(f"/so-hoa/{intake_id}", SEE_OTHER)


@router.post("/{intake_id}/hoan-tac")
def undo(request: Request, intake_id: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """Take the word back; everything that was typed is in the form again. Once sealed it is too late."""
    try:
        take_back(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    except Conflict as error:
        return _too_late(request, error, intake_id, actor, app, language=language)
    return RedirectResponse(f"/so-hoa/{intake_id}", SEE_OTHER)


@router.post("/{intake_id}/bo")
def throw_away(request: Request, intake_id: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """No paper for the vault: off the desk with it."""
    try:
        discard(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    except Conflict as error:
        return _too_late(request, error, intake_id, actor, app, language=language)
    return RedirectResponse("/ban-lam-viec", SEE_OTHER)


@router.post("/{intake_id}/da-co")
def known_record(
    *,
    request: Request,
    intake_id: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    record: Annotated[str, Form(alias="giay-to")] = "",
) -> Response:
    """The paper is a record that is there: no second one is made, and the page leads on to the record.

    Answered here and not by leading to the intake: from now on that is the citizen's paper, and asks for a ground.
    """
    known = KnowAgain(IntakeId(intake_id), normal_record_code(record))
    try:
        done = know_again(known, actor=actor, uow=app.uow, clock=app.clock)
    except Conflict as error:
        return _too_late(request, error, intake_id, actor, app, language=language)
    page = paper_page(SeenIntake(done, ()), None, app, onward=_next(actor, app, after=intake_id))
    return render(request, "paper.html", page, actor=actor, at=f"/so-hoa/{intake_id}")


def _too_late(
    request: Request, error: Conflict, intake_id: str, actor: Actor, app: App, *, language: Language
) -> Response:
    seen = view_intake(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    state = say(f"ui.intake.{seen.intake.state.value}", language)
    page = paper_page(seen, None, app, error=say(error.code, language, **{**error.facts, "state": state}))
    return render(request, "paper.html", page, actor=actor, status=status_of(error), at=f"/so-hoa/{intake_id}")
