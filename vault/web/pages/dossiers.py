"""A dossier on one screen: what is already there for every component; attach by one key, ask only on a ground."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from vault.bootstrap import App
from vault.domain.catalogue import DemandForm
from vault.domain.dossiers import Ending
from vault.domain.errors import Invalid, VaultError
from vault.domain.holders import HolderRole
from vault.domain.ids import DossierCode, normal_record_code
from vault.domain.inbox import standing_of
from vault.domain.people import Action, Actor, require
from vault.domain.reuse import VIET_NAM, Authority, Standing
from vault.domain.ties import Tie
from vault.messages import Language, say
from vault.usecases.reuse.answer import answer
from vault.usecases.reuse.attach import Attach, attach
from vault.usecases.reuse.demand import DemandOf, demand
from vault.usecases.reuse.open_dossier import OpenDossier, Person, open_dossier
from vault.web.errors import status_of
from vault.web.html import render
from vault.web.pages.components import ComponentView, Refusal, SourceView, TypedDemand, component_views, source_views
from vault.web.pages.posted import Posted, texts_of
from vault.web.pages.reading import stored
from vault.web.pages.results import ResultsView, results_view
from vault.web.session import SignedIn, TheApp, TheLanguage

router = APIRouter(prefix="/ho-so", include_in_schema=False)
SEE_OTHER = 303
MOST_PEOPLE = 6


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody in the form: the part they play, their number or what a card says, their name if nobody knows them."""

    role: str
    number: str
    name: str
    card: str

    @property
    def told(self) -> str:
        """What the number is read from: the card, as long as nobody typed another number over it."""
        return self.card if self.card.startswith(f"{self.number.strip()}|") else self.number.strip()


_NOBODY = PersonLine(HolderRole.SPOUSE.value, "", "", "")


@dataclass(frozen=True, slots=True)
class NewDossierPage:
    """The form of a new dossier as it was left. `ask_name` when nobody with that number is known yet."""

    procedure: str
    procedure_name: str
    holder: str
    holder_name: str
    card: str
    due_on: str
    people: tuple[PersonLine, ...]
    nobody: PersonLine
    submitter: PersonLine
    authority: str
    roles: tuple[str, ...]
    authorities: tuple[str, ...]
    most_people: int
    ask_name: bool
    key: str
    error: str | None


@dataclass(frozen=True, slots=True)
class _Form:
    """The form as it was sent."""

    procedure: str = ""
    holder: PersonLine = PersonLine(HolderRole.SUBJECT.value, "", "", "")
    due_on: str = ""
    people: tuple[PersonLine, ...] = ()
    submitter: PersonLine = PersonLine(HolderRole.SUBJECT.value, "", "", "")
    authority: str = Authority.NONE.value
    key: str = ""
    """Made with the form: sent twice, it opens one dossier."""


@dataclass(frozen=True, slots=True)
class ClosedView:
    """How the dossier ended."""

    ending: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DossierPage:
    """The whole dossier."""

    code: str
    procedure: str
    procedure_code: str
    holder: str
    holder_number: str | None
    opened_at: datetime
    due_on: date | None
    components: tuple[ComponentView, ...]
    forms: tuple[str, ...]
    settled: int
    wanted: int
    pace: str
    days: int | None
    closed: ClosedView | None
    endings: tuple[str, ...]
    elsewhere: tuple[SourceView, ...]
    results: ResultsView
    ties: tuple[Tie, ...]
    error: str | None

    @property
    def rests_on_nothing(self) -> bool:
        """Whether a result would rest on a paper that is good no more: it is given only with a reason."""
        return any(
            one.status == "CHANGED" and one.standing is not None and one.standing.code == Standing.NOT_USABLE.value
            for one in self.components
        )


