"""What the reader found, laid out for the officer: each field beside the piece of the picture it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import ocr
from vault import messages
from vault.bootstrap import App
from vault.domain.catalogue import FieldKind
from vault.domain.holders import HolderRole
from vault.domain.intake import DATE_FIELDS, Intake, NamedHolder, Page, ProposedField
from vault.domain.reuse import VIET_NAM
from vault.web.issuers import issuer_noted

_MARGIN = 12
"""Pixels of the page shown around a field, so that accents and the label's end are seen too."""
_LOW = 0.60
"""Below this confidence a field is marked as doubtful rather than merely to be looked at."""
_DAY = re.compile(r"\s*(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{4})\s*")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_COMMON = ("number", "issuer", "issued_on", "expires_on")
_HOLDER_FIELDS = (
    ("holder_id", "holder_name", HolderRole.SUBJECT),
    ("wife_id", "wife_name", HolderRole.SPOUSE),
    ("husband_id", "husband_name", HolderRole.SPOUSE),
    ("tax_code", "company_name", HolderRole.SUBJECT),
)
"""Which fields of a paper name the people it is about; the officer sees and corrects the result."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A piece of a page's picture, in pixels of the page."""

    page: int
    x: int
    y: int
    width: int
    height: int
    page_width: int
    page_height: int


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of the form. `mark` is SURE, LOOK, DOUBT (how sure the reader is) or NONE (it read nothing)."""

    name: str
    label: str
    value: str
    is_date: bool
    required: bool
    percent: int | None
    mark: str
    crop: Crop | None


@dataclass(frozen=True, slots=True)
class FieldsView:
    """The fields that the type's papers carry, and what else was read."""

    own: tuple[FieldView, ...]
    others: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """What the reader noticed about the paper as a whole: a code, and the fields or pages it is about."""

    code: str
    about: tuple[str, ...]


def fields_of(intake: Intake, pages: Sequence[Page], type_code: str, typed: Mapping[str, str], app: App) -> FieldsView:
    """The form for a type: values the officer typed win over values the reader proposes."""
    proposed: Mapping[str, ProposedField] = intake.proposal.fields if intake.proposal else {}
    labels = labels_of(type_code, app)
    own = _own(type_code, app)
    rest = {name: labels[name][0] if name in labels else word_of(name) for name in proposed if name not in own}
    sizes = {page.index: page for page in pages}
    dates = date_fields(type_code, app)

    def view(name: str, label: str, *, required: bool) -> FieldView:
        field, is_date = proposed.get(name), name in dates
        value = typed.get(name, shown(field.value if field else "", is_date=is_date))
        return FieldView(
            name,
            label,
            value,
            is_date,
            required,
            round(field.confidence * 100) if field else None,
            _mark(field),
            _crop(field, sizes),
        )

    return FieldsView(
        own=tuple(view(name, label, required=required) for name, (label, required) in own.items()),
        others=tuple(view(name, label, required=False) for name, label in rest.items()),
    )


def date_fields(type_code: str, app: App) -> frozenset[str]:
    """The fields of a type that hold a day."""
    paper = app.catalogue.find_type(type_code, app.clock.now().astimezone(VIET_NAM).date())
    known = {one.name for one in (paper.fields if paper else ()) if one.kind is FieldKind.DATE}
    read = {one.name for one in _fields(_template(type_code, app)) if one.kind == "date"}
    return frozenset(known | read | set(DATE_FIELDS))


def labels_of(type_code: str, app: App) -> dict[str, tuple[str, bool]]:
    """The fields of a type in their order: label (a text of the paper, or a key of the catalogue) and required or not.

    What the catalogue does not list, the reader's template may still know: its first label is what the paper prints.
    """
    paper = app.catalogue.find_type(type_code, app.clock.now().astimezone(VIET_NAM).date())
    own = {one.name: (one.label, one.required) for one in (paper.fields if paper else ())}
    template = _template(type_code, app)
    read = {one.name: (one.labels[0] if one.labels else word_of(one.name), False) for one in _fields(template)}
    return {**read, **own}


