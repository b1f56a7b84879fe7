"""Makes a clean page look like what arrives at a counter: scanned, copied, folded, photographed; seeded.

Severities: 1, a 300 dpi colour scan, a little skewed and noisy. 2, 200 dpi, more skew, uneven light, JPEG. 3, a
photocopy of a folded sheet at 200 dpi in grey or in pure black and white. 4, a phone photograph: perspective, shadow,
blur, low resolution. 0 leaves the page as it was drawn.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.golden.specimens.model import DPI

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
Pixels = NDArray[Any]
SEVERITIES = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Degraded:
    """The degraded picture, its dpi, and the homography from pixels of the drawn page to pixels of `image`."""

    image: Image.Image
    matrix: Matrix
    dpi: int

    def map_box(self, box: tuple[int, int, int, int]) -> tuple[float, float, float, float]:
        """Where a box of the drawn page lies in `image`: the upright hull of its four corners."""
        left, top, right, bottom = box
        corners = np.array([[[left, top], [right, top], [right, bottom], [left, bottom]]], dtype=np.float64)
        moved = cv2.perspectiveTransform(corners, np.array(self.matrix, dtype=np.float64))[0]
        (x0, y0), (x1, y1) = moved.min(axis=0), moved.max(axis=0)
        return float(x0), float(y0), float(x1), float(y1)


def degrade(image: Image.Image, severity: int, *, seed: int | str) -> Degraded:
    """The page as it looks after `severity` (0 to 4); raises ValueError for another number."""
    if severity not in SEVERITIES:
        raise ValueError(f"severity is one of {SEVERITIES}, not {severity}")
    rng = random.Random(f"degrade/{severity}/{seed}")
    noise = np.random.default_rng(rng.getrandbits(64))
    pixels = np.asarray(image.convert("RGB"))
    if severity == 0:
        return Degraded(image.convert("RGB"), _frozen(np.eye(3)), DPI)
    return (_clean_scan, _office_scan, _photocopy, _photograph)[severity - 1](pixels, rng, noise)


def _clean_scan(pixels: Pixels, rng: random.Random, noise: np.random.Generator) -> Degraded:
    matrix = _turn(pixels.shape, rng.uniform(-0.4, 0.4), 1.0)
    page = _warp(pixels, matrix, pixels.shape[1], pixels.shape[0], (252, 252, 250))
    page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.45, 0.75)).astype(np.float32)
    page = _grain(page * rng.uniform(0.97, 1.0), noise, rng.uniform(1.5, 3.5))
    return Degraded(Image.fromarray(page), _frozen(matrix), DPI)


def _office_scan(pixels: Pixels, rng: random.Random, noise: np.random.Generator) -> Degraded:
    dpi = 200
    matrix = _turn(pixels.shape, rng.uniform(-1.2, 1.2), dpi / DPI)
    wide, high = round(pixels.shape[1] * dpi / DPI), round(pixels.shape[0] * dpi / DPI)
    page = _warp(pixels, matrix, wide, high, (236, 236, 234))
    page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.4, 0.7)).astype(np.float32)
    page *= _slope(high, wide, rng, 0.10)[..., None]
    page *= np.array([rng.uniform(0.96, 1.0), 1.0, rng.uniform(0.93, 1.0)], dtype=np.float32)
    page = _jpeg(_grain(page, noise, rng.uniform(2.5, 5.0)), rng.randint(48, 72))
    return Degraded(Image.fromarray(page), _frozen(matrix), dpi)


def _photocopy(pixels: Pixels, rng: random.Random, noise: np.random.Generator) -> Degraded:
    dpi = 200
    matrix = _turn(pixels.shape, rng.uniform(-1.6, 1.6), dpi / DPI)
    wide, high = round(pixels.shape[1] * dpi / DPI), round(pixels.shape[0] * dpi / DPI)
    page = cv2.cvtColor(_warp(pixels, matrix, wide, high, (250, 250, 250)), cv2.COLOR_RGB2GRAY).astype(np.float32)
    page = cv2.GaussianBlur(page, (0, 0), rng.uniform(0.5, 0.8))
    page *= _slope(high, wide, rng, 0.06)
    _folds(page, rng, noise)
    _streaks(page, rng)
    page += noise.normal(0, rng.uniform(6, 11), page.shape).astype(np.float32)
    if rng.random() < 0.4:  # pure black and white, as offices scan to fax-like TIFF
        level = rng.uniform(150, 176)
        page = np.where(cv2.GaussianBlur(page, (0, 0), 0.6) < level, 0.0, 255.0).astype(np.float32)
        _specks(page, rng, noise)
        return Degraded(Image.fromarray(page.astype(np.uint8)).convert("1"), _frozen(matrix), dpi)
    page = (page - 128) * rng.uniform(1.15, 1.4) + rng.uniform(132, 146)  # copiers raise the contrast
    _specks(page, rng, noise)
    grey = _jpeg(np.clip(page, 0, 255).astype(np.uint8), rng.randint(50, 72))
    return Degraded(Image.fromarray(grey), _frozen(matrix), dpi)


def _photograph(pixels: Pixels, rng: random.Random, noise: np.random.Generator) -> Degraded:
    dpi = rng.randint(92, 144)
    scale = dpi / DPI
    edge = 70
    wide, high = round(pixels.shape[1] * scale) + 2 * edge, round(pixels.shape[0] * scale) + 2 * edge
    corners = np.array(
        [[0, 0], [pixels.shape[1], 0], [pixels.shape[1], pixels.shape[0]], [0, pixels.shape[0]]], dtype=np.float32
    )

    def near(x: float, y: float) -> list[float]:
        return [x + rng.uniform(-edge, edge) * 0.75, y + rng.uniform(-edge, edge) * 0.75]

    target = [near(edge, edge), near(wide - edge, edge), near(wide - edge, high - edge), near(edge, high - edge)]
    matrix = cv2.getPerspectiveTransform(corners, np.array(target, dtype=np.float32))
    shrunk = cv2.GaussianBlur(pixels, (0, 0), 0.42 / scale)  # the lens gathers light before the sensor samples it
    page = _warp(shrunk, matrix, wide, high, (-1, -1, -1))
    desk = _desk(high, wide, rng, noise)
    sheet = cv2.warpPerspective(np.full(pixels.shape[:2], 255, np.uint8), matrix, (wide, high))[..., None] / 255.0
    lit = page.astype(np.float32) * sheet + desk * (1 - sheet)
    lit *= _slope(high, wide, rng, 0.22)[..., None]
    lit *= _shadow(high, wide, rng)[..., None]
    lit = _glare(lit, rng) * np.array([rng.uniform(0.95, 1.02), 0.99, rng.uniform(0.86, 0.99)], dtype=np.float32)
    lit = _shake(lit, rng)
    photo = _jpeg(_grain(lit, noise, rng.uniform(3, 6)), rng.randint(50, 75))
    return Degraded(Image.fromarray(photo), _frozen(matrix), 72 if rng.random() < 0.5 else dpi)


# --- parts ------------------------------------------------------------------------------------------------------


def _turn(shape: tuple[int, ...], degrees: float, scale: float) -> Pixels:
    """Turn about the middle, then scale so that pixel centres stay pixel centres."""
    matrix = np.vstack([cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), degrees, 1.0), [0, 0, 1]])
    return np.diag([scale, scale, 1.0]) @ matrix


def _warp(pixels: Pixels, matrix: Pixels, wide: int, high: int, border: tuple[int, int, int]) -> Pixels:
    # Smaller output needs the letters' detail averaged, not skipped: blur by the reduction before sampling.
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale < 0.95:
        pixels = cv2.GaussianBlur(pixels, (0, 0), 0.32 / scale)
    mode = cv2.BORDER_REPLICATE if border[0] < 0 else cv2.BORDER_CONSTANT
    return cv2.warpPerspective(pixels, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderMode=mode, borderValue=border)


def _frozen(matrix: Pixels) -> Matrix:
    a, b, c = ((float(row[0]), float(row[1]), float(row[2])) for row in matrix)
    return a, b, c


def _grain(page: Pixels, noise: np.random.Generator, sigma: float) -> Pixels:
    grain = noise.normal(0, sigma, page.shape).astype(np.float32)
    return np.clip(page + grain, 0, 255).astype(np.uint8)


def _slope(high: int, wide: int, rng: random.Random, depth: float) -> Pixels:
    """Light that falls off to one side and a little towards the edges, 1 down to 1 - depth."""
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    x, y = columns / wide - 0.5, rows / high - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    fall = 0.5 + x * np.cos(angle) + y * np.sin(angle)
    ring = x * x + y * y
    return (1 - depth * np.clip(0.75 * fall + rng.uniform(0, 0.6) * ring, 0, 1)).astype(np.float32)


def _folds(page: Pixels, rng: random.Random, noise: np.random.Generator) -> None:
    """Creases across and along: a thin dark line with a lighter lip, broken where the toner caught."""
    high, wide = page.shape
    for across in (True, False)[: rng.randint(1, 2)]:
        length = wide if across else high
        at = (high if across else wide) * rng.choice((1 / 3, 1 / 2, 2 / 3)) + rng.uniform(-8, 8)
        line = at + np.cumsum(noise.normal(0, 0.25, length)) + rng.uniform(-0.004, 0.004) * np.arange(length)
        strength = rng.uniform(18, 60) * (0.4 + 0.6 * noise.random(length))
        for along in range(length):
            spot = round(line[along])
            if 2 <= spot < (high if across else wide) - 3:
                view = page[spot - 2 : spot + 3, along] if across else page[along, spot - 2 : spot + 3]
                view += np.array([0.15, 0.1, -1.0, -0.35, 0.2], dtype=np.float32) * strength[along]


def _streaks(page: Pixels, rng: random.Random) -> None:
    """Vertical lines of a dirty glass, and the dark edge where the lid stood open."""
    high, wide = page.shape
    for _ in range(rng.randint(0, 2)):
        x = rng.randrange(wide - 2)
        page[:, x : x + rng.randint(1, 2)] -= rng.uniform(8, 30)
    if rng.random() < 0.5:
        depth = rng.randint(4, 22)
        shade = np.linspace(rng.uniform(60, 140), 0, depth, dtype=np.float32)
        if rng.random() < 0.5:
            page[:, :depth] -= shade[None, :]
        else:
            page[high - depth :] -= shade[::-1, None]


def _specks(page: Pixels, rng: random.Random, noise: np.random.Generator) -> None:
    """Toner dust: black dots of one to three pixels."""
    high, wide = page.shape
    for y, x in zip(noise.integers(3, high - 3, rng.randint(60, 260)), noise.integers(3, wide - 3, 260), strict=False):
        size = int(noise.integers(1, 3))
        page[y : y + size, x : x + size] = 20


def _shadow(high: int, wide: int, rng: random.Random) -> Pixels:
    """The soft shadow of a hand or of the phone, from one corner."""
    mask = np.zeros((high // 8, wide // 8), np.float32)
    corner = rng.choice(((0, 0), (mask.shape[1], 0), (0, mask.shape[0]), (mask.shape[1], mask.shape[0])))
    reach = rng.uniform(0.35, 0.75)
    points = [corner] + [
        (
            rng.uniform(0, 1) * mask.shape[1] * reach + (corner[0] > 0) * mask.shape[1] * (1 - reach),
            rng.uniform(0, 1) * mask.shape[0] * reach + (corner[1] > 0) * mask.shape[0] * (1 - reach),
        )
        for _ in range(4)
    ]
    hull = cv2.convexHull(np.array(points, dtype=np.float32)).astype(np.int32)
    cv2.fillConvexPoly(mask, hull, 1.0)
    soft = cv2.GaussianBlur(mask, (0, 0), rng.uniform(5, 14))
    return 1 - rng.uniform(0.15, 0.38) * cv2.resize(soft, (wide, high), interpolation=cv2.INTER_LINEAR)


def _glare(page: Pixels, rng: random.Random) -> Pixels:
    """A lamp mirrored on smooth paper, in one photograph of three."""
    if rng.random() > 0.33:
        return page
    high, wide = page.shape[:2]
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    x, y = rng.uniform(0.2, 0.8) * wide, rng.uniform(0.2, 0.8) * high
    spot = np.exp(-(((columns - x) / (wide * 0.13)) ** 2 + ((rows - y) / (high * 0.07)) ** 2))
    return page + (255 - page) * (rng.uniform(0.3, 0.6) * spot)[..., None].astype(np.float32)


def _desk(high: int, wide: int, rng: random.Random, noise: np.random.Generator) -> Pixels:
    """A table top: a brown or grey ground with soft grain."""
    ground = np.array(rng.choice(((104, 78, 56), (88, 90, 96), (142, 118, 92), (60, 52, 48))), dtype=np.float32)
    grain = cv2.resize(
        noise.normal(0, 12, (high // 3, wide // 40)).astype(np.float32), (wide, high), interpolation=cv2.INTER_LINEAR
    )
    return ground + grain[..., None]


def _shake(page: Pixels, rng: random.Random) -> Pixels:
    """A hand that was not quite still: a short straight blur."""
    length = rng.choice((1, 1, 2, 3))
    if length == 1:
        return page
    kernel = np.zeros((5, 5), np.float32)
    angle = rng.uniform(0, np.pi)
    end = (round(2 + length / 2 * np.cos(angle)), round(2 + length / 2 * np.sin(angle)))
    cv2.line(kernel, (4 - end[0], 4 - end[1]), end, 1.0)
    return cv2.filter2D(page, -1, kernel / kernel.sum())


def _jpeg(page: Pixels, quality: int) -> Pixels:
    """The traces of JPEG at this quality."""
    stream = io.BytesIO()
    Image.fromarray(page).save(stream, "JPEG", quality=quality, subsampling=2)
    return np.asarray(Image.open(stream))
