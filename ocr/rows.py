"""Rows and columns of a page: what stands beside a line, what below it, and whether a line was broken by its margin."""

from __future__ import annotations

from ocr.sheet import Sheet
from ocr.values import Box

_SAME_ROW = 0.5
_SPECK_LETTERS = 3
_SPECK_SURE, _ONE_SURE = 0.5, 0.7
_SPECK_SMALL, _SPECK_LARGE = 0.6, 2.0
_APART = 4.0
"""A gap of so many heights is no space between words."""
_NEXT_LINE_GAP = 1.6
_INDENT = 5.0
"""How far the lines of one paragraph may begin apart, in heights of a line."""
_BESIDE = 1.6
_NEAR = 14.0
"""How far away lines, in heights, still show where the margin is."""
_SPARE = 0.8
"""Room left at the end of a line, in heights, before the next word is said to have fitted."""


def in_row(sheet: Sheet, number: int) -> list[int]:
    """Lines to the right of line ``number`` in its row, from left to right."""
    box = sheet.boxes[number]
    height = box[3] - box[1]
    found = []
    for other, at in enumerate(sheet.boxes):
        overlap = min(box[3], at[3]) - max(box[1], at[1])
        if other in {number} | sheet.scrawls:
            continue
        if overlap > _SAME_ROW * min(height, at[3] - at[1]) and at[0] >= box[2] - height:
            found.append((at[0], other))
    return [other for _, other in sorted(found)]


def is_speck(sheet: Sheet, number: int, like: int) -> bool:
    """Whether a line is what strokes of a seal, a signature or a watermark look like: one or two unsure or odd letters.

    ``like`` is a line of print nearby: specks are smaller or larger.
    """
    line, height = sheet.lines[number], sheet.boxes[like][3] - sheet.boxes[like][1]
    own = sheet.boxes[number][3] - sheet.boxes[number][1]
    letters = sum(char.isalnum() for char in line.text)
    odd = letters < _SPECK_LETTERS and not _SPECK_SMALL * height < own < _SPECK_LARGE * height
    unsure = line.conf < (_SPECK_SURE if letters > 1 else _ONE_SURE)
    return letters <= _SPECK_LETTERS and (odd or unsure)


def apart(sheet: Sheet, one: int, other: int) -> bool:
    """Whether two lines of one row are columns rather than one line with a wide gap."""
    left, right = sheet.boxes[one], sheet.boxes[other]
    return right[0] - left[2] > _APART * (left[3] - left[1])


def below(sheet: Sheet, number: int, label: Box, left: int, *, fresh: bool) -> int | None:
    """The nearest line under line ``number`` in its column. ``fresh``: nothing of the value was seen yet."""
    box = sheet.boxes[number]
    height = box[3] - box[1]
    best: tuple[int, int] | None = None
    for other, at in enumerate(sheet.boxes):
        if (
            other == number
            or other in sheet.scrawls
            or is_speck(sheet, other, number)
            or at[1] < box[1] + height * 0.5
            or at[1] - box[3] > _NEXT_LINE_GAP * height
        ):
            continue
        under_label = abs(at[0] - label[0]) < _INDENT * height
        under_value = bool(left) and abs(at[0] - left) < _BESIDE * height
        if box[0] > label[2]:  # the value has a cell of its own beside the label
            under_label = False
        under = under_value or under_label
        if (under and (best is None or (at[1], at[0]) < best)) or (fresh and best is None and at[0] < label[2] < at[2]):
            best, chosen = (at[1], at[0]), other
    return None if best is None else chosen


def new_row(sheet: Sheet, label: int, follower: int) -> bool:
    """Whether a line is the value of another row: another label stands beside it, under the label of this one."""
    beside = left_of(sheet, follower)
    if beside is None:
        return False
    box, own = sheet.boxes[beside], sheet.boxes[label]
    text = sheet.lines[beside].text.lstrip("-•+* ")
    return abs(box[0] - own[0]) < _INDENT * (own[3] - own[1]) and not text[:1].islower()


def left_of(sheet: Sheet, number: int) -> int | None:
    """The line to the left of line ``number`` in its row."""
    box = sheet.boxes[number]
    best: int | None = None
    for other, at in enumerate(sheet.boxes):
        overlap = min(box[3], at[3]) - max(box[1], at[1])
        if other in {number} | sheet.scrawls:
            continue
        if at[2] <= box[0] and overlap > _SAME_ROW * min(box[3] - box[1], at[3] - at[1]):
            best = other if best is None or at[0] > sheet.boxes[best][0] else best
    return best


def full(sheet: Sheet, number: int, follower: int) -> bool:
    """Whether line ``number`` ends where the next word would not have fitted: only then does the next line go on."""
    box = sheet.boxes[number]
    height = box[3] - box[1]
    beside = [sheet.boxes[other][0] for one in (number, follower) for other in in_row(sheet, one)]
    edges = [
        at[2]
        for at in sheet.boxes
        if abs(at[0] - box[0]) < _INDENT * height
        and abs(at[1] - box[1]) < _NEAR * height
        and not any(at[2] > other for other in beside)
    ]
    edge = max(edges, default=box[2])
    word = sheet.lines[follower].words[0].box
    return edge - box[2] < word[2] - word[0] + _SPARE * height
