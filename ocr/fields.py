"""Values beside their labels: which stretch of a page belongs to which field of a template."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ocr.labels import ITEM, Label, labels_of
from ocr.letterhead import is_place_date, is_post
from ocr.normal import NORMALISERS
from ocr.rows import apart, below, full, in_row, is_speck, new_row
from ocr.sheet import Sheet, Span
from ocr.template import FieldSpec, Template

_NEXT_ITEM = re.compile(rf"[\s;,.]*(?<!\w){ITEM}\s*\*?\s*$")
_ITEM_FIRST = re.compile(r"\s*(?:\d{1,2}|[a-gđ]|[IVX]{1,4})\s*[.)]\s|\s*[-+•●]\s+\S")
_LEAD = re.compile(r"[\s:;.,…_\-–|)\]]*")
_LEADERS = re.compile(r"[.…_]{2,}$")
"""A leader after a value ends it."""
_FEW = 3
_ABBREVIATION = 3
"""So few capitals may stand in the middle of a value."""
_MOST_LINES = {"text": (2, 4), "name": (2, 3)}
"""Over how many lines values may run when they are plainly broken by the margin: one-line fields, and others."""


def labelled(sheets: Sequence[Sheet], template: Template) -> dict[str, list[Span]]:
    """For every field of ``template`` that has labels: where its value may stand, best first."""
    labels = labels_of(sheets, template)
    sections = _sections(labels, template)
    found: dict[str, list[Span]] = {}
    for field in template.fields:
        if not field.labels or (field.after and field.after not in sections):
            continue
        own = [
            label for label in labels if field.name in label.owners and _in_column(sheets[label.sheet], label, field)
        ]
        if field.after:
            own = [label for label in own if (label.sheet, label.start) > sections[field.after]]
        homes = {id(label): _at_home(label, field, sections) for label in own}
        own.sort(key=lambda label: (not homes[id(label)], not label.colon, not label.named, not label.head))
        spans = [_value(sheets[label.sheet], label, labels, field, doubts=_astray(label, own, homes)) for label in own]
        if spans:
            found[field.name] = spans
    return found


def _sections(labels: Sequence[Label], template: Template) -> dict[str, tuple[int, int]]:
    """Where the fields stand that others come after: the mother's name opens what is said about the mother."""
    wanted = {field.after for field in template.fields if field.after}
    found: dict[str, tuple[int, int]] = {}
    for field in template.fields:
        if field.name in wanted:
            least = found.get(field.after, (-1, -1)) if field.after else (-1, -1)
            own = [label for label in labels if field.name in label.owners and (label.sheet, label.start) > least]
            own.sort(key=lambda label: (not label.colon, not label.named))
            if own:
                found[field.name] = (own[0].sheet, own[0].start)
    return found


def _at_home(label: Label, field: FieldSpec, sections: Mapping[str, tuple[int, int]]) -> bool:
    """Whether a label stands in the section of its field: no other section begins between."""
    place = (label.sheet, label.start)
    start = sections.get(field.after, (-1, -1)) if field.after else (-1, -1)
    if field.name in sections:
        return True
    return not any(start < other < place for name, other in sections.items() if name != field.after)


def _astray(label: Label, own: Sequence[Label], homes: Mapping[int, bool]) -> bool:
    """Whether a label stands in a foreign section and could speak of somebody else there."""
    return not homes[id(label)] and (len(own) > 1 or len(label.owners) > 1)


def _in_column(sheet: Sheet, label: Label, field: FieldSpec) -> bool:
    if field.column == "any":
        return True
    left, _, right, _ = sheet.box(label.start, label.end)
    in_left = left < sheet.source.width * 0.45 and (left + right) / 2 < sheet.source.width / 2
    return in_left == (field.column == "left")


def _value(sheet: Sheet, label: Label, labels: Sequence[Label], field: FieldSpec, *, doubts: int) -> Span:
    """The stretch after a label, up to the next label, over as many lines as it plainly runs."""
    here = [other for other in labels if other.sheet == label.sheet and other.start > label.start]
    doubts += label.stretched or not (label.colon or label.head)
    parts, last, cut = _beside(sheet, label, here, field)
    if not cut:
        doubts += _further(sheet, label, here, field, parts=parts, last=last)
    return Span(sheet, tuple(parts), label.edits, doubts)


