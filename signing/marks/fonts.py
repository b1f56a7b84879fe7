"""Find a Times-like font with the whole Vietnamese alphabet, and refuse what it cannot draw.

pyHanko's own text stamps drop Ủ, ị, ễ, ở with fonts of 2048 units per em, so every visible text goes through reportlab.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

from reportlab.lib.utils import simpleSplit  # type: ignore[import-untyped]
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFError, TTFont  # type: ignore[import-untyped]

from signing.errors import FontMissingError, GlyphMissingError

ROMAN: Final = "KhoSoSerif"
BOLD: Final = "KhoSoSerif-Bold"

# Liberation Serif and Tinos have the widths of Times New Roman, which NĐ 30/2020 asks for; the others are readable.
# Debian 12's package fonts-liberation is version 1.07 without most Vietnamese letters; its fonts-liberation2 and
# fonts-croscore (Tinos) have them.
_FOLDERS: Final = (
    "/usr/share/fonts/truetype/liberation2",
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/truetype/croscore",
    "/usr/share/fonts/liberation",
    "/usr/share/fonts/liberation-serif",
    "/usr/share/fonts/liberation-serif-fonts",
    "/usr/share/fonts/TTF",
    "/usr/share/fonts/truetype/tinos",
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/dejavu",
    "/Library/Fonts",
    "/System/Library/Fonts/Supplemental",
    "C:/Windows/Fonts",
)
_PAIRS: Final = (
    ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
    ("Tinos-Regular.ttf", "Tinos-Bold.ttf"),
    ("Times New Roman.ttf", "Times New Roman Bold.ttf"),
    ("times.ttf", "timesbd.ttf"),
    ("NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf"),
    ("DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf"),
)


_VOWELS: Final = "aăâeêioôơuưy"
_TONES: Final = ("", "\N{COMBINING GRAVE ACCENT}", "\N{COMBINING HOOK ABOVE}", "\N{COMBINING TILDE}")
_MORE_TONES: Final = ("\N{COMBINING ACUTE ACCENT}", "\N{COMBINING DOT BELOW}")
ALPHABET: Final = "".join(
    letter + letter.upper()
    for letter in (
        *(unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in (*_TONES, *_MORE_TONES)),
        *"bcdđghklmnpqrstvx",
    )
)
"""Every letter of Vietnamese in both cases, tones included, NFC."""


def text_font_paths(folders: tuple[str, ...] = _FOLDERS) -> tuple[Path, Path]:
    """Regular and bold file of the first pair that draws all of `ALPHABET`, Times-like first.

    FONT_MISSING says what to install.
    """
    for regular, bold in _PAIRS:
        for folder in folders:
            pair = (Path(folder) / regular, Path(folder) / bold)
            if all(path.is_file() and {ord(c) for c in ALPHABET} <= _drawable(path) for path in pair):
                return pair
    raise FontMissingError("no serif font with the whole Vietnamese alphabet: install fonts-croscore")


@cache
def load() -> frozenset[int]:
    """Register both fonts with reportlab once; returns the code points both can draw."""
    regular, bold = text_font_paths()
    for name, path in ((ROMAN, regular), (BOLD, bold)):
        pdfmetrics.registerFont(TTFont(name, str(path)))
    return _drawable(regular) & _drawable(bold)


def _drawable(path: Path) -> frozenset[int]:
    """Code points a font file has glyphs for; empty when it is not readable."""
    try:
        return frozenset(TTFont("probe", str(path)).face.charToGlyph)
    except (TTFError, OSError):
        return frozenset()


def checked(text: str) -> str:
    """`text` in NFC, each run of white space one space. GLYPH_MISSING names what no glyph exists for."""
    drawable = load()
    clean = " ".join(unicodedata.normalize("NFC", text).split())
    missing = sorted({c for c in clean if ord(c) not in drawable or unicodedata.category(c).startswith("C")})
    if missing:
        raise GlyphMissingError(", ".join(f"U+{ord(c):04X}" for c in missing))
    return clean


def wrapped(text: str, font: str, size: float, width: float) -> list[str]:
    """`text` as lines no wider than `width` points; a word that is longer than a line is cut."""
    lines: list[str] = []
    for line in simpleSplit(checked(text), font, size, width):
        rest = line
        while rest:
            fits = _prefix(rest, font, size, width)
            lines.append(rest[:fits])
            rest = rest[fits:]
    return lines


def _prefix(line: str, font: str, size: float, width: float) -> int:
    """How many characters of `line` fit, at least one."""
    if pdfmetrics.stringWidth(line, font, size) <= width:
        return len(line)
    return max((n for n in range(1, len(line)) if pdfmetrics.stringWidth(line[:n], font, size) <= width), default=1)
