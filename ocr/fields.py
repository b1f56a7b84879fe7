"""Values beside their labels: which stretch of a page belongs to which field of a template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr.letterhead import is_place_date
from ocr.sheet import Match, Sheet, Span
from ocr.template import FieldSpec, Template

_NEXT_ITEM = re.compile(r"[\s;,.]*(?<!\w)(?:\d{1,2}|[a-gđ]|[IVX]{1,4})\s*[.,)]\s*\*?\s*$")
_ITEM_HEAD = re.compile(r"\W*(?:(?:\d{1,2}|[a-gđ]|[IVX]{1,4})\s*[.,)]\W*)?")
_ITEM_FIRST = re.compile(r"\s*(?:\d{1,2}|[a-gđ]|[IVX]{1,4})\s*[.)]\s")
_OTHER_LABEL = re.compile(r"[A-ZÀ-ỸĐ][^:.;]{2,45}:(?:\s|$)")
_BRACKETS = re.compile(r"\s*\([^)]{0,60}\)\s*(?=[:.])|\s*/\s*[A-Z][A-Za-z' ]{2,40}(?=\s*:)")
_LEAD = re.compile(r"[\s:;.,…_\-–|)\]]*")
_SAME_ROW = 0.5
_NEXT_LINE_GAP = 1.6


@dataclass(frozen=True, slots=True)
class _Claim:
    """A label found on a sheet; ``owners`` are the fields that use it, none for a stop."""

    sheet: int
    match: Match
    owners: tuple[str, ...]


def labelled(sheets: Sequence[Sheet], template: Template) -> dict[str, list[Span]]:
    """For every field of ``template`` that has labels: where its value may stand, best first."""
    claims = _claims(sheets, template)
    positions: dict[str, tuple[int, int]] = {}
    found: dict[str, list[Span]] = {}
    for field in template.fields:
        if not field.labels:
            continue
        after = positions.get(field.after, (-1, -1)) if field.after else (-1, -1)
        if field.after and field.after not in positions:
            continue
        spans: list[Span] = []
        for claim in sorted(claims, key=lambda claim: not _has_colon(sheets[claim.sheet], claim.match)):
            if field.name not in claim.owners or (claim.sheet, claim.match.start) <= after:
                continue
            if not _in_column(sheets[claim.sheet], claim.match, field):
                continue
            if not spans:
                positions[field.name] = (claim.sheet, claim.match.start)
            spans.append(_value(sheets[claim.sheet], claim, claims, field))
        if spans:
            found[field.name] = spans
    return found


def _claims(sheets: Sequence[Sheet], template: Template) -> list[_Claim]:
    """Every label on every sheet; where labels overlap, the longest one that fits best has the place."""
    owners: dict[str, list[str]] = {label: [] for label in template.stops}
    for field in template.fields:
        for label in field.labels:
            owners.setdefault(label, []).append(field.name)
    claims: list[_Claim] = []
    for number, sheet in enumerate(sheets):
        taken: list[_Claim] = []
        matches = [
            (match, tuple(names))
            for label, names in owners.items()
            for match in sheet.find(label)
            if _is_label(sheet, match, label)
        ]
        matches.sort(key=lambda item: (-(item[0].end - item[0].start) + 4 * item[0].edits, item[0].start))
        for match, names in matches:
            clash = [other for other in taken if match.start < other.match.end and other.match.start < match.end]
            same = [other for other in clash if (other.match.start, other.match.end) == (match.start, match.end)]
            if same:
                taken.remove(same[0])
                taken.append(_Claim(number, match, tuple(dict.fromkeys(same[0].owners + names))))
            elif not clash:
                taken.append(_Claim(number, match, names))
        claims.extend(sorted(taken, key=lambda claim: claim.match.start))
    return claims


def _is_label(sheet: Sheet, match: Match, label: str) -> bool:
    """Whether a label's words are a label here and not part of a value ("số 1 đường …" is no "Số").

    A capital label needs its capital; a single word also its colon, unless it stands at the head of a line.
    """
    if label[:1].isupper() and not sheet.text[match.start].isupper():
        return False
    if _ITEM_HEAD.fullmatch(sheet.text, sheet.starts[sheet.line_at(match.start)], match.start):
        return True
    return " " in label or "/" in label or sheet.text[match.end : match.end + 3].lstrip().startswith((":", "."))


def _has_colon(sheet: Sheet, match: Match) -> bool:
    """A label with its colon goes before the same words elsewhere: titles say "tình trạng hôn nhân" too."""
    bracket = _BRACKETS.match(sheet.text, match.end)
    end = bracket.end() if bracket else match.end
    return ":" in sheet.text[end : end + 4].split("\n")[0]


def _in_column(sheet: Sheet, match: Match, field: FieldSpec) -> bool:
    if field.column == "any":
        return True
    left, _, right, _ = sheet.box(match.start, match.end)
    in_left = left < sheet.source.width * 0.45 and (left + right) / 2 < sheet.source.width / 2
    return in_left == (field.column == "left")


def _value(sheet: Sheet, claim: _Claim, claims: Sequence[_Claim], field: FieldSpec) -> Span:
    """The stretch after a label, up to the next label, over at most ``field.lines`` lines."""
    here = [other.match for other in claims if other.sheet == claim.sheet]
    number = sheet.line_at(claim.match.end - 1)
    bracket = _BRACKETS.match(sheet.text, claim.match.end)
    start = bracket.end() if bracket else claim.match.end
    if lead := _LEAD.match(sheet.text, start):
        start = lead.end()
    parts: list[tuple[int, int]] = []
    if start < sheet.line_end(number):
        end, cut = _until_label(sheet, start, sheet.line_end(number), here)
        if end > start:
            parts.append((start, end))
        if cut:
            return Span(sheet, tuple(parts), claim.match.edits)
    label_box = sheet.box(claim.match.start, claim.match.end)
    last = number
    for follower, beside in _followers(sheet, number, label_box[0], first=not parts):
        if len(parts) >= field.lines:
            break
        begin = sheet.starts[follower]
        end, cut = _until_label(sheet, begin, sheet.line_end(follower), here)
        if end <= begin or _begins_anew(sheet, begin, end, parts):
            if beside:
                continue
            break
        parts.append((begin, end))
        last = follower
        if cut:
            break
    return Span(sheet, tuple(parts), claim.match.edits if last == number else claim.match.edits + 1)


def _begins_anew(sheet: Sheet, begin: int, end: int, parts: Sequence[tuple[int, int]]) -> bool:
    """Whether a line that might go on with a value begins something else: a day of signing, an item, another label."""
    text = sheet.text[begin:end]
    if is_place_date(text) or _OTHER_LABEL.match(text):
        return True
    if not parts:
        return False
    ended = sheet.text[parts[-1][0] : parts[-1][1]].rstrip().endswith((".", ";")) and text[:1].isupper()
    return ended or _ITEM_FIRST.match(text) is not None


def _until_label(sheet: Sheet, start: int, end: int, labels: Sequence[Match]) -> tuple[int, bool]:
    """Where a value that may run from ``start`` to ``end`` stops, and whether a label stopped it."""
    nearest = min((match.start for match in labels if start <= match.start < end), default=None)
    if nearest is None:
        return end, False
    stretch = sheet.text[start:nearest]
    item = _NEXT_ITEM.search(stretch)
    return start + (item.start() if item else len(stretch.rstrip(" *-–"))), True


def _followers(sheet: Sheet, number: int, left: int, *, first: bool) -> list[tuple[int, bool]]:
    """Lines that may go on with the value of a label on line ``number``: beside it (true), then below it (false).

    ``first``: nothing was found beside the label yet, so the row and the next line are looked at even across a gap.
    """
    box = sheet.lines[number].box
    height = box[3] - box[1]
    row, below = [], []
    for other, line in enumerate(sheet.lines):
        if other == number:
            continue
        at = line.box
        overlap = min(box[3], at[3]) - max(box[1], at[1])
        if overlap > _SAME_ROW * min(height, at[3] - at[1]):
            if at[0] >= box[2] - height:
                row.append((at[0], other))
        elif at[1] >= box[1] + height * 0.5 and (at[2] > left or not first) and _shares_column(box, at, sheet):
            below.append((at[1], other))
    chosen = [(other, True) for _, other in sorted(row)] if first else []
    bottom = box[3]
    for top, other in sorted(below):
        if top - bottom > _NEXT_LINE_GAP * height:
            break
        chosen.append((other, False))
        bottom = max(bottom, sheet.lines[other].box[3])
    return chosen


def _shares_column(box: Sequence[int], other: Sequence[int], sheet: Sheet) -> bool:
    middle = sheet.source.width / 2
    if other[0] > middle > box[2] or (other[2] < middle < box[0]):
        return False
    return other[0] < box[2] or other[0] < middle
