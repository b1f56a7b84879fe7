"""A first look at a page, cheap enough for the answer to an upload: what a better picture would mend, without reading.

What needs the lines of the page is found out when it is read; that text runs over an edge is told here by ink alone.
"""

from __future__ import annotations

import cv2
import numpy as np

from ocr.flatten import flattened
from ocr.quality import assess
from ocr.raster import estimated_dpi
from ocr.values import PageImage, Picture

_DPI = 100
_MM_PER_INCH = 25.4
_INK_DARKER_BY = 60
_DESK_DARKER_BY = 40
_LEAST_MM, _MOST_MM = 1.2, 9.0
"""Ink of a letter, or of some letters that touch, is so high."""
_WIDEST = 12.0
_LEAST_FILL = 0.12
_ROW_MM = 4.0
_LEAST_ROWS = 3
_SEAL_MM = 45.0
"""Half a seal across the edge (giáp lai) is no text cut off; it is not higher than this."""
_LEAST_LETTERS = 8
_FINEST = 320
"""Pictures finer than this are measured at half their size: it costs a quarter."""


def glance(page: PageImage) -> tuple[str, ...]:
    """Advice on one page from the closed set of ``Quality.advice``; empty for a picture that is good enough."""
    rgb, dpi = page.rgb, page.dpi
    if dpi > _FINEST:
        rgb = np.asarray(cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        dpi = round(dpi / 2)
    flat = flattened(rgb)
    if flat is not None:
        rgb, dpi = flat.rgb, estimated_dpi(flat.rgb.shape[1], flat.rgb.shape[0])
    quality = assess(rgb, dpi)
    cut = () if quality.blank or flat is not None else cut_edges(rgb, dpi)
    return (*quality.advice, *(("CUT_EDGE",) if cut else ()))


def cut_edges(rgb: Picture, dpi: int) -> tuple[str, ...]:
    """Edges of the picture, of ``left top right bottom``, that letters run over: of several rows, or many of one row.

    A dark frame, a rule or a desk at the edge is no letter.
    """
    scale = min(1.0, _DPI / dpi)
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    mm = dpi * scale / _MM_PER_INCH
    paper = float(np.percentile(grey, 90))
    ink = np.asarray(grey < paper - _INK_DARKER_BY, dtype=np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    boxes = np.asarray(stats[1:count], dtype=np.int64)
    width, height = boxes[:, cv2.CC_STAT_WIDTH] / mm, boxes[:, cv2.CC_STAT_HEIGHT] / mm
    fill = boxes[:, cv2.CC_STAT_AREA] / np.maximum(1, boxes[:, cv2.CC_STAT_WIDTH] * boxes[:, cv2.CC_STAT_HEIGHT])
    letters = (height <= _MOST_MM) & (width <= _WIDEST) & (fill >= _LEAST_FILL)
    left, top = boxes[:, cv2.CC_STAT_LEFT], boxes[:, cv2.CC_STAT_TOP]
    right, bottom = left + boxes[:, cv2.CC_STAT_WIDTH], top + boxes[:, cv2.CC_STAT_HEIGHT]
    strips = {"left": grey[:, :2], "top": grey[:2], "right": grey[:, -2:], "bottom": grey[-2:]}
    tall, wide = height >= _LEAST_MM, width >= _LEAST_MM / 2
    counts = {
        "left": _rows(top[letters & tall & (left <= 0)] / mm),
        "right": _rows(top[letters & tall & (right >= grey.shape[1])] / mm),
        "top": _LEAST_ROWS * (int((letters & wide & (top <= 0)).sum()) >= _LEAST_LETTERS),
        "bottom": _LEAST_ROWS * (int((letters & wide & (bottom >= grey.shape[0])).sum()) >= _LEAST_LETTERS),
    }
    return tuple(
        side
        for side, found in counts.items()
        if found >= _LEAST_ROWS and float(np.median(strips[side])) > paper - _DESK_DARKER_BY
    )


def _rows(tops: np.ndarray[tuple[int], np.dtype[np.float64]]) -> int:
    """How many rows of print lie at these heights, in millimetres; none where they might all be of one seal."""
    if not tops.size or float(tops.max() - tops.min()) < _SEAL_MM:
        return 0
    rows, last = 0, -_ROW_MM
    for place in np.sort(tops):
        if place - last >= _ROW_MM:
            rows, last = rows + 1, float(place)
    return rows
