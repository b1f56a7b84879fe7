"""Which way up is the page? Told from the lines themselves; nothing is read for it.

Lines lie along the text, so pages scanned sideways have upright bands. Which end is up is told by the ink above and
below the letters' bodies: Vietnamese carries its tone marks and most of its ascenders on top (only p, q, g, y, the dot
of ạ and the comma hang below).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ocr.strips import Band, cut, ink
from ocr.values import Box, Picture

_UPRIGHT = 1.7
"""A band this much higher than long is a line of a page that lies on its side."""
_SIDEWAYS = 0.55
"""Share of the bands' length that must stand upright before a page counts as lying on its side."""
_LONG = 4.0
_MOST_LINES = 24
_LEAST_LINES = 4
_BODY = 0.45
_BOTTOM_HEAVY = -0.03
_CLEARLY = 0.15
"""45 specimens and 12 real pages: 0.09 to 0.56 the right way up (two of 57 below 0.2), -0.10 to -0.49 on their head."""
_SAMPLE = 6
_MUCH_MORE_LEGIBLE = 0.1


def lies_sideways(bands: Sequence[Band]) -> bool:
    """Whether most of the text runs up or down the page."""
    upright = sum(band.height for band in bands if band.height > _UPRIGHT * band.length)
    lying = sum(band.length for band in bands if band.length > _UPRIGHT * band.height)
    return upright > _SIDEWAYS * (upright + lying)


def top_heavy(grey: Picture, bands: Sequence[Band]) -> tuple[float, int]:
    """(Ink above less ink below the letters' bodies) over both, -1 to 1, of the longest lines; how many they were."""
    above = below = 0.0
    used = 0
    for band in _longest(bands)[:_MOST_LINES]:
        outside = _outside_body(ink(cut(grey, band).picture).sum(axis=1).astype(np.float64))
        if outside is not None:
            above += outside[0]
            below += outside[1]
            used += 1
    return ((above - below) / (above + below) if above + below else 0.0), used


def _outside_body(rows: NDArray[np.float64]) -> tuple[float, float] | None:
    """Ink above and below the body of the letters, as shares of the line's ink."""
    whole = float(rows.sum())
    if whole <= 0:
        return None
    body = np.flatnonzero(rows >= _BODY * np.percentile(rows, 95))
    if not body.size:
        return None
    return float(rows[: body[0]].sum()) / whole, float(rows[body[-1] + 1 :].sum()) / whole


def is_upside_down(
    grey: Picture, bands: Sequence[Band], legible: Callable[[Sequence[Picture]], float] | None = None
) -> bool:
    """Whether the page stands on its head; a page with too few lines to tell is left as it is.

    Where the ink does not clearly tell (tables of capitals), ``legible`` reads a few lines both ways.
    """
    heavy, used = top_heavy(grey, bands)
    if used < _LEAST_LINES or heavy > _CLEARLY:
        return False
    if heavy > -_CLEARLY and legible is not None:
        sample = [cut(grey, band).picture for band in _longest(bands)[:_SAMPLE]]
        return legible([turned(picture, 2) for picture in sample]) > legible(sample) + _MUCH_MORE_LEGIBLE
    return heavy < _BOTTOM_HEAVY


def _longest(bands: Sequence[Band]) -> list[Band]:
    return sorted((band for band in bands if band.length > _LONG * band.height), key=lambda band: -band.length)


def turned(picture: Picture, quarters: int) -> Picture:
    """The picture after so many clockwise quarter turns."""
    return np.ascontiguousarray(np.rot90(picture, k=-quarters)) if quarters % 4 else picture


def turned_box(box: Box, quarters: int, width: int, height: int) -> Box:
    """Where a box of a page of ``width`` x ``height`` lies after so many clockwise quarter turns."""
    for _ in range(quarters % 4):
        left, top, right, bottom = box
        box = (height - bottom, left, height - top, right)
        width, height = height, width
    return box
