"""Is the picture good enough to be read? Measured before cleaning, said in words that a counter clerk can act on."""

from __future__ import annotations

import cv2
import numpy as np

from ocr.clean import unevenness
from ocr.values import Picture, Quality

_LEAST_DPI = 140
_LEAST_SHARPNESS = 0.22
_LEAST_CONTRAST = 0.25
_MOST_UNEVENNESS = 0.35
_LEAST_INK = 0.0004
_INK_DARKER_BY = 60


def assess(rgb: Picture, dpi: int) -> Quality:
    """The quality report of one page of ``dpi`` dots per inch."""
    grey = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    paper = float(np.percentile(grey, 90))
    ink = grey < paper - _INK_DARKER_BY
    share = float(ink.mean())
    blank = share < _LEAST_INK
    contrast = 0.0 if blank else (paper - float(np.percentile(grey[ink], 20))) / 255.0
    sharp = _sharpness(grey, contrast)
    uneven = unevenness(grey, dpi)
    advice = [
        name
        for name, bad in (
            ("BLANK", blank),
            ("LOW_RESOLUTION", dpi < _LEAST_DPI),
            ("BLURRED", not blank and sharp < _LEAST_SHARPNESS),
            ("FAINT", not blank and contrast < _LEAST_CONTRAST),
            ("UNEVEN_LIGHT", uneven > _MOST_UNEVENNESS),
        )
        if bad
    ]
    return Quality(dpi, round(sharp, 3), round(contrast, 3), round(uneven, 3), blank, tuple(advice))


def _sharpness(grey: Picture, contrast: float) -> float:
    """Steepest steps between neighbouring pixels, as a share of the step from paper to ink."""
    if contrast <= 0:
        return 0.0
    steps = np.abs(np.diff(grey.astype(np.int16), axis=1))
    strong = steps[steps > _INK_DARKER_BY // 4]
    if strong.size == 0:
        return 0.0
    return min(1.0, float(np.percentile(strong, 90)) / (255.0 * contrast))
