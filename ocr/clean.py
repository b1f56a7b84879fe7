"""From a colour page to the grey picture that readers see: seals lifted, shadows evened.

Both steps were measured on real papers: lifting red seals and evening the background remove about a third of the
errors; thresholding, enlarging and straightening small angles do not help, so they are not done.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.values import Picture

_MM_PER_INCH = 25.4
_RED_OVER_OTHERS = 36
_SEAL_LEAST_MM = 14.0
"""A seal is 20 to 40 mm across; half of one on a page edge (giáp lai) is still taller than any red line of print."""
_SEAL_NARROWEST_MM = 4.0
_SEAL_MOST_MM = 70.0
_PAPER_TILE_MM = 9.0
_EVEN_ENOUGH = 14.0
_BORDER_DARKER = 75
_STEEP = 70
_LEAST_BORDER = 0.04
"""Share of the picture's outline that must be dark before borders are looked for."""
_THICKER_THAN_PRINT_MM = 2.2
_MOST_BORDER = 0.45


STEPS = frozenset({"SEALS", "BORDERS", "EVENED"})
"""What may be done; ``deploy/bench ocr --steps`` measures what each of them gains."""


def prepare(rgb: Picture, dpi: int, allowed: AbstractSet[str] = STEPS) -> tuple[Picture, list[str]]:
    """Grey picture (rows x columns, 255 = paper) of the same size as ``rgb``, and which steps changed it."""
    grey: Picture = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    steps: tuple[tuple[str, Callable[[Picture], Picture]], ...] = (
        ("SEALS", lambda picture: without_seals(rgb, dpi, picture)),
        ("BORDERS", lambda picture: without_borders(picture, dpi)),
        ("EVENED", lambda picture: evened(picture, dpi)),
    )
    done = []
    for name, step in steps:
        before = grey
        grey = step(grey) if name in allowed else grey
        if grey is not before:
            done.append(name)
    return grey, done


def without_borders(grey: Picture, dpi: int) -> Picture:
    """Black borders and wedges that a scanner's open lid leaves along the edges are made paper.

    Only what is thicker than any stroke of print and touches an edge goes, so a title or rule at the edge stays.
    """
    pixels = dpi / _MM_PER_INCH
    dark = (grey < _BORDER_DARKER).astype(np.uint8)
    edge = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]])
    if float(edge.mean()) < _LEAST_BORDER:
        return grey
    thick = max(3, round(_THICKER_THAN_PRINT_MM * pixels) | 1)
    framed = cv2.copyMakeBorder(dark, thick, thick, thick, thick, cv2.BORDER_CONSTANT, value=1)
    core = cv2.morphologyEx(framed, cv2.MORPH_OPEN, np.ones((thick, thick), np.uint8))
    _, labels = cv2.connectedComponents(core, connectivity=8)
    border = (labels == labels[0, 0]).astype(np.uint8)
    border = cv2.dilate(border, np.ones((5, 5), np.uint8))[thick:-thick, thick:-thick] > 0
    share = float(border.mean())
    if not 0 < share < _MOST_BORDER:
        return grey
    beside = (cv2.dilate(border.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0) & ~border
    if float(np.median(grey[beside])) - float(np.median(grey[border])) < _STEEP:
        return grey  # a soft shadow has no edge
    cleaned = grey.copy()
    cleaned[border] = 255
    return cleaned


def without_seals(rgb: Picture, dpi: int, grey: Picture) -> Picture:
    """``grey``, the same page as ``rgb``, with the red of large round marks made paper.

    Black under red stays black, because the red channel of red ink is as bright as paper. Red *print* (serial numbers
    of certificates, numbers of birth certificates) is darkened like any other text: only marks of a seal's size go.
    """
    reddish = _reddish(rgb)
    if not reddish.any():
        return grey
    seals = _seal_boxes(reddish, dpi)
    if not seals:
        return grey
    grey = grey.copy()
    for left, top, right, bottom in seals:
        area = (slice(top, bottom), slice(left, right))
        red = np.asarray(cv2.dilate(reddish[area].astype(np.uint8), np.ones((3, 3), np.uint8)), dtype=bool)
        bright = rgb[area][:, :, 0].astype(np.float32)
        lifted = np.clip(bright * (255.0 / max(120.0, float(np.percentile(bright[red], 35)))), 0, 255)
        grey[area] = np.where(red, np.maximum(lifted, grey[area]), grey[area]).astype(np.uint8)
    return grey


def _reddish(rgb: Picture) -> NDArray[np.bool_]:
    red, green, blue = cv2.split(rgb)
    over = cv2.subtract(red, cv2.max(green, blue))
    return np.asarray(over > _RED_OVER_OTHERS, dtype=np.bool_)


def _seal_boxes(reddish: NDArray[np.bool_], dpi: int) -> list[tuple[int, int, int, int]]:
    """Boxes of connected red marks that have a seal's size."""
    shrink = 4
    small = cv2.resize(reddish.astype(np.uint8), None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    reach = max(1, round(dpi / _MM_PER_INCH * 0.8 / shrink))
    small = cv2.dilate(
        cv2.threshold(small, 0, 1, cv2.THRESH_BINARY)[1], np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    )
    count, _, stats, _ = cv2.connectedComponentsWithStats(small, connectivity=8)
    pixels = dpi / _MM_PER_INCH
    boxes = []
    for number in range(1, count):
        left, top, width, height = (int(value) * shrink for value in stats[number][:4])
        tall, narrow = max(width, height), min(width, height)
        if height < _SEAL_LEAST_MM * pixels or narrow < _SEAL_NARROWEST_MM * pixels or tall > _SEAL_MOST_MM * pixels:
            continue
        boxes.append((left, top, min(left + width, reddish.shape[1]), min(top + height, reddish.shape[0])))
    return boxes


def evened(grey: Picture, dpi: int) -> Picture:
    """Divide by the paper's own brightness where the light is uneven or the paper is not white."""
    paper = _paper(grey, dpi)
    if float(paper.std()) < _EVEN_ENOUGH / 2 and float(paper.mean()) > 255 - _EVEN_ENOUGH:
        return grey
    full = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    even = grey.astype(np.float32) * (255.0 / np.maximum(full, 40.0))
    return np.asarray(np.clip(even, 0, 255), dtype=np.uint8)


def _paper(grey: Picture, dpi: int) -> NDArray[np.float32]:
    """Brightness of the bare paper, on a coarse grid: what remains when strokes are closed over."""
    shrink = max(1, round(dpi / 25))
    size = (max(1, grey.shape[1] // shrink), max(1, grey.shape[0] // shrink))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    tile = max(3, round(_PAPER_TILE_MM / _MM_PER_INCH * dpi / shrink) | 1)
    closed = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((tile, tile), np.uint8))
    return np.asarray(cv2.GaussianBlur(closed, (tile, tile), 0), dtype=np.float32)


def unevenness(grey: Picture, dpi: int) -> float:
    """Spread of the paper's brightness over the page, 0 (even) to 1."""
    paper = _paper(grey, dpi)
    return float(np.percentile(paper, 95) - np.percentile(paper, 5)) / 255.0
