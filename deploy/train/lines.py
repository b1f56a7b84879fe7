"""Draws lines of text as a scanner, a copier or a phone gives them, cut as `ocr` cuts them; seeded.

    python deploy/train/lines.py FONTS.txt OUT.npz --count 20000 --seed 1

`FONTS.txt` lists font files, one a line. The output holds grey pictures 32 pixels high and their exact text.
"""

from __future__ import annotations

import argparse
import random
import sys
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parent))
import words

HEIGHT = 32
WIDEST = 640
Drawn = tuple[np.ndarray, str]
"""A picture and its text."""
_TIMES = ("LiberationSerif", "Tinos", "texgyretermes", "FreeSerif")
_ARIAL = ("LiberationSans", "Arimo", "texgyreheros", "FreeSans")
_HOUSE = ("Noto", "DejaVuSans-", "DejaVuSans.", "DejaVuSerif-", "DejaVuSerif.", "Carlito", "Roboto-", "OpenSans-")
_ODD = ("Hairline", "Thin", "ExtraLight", "_RZ", "chorus", "cmunbmo", "cmunui", "cmunso", "cmunss", "cmunci", "Math")


class Fonts:
    """Font files by how often papers use their like."""

    def __init__(self, listed: Path) -> None:
        files = [
            name for name in listed.read_text("utf-8").split("\n") if name and not any(odd in name for odd in _ODD)
        ]
        groups: list[list[str]] = [[], [], [], []]
        for name in files:
            stem = name.rsplit("/", 1)[-1]
            group = next((n for n, likes in enumerate((_TIMES, _ARIAL, _HOUSE)) if stem.startswith(likes)), 3)
            groups[group].append(name)
        self.groups = groups

    def pick(self, rng: random.Random) -> str:
        """One file: half are like Times, as most papers are."""
        group = rng.choices(self.groups, (52, 16, 16, 16))[0]
        return rng.choice(group)


@cache
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _spaced(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, font: Any, gap: float) -> float:
    x, y = at
    for char in text:
        draw.text((x, y), char, fill=255, font=font)
        x += font.getlength(char) + gap
    return x


def drawn(text: str, fonts: Fonts, rng: random.Random, noise: np.random.Generator) -> np.ndarray:
    """The line as cut from a page: rows x columns, 255 = paper, 32 rows."""
    font = _font(fonts.pick(rng), rng.choice((40, 44, 48)))
    em = font.size
    gap = rng.choices((0.0, rng.uniform(-0.02, 0.04) * em, rng.uniform(0.05, 0.2) * em), (80, 15, 5))[0]
    wide = int(font.getlength(text) + abs(gap) * len(text)) + 4 * em
    canvas = Image.new("L", (wide, 3 * em), 0)
    pen = ImageDraw.Draw(canvas)
    end = _spaced(pen, (em, em * 0.9), text, font, gap) if gap else em + font.getlength(text)
    if not gap:
        pen.text((em, em * 0.9), text, fill=255, font=font)
    ink = np.asarray(canvas, np.float32) / 255
    rows = np.flatnonzero((ink > 0.3).any(1))
    if not rows.size:
        return np.full((HEIGHT, 16), 255, np.uint8)
    ascent, _ = font.getmetrics()
    base = em * 0.9 + ascent
    # the detector's box lies around capitals and small letters, rarely around all marks of this very line
    top = min(float(rows[0]), base - rng.uniform(0.72, 0.95) * em) if rng.random() < 0.8 else float(rows[0])
    bottom = max(float(rows[-1]), base + rng.uniform(0.0, 0.24) * em) if rng.random() < 0.8 else float(rows[-1])
    height = bottom - top
    if rng.random() < 0.07:
        _rule(ink, base, rng, em)
    if rng.random() < 0.05:  # a table's rule at an end
        x = int(rng.choice((em * rng.uniform(0.55, 0.8), end + em * rng.uniform(0.2, 0.45))))
        ink[:, x : x + rng.randint(1, 3)] = rng.uniform(0.4, 1)
    if rng.random() < 0.12:
        ink = np.maximum(ink, _remains(ink, rng, font))
    if rng.random() < 0.35:
        ink = np.maximum(ink, _neighbours(ink, (top, bottom), rng, font))
    return _seen(ink, (em, end, top, bottom, height), rng, noise)


