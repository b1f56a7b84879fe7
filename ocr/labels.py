"""The labels of a page: those that a template names, in all their wordings, and those that it does not know.

An unknown label matters as much as a known one: it ends the value before it, and a known label that goes on with other
words is another label ("Họ và tên" is not "Họ và tên cha").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr.fold import fold
from ocr.sheet import Match, Sheet
from ocr.template import Template
from ocr.values import Box
from ocr.wordings import bare, other_wordings

ITEM = r"(?:(?:\d{1,2}(?:\.\d{1,2})?|[a-gđ]|[IVX]{1,4})\s*[.,)/]|[-–—+*•●▪·])"
"""What numbers or dots an item of a list: "3.", "3.1.", "a)", "II.", "-"."""
_HEAD = re.compile(rf"\W*(?:{ITEM}\s*){{0,2}}\W*")
_BRACKET = re.compile(r"\s*\([^)\n]{0,60}\)|\s*/\s*[A-Z][A-Za-z.'º ]{1,40}(?=\s*[:.(]|\s*$)", re.MULTILINE)
_REST = re.compile(r"([^:\n\d]{1,60}?)\s*:")
_NEUTRAL = re.compile(
    r"\s*(?:(?:khai sinh|hien tai|hien nay|neu co|la|so|ngay|tai|cua (?:ong|ba|ong/ba|cong dan|to chuc)|"
    r"ong|ba|ong/ba|day du|in hoa|chinh thuc|cap|o)\s*)+"
)
"""Words that lengthen a label without changing what it asks for, folded."""
_ABBREVIATIONS = {
    "cccd",
    "cmnd",
    "cmtnd",
    "gcn",
    "hktt",
    "dkhk",
    "ddcn",
    "ubnd",
    "gplx",
    "dkkd",
    "qsdd",
    "hkd",
    "kd",
    "dn",
    "dt",
    "bhxh",
    "bhyt",
    "no",
}
_ALNUM = re.compile(r"\w")
_USUAL = 0.6
"""A page on which more labels than this share have a colon writes its labels with colons."""
_MOST_WORDS = 9
_FORGIVEN = 4
_MOST_MORE = 6
_NUMBER_WORD = "Số"
_CELL_GAP = 0.2
_ROLE_WORDS = {"me", "cha", "bo", "vo", "chong", "con", "nam", "nu"}
_WIDE = 1.3
"""A gap of so many heights parts cells."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label on ``sheet`` (by its place in the sequence) from ``start`` to ``end``; the value begins after ``end``.

    ``owners``: the fields that use it, none for a label that only ends values. ``colon``: a colon follows. ``head``: it
    begins its line or follows the mark of an item. ``named``: worded as the template has it, not as another form.
    ``stretched``: it goes on with words that no template has. ``foreign``: it only begins like a label that is known.
    """

    sheet: int
    start: int
    end: int
    edits: int = 0
    owners: tuple[str, ...] = ()
    colon: bool = False
    head: bool = False
    named: bool = True
    stretched: bool = False
    foreign: bool = False


def labels_of(sheets: Sequence[Sheet], template: Template) -> list[Label]:
    """Every label on every sheet in reading order; where they overlap, the longest that fits best has the place."""
    named, reworded = _wanted(template)
    found: list[Label] = []
    for number, sheet in enumerate(sheets):
        taken: list[Label] = []
        titled = [
            match
            for title in (*template.titles, *template.titles_alone)
            for match in sheet.find(title)
            if match.end + _FORGIVEN > sheet.line_end(sheet.line_at(match.end - 1))
            and sheet.text[match.start : match.end].isupper()
        ]
        candidates = [
            label
            for texts, own in ((named, True), (reworded, False))
            for text, owners in texts.items()
            for match in sheet.find(text)
            if (label := _label(sheet, number, match, text, owners, named=own)) is not None
            and (text.isupper() or not any(title.start <= label.start < title.end for title in titled))
        ]
        candidates += _wrapped(sheet, number, named, reworded)
        candidates.sort(
            key=lambda one: (
                one.foreign,
                -(one.end - one.start) + _FORGIVEN * one.edits,
                one.stretched,
                not one.named,
                one.start,
            )
        )
        for label in candidates:
            clash = [other for other in taken if label.start < other.end and other.start < label.end]
            if not clash:
                taken.append(label)
            elif (
                not label.foreign
                and (same := clash[0]).start == label.start
                and same.end == label.end
                and _alike(same, label)
            ):
                taken.remove(same)
                taken.append(_joined(same, label))
        taken += [
            label
            for label in _unknown(sheet, number)
            if not any(label.start < other.end and other.start < label.end for other in taken)
        ]
        found.extend(_believable(sheet, sorted(taken, key=lambda label: label.start)))
    return found


def _believable(sheet: Sheet, labels: Sequence[Label]) -> Iterator[Label]:
    """Without words that only look like labels: a value right after one, another form's label without its colon."""
    colons = sum(label.colon for label in labels)
    usual = colons > _USUAL * sum(label.colon or label.head for label in labels)
    before: Label | None = None
    for label in labels:
        if not label.colon:
            alone = not _ALNUM.search(sheet.text, label.end, sheet.line_end(sheet.line_at(label.end - 1)))
            if usual and not label.named and (alone or not label.head):
                continue
            close = before is not None and sheet.line_at(before.start) == sheet.line_at(label.start)
            if (
                not label.head
                and close
                and before is not None
                and not _ALNUM.search(sheet.text, before.end, label.start)
            ):
                continue
        before = label
        yield label


