"""Digitise: take files in, watch them being read, compare with the original, confirm, see them sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from vault.bootstrap import App
from vault.domain.errors import Conflict, VaultError
from vault.domain.holders import HolderRole
from vault.domain.ids import normal_record_code
from vault.domain.intake import Channel, Intake, IntakeId, IntakeState, NamedHolder, Page, SignatureSummary
from vault.domain.outside import differences
from vault.domain.people import Actor
from vault.domain.reuse import VIET_NAM
from vault.domain.states import RecordState
from vault.messages import Language, say
from vault.usecases.digitize.confirm import Confirm, confirm
from vault.usecases.digitize.discard import discard
from vault.usecases.digitize.know_again import KnowAgain, know_again
from vault.usecases.digitize.receive import Receive, receive
from vault.usecases.digitize.take_back import take_back
from vault.usecases.digitize.view_intake import SeenIntake, open_intakes, preview_of, view_intake, view_intakes
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.components import source_name
from vault.web.pages.desk import type_name
from vault.web.pages.offered import OfferedView, offered_view
from vault.web.pages.reading import FieldsView, Remark, date_fields, fields_of, holders_of, remarks_of, shown, stored
from vault.web.session import Fresh, SignedIn, TheApp, TheLanguage
from vault.web.told import note

router = APIRouter(prefix="/so-hoa", include_in_schema=False)
SEE_OTHER = 303
MOST_HOLDERS = 6
_LATELY = 200
_FIELD = "f."


async def posted(request: Request) -> FormData:
    """The fields of a form whose names depend on the paper."""
    return await request.form()


Posted = Annotated[FormData, Depends(posted)]


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one file of an upload."""

    filename: str
    intake_id: str | None
    duplicate: bool
    error: str | None
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UploadPage:
    """The upload form, and after an upload without scripts what became of each file."""

    sent: tuple[Sent, ...]
    max_bytes: int