def _beside(
    sheet: Sheet, label: Label, here: Sequence[Label], field: FieldSpec
) -> tuple[list[tuple[int, int]], int, bool]:
    """What stands in the row of a label, on which line it ends, and whether another label ended it.

    The day of signing, which happens to stand in that row, is the value of no other label.
    """
    number = sheet.line_at(label.end - 1)
    lead = _LEAD.match(sheet.text, label.end)
    start = lead.end() if lead else label.end
    parts: list[tuple[int, int]] = []
    if start < sheet.line_end(number):
        end, cut = _until_label(sheet, start, sheet.line_end(number), here)
        return ([(start, end)] if end > start else []), number, cut
    last = number
    cells = in_row(sheet, number)
    for cell in [cell for cell in cells if not is_speck(sheet, cell, number)] or cells:
        begin = sheet.starts[cell]
        end, cut = _until_label(sheet, begin, sheet.line_end(cell), here)
        if end <= begin or (parts and apart(sheet, last, cell)):
            break
        if field.kind != "date" and is_place_date(sheet.text[begin:end]):
            break
        parts.append((begin, end))
        last = cell
        if cut:
            return parts, last, True
    return parts, last, False


def _further(
    sheet: Sheet, label: Label, here: Sequence[Label], field: FieldSpec, *, parts: list[tuple[int, int]], last: int
) -> bool:
    """Add to ``parts`` the lines below ``last`` that go on with the value of ``label``; whether one is doubtful."""
    number = sheet.line_at(label.end - 1)
    left = sheet.box(*parts[0])[0] if parts else 0
    own_cell = bool(parts) and last != number
    most = max(field.lines, _MOST_LINES.get(field.kind, (2, 2))[field.lines > 1])
    lines, doubtful = 1, False
    while lines < most:
        follower = below(sheet, last, sheet.lines[number].box, left, fresh=not parts)
        if follower is None or (parts and own_cell and new_row(sheet, number, follower)):
            break
        begin = sheet.starts[follower]
        end, cut = _until_label(sheet, begin, sheet.line_end(follower), here)
        if end <= begin or _begins_anew(sheet, begin, end, parts):
            break
        if parts:
            goes_on, plain = _goes_on(sheet, parts, last, follower, field)
            doubtful |= goes_on and not plain
            if not goes_on:
                break
        parts.append((begin, end))
        left, last, lines = left or sheet.lines[follower].box[0], follower, lines + (len(parts) > 1)
        if cut:
            break
    return doubtful


def _goes_on(
    sheet: Sheet, parts: Sequence[tuple[int, int]], last: int, follower: int, field: FieldSpec
) -> tuple[bool, bool]:
    """Whether the line below goes on with a value, and whether that is plain.

    It plainly does where the margin broke the line above, or a number or day is not whole yet. Words without a label
    that begin small, or are few, go on too, but a person has to see that.
    """
    before = sheet.text[parts[-1][0] : parts[-1][1]].rstrip()
    if field.kind not in _MOST_LINES:
        return NORMALISERS[field.kind](" ".join(sheet.text[start:end] for start, end in parts)) is None, True
    if _LEADERS.search(before):
        return False, True
    if full(sheet, last, follower):
        return True, True
    words = sheet.lines[follower].text.split()
    small = words[0][:1].islower() or before.endswith(",") or len(words) <= _FEW
    return small and not before.endswith((".", ";")), False


def _begins_anew(sheet: Sheet, begin: int, end: int, parts: Sequence[tuple[int, int]]) -> bool:
    """Whether a line that might go on with a value begins something else: a day of signing, an item, a post."""
    text = sheet.text[begin:end]
    if is_place_date(text) or is_post(text):
        return True
    if not parts:
        return False
    before = sheet.text[parts[-1][0] : parts[-1][1]].rstrip()
    ended = before.endswith((".", ";")) and text[:1].isupper()
    louder = text.isupper() and not before.isupper() and sum(char.isalpha() for char in text) > _ABBREVIATION
    return ended or louder or _ITEM_FIRST.match(text) is not None


def _until_label(sheet: Sheet, start: int, end: int, labels: Sequence[Label]) -> tuple[int, bool]:
    """Where a value that may run from ``start`` to ``end`` stops, and whether a label stopped it."""
    nearest = min((label.start for label in labels if start <= label.start < end), default=None)
    if nearest is None:
        return end, False
    stretch = sheet.text[start:nearest]
    item = _NEXT_ITEM.search(stretch)
    return start + (item.start() if item else len(stretch.rstrip(" *-–•+(;,"))), True
