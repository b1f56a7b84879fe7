"""Lines of a page that leans, laid straight: what stands in one row is then level, whatever the scanner did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

from ocr.values import Box, Line, Word

_LONG = 6.0
"""Lines shorter than so many heights do not tell how a page leans."""
_FEWEST = 4
_LEAST, _MOST = 0.004, 0.12
"""Slopes from which on it matters (a quarter of a degree), and up to which a page can be said to lean (7 degrees)."""


def straightened(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The same lines with their words turned back by the lean of the page; as they are where it does not lean."""
    slope = lean(lines)
    if not _LEAST <= abs(slope) <= _MOST:
        return tuple(lines)
    turn = math.atan(slope)
    cos, sin = math.cos(turn), math.sin(turn)

    def laid(box: Box) -> Box:
        width, height = box[2] - box[0], box[3] - box[1]
        x, y = box[0] + width / 2, box[1] + height / 2
        left, top = round(x * cos + y * sin - width / 2), round(y * cos - x * sin - height / 2)
        return left, top, left + width, top + height

    return tuple(Line(tuple(Word(word.text, word.conf, laid(word.box)) for word in line.words)) for line in lines)


def lean(lines: Sequence[Line]) -> float:
    """How many pixels down the lines run for each to the right, by the middle one of the long lines; else 0."""
    slopes = []
    for line in lines:
        first, last = line.words[0].box, line.words[-1].box
        across = (last[0] + last[2] - first[0] - first[2]) / 2
        if across > _LONG * max(1, first[3] - first[1]):
            slopes.append(((last[1] + last[3]) - (first[1] + first[3])) / 2 / across)
    return median(slopes) if len(slopes) >= _FEWEST else 0.0