@dataclass(frozen=True, slots=True)
class TypeOption:
    """A document type to choose."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page's picture."""

    index: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature that was on the file when it came."""

    name: str
    organisation: str
    kind: str
    signed_at: datetime | None
    verdict: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignaturesView:
    """The signatures that were on the file when it came."""

    verdict: str
    count: int
    signers: tuple[Signer, ...]


@dataclass(frozen=True, slots=True)
class ToldOtherwise:
    """A field that the source tells differently from what stands on the paper."""

    field: str
    told: str
    read: str


@dataclass(frozen=True, slots=True)
class OriginView:
    """Where a paper was fetched from and for which dossier; `place` is None for the national store."""

    place: str | None
    dossier: str
    differences: tuple[ToldOtherwise, ...]


@dataclass(frozen=True, slots=True)
class IntakePage:
    """One paper: how far it has come, what was read, and the form as the officer left it."""

    id: str
    state: str
    failure: str | None
    filename: str
    size: int
    sha256: str
    pages_read: int
    page_count: int
    pictures: tuple[PagePicture, ...]
    type_code: str
    type_name: str
    type_percent: int | None
    types: tuple[TypeOption, ...]
    fields: FieldsView
    holders: tuple[NamedHolder, ...]
    roles: tuple[str, ...]
    remarks: tuple[Remark, ...]
    own_record: str | None
    offered: tuple[OfferedView, ...]
    same_as: str | None
    signatures: SignaturesView | None
    signed_original: bool
    compared: bool
    consent: bool
    record: str | None
    error: str | None
    undo_until: datetime | None
    onward: str | None
    from_citizen: bool
    origin: OriginView | None

    @property
    def is_own(self) -> bool:
        """A print of a record in force, which can only be known again: `confirm` refuses it, so no form is shown."""
        return any(one.like == "OWN" and one.state != RecordState.REVOKED.value for one in self.offered)


@dataclass(frozen=True, slots=True)
class Typed:
    """What the officer has entered so far."""

    type_code: str
    fields: Mapping[str, str]
    holders: tuple[NamedHolder, ...]
    compared: bool
    consent: bool


@router.get("")
def upload_form(request: Request, actor: SignedIn, app: TheApp) -> Response:
    """Where papers are dropped."""
    return render(request, "upload.html", UploadPage((), app.settings.max_upload_bytes), actor=actor)


@router.post("")
def upload(
    request: Request, actor: SignedIn, app: TheApp, language: TheLanguage, file: Annotated[list[UploadFile], File()]
) -> Response:
    """Take files in from a browser without scripts; one file leads straight to its page."""
    sent = tuple(_receive(request, one, actor, app, language) for one in file)
    if len(sent) == 1 and sent[0].intake_id and not sent[0].advice:
        return RedirectResponse(f"/so-hoa/{sent[0].intake_id}", SEE_OTHER)
    status = 422 if all(one.error for one in sent) else 200
    return render(request, "upload.html", UploadPage(sent, app.settings.max_upload_bytes), actor=actor, status=status)


def _receive(request: Request, file: UploadFile, actor: Actor, app: App, language: Language) -> Sent:
    name = file.filename or ""
    try:
        received = receive(
            Receive(file.file.read(app.settings.max_upload_bytes + 1), name, Channel.PAGE),
            actor=actor,
            uow=app.uow,
            blobs=app.blobs,
            engines=app.engines,
            clock=app.clock,
            ids=app.ids,
            max_bytes=app.settings.max_upload_bytes,
        )
    except VaultError as error:
        note(request, error)
        return Sent(name, None, duplicate=False, error=say(error.code, language, **error.facts))
    return Sent(name, received.intake.id, received.duplicate, None, received.advice)


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
    page = _page(seen, None, app, onward=_next(actor, app, after=intake_id) if settled else None)
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
    return render(request, "_progress.html", _page(seen, None, app, onward=onward), actor=actor)


@router.get("/{intake_id}/trang/{index}", response_class=Response)
def picture(intake_id: str, index: int, actor: SignedIn, app: TheApp) -> Response:
    """The picture of a page (JPEG)."""
    data = preview_of(IntakeId(intake_id), index, actor=actor, uow=app.uow, blobs=app.blobs, clock=app.clock)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, max-age=3600"})


@router.post("/{intake_id}/truong")
def fields_part(request: Request, intake_id: str, actor: SignedIn, app: TheApp, form: Posted) -> Response:
    """The fields of another type, keeping what was typed."""
    seen = view_intake(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    return render(request, "_fields.html", _page(seen, _typed(form), app), actor=actor)


@router.post("/{intake_id}/xac-nhan")
def confirm_paper(
    *, request: Request, intake_id: str, actor: Fresh, app: TheApp, language: TheLanguage, form: Posted
) -> Response:
    """The officer's word; a refusal comes back with everything that was typed."""
    typed = _typed(form)
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
        page = _page(seen, typed, app, error=say(error.code, language, **error.facts))
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
    page = _page(SeenIntake(done, ()), None, app, onward=_next(actor, app, after=intake_id))
    return render(request, "paper.html", page, actor=actor, at=f"/so-hoa/{intake_id}")


def _too_late(
    request: Request, error: Conflict, intake_id: str, actor: Actor, app: App, *, language: Language
) -> Response:
    seen = view_intake(IntakeId(intake_id), actor=actor, uow=app.uow, clock=app.clock)
    state = say(f"ui.intake.{seen.intake.state.value}", language)
    page = _page(seen, None, app, error=say(error.code, language, **{**error.facts, "state": state}))
    return render(request, "paper.html", page, actor=actor, status=status_of(error), at=f"/so-hoa/{intake_id}")


def _typed(form: FormData) -> Typed:
    texts = {name: value for name, value in form.multi_items() if isinstance(value, str)}
    holders = [
        NamedHolder(
            texts.get(f"h.{row}.number", "").strip(),
            texts.get(f"h.{row}.name", "").strip(),
            texts.get(f"h.{row}.role", HolderRole.SUBJECT.value),
        )
        for row in range(MOST_HOLDERS)
    ]
    return Typed(
        type_code=texts.get("type", ""),
        fields={name.removeprefix(_FIELD): value for name, value in texts.items() if name.startswith(_FIELD)},
        holders=tuple(one for one in holders if one.number or one.name),
        compared=texts.get("compared") == "yes",
        consent=texts.get("consent") == "yes",
    )


