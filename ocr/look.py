"""A page made ready for reading: flattened, set upright, cleaned, its lines and codes found, its quality measured.

Every step decides by measuring the picture and leaves alone what it would not mend. What is found is told in pixels of
the page as it came, turned upright.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from ocr import clean, turn
from ocr.codes import find_codes
from ocr.flatten import Flat, flattened
from ocr.quality import assess, with_lines
from ocr.raster import estimated_dpi
from ocr.strips import Band
from ocr.values import Box, Code, PageImage, Picture, Quality

STEPS = clean.STEPS | {"FLATTENED", "TURNED"}

_MOST_DPI = 300
_MOST_PIXELS = 18_000_000
"""A3 at 300 dpi. Finer scans are shrunk for reading: more pixels cost memory and time and are read no better."""
_WORTH_SHRINKING = 0.9

FindLines = Callable[[Picture], list[Band] | None]
"""The lines of a page, or ``None`` when nobody can look for them."""
Legible = Callable[[Sequence[Picture]], float]
"""How legible pictures of lines are to a reader, 0 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """``grey`` and ``bands`` are what readers get; ``to_page`` takes boxes on ``grey`` to the page as it came, upright.

    ``bands`` is ``None`` when nobody could look for lines, and empty on a blank page. ``quarters``: clockwise quarter
    turns that set the page upright; ``width`` and ``height`` are those of the page after them.
    """

    grey: Picture
    bands: list[Band] | None
    quality: Quality
    codes: tuple[Code, ...]
    width: int
    height: int
    quarters: int
    steps: tuple[str, ...]
    to_page: Callable[[Box], Box]


def look(page: PageImage, find: FindLines, legible: Legible | None = None, steps: AbstractSet[str] = STEPS) -> Look:
    """Make a page ready. ``legible`` is asked only where the lines do not tell which end is up."""
    rgb, dpi, scale = _no_finer_than_needed(page)
    quality = assess(rgb, dpi)
    flat = flattened(rgb) if "FLATTENED" in steps and not quality.blank else None
    if flat is not None:
        dpi = estimated_dpi(flat.rgb.shape[1], flat.rgb.shape[0])
        quality = replace(assess(flat.rgb, dpi), dpi=dpi)
        rgb = flat.rgb
    grey, done = clean.prepare(rgb, dpi, steps)
    codes = find_codes(grey)
    bands: list[Band] | None = []
    quarters = 0
    if not quality.blank:
        bands = find(grey)
        if bands and "TURNED" in steps:
            grey, bands, quarters = _upright(grey, bands, find, legible)
    if bands:
        quality = with_lines(quality, bands, grey.shape[1], grey.shape[0])
    upright = (page.height, page.width) if quarters % 2 else (page.width, page.height)
    before = partial(_before_turn, flat=flat, scale=scale, quarters=quarters, width=page.width, height=page.height)
    shape = grey.shape
    return Look(
        grey=grey,
        bands=bands,
        quality=replace(quality, dpi=quality.dpi if flat is not None else page.dpi),
        codes=tuple(replace(code, box=before(code.box)) for code in codes),
        width=upright[0],
        height=upright[1],
        quarters=quarters,
        steps=(*(["FLATTENED"] if flat else []), *(["TURNED"] if quarters else []), *done),
        to_page=lambda box: before(turn.turned_box(box, -quarters % 4, shape[1], shape[0])),
    )


def _before_turn(box: Box, *, flat: Flat | None, scale: float, quarters: int, width: int, height: int) -> Box:
    """A box on the cleaned page before it was turned, on the page as it came once that is turned."""
    on_scaled = flat.back(box) if flat is not None else box
    left, top, right, bottom = (round(value / scale) for value in on_scaled)
    return turn.turned_box((left, top, right, bottom), quarters, width, height)


def _no_finer_than_needed(page: PageImage) -> tuple[Picture, int, float]:
    scale = min(1.0, _MOST_DPI / page.dpi, (_MOST_PIXELS / (page.width * page.height)) ** 0.5)
    if scale >= _WORTH_SHRINKING:
        return page.rgb, page.dpi, 1.0
    rgb = cv2.resize(page.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(rgb, dtype=np.uint8), round(page.dpi * scale), scale


def _upright(
    grey: Picture, bands: list[Band], find: FindLines, legible: Legible | None
) -> tuple[Picture, list[Band] | None, int]:
    """The page set on its feet: sideways pages by a quarter turn, then what stands on its head by a half turn."""
    quarters = 0
    found: list[Band] | None = bands
    if turn.lies_sideways(bands):
        quarters, grey = 1, turn.turned(grey, 1)
        found = find(grey)
    if found and turn.is_upside_down(grey, found, legible):
        quarters, grey = quarters + 2, turn.turned(grey, 2)
        found = find(grey)
    return grey, found, quarters
