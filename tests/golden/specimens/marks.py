"""What lies over and under the print: seals, signatures, security patterns, frames and the diagonal BẢN MẪU."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.golden.specimens.sheet import mm

if TYPE_CHECKING:
    import random

    from tests.golden.specimens.fonts import Typeface
    from tests.golden.specimens.sheet import Colour, Sheet

SEAL_RED: Colour = (206, 26, 44)


def seal(face: Typeface, rng: random.Random, rim: str, foot: str, *, diameter: float = 35.0) -> Image.Image:
    """A round red seal of `diameter` millimetres on white: `rim` along the top, `foot` along the bottom.

    In the middle stands a plain star over the words BẢN MẪU, never an emblem of the state.
    """
    side = mm(diameter)
    scale = 2
    size = side * scale
    canvas = Image.new("L", (size, size))
    draw = ImageDraw.Draw(canvas)
    centre = size / 2
    for radius, thick in ((0.495, 0.016), (0.468, 0.007), (0.31, 0.008)):
        r = size * radius
        draw.ellipse([centre - r, centre - r, centre + r, centre + r], outline=255, width=max(2, round(size * thick)))
    _around(canvas, face, rim, round(size * 0.098), 4.2, top=True)
    _around(canvas, face, foot, round(size * 0.074), 1.6, top=False)
    _star(draw, centre, centre - size * 0.1, size * 0.13)
    font = face.font(round(size * 0.088), bold=True)
    draw.text((centre, centre + size * 0.13), "BẢN MẪU", font=font, fill=255, anchor="mm")
    turned = canvas.rotate(rng.uniform(-14, 14), Image.Resampling.BICUBIC).resize(
        (side, side), Image.Resampling.LANCZOS
    )
    return _inked(turned, rng, SEAL_RED, dry=rng.uniform(0.08, 0.4))


def _around(canvas: Image.Image, face: Typeface, text: str, pixels: int, arc: float, *, top: bool) -> None:
    """Letters along a circle, made smaller until they take no more than `arc` radians."""
    radius, centre = canvas.width * 0.39, canvas.width / 2
    need = (face.font(pixels, bold=True).getlength(text) + len(text) * pixels * 0.1) / radius
    pixels = min(pixels, int(pixels * arc / need))
    font = face.font(pixels, bold=True)
    widths = [font.getlength(letter) + pixels * 0.1 for letter in text]
    angle = -sum(widths) / radius / 2
    for letter, width in zip(text, widths, strict=True):
        turn = angle + width / radius / 2
        angle += width / radius
        tile = Image.new("L", (pixels * 2, pixels * 2))
        ImageDraw.Draw(tile).text((pixels, pixels), letter, font=font, fill=255, anchor="mm")
        if top:
            spot = (centre + radius * math.sin(turn), centre - radius * math.cos(turn))
            tile = tile.rotate(-math.degrees(turn), Image.Resampling.BICUBIC)
        else:
            spot = (centre + radius * math.sin(turn), centre + radius * math.cos(turn))
            tile = tile.rotate(math.degrees(turn), Image.Resampling.BICUBIC)
        corner = (round(spot[0] - pixels), round(spot[1] - pixels))
        canvas.paste(255, corner, tile)


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    points = []
    for corner in range(10):
        r = radius if corner % 2 == 0 else radius * 0.4
        angle = math.pi / 5 * corner
        points.append((x + r * math.sin(angle), y - r * math.cos(angle)))
    draw.polygon(points, fill=255)


def _inked(mask: Image.Image, rng: random.Random, colour: Colour, *, dry: float) -> Image.Image:
    """Colour on white where the mask is, thinner where the pad pressed less."""
    noise = np.random.default_rng(rng.getrandbits(32))
    rough = noise.random((mask.height, mask.width), dtype=np.float32)
    patches = cv2.resize(
        noise.random((6, 6), dtype=np.float32), (mask.width, mask.height), interpolation=cv2.INTER_CUBIC
    )
    strength = np.asarray(mask, dtype=np.float32) / 255 * (1 - dry * np.clip(patches, 0, 1)) * (1 - 0.25 * dry * rough)
    ink = 255 - strength[..., None] * (255 - np.array(colour, dtype=np.float32))
    return Image.fromarray(ink.round().astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))


def signature(rng: random.Random, *, width: float = 42.0, height: float = 19.0) -> Image.Image:
    """An invented signature in blue or black ink on white: a few looping strokes and often a long tail."""
    wide, high = mm(width), mm(height)
    scale = 2
    canvas = Image.new("L", (wide * scale, high * scale))
    draw = ImageDraw.Draw(canvas)
    for start, end, loops in ((0.05, 0.62, rng.randint(3, 6)), (0.3, 0.95, rng.randint(1, 3))):
        _loops(draw, rng, canvas.size, (start, end), loops)
    if rng.random() < 0.75:
        y = rng.uniform(0.55, 0.85) * high * scale
        tail = [(rng.uniform(0.0, 0.15) * wide * scale, y), (0.5 * wide * scale, y * rng.uniform(0.92, 1.08))]
        _stroke(draw, [*tail, (rng.uniform(0.9, 0.99) * wide * scale, y * rng.uniform(0.6, 0.95))], 7)
    colour = rng.choice(((22, 44, 142), (34, 58, 160), (18, 36, 110), (30, 30, 44)))
    return _inked(canvas.resize((wide, high), Image.Resampling.LANCZOS), rng, colour, dry=0.15)


def _loops(
    draw: ImageDraw.ImageDraw, rng: random.Random, size: tuple[int, int], reach: tuple[float, float], loops: int
) -> None:
    (wide, high), (start, end) = size, reach
    points = [(start * wide, rng.uniform(0.4, 0.7) * high)]
    for loop in range(loops):
        x = start + (end - start) * (loop + 0.5) / loops
        points += [
            (x * wide, rng.uniform(0.06, 0.3) * high),
            ((x + rng.uniform(-0.05, 0.06)) * wide, rng.uniform(0.65, 0.94) * high),
        ]
    points.append((end * wide, rng.uniform(0.35, 0.6) * high))
    _stroke(draw, points, rng.randint(7, 10))


def _stroke(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], thick: int) -> None:
    """A Catmull-Rom curve through the points, thinner where the pen runs fast."""
    padded = [points[0], *points, points[-1]]
    trail: list[tuple[float, float]] = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(24):
            t = step / 24
            trail.append(tuple(_spline(t, *axis) for axis in zip(a, b, c, d, strict=True)))  # type: ignore[arg-type]
    for (x0, y0), (x1, y1) in pairwise(trail):
        width = max(3, round(thick - math.hypot(x1 - x0, y1 - y0) / 9))
        draw.line([(x0, y0), (x1, y1)], fill=255, width=width)
        draw.ellipse([x1 - width / 2, y1 - width / 2, x1 + width / 2, y1 + width / 2], fill=255)


def _spline(t: float, a: float, b: float, c: float, d: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)


def pattern(sheet: Sheet, colour: Colour) -> None:
    """Fine waves of security paper over the whole page, light enough to leave the print readable."""
    high, wide = sheet.image.height, sheet.image.width
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    phase, pitch = sheet.rng.uniform(0, 6.28), sheet.rng.uniform(24, 34)
    lying = (rows + 22 * np.sin(columns / 97 + phase)) % pitch < 3
    standing = (columns + 26 * np.sin(rows / 113)) % (pitch * 1.3) < 3
    mask = Image.fromarray(np.maximum(lying, standing).astype(np.uint8) * 255)
    tint = Image.new("RGB", sheet.image.size, (255, 255, 255))
    tint.paste(colour, mask=mask)
    sheet.multiply(tint, 0, 0)


def frame(sheet: Sheet, colour: Colour, *, inset: float = 11.0) -> None:
    """The ornamental border of civil-status papers: a double rule and a band of small lozenges between."""
    x0, y0 = mm(inset), mm(inset)
    x1, y1 = sheet.image.width - x0, sheet.image.height - y0
    band = mm(3.4)
    sheet.draw.rectangle([x0, y0, x1, y1], outline=colour, width=5)
    sheet.draw.rectangle([x0 + band, y0 + band, x1 - band, y1 - band], outline=colour, width=2)
    size = band * 0.27
    for along, fixed, horizontal in (
        ((x0 + band, x1 - band), y0 + band / 2, True),
        ((x0 + band, x1 - band), y1 - band / 2, True),
        ((y0 + band, y1 - band), x0 + band / 2, False),
        ((y0 + band, y1 - band), x1 - band / 2, False),
    ):
        at = along[0] + size
        while at < along[1] - size:
            x, y = (at, fixed) if horizontal else (fixed, at)
            sheet.draw.polygon([(x - size, y), (x, y - size), (x + size, y), (x, y + size)], outline=colour)
            at += size * 2.6


def diagonal(sheet: Sheet) -> None:
    """BẢN MẪU in large, very light letters from corner to corner, under the print."""
    sheet.multiply(_diagonal(sheet.face, sheet.image.size), 0, 0)


@lru_cache(maxsize=8)
def _diagonal(face: Typeface, size: tuple[int, int]) -> Image.Image:
    wide, high = size
    side = max(wide, high)
    probe = face.font(100, bold=True).getlength("BẢN MẪU")
    font = face.font(round(100 * side * 0.66 / probe), bold=True)
    tile = Image.new("L", (side, side))
    ImageDraw.Draw(tile).text((side / 2, side / 2), "BẢN MẪU", font=font, fill=12, anchor="mm")
    turned = tile.rotate(math.degrees(math.atan2(high, wide)) * 0.95, Image.Resampling.BICUBIC)
    turned = turned.crop(((side - wide) // 2, (side - high) // 2, (side + wide) // 2, (side + high) // 2))
    return Image.merge("RGB", [turned.point(lambda value: 255 - value)] * 3)
