"""Lines on a page and the pictures cut from them.

A found line is a rectangle that may lean; its strip is cut upright, and the ink of neighbouring lines that reaches into
it is taken out: readers take every stroke in a strip for text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.tone import level
from ocr.values import Box, Picture

_ROOM = 0.4
"""Room above and below the line that is looked at when strokes are sorted, in line heights."""
_MARGIN = 0.15
_SIDE = 0.12
_BORDER = 255
_INK_DARKER_BY = 70
_PAPER = 95.0
_CORE = 0.12
_DOT_SIZE = 0.2
_DOT_STEP = 0.5
_DOT_FLOOR = 0.5
_LEAST_DOTS = 5


@dataclass(frozen=True, slots=True)
class Band:
    """Where a line of text is: centre, length along the text and height in pixels, lean in degrees (clockwise)."""

    x: float
    y: float
    length: float
    height: float
    angle: float
    score: float = 1.0

    @property
    def box(self) -> Box:
        """The upright box around the band."""
        turn = math.radians(self.angle)
        across = abs(self.length * math.cos(turn)) + abs(self.height * math.sin(turn))
        down = abs(self.length * math.sin(turn)) + abs(self.height * math.cos(turn))
        return (
            round(self.x - across / 2),
            round(self.y - down / 2),
            round(self.x + across / 2),
            round(self.y + down / 2),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """The picture of one line, upright, and the way back: ``matrix`` (2 x 3) takes its points to the page."""

    picture: Picture
    matrix: NDArray[np.float64]

    def on_page(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The upright box on the page around a box of the strip."""
        corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]], dtype=np.float64)
        points = corners @ self.matrix.T
        low, high = points.min(axis=0), points.max(axis=0)
        return round(float(low[0])), round(float(low[1])), round(float(high[0])), round(float(high[1]))


def cut(grey: Picture, band: Band) -> Strip:
    """The strip of ``band``: its own ink on white, with a margin of 0.15 of the line's height."""
    room, side = band.height * _ROOM, band.height * 0.3
    width, height = math.ceil(band.length + 2 * side), math.ceil(band.height + 2 * room)
    turn = math.radians(band.angle)
    cosine, sine = math.cos(turn), math.sin(turn)
    matrix = np.array(
        [
            [cosine, -sine, band.x - cosine * width / 2 + sine * height / 2],
            [sine, cosine, band.y - sine * width / 2 - cosine * height / 2],
        ],
        dtype=np.float64,
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(grey, matrix, (width, height), flags=flags, borderValue=_BORDER)
    alone = _without_neighbours(np.asarray(seen, dtype=np.uint8), room, band.height)
    top = max(0, round(room - band.height * _MARGIN))
    bottom = min(height, round(room + band.height * (1 + _MARGIN)))
    alone = alone[top:bottom]
    columns = np.flatnonzero(ink(alone).any(axis=0))
    left, right = 0, width
    if columns.size:
        trim = band.height * _SIDE
        left = max(0, math.floor(int(columns[0]) - trim))
        right = min(width, math.ceil(int(columns[-1]) + 1 + trim))
    matrix[:, 2] += matrix[:, 1] * top + matrix[:, 0] * left
    return Strip(np.ascontiguousarray(alone[:, left:right]), matrix)


def ink(picture: Picture) -> NDArray[np.bool_]:
    """Where strokes are: clearly darker than the strip's own paper."""
    dark: NDArray[np.bool_] = picture < level(picture, _PAPER) - _INK_DARKER_BY
    return dark


def _without_neighbours(seen: Picture, room: float, height: float) -> Picture:
    """Strokes that belong to the line: those whose middle lies in it, or most of whose ink does."""
    paper = level(seen, _PAPER)
    strokes = ink(seen).astype(np.uint8)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    if count <= 1:
        return seen
    low, high = room - height * _CORE, room + height * (1 + _CORE)
    tops = stats[:, cv2.CC_STAT_TOP]
    bottoms = tops + stats[:, cv2.CC_STAT_HEIGHT]
    outside = (centres[:, 1] < low) | (centres[:, 1] > high)
    cut_off = ((tops <= 0) & (bottoms < room + height * 0.45)) | (
        (bottoms >= seen.shape[0]) & (tops > room + height * 0.55)
    )
    foreign = outside | cut_off | _leaders(np.asarray(stats, dtype=np.int32), room, height)
    foreign[0] = False
    if not foreign.any():
        return seen
    mask = cv2.dilate(foreign[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    own = cv2.dilate((strokes.astype(bool) & ~foreign[labels]).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    cleaned = seen.copy()
    cleaned[mask & ~own] = paper
    return cleaned


def _leaders(stats: NDArray[np.int32], room: float, height: float) -> NDArray[np.bool_]:
    """Which strokes are dots of a dot leader: many small ones in a row, evenly spaced, low in the line.

    Forms are full of them and readers make letters of them. A full stop or the "./." that ends a letter is too short a
    run; an ellipsis too.
    """
    found = np.zeros(len(stats), dtype=np.bool_)
    lefts, tops = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    low = tops + high / 2 > room + height * _DOT_FLOOR
    small = (np.maximum(wide, high) <= max(2.0, height * _DOT_SIZE)) & low
    small[0] = False
    dots = np.flatnonzero(small)
    dots = dots[np.argsort(lefts[dots])]
    run: list[int] = []
    for dot in [*dots.tolist(), -1]:
        if run and (dot < 0 or lefts[dot] - lefts[run[-1]] > height * _DOT_STEP):
            if len(run) >= _LEAST_DOTS:
                found[run] = True
            run = []
        if dot >= 0:
            run.append(dot)
    return found
