"""Which kind of paper is this? Titles first, then the phrases that only such a paper carries."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ocr.sheet import Match, Sheet
from ocr.template import Template

OTHER = "OTHER"

_SHEETS_WITH_TITLES = 2
_TITLE = 1.0
_QUIET_TITLE = 0.45
_EDIT_COST = 0.12
_SIGNS = 0.8
_SIGNS_ENOUGH = 5
_AGAINST = 0.35
_LEAST = 0.5
_ALTERNATIVES = 3
_BEFORE_TITLE = re.compile(r"[\W\d_]*$")


@dataclass(frozen=True, slots=True)
class TypeGuess:
    """The likeliest kind of paper and how sure that is (0 to 1), with the runners-up as (code, confidence)."""

    code: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "code": self.code,
            "confidence": round(self.confidence, 4),
            "alternatives": [{"code": code, "confidence": round(conf, 4)} for code, conf in self.alternatives],
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> TypeGuess:
        """The guess that ``as_dict`` described."""
        others = tuple((str(item["code"]), float(item["confidence"])) for item in raw["alternatives"])
        return cls(str(raw["code"]), float(raw["confidence"]), others)


def guess_type(sheets: Sequence[Sheet], templates: Sequence[Template]) -> TypeGuess:
    """The kind of paper, ``OTHER`` when nothing fits well enough."""
    scores = sorted(
        (
            (score(sheets[:_SHEETS_WITH_TITLES], template), template.code)
            for template in templates
            if template.code != OTHER
        ),
        key=lambda item: (-item[0], item[1]),
    )
    if not scores or scores[0][0] < _LEAST:
        best = scores[0][0] if scores else 0.0
        return TypeGuess(OTHER, 1.0 - best, _shares(scores, 0))
    top, second = scores[0][0], scores[1][0] if len(scores) > 1 else 0.0
    lead = (top - second) / top
    confidence = min(1.0, 0.5 + lead) * min(1.0, 0.55 + 0.35 * top)
    return TypeGuess(scores[0][1], min(0.995, confidence), _shares(scores, 1))


def _shares(scores: Sequence[tuple[float, str]], skip: int) -> tuple[tuple[str, float], ...]:
    whole = sum(value for value, _ in scores) or 1.0
    return tuple((code, value / whole) for value, code in scores[skip : skip + _ALTERNATIVES] if value > 0)


def score(sheets: Sequence[Sheet], template: Template) -> float:
    """How well a template fits: up to 1 for the title, 0.8 for signs; 0.35 off for each phrase against it."""
    title = max(
        (
            value
            for sheet in sheets
            for titles, alone in ((template.titles, False), (template.titles_alone, True))
            for text in titles
            for value in _title_values(sheet, text, alone=alone)
        ),
        default=0.0,
    )
    seen = sum(any(sheet.find(sign) for sheet in sheets) for sign in template.signs)
    needed = min(_SIGNS_ENOUGH, len(template.signs))
    against = sum(any(_speaks_against(sheet, phrase) for sheet in sheets) for phrase in template.against)
    signs = _SIGNS * min(1.0, seen / needed) if needed else 0.0
    return max(0.0, title + signs - _AGAINST * against)


def _speaks_against(sheet: Sheet, phrase: str) -> bool:
    """A title in capitals must stand as a title; a letter may well mention a notice."""
    least = _QUIET_TITLE if not phrase.isupper() else (_TITLE + _QUIET_TITLE) / 2
    return max(_title_values(sheet, phrase, alone=False), default=0.0) >= least


def _title_values(sheet: Sheet, text: str, *, alone: bool) -> list[float]:
    values = []
    for match in sheet.find(text):
        if not _begins_line(sheet, match) or (alone and not _ends_line(sheet, match)):
            continue
        letters = [char for char in sheet.text[match.start : match.end] if char.isalpha()]
        loud = sum(char.isupper() for char in letters) >= 0.75 * len(letters)
        values.append((_TITLE if loud else _QUIET_TITLE) - _EDIT_COST * match.edits)
    return values


def _begins_line(sheet: Sheet, match: Match) -> bool:
    start = sheet.starts[sheet.line_at(match.start)]
    return _BEFORE_TITLE.fullmatch(sheet.text[start : match.start]) is not None


def _ends_line(sheet: Sheet, match: Match) -> bool:
    end = sheet.line_end(sheet.line_at(match.end - 1))
    return not any(char.isalnum() for char in sheet.text[match.end : end])
