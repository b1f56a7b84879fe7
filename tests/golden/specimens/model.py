"""What a specimen is: its pages and the exact truth about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image

DPI = 300
"""Every page is drawn at this resolution."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the page at 300 dpi; right and bottom lie just outside."""


@dataclass(frozen=True)
class Word:
    """One printed word: its letters (NFC), page and line (from 0), ink box, and the field whose value it belongs to.

    `hand` words are drawn as if filled in by pen.
    """

    text: str
    page: int
    line: int
    box: Box
    field: str | None
    hand: bool


@dataclass(frozen=True)
class Specimen:
    """A drawn paper and what stands on it.

    `text` holds one string per page: visual lines in reading order (columns and table cells one after the other), NFC,
    joined by newlines; the notice "BẢN MẪU ..." on top is part of it. Dot leaders, rules, the letters inside seals, the
    signatures and the light diagonal words are not. `fields` are the facts as printed (dates as ISO 8601, lines of one
    value joined by a space); `boxes` says where each stands: page, left, top, right, bottom.
    """

    kind: str
    seed: int
    pages: tuple[Image.Image, ...]
    text: tuple[str, ...]
    fields: Mapping[str, str]
    boxes: Mapping[str, tuple[int, int, int, int, int]]
    words: tuple[Word, ...]
