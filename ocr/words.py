"""From characters on a strip to words on the page: the boxes come from the ink, not from a reader's guess."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ocr.engine import Glyph, Reading
from ocr.strips import Strip, ink
from ocr.values import Line, Word

_WIDE = 1.0
_SEARCH = 0.7
"""How far from the reader's place of a space the gap is looked for, in line heights."""


def as_line(strip: Strip, reading: Reading) -> Line | None:
    """The words of a reading with boxes on the page, or ``None`` when nothing was read."""
    strokes = ink(strip.picture)
    columns = np.any(strokes, axis=0)
    height, width = strip.picture.shape
    groups = _words(_with_wide_spaces(reading, columns, height))
    if not groups:
        return None
    cuts = [0]
    for before, after in pairwise(groups):
        middle = (before[-1].right + after[0].left) / 2
        cuts.append(max(cuts[-1], _gap(columns, middle, height * _SEARCH)))
    cuts.append(width)
    words = []
    for group, left, right in zip(groups, cuts, cuts[1:], strict=False):
        places = np.argwhere(strokes[:, left:right])
        if places.size:
            (top, first), (bottom, last) = places.min(axis=0), places.max(axis=0)
            box = strip.on_page(left + int(first), int(top), left + int(last) + 1, int(bottom) + 1)
        else:
            box = strip.on_page(group[0].left, 0, max(group[-1].right, group[0].left + 1), height)
        text = "".join(glyph.char for glyph in group)
        words.append(Word(text, min(glyph.conf for glyph in group), box))
    return Line(tuple(words))


def _with_wide_spaces(reading: Reading, columns: NDArray[np.bool_], height: int) -> Reading:
    """The reading with a space wherever the ink has a gap as wide as the line is high: no word has that."""
    glyphs = list(reading)
    for left, right in _gaps(columns, height * _WIDE):
        middle = (left + right) / 2
        place = sum(1 for glyph in glyphs if (glyph.left + glyph.right) / 2 < middle)
        if 0 < place < len(glyphs) and glyphs[place - 1].char != " " and glyphs[place].char != " ":
            glyphs.insert(place, Glyph(" ", 1.0, float(left), float(right)))
    return tuple(glyphs)


def _gaps(columns: NDArray[np.bool_], least: float) -> list[tuple[int, int]]:
    """Inkless stretches at least that wide, between the first and the last ink."""
    inked = np.flatnonzero(columns)
    steps = np.flatnonzero(np.diff(inked) > least)
    return [(int(inked[step]) + 1, int(inked[step + 1])) for step in steps]


def _words(reading: Reading) -> list[Sequence[Glyph]]:
    groups: list[list[Glyph]] = [[]]
    for glyph in reading:
        if glyph.char == " ":
            groups.append([])
        else:
            groups[-1].append(glyph)
    return [group for group in groups if group]


def _gap(columns: NDArray[np.bool_], middle: float, reach: float) -> int:
    """The middle of the widest inkless run near ``middle``; ``middle`` itself where there is none."""
    low, high = max(0, round(middle - reach)), min(len(columns), round(middle + reach) + 1)
    best, place, run = 0, round(middle), 0
    for column in range(low, high):
        run = 0 if columns[column] else run + 1
        if run > best:
            best, place = run, column - run // 2
    return min(max(place, 0), len(columns))