def _alike(one: Label, other: Label) -> bool:
    return one.named == other.named and one.edits == other.edits


def _joined(one: Label, other: Label) -> Label:
    owners = tuple(dict.fromkeys(one.owners + other.owners))
    return Label(one.sheet, one.start, one.end, one.edits, owners, one.colon, one.head, one.named, one.stretched)


def _wanted(template: Template) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Labels as the template has them with the fields that own them, and their other wordings."""
    named: dict[str, tuple[str, ...]] = dict.fromkeys(template.stops, ())
    for field in template.fields:
        for label in field.labels:
            named[label] = (*named.get(label, ()), field.name)
    known = {bare(label) for label in named}
    reworded: dict[str, tuple[str, ...]] = {}
    for label, owners in named.items():
        for text in other_wordings(label):
            if bare(text) not in known:
                reworded[text] = tuple(dict.fromkeys((*reworded.get(text, ()), *owners)))
    return named, reworded


def _label(sheet: Sheet, number: int, match: Match, text: str, owners: tuple[str, ...], *, named: bool) -> Label | None:
    """The label that a match is, or ``None`` where its words are part of a value ("số 1 đường …" is no "Số")."""
    said = sheet.text[match.start : match.end]
    line = sheet.line_at(match.end - 1)
    if (
        _other_role(said, text)
        or ":" in said
        or ("\n" in said and (match.edits or not _begins(sheet, match.start)))
        or not _in_one_cell(sheet, sheet.line_at(match.start), line)
    ):
        return None
    last = sheet.line_end(line)
    end = match.end
    while bracket := _BRACKET.match(sheet.text, end, last):
        end = bracket.end()
    if sheet.text[end:last].strip() == "/":
        end = last
    colon = _colon(sheet.text, end, last)
    head = _begins(sheet, match.start)
    stretched = False
    if not colon and (rest := _REST.match(sheet.text, end, last)):
        more = rest[1]
        loud = said.isupper() and more.isupper() and " " in text
        if more.lstrip("( /-–")[:1].islower() or loud:
            if not _NEUTRAL.fullmatch(fold(more).strip(" ()")):
                return Label(number, match.start, rest.end(1), match.edits, head=head, colon=True, foreign=True)
            end, colon, stretched = rest.end(1), True, True
    if not colon and not _stands_alone(sheet, match, text, named=named, head=head):
        return None
    if not colon and _is_cell(sheet, line, end, last):
        known = _NEUTRAL.fullmatch(fold(sheet.text[end:last]).strip(" ()")) is not None
        return Label(number, match.start, last, match.edits, owners, colon, head, named, True, foreign=not known)
    if text[:1].isupper() and not said[:1].isupper():
        return None
    return Label(number, match.start, end, match.edits, owners, colon, head, named, stretched)


def _wrapped(
    sheet: Sheet, number: int, named: dict[str, tuple[str, ...]], reworded: dict[str, tuple[str, ...]]
) -> Iterator[Label]:
    """Labels that take two lines of a cell while their value stands in the next cell: the lines are not neighbours."""
    wanted = {bare(text): (owners, True) for text, owners in named.items()}
    wanted |= {bare(text): (owners, False) for text, owners in reworded.items() if bare(text) not in wanted}
    for upper, line in enumerate(sheet.lines):
        box = sheet.boxes[upper]
        height = box[3] - box[1]
        if line.text.rstrip().endswith(":") or not any(_beside(box, other) for other in sheet.boxes):
            continue
        for lower, other in enumerate(sheet.lines):
            at = sheet.boxes[lower]
            near = abs(at[0] - box[0]) < _WIDE * height and 0.5 * height < at[1] - box[1] < 2.5 * height
            if not near or not (other.text[:1].islower() or (line.text.isupper() and other.text.isupper())):
                continue
            start = sheet.starts[upper]
            head = _HEAD.match(sheet.text, start, sheet.line_end(upper))
            first = head.end() if head else start
            found = wanted.get(bare(sheet.text[first : sheet.line_end(upper)] + " " + other.text))
            if found is not None:
                yield Label(number, first, sheet.line_end(upper), 0, found[0], colon=True, head=True, named=found[1])
                yield Label(number, sheet.starts[lower], sheet.line_end(lower), colon=True, head=True)


def _beside(box: Box, other: Box) -> bool:
    height = box[3] - box[1]
    return other[0] > box[2] + _CELL_GAP * height and min(box[3], other[3]) - max(box[1], other[1]) > height * 0.5


def _other_role(said: str, text: str) -> bool:
    """Whether a nearly fitting label speaks of somebody else: "người cha" is two letters from "người mẹ"."""
    last = fold(text).split()[-1]
    return last in _ROLE_WORDS and last != re.findall(r"\w+", fold(said))[-1]


def _stands_alone(sheet: Sheet, match: Match, text: str, *, named: bool, head: bool) -> bool:
    """Whether words without a colon may be a label: read without a slip, not a word that many values hold."""
    if match.edits:
        return False
    if " " in text or "/" in text:
        return head or sheet.text[match.start : match.end].casefold() == text.casefold()
    said, after = sheet.text[match.start : match.end], sheet.text[match.end : match.end + 2].strip()
    if head and said == text and len(text) > 1 and text.isupper() and not after:
        return True
    return (
        named
        and head
        and said.casefold() == text.casefold()
        and (text != _NUMBER_WORD or after[:1].isdigit() or not after)
    )


def _in_one_cell(sheet: Sheet, first: int, last: int) -> bool:
    """Whether a label that runs from line to line is one cell: the lower line stands under the upper one."""
    if first == last:
        return True
    upper, lower = sheet.boxes[first], sheet.boxes[last]
    height = upper[3] - upper[1]
    return last == first + 1 and lower[1] > upper[1] + height * 0.5 and abs(lower[0] - upper[0]) < _WIDE * height


def _is_cell(sheet: Sheet, line: int, end: int, last: int) -> bool:
    """Whether words after a known label still belong to it: a cell of a table whose value stands in the next cell."""
    more = sheet.text[end:last]
    if (
        any(char.isdigit() for char in more)
        or not more[:1].isspace()
        or not more.strip()[:1].islower()
        or len(more.split()) > _MOST_MORE
    ):
        return False
    return any(_beside(sheet.boxes[line], other) for other in sheet.boxes)


def _colon(text: str, start: int, end: int) -> bool:
    return text[start : min(end, start + 3)].lstrip(" .)/").startswith(":")


def _begins(sheet: Sheet, place: int) -> bool:
    """Whether a place begins its line, or a cell of it: nothing, an item's mark or a wide gap stands before."""
    line = sheet.line_at(place)
    start = sheet.starts[line]
    if _HEAD.fullmatch(sheet.text, start, place):
        return True
    words = sheet.lines[line].words
    at = start
    for before, word in pairwise(words):
        at += len(before.text) + 1
        if at <= place < at + len(word.text) and word.box[0] - before.box[2] > _WIDE * (word.box[3] - word.box[1]):
            return _HEAD.fullmatch(sheet.text, at, place) is not None
    return False


