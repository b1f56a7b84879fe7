"""What line networks share: lines brought to a height and cut where no ink is, and answers read sign by sign.

Networks answer with chances over an alphabet for every few columns, to be read as connectionist temporal
classification (Graves et al., 2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.engine import Glyph, Reading
from ocr.values import Picture

_BLANK = 0
_HALF = 160


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network takes: lines ``height`` pixels high, no wider than ``widest``, answered every ``step`` columns.

    Lines up to ``squeeze`` times too wide are squeezed rather than cut: networks err more at cuts than on narrow
    letters. ``pad`` columns of paper go before and after.
    """

    height: int
    widest: int
    step: int
    pad: int
    squeeze: float = 1.25


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A part of a line at the network's height; ``left`` and ``scale`` lead back to the line's own pixels."""

    left: float
    scale: float
    picture: Picture


def pieces(line: Picture, shape: Shape) -> list[Piece]:
    """The line at the network's height, in pieces narrow enough for it."""
    scale = shape.height / line.shape[0]
    natural = line.shape[1] * scale
    fitting = shape.widest if shape.widest < natural <= shape.widest * shape.squeeze else natural
    width = max(shape.step * 4, round(fitting / shape.step) * shape.step)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small: Picture = np.asarray(cv2.resize(line, (width, shape.height), interpolation=how)).astype(np.uint8)
    across = width / line.shape[1]
    cut, left = [], 0
    while width - left > shape.widest:
        place = left + _quietest(small[:, left : left + shape.widest])
        cut.append(_padded(small, left, place, across, shape))
        left = place
    cut.append(_padded(small, left, width, across, shape))
    return cut


def _quietest(window: Picture) -> int:
    """The middle of the widest gap in the last third of a window: the best place to cut a line in two."""
    ink = np.asarray((window < _HALF).any(axis=0))
    width = int(window.shape[1])
    best, place, run = 0, width - 1, 0
    for column in range(width * 2 // 3, width):
        run = 0 if ink[column] else run + 1
        if run > best:
            best, place = run, column - run // 2
    return place


def _padded(small: Picture, left: int, right: int, across: float, shape: Shape) -> Piece:
    part = small[:, left:right]
    width = -(-(part.shape[1] + 2 * shape.pad) // shape.step) * shape.step
    padded = np.full((shape.height, width), 255, dtype=np.uint8)
    padded[:, shape.pad : shape.pad + part.shape[1]] = part
    return Piece((left - shape.pad) / across, across, padded)


def decoded(chances: NDArray[np.float32], piece: Piece, alphabet: Sequence[str], step: int) -> Reading:
    """Best path: the likeliest sign of every step, repeats merged, blanks dropped. ``alphabet[0]`` is the blank."""
    best = chances.argmax(axis=1)
    sure = chances.max(axis=1)
    glyphs: list[Glyph] = []
    place = 0
    while place < len(best):
        sign, first = int(best[place]), place
        while place < len(best) and best[place] == sign:
            place += 1
        if sign != _BLANK:
            left, right = (piece.left + edge * step / piece.scale for edge in (first, place))
            glyphs.append(Glyph(alphabet[sign], float(sure[first:place].max()), left, right))
    return tuple(glyphs)


def joined(parts: Sequence[Reading]) -> Reading:
    """The readings of a line's pieces as one, with spaces where it was cut and none at the ends."""
    glyphs: list[Glyph] = []
    for reading in parts:
        if glyphs and reading and glyphs[-1].char != " " and reading[0].char != " ":
            glyphs.append(Glyph(" ", min(glyphs[-1].conf, reading[0].conf), glyphs[-1].right, reading[0].left))
        glyphs.extend(reading)
    while glyphs and glyphs[-1].char == " ":
        glyphs.pop()
    while glyphs and glyphs[0].char == " ":
        glyphs.pop(0)
    return tuple(glyphs)