@router.get("/moi")
def new_dossier(request: Request, actor: SignedIn, app: TheApp, thu_tuc: str = "", chu_the: str = "") -> Response:
    """The form of a new dossier."""
    require(actor, Action.OPEN_DOSSIER)
    form = _Form(procedure=thu_tuc, holder=PersonLine(HolderRole.SUBJECT.value, chu_the, "", ""))
    return render(request, "new_dossier.html", _form_page(form, app), actor=actor)


@router.post("/moi")
def open_new(request: Request, actor: SignedIn, app: TheApp, language: TheLanguage, posted: Posted) -> Response:
    """Open the dossier; an unknown holder brings the form back with a line for the name."""
    form = _sent(posted)
    try:
        opened = open_dossier(
            OpenDossier(
                form.procedure,
                form.holder.told,
                form.holder.name.strip() or None,
                _day(form.due_on),
                parties=tuple(Person(one.told, one.name.strip() or None, one.role) for one in form.people),
                submitted_by=_submitter(form),
                authority=form.authority,
                key=form.key or None,
            ),
            actor=actor,
            uow=app.uow,
            catalogue=app.catalogue,
            clock=app.clock,
        )
    except VaultError as error:
        page = _form_page(
            # A form that opened something else stays a form: the next press is a dossier of its own.
            replace(form, key="") if error.code in {"REQUEST_KEY", "REQUEST_KEY_USED"} else form,
            app,
            ask_name=error.code == "HOLDER_NAME" or bool(form.holder.name),
            error=say(error.code, language, **error.facts),
        )
        return render(request, "new_dossier.html", page, actor=actor, status=status_of(error))
    return RedirectResponse(f"/ho-so/{opened.code}", SEE_OTHER)


def _sent(posted: FormData) -> _Form:
    texts = texts_of(posted)

    def line(prefix: str, role: str) -> PersonLine:
        return PersonLine(role, *(texts.get(f"{prefix}.{part}", "") for part in ("number", "name", "card")))

    people = (line(f"p.{row}", texts.get(f"p.{row}.role", HolderRole.SUBJECT.value)) for row in range(MOST_PEOPLE))
    subject = HolderRole.SUBJECT.value
    return _Form(
        procedure=texts.get("procedure", "").strip().split(" ", 1)[0],
        holder=PersonLine(subject, texts.get("holder", ""), texts.get("holder_name", ""), texts.get("card", "")),
        due_on=texts.get("due_on", ""),
        people=tuple(one for one in people if one.number.strip()),
        submitter=line("by", subject),
        authority=texts.get("authority", Authority.NONE.value),
        key=texts.get("key", ""),
    )


def _submitter(form: _Form) -> Person | None:
    if not form.submitter.number.strip():
        return None
    return Person(form.submitter.told, form.submitter.name.strip() or None)


def _form_page(form: _Form, app: App, *, ask_name: bool = False, error: str | None = None) -> NewDossierPage:
    return NewDossierPage(
        procedure=form.procedure,
        procedure_name=_procedure_name(form.procedure, app),
        holder=form.holder.number,
        holder_name=form.holder.name,
        card=form.holder.card,
        due_on=form.due_on,
        people=form.people,
        nobody=_NOBODY,
        submitter=form.submitter,
        authority=form.authority,
        roles=tuple(one.value for one in HolderRole),
        authorities=tuple(one.value for one in Authority),
        most_people=MOST_PEOPLE,
        ask_name=ask_name,
        key=form.key or app.ids.token(),
        error=error,
    )


@router.get("/{code}")
def dossier(request: Request, code: str, actor: SignedIn, app: TheApp, language: TheLanguage) -> Response:
    """The whole dossier, answered."""
    return render(request, "dossier.html", dossier_page(code, actor, app, language), actor=actor)


