"""What is this paper, and what does it say? Types and fields from read pages and templates; pure decisions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ocr import letterhead, told
from ocr.checks import Checks, cross_checked
from ocr.classify import TypeGuess, guess_type, score
from ocr.fields import labelled
from ocr.normal import NORMALISERS
from ocr.sheet import Sheet, Span
from ocr.template import FieldSpec, How, Template
from ocr.trust import evidence, judged
from ocr.values import Box, FieldValue, PageText, hull

_BY_PLACE: Mapping[How, Callable[[Sheet], Span | None]] = {
    "letter_number": letterhead.letter_number,
    "place": letterhead.place,
    "issuer": letterhead.issuer,
    "subject": letterhead.subject,
    "signer": letterhead.signer,
}
_ANY_PAGE = ("place", "place_date", "alone")
_LOOKALIKES = re.compile(r"\b(?=\w*[A-Z])(?=\w*\d)\w*[O0I1]\w*")
"""Letters and digits mixed: nothing tells O from 0 there, so such a value always goes to a person."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """The kind of paper, its fields by name, and what a person should look at (``CODE`` or ``CODE:detail``)."""

    type: TypeGuess
    fields: Mapping[str, FieldValue]
    warnings: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "type": self.type.as_dict(),
            "fields": {name: field.as_dict() for name, field in self.fields.items()},
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Understanding:
        """The understanding that ``as_dict`` described."""
        return cls(
            type=TypeGuess.from_dict(raw["type"]),
            fields={str(name): FieldValue.from_dict(field) for name, field in raw["fields"].items()},
            warnings=tuple(str(text) for text in raw["warnings"]),
        )


def understand(pages: Sequence[PageText], templates: Sequence[Template], type_code: str | None = None) -> Understanding:
    """Guess the type and take out the fields. ``type_code`` overrules the guess (a person has said what it is).

    Pages and templates may be empty; then the type is ``OTHER`` and there are no fields.
    """
    sheets = [Sheet(number, page) for number, page in enumerate(pages)]
    guess = guess_type(sheets, templates)
    if type_code is not None:
        guess = TypeGuess(type_code, 1.0, guess.alternatives)
    drafts = [template for template in templates if template.code == guess.code]
    template = max(drafts, key=lambda draft: score(sheets, draft), default=None)
    fields = {} if template is None else _fields(sheets, template, guess.confidence)
    checks = Checks()
    told.take(sheets, guess.code, fields, checks)
    fields, warnings = _judged(fields, checks)
    if template is not None:
        warnings += [
            f"FIELD_MISSING:{spec.name}" for spec in template.fields if spec.required and spec.name not in fields
        ]
    warnings += [f"FIELD_UNREADABLE:{name}" for name, field in fields.items() if not field.value]
    for number, page in enumerate(pages):
        warnings += [f"PAGE_{advice}:{number}" for advice in page.quality.advice]
        warnings += [f"{text}:{number}" for text in page.warnings]
    return Understanding(guess, fields, tuple(warnings))


def _judged(fields: Mapping[str, FieldValue], checks: Checks) -> tuple[dict[str, FieldValue], list[str]]:
    cross_checked(fields, checks)
    weighed = {
        name: replace(field, evidence={**field.evidence, "agrees": 1.0})
        if name in checks.agrees and name not in checks.contradicted and field.evidence
        else field
        for name, field in fields.items()
    }
    return judged(weighed, frozenset(checks.contradicted)), checks.warnings


def _fields(sheets: Sequence[Sheet], template: Template, type_conf: float) -> dict[str, FieldValue]:
    beside = labelled(sheets, template)
    fields = {}
    for spec in template.fields:
        taken = [span for name, spans in beside.items() if name != spec.name for span in spans[:1]]
        spans = beside.get(spec.name, []) + ([] if spec.how == "label" else _placed(sheets, spec, taken))
        best = _first_good(spans, spec, type_conf)
        if best is not None:
            fields[spec.name] = best
    return fields


def _placed(sheets: Sequence[Sheet], spec: FieldSpec, taken: Sequence[Span]) -> list[Span]:
    """By place: the head of the first page; day and serial on any page; the signer of the last page that has one.

    ``taken``: what stands beside the labels of other fields; a birthday is no day of issue.
    """
    order = list(sheets if spec.how in _ANY_PAGE else sheets[:1])
    if spec.how == "signer":
        order = list(reversed(sheets))
    if spec.how == "alone":
        return [span for sheet in order for span in letterhead.short_lines(sheet)]
    if spec.how == "place_date":
        return [span for sheet in order if (span := letterhead.place_date(sheet, taken)) is not None]
    return [span for sheet in order if (span := _BY_PLACE[spec.how](sheet)) is not None]


def _first_good(spans: Sequence[Span], spec: FieldSpec, type_conf: float) -> FieldValue | None:
    """The first stretch that fits the syntax; if none does, the first that holds anything, without a value."""
    unreadable = None
    for span in spans:
        raw = span.raw
        value = NORMALISERS[spec.kind](raw) if raw else None
        if value:
            return _field(span, spec, value, raw, type_conf)
        if raw and unreadable is None and spec.how != "alone" and any(char.isalnum() for char in raw):
            unreadable = FieldValue("", 0.0, span.sheet.page, _box(span), raw)
    return unreadable


def _field(span: Span, spec: FieldSpec, value: str, raw: str, type_conf: float) -> FieldValue:
    words = [word for start, end in span.parts for word in span.sheet.words(start, end)]
    found = evidence(
        value,
        spec.kind,
        words,
        span.sheet.source,
        label_edits=span.label_edits,
        placed=spec.how != "label",
        type_conf=type_conf,
    )
    if _LOOKALIKES.search(value):
        found["lookalike"] = 1.0
    if span.doubts:
        found["doubtful_place"] = float(span.doubts)
    return FieldValue(value, 0.0, span.sheet.page, _box(span), raw, evidence=found)


def _box(span: Span) -> Box:
    return hull([span.sheet.box_on_page(start, end) for start, end in span.parts])