def _rule(ink: np.ndarray, base: float, rng: random.Random, em: float) -> None:
    """A rule or dot leader under or through the foot of the line."""
    wide = ink.shape[1]
    y = int(base + rng.uniform(0.05, 0.25) * em)
    a, b = sorted((rng.uniform(0, wide), rng.uniform(0, wide)))
    if rng.random() < 0.5:
        ink[y : y + rng.randint(1, 3), int(a) : int(b)] = rng.uniform(0.4, 1)
        return
    for x in range(int(a), int(b), rng.randint(7, 12)):
        ink[y : y + 3, x : x + 3] = rng.uniform(0.5, 0.9)


def _remains(ink: np.ndarray, rng: random.Random, font: ImageFont.FreeTypeFont) -> np.ndarray:
    """What is left of a seal or of a hand's stroke."""
    em, wide = font.size, ink.shape[1]
    layer = np.zeros_like(ink)
    centre = (int(rng.uniform(0, wide)), int(rng.uniform(-3 * em, 6 * em)))
    cv2.circle(layer, centre, int(rng.uniform(1, 5) * em), 1.0, rng.randint(2, 7))
    if rng.random() < 0.4:
        other = Image.new("L", (wide, 3 * em), 0)
        at = (rng.uniform(0, wide), rng.uniform(-0.3, 1.2) * em)
        ImageDraw.Draw(other).text(at, words.line(rng, 12), fill=255, font=font)
        layer = np.maximum(layer, np.asarray(other, np.float32) / 255)
    return layer * rng.uniform(0.08, 0.4)


def _neighbours(
    ink: np.ndarray, edges: tuple[float, float], rng: random.Random, font: ImageFont.FreeTypeFont
) -> np.ndarray:
    """The feet or marks of the line above or below that the cutting left."""
    em, (top, bottom) = font.size, edges
    share = rng.uniform(0.02, 0.16) * em
    other = Image.new("L", (ink.shape[1], 3 * em), 0)
    text = words.line(rng, 40)
    above = rng.random() < 0.5
    y = top - share - em * 1.12 if above else bottom + em * rng.uniform(0.12, 0.2) - em * 0.2
    ImageDraw.Draw(other).text((em * rng.uniform(0, 3), y), text, fill=255, font=font)
    layer = np.asarray(other, np.float32) / 255
    rows = slice(0, max(0, int(top - 1))) if above else slice(int(bottom + 2), None)
    band = np.zeros_like(layer)
    band[rows] = layer[rows]
    return band * rng.uniform(0.3, 1)


