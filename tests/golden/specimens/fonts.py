"""Finds typefaces with full Vietnamese among Debian's packages; DejaVu alone is enough for readable pages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = (
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/truetype/liberation"),
    Path("/usr/share/fonts/truetype/croscore"),
    Path("/usr/share/fonts/truetype/noto"),
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".fonts",
)

# Wanted file stems per family, best first. Liberation 1 (Debian 12's fonts-liberation) lacks two letters of three in
# Vietnamese, so a file counts only once it proves that it has them; Liberation 2 and Tinos are the same drawing.
_TIMES = ("LiberationSerif", "Tinos", "NotoSerif", "DejaVuSerif")
_ARIAL = ("LiberationSans", "Arimo", "NotoSans", "DejaVuSans")
FAMILIES: dict[str, tuple[str, ...]] = {
    "times": _TIMES,
    "arial": _ARIAL,
    "noto-serif": ("NotoSerif", "DejaVuSerif", *_TIMES),
    "noto-sans": ("NotoSans", "DejaVuSans", *_ARIAL),
    "dejavu-serif": ("DejaVuSerif", *_TIMES),
    "dejavu-sans": ("DejaVuSans", *_ARIAL),
    "mono": ("DejaVuSansMono", "LiberationMono", "Cousine", *_ARIAL),
}
_SUFFIXES = {
    (False, False): ("-Regular", ""),
    (True, False): ("-Bold",),
    (False, True): ("-Italic", "-Oblique"),
    (True, True): ("-BoldItalic", "-BoldOblique"),
}
_PROOF = "ăâđêôơưằẵặầẫậẻẽẹềễệỉĩịỏọồỗộờỡợủũụừữựỷỹỵẮẨẤỂẾỞỚỬỨỲỐ"


class NoFontError(RuntimeError):
    """No typeface with Vietnamese letters is installed; the message names the Debian packages."""


@dataclass(frozen=True)
class Typeface:
    """A family by its name in `FAMILIES`; `font` gives it in one style at one size in pixels."""

    family: str

    def font(self, pixels: int, *, bold: bool = False, italic: bool = False) -> ImageFont.FreeTypeFont:
        """The font at `pixels` per em; raises NoFontError when neither it nor a stand-in is installed."""
        return _load(str(_find(self.family, bold=bold, italic=italic)[0]), pixels)

    def leans(self, *, bold: bool) -> bool:
        """Whether italics exist; without them (DejaVu's core package) the page slants the upright letters."""
        return _find(self.family, bold=bold, italic=True)[1]


@cache
def _find(family: str, *, bold: bool, italic: bool) -> tuple[Path, bool]:
    """The file, and whether it is italic when italics were asked for."""
    for style in ((bold, italic), (bold, False)):
        for stem in (*FAMILIES[family], *_TIMES):
            for folder in FOLDERS:
                for suffix in _SUFFIXES[style]:
                    path = folder / f"{stem}{suffix}.ttf"
                    if path.is_file() and _vietnamese(path):
                        return path, style[1] == italic
    raise NoFontError("no Vietnamese typeface found: apt-get install fonts-dejavu-core fonts-croscore")


@cache
def _vietnamese(path: Path) -> bool:
    font = _load(str(path), 40)
    missing = bytes(font.getmask("\ue123"))  # a private code point: the picture of "no such letter"
    return all(bytes(font.getmask(letter)) != missing for letter in _PROOF)


@cache
def _load(path: str, pixels: int) -> ImageFont.FreeTypeFont:
    # The basic layout engine is enough for composed (NFC) letters and is the same on every machine.
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)