@router.post("/{code}/dinh-kem")
def attach_record(
    *,
    request: Request,
    code: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    component: Annotated[str, Form()],
    record: Annotated[str, Form()],
    checked: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Attach a record to a component, also in the place of one that is good no more; of a good one for a reason."""
    try:
        attach(
            Attach(DossierCode(code), component, normal_record_code(record), checked.strip() or None, reason),
            actor=actor,
            uow=app.uow,
            catalogue=app.catalogue,
            clock=app.clock,
        )
    except VaultError as error:
        refusal = _refusal(component, error, language)
        page = dossier_page(code, actor, app, language, refusal=refusal)
        return render(request, "dossier.html", page, actor=actor, status=status_of(error), at=f"/ho-so/{code}")
    return RedirectResponse(f"/ho-so/{code}#tp-{component}", SEE_OTHER)


@router.post("/{code}/yeu-cau")
def demand_component(
    *,
    request: Request,
    code: str,
    actor: SignedIn,
    app: TheApp,
    language: TheLanguage,
    component: Annotated[str, Form()],
    ground: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    form: Annotated[str, Form()] = DemandForm.COPY.value,
    override: Annotated[str, Form()] = "",
) -> Response:
    """Ask the citizen; refused with ONCE_ONLY when the vault holds a usable record."""
    try:
        demand(
            DemandOf(DossierCode(code), component, ground or None, reason, form, override == "yes"),
            actor=actor,
            uow=app.uow,
            catalogue=app.catalogue,
            clock=app.clock,
        )
    except VaultError as error:
        refusal = _refusal(component, error, language)
        page = dossier_page(code, actor, app, language, refusal=refusal, typed=TypedDemand(ground, reason, form))
        return render(request, "dossier.html", page, actor=actor, status=status_of(error), at=f"/ho-so/{code}")
    return RedirectResponse(f"/ho-so/{code}#tp-{component}", SEE_OTHER)


def _day(typed: str) -> date | None:
    text = stored(typed, is_date=True)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid("FIELD_DATE", field="due_on", value=typed) from error


def _procedure_name(code: str, app: App) -> str:
    found = app.catalogue.find_procedure(code, app.clock.now().astimezone(VIET_NAM).date()) if code else None
    return found.name if found else ""


def _refusal(component: str, error: VaultError, language: Language) -> Refusal:
    told = error.facts.get(language.value)
    record = error.facts.get("record")
    return Refusal(
        component=component,
        code=error.code,
        sentence=str(told) if told else say(error.code, language, **error.facts),
        article=str(error.facts.get("article") or ""),
        record=str(record) if record else None,
    )


def dossier_page(
    code: str,
    actor: Actor,
    app: App,
    language: Language,
    *,
    refusal: Refusal | None = None,
    typed: TypedDemand | None = None,
    error: str | None = None,
    result_error: str | None = None,
) -> DossierPage:
    """The whole dossier as a page shows it; reading it is logged."""
    answered = answer(DossierCode(code), actor=actor, uow=app.uow, catalogue=app.catalogue, clock=app.clock)
    found = answered.dossier
    views = component_views(answered, refusal, typed or TypedDemand(), app, language)
    wanted = [view for view in views if view.wanted]
    now = app.clock.now()
    today = now.astimezone(VIET_NAM).date()
    standing = standing_of(found, now=now, today=today, working=app.catalogue.working_time)
    return DossierPage(
        code=found.code,
        procedure=_procedure_name(found.procedure_code, app) or found.procedure_code,
        procedure_code=found.procedure_code,
        holder=found.holder.name,
        holder_number=found.holder.number,
        opened_at=found.opened_at,
        due_on=found.due_on,
        components=views,
        forms=tuple(one.value for one in DemandForm),
        settled=sum(view.settled for view in wanted),
        wanted=len(wanted),
        pace=standing.pace.value,
        days=standing.days,
        closed=ClosedView(found.closed.ending.value, found.closed.by_name, found.closed.at) if found.closed else None,
        endings=tuple(one.value for one in Ending),
        elsewhere=source_views(answered, app),
        results=results_view(found, actor, app, error=result_error),
        ties=found.ties,
        error=error,
    )
