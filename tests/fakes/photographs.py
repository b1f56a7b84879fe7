"""Photographs of drawn specimens on a table, as a phone's camera sees them: good ones, and each with one fault."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.golden.specimens import draw

Pixels = NDArray[Any]
Corners = tuple[tuple[float, float], ...]
FRAME = (960, 1280)
"""Width and height of a phone's frame, held upright."""
GOOD: Corners = ((105.0, 120.0), (862.0, 102.0), (884.0, 1178.0), (82.0, 1162.0))
"""Where the sheet lies in a good picture, clockwise from its top left corner."""
CUT: Corners = ((-90.0, 140.0), (760.0, 120.0), (790.0, 1240.0), (-120.0, 1220.0))
FAR: Corners = ((380.0, 480.0), (600.0, 476.0), (604.0, 790.0), (376.0, 786.0))
TILTED: Corners = ((300.0, 180.0), (660.0, 180.0), (900.0, 1180.0), (60.0, 1180.0))
DARK_TABLE = (74, 60, 52)
LIGHT_TABLE = (176, 170, 160)


def page_of(kind: str, seed: int) -> Pixels:
    """The drawn page as RGB pixels."""
    return np.asarray(draw(kind, seed=seed).pages[0].convert("RGB"))


def photograph(
    page: Pixels,
    corners: Corners = GOOD,
    *,
    table: tuple[int, int, int] = DARK_TABLE,
    light: float = 0.82,
    blur: float = 0.6,
    glare: float = 0.0,
    size: tuple[int, int] = FRAME,
    seed: int = 1,
) -> Pixels:
    """The page seen by a camera. `light`: the paper's brightness; `glare`: radius in pixels of a burnt-out spot."""
    width, height = size
    rng = np.random.default_rng(seed)
    grain = cv2.GaussianBlur(rng.normal(0, 18, (height, width)).astype(np.float32), (0, 0), 2.0)
    ground = np.array(table, dtype=np.float32) + grain[..., None]
    high, wide = page.shape[:2]
    drawn = np.array([[0, 0], [wide - 1, 0], [wide - 1, high - 1], [0, high - 1]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(drawn, np.array(corners, dtype=np.float32))
    # Shrunk first: a lens averages what falls on one pixel.
    factor = max(1.0, high / (corners[3][1] - corners[0][1]))
    soft = cv2.GaussianBlur(page, (0, 0), 0.45 * factor) if factor > 1 else page
    sheet = cv2.warpPerspective(soft, matrix, size, flags=cv2.INTER_LINEAR).astype(np.float32)
    mask = cv2.warpPerspective(np.full((high, wide), 255, np.uint8), matrix, size)[..., None] / 255.0
    fall = np.linspace(1.04, 0.94, width, dtype=np.float32)[None, :, None]
    seen = ground * (1 - mask) * min(1.0, light * 1.15) + sheet * mask * light * fall
    if glare:
        y, x = np.mgrid[0:height, 0:width]
        spot = np.exp(-((x - width * 0.58) ** 2 + (y - height * 0.42) ** 2) / (2 * glare**2))
        seen = seen + 420 * spot[..., None]
    if blur:
        seen = cv2.GaussianBlur(seen, (0, 0), blur)
    seen = seen + rng.normal(0, 2.2, seen.shape)
    return np.asarray(np.clip(seen, 0, 255), dtype=np.uint8)