def _page(
    seen: SeenIntake, typed: Typed | None, app: App, *, error: str | None = None, onward: str | None = None
) -> IntakePage:
    intake = seen.intake
    kept = typed or _kept(intake, app)
    proposal = intake.proposal
    return IntakePage(
        id=intake.id,
        state=intake.state.value,
        failure=intake.failure,
        filename=intake.filename,
        size=intake.size,
        sha256=intake.original,
        pages_read=intake.pages_read,
        page_count=intake.page_count,
        pictures=tuple(_picture(page) for page in seen.pages),
        type_code=kept.type_code,
        type_name=type_name(kept.type_code, app) if kept.type_code else "",
        type_percent=round(proposal.type_confidence * 100)
        if proposal and proposal.type_code == kept.type_code
        else None,
        types=_types(app) if intake.state is IntakeState.READ else (),
        fields=fields_of(intake, seen.pages, kept.type_code, kept.fields, app),
        holders=kept.holders or holders_of(intake),
        roles=tuple(role.value for role in HolderRole),
        remarks=remarks_of(intake, kept.type_code, app),
        own_record=proposal.own_record if proposal else None,
        offered=tuple(offered_view(one, app) for one in seen.offered),
        same_as=intake.same_as,
        signatures=signatures_view(intake.signatures),
        signed_original=intake.signed_original,
        compared=kept.compared,
        consent=kept.consent,
        record=intake.record,
        error=error,
        undo_until=_undo_until(intake, app),
        onward=onward,
        from_citizen=intake.channel is Channel.CITIZEN,
        origin=_origin(seen, app),
    )


def _origin(seen: SeenIntake, app: App) -> OriginView | None:
    if seen.origin is None:
        return None
    proposal = seen.intake.proposal
    read = {name: field.value for name, field in proposal.fields.items() if field.sure} if proposal else {}
    return OriginView(
        source_name(seen.origin.source, app),
        seen.origin.dossier,
        tuple(ToldOtherwise(*one) for one in differences(seen.origin.claim, read)),
    )


def _undo_until(intake: Intake, app: App) -> datetime | None:
    if intake.state is not IntakeState.CONFIRMED or intake.confirmation is None:
        return None
    return intake.confirmation.at + timedelta(seconds=app.settings.undo_seconds)


def _as_shown(type_code: str, fields: Mapping[str, str], app: App) -> Mapping[str, str]:
    dates = date_fields(type_code, app)
    return {name: shown(value, is_date=name in dates) for name, value in fields.items()}


def _kept(intake: Intake, app: App) -> Typed:
    said = intake.confirmation or intake.withdrawn
    if said is not None:
        # Whoever takes a word back says anew that they compared.
        compared = intake.confirmation is not None and said.compared_with_original
        return Typed(said.type_code, _as_shown(said.type_code, said.fields, app), said.holders, compared, said.consent)
    proposed = intake.proposal.type_code if intake.proposal else ""
    return Typed(intake.hint_type or proposed, {}, (), compared=False, consent=False)


def _picture(page: Page) -> PagePicture:
    return PagePicture(page.index, page.width, page.height)


def _types(app: App) -> tuple[TypeOption, ...]:
    today = app.clock.now().astimezone(VIET_NAM).date()
    return tuple(
        TypeOption(one.code, one.name)
        for one in app.catalogue.types
        if one.period.covers(today) and one.is_paper and not one.is_refusal and not one.lookup_only
    )


def signatures_view(summary: SignatureSummary | None) -> SignaturesView | None:
    """The report on signatures that came with the file, as far as an officer reads it; None when there are none."""
    if summary is None or not summary.present:
        return None
    found: Any = summary.report.get("signatures", ())
    return SignaturesView(
        verdict=summary.verdict,
        count=summary.count,
        signers=tuple(
            Signer(
                name=str(one["signer"]),
                organisation=str(one["organisation"]),
                kind=str(one["kind"]),
                signed_at=datetime.fromisoformat(one["signed_at"]) if one["signed_at"] else None,
                verdict=str(one["verdict"]),
                reasons=tuple(str(reason) for reason in one["reasons"]),
            )
            for one in found
        ),
    )