def _own(type_code: str, app: App) -> dict[str, tuple[str, bool]]:
    paper = app.catalogue.find_type(type_code, app.clock.now().astimezone(VIET_NAM).date())
    if paper is None or not paper.fields:
        return {name: (word_of(name), False) for name in _COMMON}
    return {one.name: (one.label, one.required) for one in paper.fields}


def label_anywhere(name: str, app: App) -> str:
    """What some kind of paper prints before a field, when nobody can say which paper it stands on."""
    if messages.known(f"ui.field.{name}"):
        return word_of(name)
    labels = (field.label for paper in app.catalogue.types for field in paper.fields if field.name == name)
    return next(labels, name)


def word_of(name: str) -> str:
    """The key of a field's name in the catalogue, or the bare name when it has none."""
    return f"ui.field.{name}" if messages.known(f"ui.field.{name}") else name


def _fields(template: ocr.Template | None) -> tuple[ocr.FieldSpec, ...]:
    return template.fields if template else ()


def _template(type_code: str, app: App) -> ocr.Template | None:
    return next((one for one in app.templates if one.code == type_code), None)


def _mark(field: ProposedField | None) -> str:
    if field is None or not field.value:
        return "NONE"
    if field.sure:
        return "SURE"
    return "LOOK" if field.confidence >= _LOW else "DOUBT"


def _crop(field: ProposedField | None, pages: Mapping[int, Page]) -> Crop | None:
    if field is None or field.box is None or field.box.page not in pages:
        return None
    page, box = pages[field.box.page], field.box
    x, y = max(0, box.x0 - _MARGIN), max(0, box.y0 - _MARGIN)
    width, height = min(page.width, box.x1 + _MARGIN) - x, min(page.height, box.y1 + _MARGIN) - y
    return Crop(page.index, x, y, width, height, page.width, page.height) if width > 0 and height > 0 else None


def remarks_of(intake: Intake, type_code: str, app: App) -> tuple[Remark, ...]:
    """Remarks in words, without those that the marks beside the fields already make."""
    labels = labels_of(type_code, app)
    found = []
    for warning in intake.proposal.warnings if intake.proposal else ():
        code, _, detail = warning.partition(":")
        if messages.known(f"ui.warning.{code}"):
            names = detail.split(",")
            found.append(Remark(code, tuple(labels[one][0] if one in labels else _page(one) for one in names)))
    return (*found, *_issuer_remarks(intake, app))


def _issuer_remarks(intake: Intake, app: App) -> Iterator[Remark]:
    """The issuer as read against the dated list of agencies: one that is gone, or was not there yet, is told now."""
    noted = issuer_noted(intake, app)
    if noted is not None:
        yield Remark(noted[0], (noted[1].name,))


def _page(detail: str) -> str:
    return str(int(detail) + 1) if detail.isdigit() else detail


def holders_of(intake: Intake) -> tuple[NamedHolder, ...]:
    """Whom the paper seems to be about; one empty line when nothing says so."""
    proposed: Mapping[str, ProposedField] = intake.proposal.fields if intake.proposal else {}
    found = [
        NamedHolder(_value(proposed, number), _value(proposed, name), role.value)
        for number, name, role in _HOLDER_FIELDS
        if number in proposed or name in proposed
    ]
    if not found:
        found = [NamedHolder("", "", HolderRole.SUBJECT.value)]
    if intake.hint_holder and not found[0].number:
        found[0] = NamedHolder(intake.hint_holder, found[0].name, found[0].role)
    return tuple(found)


def _value(fields: Mapping[str, ProposedField], name: str) -> str:
    return fields[name].value if name in fields else ""


def shown(value: str, *, is_date: bool) -> str:
    """A value as people write it: a day as day/month/year."""
    iso = _ISO.fullmatch(value) if is_date else None
    return f"{iso[3]}/{iso[2]}/{iso[1]}" if iso else value


def stored(value: str, *, is_date: bool) -> str:
    """A value as it is kept: a day as ISO 8601; what is no day stays as typed and is refused with its own words."""
    day = _DAY.fullmatch(value) if is_date else None
    return f"{day[3]}-{int(day[2]):02d}-{int(day[1]):02d}" if day else value.strip()