def _unknown(sheet: Sheet, number: int) -> Iterator[Label]:
    """Words before a colon that look like a label: a capital, then small letters.

    Within a line, after a comma and with nothing behind it, the colon is what is left of a leader: "Mẫu, thành :".
    """
    for line in range(len(sheet.lines)):
        first, last = sheet.starts[line], sheet.line_end(line)
        begin = first
        for mark in re.finditer(r":(?!\d)", sheet.text[first:last]):
            end = first + mark.start()
            start = _phrase_start(sheet.text, begin, end)
            if start is not None and (
                "," not in sheet.text[start:end] or sheet.text[end + 1 : last].strip() or _begins(sheet, start)
            ):
                yield Label(number, start, end, colon=True, head=_begins(sheet, start))
            begin = end + 1


def _phrase_start(text: str, begin: int, end: int) -> int | None:
    """Where the label that ends at ``end`` begins: at the last capital from which only small words follow."""
    stretch = text[begin:end].rstrip()
    words = list(re.finditer(r"\S+", stretch))
    if not words or not any(char.isalpha() for char in words[-1][0]):
        return None
    loud = stretch.isupper()
    for count, word in enumerate(reversed(words), start=1):
        if count > _MOST_WORDS or any(char.isdigit() for char in word[0]):
            return None
        letters = word[0].lstrip("(*-–")
        before = words[-count - 1][0] if count < len(words) else ""
        if loud and before:
            continue
        if letters[:1].isupper():
            short = fold(letters.strip("/.,()")) in _ABBREVIATIONS or "/" in letters
            if short and before[:1].isupper() and not before.isupper():
                continue
            return begin + word.start() + len(word[0]) - len(letters)
    return None
