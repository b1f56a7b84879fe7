"""What reading a page gives: words with boxes and confidence, in reading order. Plain values that survive JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Rows x columns (grey) or rows x columns x 3 (RGB), 8 bits."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the page as drawn; right and bottom are outside."""


def as_box(raw: Sequence[Any]) -> Box:
    """Four numbers as a box."""
    left, top, right, bottom = (int(value) for value in raw)
    return left, top, right, bottom


def hull(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of ``boxes`` (at least one)."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


@dataclass(frozen=True, slots=True, eq=False)
class PageImage:
    """One page as a picture.

    ``rgb`` has ``height`` x ``width`` x 3 bytes, upright after EXIF; ``dpi`` is what the file says or, where it says
    nothing believable, an estimate from the paper's shape. ``layer``: the words that a born-digital PDF itself says,
    with boxes in pixels; none for scans.
    """

    index: int
    width: int
    height: int
    dpi: int
    rgb: Picture
    layer: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without a space; ``conf`` (0 to 1) is that of its least sure character."""

    text: str
    conf: float
    box: Box

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {"text": self.text, "conf": round(self.conf, 4), "box": list(self.box)}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Word:
        """The word that ``as_dict`` described."""
        return cls(str(raw["text"]), float(raw["conf"]), as_box(raw["box"]))


@dataclass(frozen=True, slots=True)
class Line:
    """The words of one printed line (or table cell line), left to right; at least one word."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words joined by single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The box around the words."""
        return hull([word.box for word in self.words])

    @property
    def conf(self) -> float:
        """The mean confidence of the words, each weighted by its length."""
        return sum(word.conf * len(word.text) for word in self.words) / sum(len(word.text) for word in self.words)


@dataclass(frozen=True, slots=True)
class Code:
    """A QR or bar code found on the page: its text and where it is."""

    text: str
    format: str
    box: Box

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {"text": self.text, "format": self.format, "box": list(self.box)}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Code:
        """The code that ``as_dict`` described."""
        return cls(str(raw["text"]), str(raw["format"]), as_box(raw["box"]))


@dataclass(frozen=True, slots=True)
class Quality:
    """How good the picture is, measured before anything was cleaned.

    ``sharpness``: energy of edges, about 1 for a crisp scan and under 0.3 for a blurred photo. ``contrast``: distance
    of ink from paper, 0 to 1. ``unevenness``: spread of the paper's brightness, 0 to 1. ``glare``: share of the page
    burnt to white inside a darker surrounding, 0 to 1. ``skew``: lean of the lines in degrees, clockwise positive.
    ``text_px``: height of the middle line of text in pixels, 0 where none was found. ``cut``: edges of the picture,
    of ``left top right bottom``, that text runs into. ``advice`` names what a better picture would mend, from the
    closed set ``LOW_RESOLUTION BLURRED FAINT BLANK UNEVEN_LIGHT GLARE CUT_EDGE``.
    """

    dpi: int
    sharpness: float
    contrast: float
    unevenness: float
    blank: bool
    advice: tuple[str, ...] = ()
    glare: float = 0.0
    skew: float = 0.0
    text_px: float = 0.0
    cut: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {**asdict(self), "advice": list(self.advice), "cut": list(self.cut)}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Quality:
        """The report that ``as_dict`` described; reports kept before glare, skew and edges were measured have none."""
        return cls(
            dpi=int(raw["dpi"]),
            sharpness=float(raw["sharpness"]),
            contrast=float(raw["contrast"]),
            unevenness=float(raw["unevenness"]),
            blank=bool(raw["blank"]),
            advice=tuple(str(item) for item in raw["advice"]),
            glare=float(raw.get("glare", 0.0)),
            skew=float(raw.get("skew", 0.0)),
            text_px=float(raw.get("text_px", 0.0)),
            cut=tuple(str(item) for item in raw.get("cut", ())),
        )


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says. ``lines`` are in reading order; ``words`` and ``text`` follow from them.

    ``readers`` names who read, ``warnings`` what went wrong on the way (``READER_MISSING:asternet`` and the like).
    ``turned``: clockwise quarter turns that set the page upright; sizes and boxes are those of the page so turned.
    ``steps`` names what was done to the picture before it was read (``FLATTENED TURNED BORDERS SEALS EVENED``).
    """

    width: int
    height: int
    dpi: int
    lines: tuple[Line, ...]
    quality: Quality
    codes: tuple[Code, ...] = ()
    readers: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())
    turned: int = 0
    steps: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[Word, ...]:
        """Every word in reading order."""
        return tuple(word for line in self.lines for word in line.words)

    @property
    def text(self) -> str:
        """The lines, one below the other (Unicode NFC)."""
        return "\n".join(line.text for line in self.lines)

    def as_dict(self) -> dict[str, Any]:
        """JSON values: ``words`` is flat, ``lines`` holds how many of them each line takes."""
        return {
            "width": self.width,
            "height": self.height,
            "dpi": self.dpi,
            "text": self.text,
            "words": [word.as_dict() for word in self.words],
            "lines": [len(line.words) for line in self.lines],
            "quality": self.quality.as_dict(),
            "codes": [code.as_dict() for code in self.codes],
            "readers": list(self.readers),
            "warnings": list(self.warnings),
            "turned": self.turned,
            "steps": list(self.steps),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> PageText:
        """The page that ``as_dict`` described."""
        words = [Word.from_dict(word) for word in raw["words"]]
        lines, first = [], 0
        for count in raw["lines"]:
            lines.append(Line(tuple(words[first : first + int(count)])))
            first += int(count)
        return cls(
            width=int(raw["width"]),
            height=int(raw["height"]),
            dpi=int(raw["dpi"]),
            lines=tuple(lines),
            quality=Quality.from_dict(raw["quality"]),
            codes=tuple(Code.from_dict(code) for code in raw["codes"]),
            readers=tuple(str(name) for name in raw["readers"]),
            warnings=tuple(str(text) for text in raw["warnings"]),
            turned=int(raw.get("turned", 0)),
            steps=tuple(str(name) for name in raw.get("steps", ())),
        )


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of a paper.

    ``value`` is the normal form (dates ISO 8601), or empty when something stands there that does not fit the syntax:
    then ``raw``, the text as read, is for a person to judge. ``page`` counts from 0; ``box`` is in pixels of that page.
    ``confidence`` is how likely the value is right; with ``accept`` it is sure enough to need no look, everything else
    goes to a person with the crop of the picture. ``evidence`` is what that was judged by (``ocr.trust``).
    """

    value: str
    confidence: float
    page: int
    box: Box
    raw: str
    accept: bool = False
    evidence: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "value": self.value,
            "confidence": round(self.confidence, 4),
            "page": self.page,
            "box": list(self.box),
            "raw": self.raw,
            "accept": self.accept,
            "evidence": dict(self.evidence),
        }

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> FieldValue:
        """The field that ``as_dict`` described."""
        return cls(
            str(raw["value"]),
            float(raw["confidence"]),
            int(raw["page"]),
            as_box(raw["box"]),
            str(raw["raw"]),
            accept=bool(raw.get("accept", False)),
            evidence={str(name): float(number) for name, number in raw.get("evidence", {}).items()},
        )