def _seen(ink: np.ndarray, place: tuple[float, ...], rng: random.Random, noise: np.random.Generator) -> np.ndarray:
    """Through a device: scaled to its resolution, blurred, noisy, then cut and brought to 32 rows."""
    left, right, top, _, height = place
    pixels = rng.choices(
        (rng.uniform(44, 70), rng.uniform(28, 46), rng.uniform(20, 30), rng.uniform(14, 21)), (25, 45, 22, 8)
    )[0]
    scale = pixels / height
    lean = rng.gauss(0, 0.25) if rng.random() < 0.6 else rng.gauss(0, 0.8)
    lean = max(-1.6, min(1.6, lean)) * min(1.0, 14 * height / (right - left))
    if rng.random() < 0.15:
        cv2_kernel = np.ones((2, 2), np.uint8)
        ink = cv2.dilate(ink, cv2_kernel) if rng.random() < 0.6 else cv2.erode(ink, cv2_kernel)
    stretch = rng.uniform(0.86, 1.14)
    above, below = rng.uniform(0.02, 0.26) * height, rng.uniform(0.02, 0.26) * height
    side = (rng.uniform(0.02, 0.3) * height, rng.uniform(0.02, 0.3) * height)
    x0, y0 = left - side[0], top - above
    wide, high = round((right - left + sum(side)) * scale * stretch), round((height + above + below) * scale)
    tilt = np.tan(np.radians(lean))
    shear = rng.uniform(-0.06, 0.06) if rng.random() < 0.2 else 0.0
    middle = (left + right) / 2
    # output pixel -> source pixel
    matrix = np.array(
        [
            [1 / (scale * stretch), shear / scale, x0 - shear * high / scale / 2],
            [tilt / (scale * stretch), 1 / scale, y0 - tilt * (middle - x0)],
        ]
    )
    soft = cv2.GaussianBlur(ink, (0, 0), max(0.3, 0.36 / scale))
    seen = cv2.warpAffine(soft, matrix, (max(wide, 8), max(high, 8)), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    kind = rng.choices(("clean", "office", "copy", "photo"), (22, 34, 28, 16))[0]
    dark = {
        "clean": rng.uniform(0.75, 1),
        "office": rng.uniform(0.6, 1),
        "copy": rng.uniform(0.6, 1.1),
        "photo": rng.uniform(0.45, 0.95),
    }[kind]
    blur = {"clean": (0.2, 0.75), "office": (0.3, 0.8), "copy": (0.4, 0.9), "photo": (0.4, 1.15)}[kind]
    grain = {"clean": (0.5, 4), "office": (2, 7), "copy": (5, 13), "photo": (2, 8)}[kind]
    paper = rng.uniform(232, 255)
    page = paper * (1 - dark * np.clip(cv2.GaussianBlur(seen, (0, 0), rng.uniform(*blur)), 0, 1))
    if kind in {"office", "photo"}:
        page = page * (
            1 - rng.uniform(0, 0.12) * np.linspace(rng.choice((0, 1)), rng.choice((0, 1)), page.shape[1])[None]
        )
    if kind == "photo" and rng.random() < 0.4:
        length = rng.choice((2, 3))
        kernel = np.ones((1, length), np.float32) / length
        page = cv2.filter2D(page, -1, kernel if rng.random() < 0.5 else kernel.T)
    page = page + noise.normal(0, rng.uniform(*grain), page.shape)
    if kind == "copy":
        if rng.random() < 0.45:
            page = np.where(cv2.GaussianBlur(page, (0, 0), rng.uniform(0.4, 0.7)) < rng.uniform(135, 190), 0.0, 255.0)
        else:
            page = (page - 128) * rng.uniform(1.05, 1.45) + rng.uniform(130, 146)
        for _ in range(rng.choice((0, 0, 1, 2, 4))):
            y, x = rng.randrange(page.shape[0]), rng.randrange(page.shape[1])
            page[y : y + rng.randint(1, 2), x : x + rng.randint(1, 2)] = 20
        if rng.random() < 0.05:  # a fold or a streak
            x = rng.randrange(page.shape[1])
            page[:, x : x + rng.randint(1, 2)] -= rng.uniform(10, 60)
    page = np.clip(page, 0, 255).astype(np.uint8)
    if kind != "clean" and rng.random() < 0.8:
        page = cv2.imdecode(cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(45, 80)])[1], 0)
    return at_height(page)


def at_height(page: np.ndarray) -> np.ndarray:
    """As the reader brings lines to its height."""
    scale = HEIGHT / page.shape[0]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return cv2.resize(page, (max(8, round(page.shape[1] * scale)), HEIGHT), interpolation=how)


def save(path: Path, lines: list[tuple[np.ndarray, str]]) -> None:
    """Pictures side by side in one array, their widths, and their texts."""
    widths = np.array([picture.shape[1] for picture, _ in lines], np.int32)
    strip = np.concatenate([picture for picture, _ in lines], axis=1)
    np.savez(path, strip=strip, widths=widths, texts=np.array("\n".join(text for _, text in lines)))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("fonts", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=10000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    cv2.setNumThreads(1)
    rng = random.Random(f"lines/{chosen.seed}")
    noise = np.random.default_rng(rng.getrandbits(64))
    fonts = Fonts(chosen.fonts)
    lines: list[tuple[np.ndarray, str]] = []
    while len(lines) < chosen.count:
        text = words.line(rng, rng.choice((14, 28, 42, 52)))
        picture = drawn(text, fonts, rng, noise)
        if picture.shape[1] <= WIDEST:
            lines.append((picture, text))
    save(chosen.out, lines)


if __name__ == "__main__":
    main()
