"""Lines in the order in which people read them: rows from top to bottom, each from left to right."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ocr.strips import Band
from ocr.values import Line

_SAME_ROW = 0.5
_LONG = 8.0

_Place = tuple[float, float, float]
"""Left end, middle from the top, height."""


def bands_in_order(bands: Sequence[Band]) -> list[Band]:
    """Bands in reading order on a page that may lean: rows lean with its long lines."""
    leans = [band.angle for band in bands if band.length > _LONG * band.height]
    slope = math.tan(math.radians(float(np.median(leans)))) if leans else 0.0
    places = [(band.x - band.length / 2, band.y - slope * band.x, band.height) for band in bands]
    return [bands[number] for number in _ordered(places)]


def lines_in_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines in reading order on an upright page."""
    places = [(float(box[0]), (box[1] + box[3]) / 2, float(box[3] - box[1])) for box in (line.box for line in lines)]
    return tuple(lines[number] for number in _ordered(places))


def _ordered(places: Sequence[_Place]) -> list[int]:
    """Numbers of the places in order: a row is what overlaps its topmost member by half of the lower height."""
    rest = sorted(range(len(places)), key=lambda number: places[number][1])
    ordered: list[int] = []
    while rest:
        _, middle, height = places[rest[0]]
        row = [
            number
            for number in rest
            if places[number][1] - middle < (1 - _SAME_ROW) * min(height, places[number][2]) or number == rest[0]
        ]
        ordered.extend(sorted(row, key=lambda number: places[number][0]))
        rest = [number for number in rest if number not in row]
    return ordered
