"""Is the picture good enough to be read? Measured before cleaning, said in words that a counter clerk can act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from ocr.clean import unevenness
from ocr.strips import Band
from ocr.tone import level
from ocr.values import Picture, Quality

_LEAST_DPI = 140
_LEAST_SHARPNESS = 0.22
_LEAST_CONTRAST = 0.25
_MOST_UNEVENNESS = 0.35
_LEAST_INK = 0.0004
_INK_DARKER_BY = 60


_MOST_GLARE = 0.004
_BURNT = 251
_DARKER_PAPER = 236
_GLARE_TILE_MM = 2.5
_MM_PER_INCH = 25.4
_LEAST_TEXT_PX = 17.0
"""Lines lower than this lose their tone marks; a line of 13 pt has 24 pixels at 150 dpi."""
_READABLE_TEXT_PX = 22.0
_EDGE_MM = 0.5
_LEAST_CUT = 2
"""One line at the edge may be a stamp or a page number; two are text that was cut off."""
_LONG = 4.0


def assess(rgb: Picture, dpi: int) -> Quality:
    """The quality report of one page of ``dpi`` dots per inch, before its lines are known."""
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    inner = _inner(grey, dpi)
    paper = float(level(inner, 90))
    ink = inner < paper - _INK_DARKER_BY
    share = float(ink.mean())
    blank = share < _LEAST_INK
    contrast = 0.0 if blank else (paper - level(inner[ink], 20)) / 255.0
    sharp = _sharpness(inner, contrast)
    uneven = unevenness(grey, dpi)
    glare = _glare(rgb, dpi)
    advice = [
        name
        for name, bad in (
            ("BLANK", blank),
            ("LOW_RESOLUTION", dpi < _LEAST_DPI),
            ("BLURRED", not blank and sharp < _LEAST_SHARPNESS),
            ("FAINT", not blank and contrast < _LEAST_CONTRAST),
            ("UNEVEN_LIGHT", uneven > _MOST_UNEVENNESS),
            ("GLARE", glare > _MOST_GLARE),
        )
        if bad
    ]
    return Quality(
        dpi, round(sharp, 3), round(contrast, 3), round(uneven, 3), blank, tuple(advice), glare=round(glare, 4)
    )


def with_lines(quality: Quality, bands: Sequence[Band], width: int, height: int) -> Quality:
    """The report once the lines of the page are known: their height says more of the resolution than the file does.

    ``width`` and ``height`` are those of the picture that the bands were found on.
    """
    long = [band for band in bands if band.length > _LONG * band.height]
    if not long:
        return quality
    text = float(np.median([band.height for band in long]))
    low = text < _LEAST_TEXT_PX or (quality.dpi < _LEAST_DPI and text < _READABLE_TEXT_PX)
    cut = _cut(long, width, height, max(2.0, _EDGE_MM / _MM_PER_INCH * quality.dpi))
    advice = [name for name in quality.advice if name != "LOW_RESOLUTION"]
    advice += [name for name, bad in (("LOW_RESOLUTION", low), ("CUT_EDGE", bool(cut))) if bad]
    skew = float(np.median([band.angle for band in long]))
    return replace(quality, text_px=round(text, 1), skew=round(skew, 2), cut=cut, advice=tuple(advice))


def _cut(bands: Sequence[Band], width: int, height: int, near: float) -> tuple[str, ...]:
    boxes = [band.box for band in bands]
    counts = {
        "left": sum(box[0] <= near for box in boxes),
        "top": _LEAST_CUT * any(band.y - band.height / 4 <= near for band in bands),
        "right": sum(box[2] >= width - near for box in boxes),
        "bottom": _LEAST_CUT * any(band.y + band.height / 4 >= height - near for band in bands),
    }
    return tuple(side for side, count in counts.items() if count >= _LEAST_CUT)


def _inner(grey: Picture, dpi: int) -> Picture:
    """The page without the 4 mm at its edges, where scanners leave shadows and black borders."""
    edge = min(round(4 / _MM_PER_INCH * dpi), min(grey.shape) // 8)
    return grey[edge : grey.shape[0] - edge, edge : grey.shape[1] - edge] if edge else grey


def _glare(rgb: Picture, dpi: int) -> float:
    """Share of the page that a lamp burnt to white: all three colours full, on paper that is darker elsewhere.

    On a scan white paper is burnt all over; there glare cannot be told from paper and none is reported.
    """
    tile = max(2, round(_GLARE_TILE_MM / _MM_PER_INCH * dpi))
    size = (max(1, rgb.shape[1] // tile), max(1, rgb.shape[0] // tile))
    tiles = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    least = tiles.min(axis=2)
    if float(np.percentile(least, 75)) > _DARKER_PAPER:
        return 0.0
    return float((least >= _BURNT).mean())


def _sharpness(grey: Picture, contrast: float) -> float:
    """Steepest steps between neighbouring pixels, as a share of the step from paper to ink."""
    if contrast <= 0:
        return 0.0
    steps = np.asarray(cv2.absdiff(grey[:, 1:], grey[:, :-1]), dtype=np.uint8)
    strong = steps[steps > _INK_DARKER_BY // 4]
    if strong.size == 0:
        return 0.0
    return min(1.0, level(strong, 90) / (255.0 * contrast))
