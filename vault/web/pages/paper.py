"""One paper on its way in, as its page shows it: what was read, what was typed over it, what it may be already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import FormData

from vault.bootstrap import App
from vault.domain.holders import HolderRole
from vault.domain.intake import Channel, Intake, IntakeState, NamedHolder, Page
from vault.domain.outside import differences
from vault.domain.reuse import VIET_NAM
from vault.domain.states import RecordState
from vault.usecases.digitize.view_intake import SeenIntake
from vault.web.pages.components import source_name
from vault.web.pages.desk import type_name
from vault.web.pages.offered import OfferedView, offered_view
from vault.web.pages.posted import fields_of_paper, people_of_paper, texts_of
from vault.web.pages.reading import FieldsView, Remark, date_fields, fields_of, holders_of, remarks_of, shown
from vault.web.pages.signatures import SignaturesView, signatures_view


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


def typed_in(form: FormData) -> Typed:
    """What the form of a paper says."""
    texts = texts_of(form)
    return Typed(
        type_code=texts.get("type", ""),
        fields=fields_of_paper(texts),
        holders=people_of_paper(texts),
        compared=texts.get("compared") == "yes",
        consent=texts.get("consent") == "yes",
    )


def paper_page(
    seen: SeenIntake, typed: Typed | None, app: App, *, error: str | None = None, onward: str | None = None
) -> IntakePage:
    """The page; without `typed`, as the reader or a word that was given left it. `onward`: the next intake."""
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
