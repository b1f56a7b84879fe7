"""A page that is written on: words, rules, tables and leaders go on the picture and into the record together."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

import cv2
import numpy as np
from PIL import Image, ImageChops, ImageDraw

from tests.golden.specimens.model import DPI, Word

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from PIL import ImageFont

    from tests.golden.specimens.fonts import Typeface

Colour = tuple[int, int, int]
BLACK: Colour = (26, 25, 28)
PEN: Colour = (34, 52, 138)
RULE = 2  # thickness of a thin rule in pixels
HAND_SCALE = 1.16


def mm(value: float) -> int:
    """Millimetres to pixels at 300 dpi."""
    return round(value * DPI / 25.4)


def pt(value: float) -> int:
    """Points to pixels at 300 dpi."""
    return round(value * DPI / 72)


@dataclass(frozen=True)
class Span:
    """Letters in one style; `fact` names the field they state, `size` is in points (None: the sheet's)."""

    text: str
    fact: str | None = None
    bold: bool = False
    italic: bool = False
    size: float | None = None
    colour: Colour | None = None
    hand: bool = False


Spans: TypeAlias = "Sequence[Span | str]"


@dataclass(frozen=True)
class _Piece:
    text: str
    span: Span
    width: float


@dataclass
class _Token:
    """A word about to be printed: pieces that touch each other, and the space that follows."""

    pieces: list[_Piece] = field(default_factory=list)
    space: float = 0.0

    @property
    def width(self) -> float:
        return sum(piece.width for piece in self.pieces)


class Sheet:
    """One page at 300 dpi; positions are pixels, `y` of a line is its baseline, `size` the standard type in points."""

    def __init__(
        self,
        number: int,
        face: Typeface,
        rng: random.Random,
        *,
        size: float = 13.0,
        page: tuple[float, float] = (210, 297),
        margins: tuple[float, float, float, float] = (28, 18, 18, 18),
        paper: Colour = (255, 255, 255),
    ) -> None:
        self.number = number
        self.face = face
        self.rng = rng
        self.size = size
        self.leading = 1.34
        self.image = Image.new("RGB", (mm(page[0]), mm(page[1])), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.left, self.top = mm(margins[0]), mm(margins[1])
        self.right, self.bottom = self.image.width - mm(margins[2]), self.image.height - mm(margins[3])
        self.y = self.top
        self.words: list[Word] = []
        self.facts: dict[str, list[tuple[int, tuple[int, int, int, int]]]] = {}
        self._lines = 0

    # --- lines ---------------------------------------------------------------------------------------------------

    @property
    def width(self) -> int:
        """Pixels between the margins."""
        return self.right - self.left

    def step(self, size: float | None = None) -> int:
        """The distance of two baselines in pixels at `size` points."""
        return round(pt(size or self.size) * self.leading)

    def skip(self, millimetres: float) -> None:
        """Leave space before the next line."""
        self.y += mm(millimetres)

    def line(self, *segments: tuple[int, Spans]) -> int:
        """Print segments, each at its own x, as one visual line on the baseline `y`; returns where the ink ends."""
        end = 0
        before = len(self.words)
        for x, spans in segments:
            end = self._print(self._tokens(spans), x)
        self._lines += len(self.words) > before
        return end

    def text(self, spans: Spans, *, x: int | None = None, width: int | None = None, align: str = "left") -> None:
        """One line in the box of `width` from `x` (the margins without them), then one step down."""
        left, space = self.left if x is None else x, self.width if width is None else width
        tokens = self._tokens(spans)
        slack = space - self._measure(tokens)
        self.y += self._rise(tokens)
        before = len(self.words)
        self._print(tokens, left + {"left": 0, "center": slack / 2, "right": slack}[align])
        self._lines += len(self.words) > before
        self.y += self._fall(tokens)

    def flow(
        self,
        spans: Spans,
        *,
        x: int | None = None,
        width: int | None = None,
        indent: float = 0,
        align: str = "justify",
        hanging: float = 0,
        leader: bool = False,
    ) -> None:
        """A paragraph broken into lines; `indent` of the first and `hanging` of the other lines in millimetres.

        `align` is "justify", "left" or "center"; with `leader` dots run from the last word to the right edge.
        """
        left, space = self.left if x is None else x, self.width if width is None else width
        rows = self._break(self._tokens(spans), space - mm(indent), space - mm(hanging))
        for number, row in enumerate(rows):
            begin = left + mm(hanging if number else indent)
            room = left + space - begin
            slack = room - self._measure(row)
            last = number == len(rows) - 1
            gap = slack / (len(row) - 1) if align == "justify" and not last and len(row) > 1 else 0.0
            self.y += self._rise(row)
            end = self._print(row, begin + (slack / 2 if align == "center" else 0), gap)
            self._lines += 1
            if leader and last:
                self.dots(end, left + space)
            self.y += self._fall(row)

    def stops(self, *segments: tuple[float, Spans], leader: bool = True) -> None:
        """One line with segments at tab stops (0 to 1 of the width), dots from each segment to the next."""
        tokens = [self._tokens(spans) for _, spans in segments]
        edges = [*(self.left + round(at * self.width) for at, _ in segments[1:]), self.right]
        self.y += max(self._rise(row) for row in tokens)
        x = self.left + round(segments[0][0] * self.width)
        for row, edge in zip(tokens, edges, strict=True):
            end = self._print(row, x)
            if leader:
                self.dots(end, edge - (mm(1.2) if edge != self.right else 0))
            x = max(edge, end + mm(2))
        self._lines += 1
        self.y += max(self._fall(row) for row in tokens)

    def dots(self, begin: float, end: float) -> None:
        """A dot leader on the baseline; leaders are not text."""
        font = self.face.font(pt(self.size))
        pitch = font.getlength(".")
        x = begin + pitch
        while x + pitch < end:
            self.draw.text((x, self.y), ".", font=font, fill=BLACK, anchor="ls")
            x += pitch

    # --- rules, tables, pictures -------------------------------------------------------------------------------

    def rule(self, centre: float, width: float, *, below: float = 1.4, thick: int = RULE + 1) -> None:
        """A short rule of `width` pixels under the line just printed, `below` millimetres under its baseline."""
        y = self.y - self._fall([]) + mm(below)
        self.draw.line([(centre - width / 2, y), (centre + width / 2, y)], fill=BLACK, width=thick)

    def table(
        self,
        widths: Sequence[float],
        rows: Sequence[Sequence[Spans]],
        *,
        size: float | None = None,
        x: int | None = None,
        align: Sequence[str] | None = None,
        head: int = 1,
        shade: Colour | None = None,
    ) -> None:
        """A ruled table; `widths` are shares of the width, the first `head` rows are bold and centred.

        Every line of every cell is a visual line of its own, row by row and cell by cell.
        """
        was, self.size = self.size, size or self.size
        left = self.left if x is None else x
        total = sum(widths)
        edges = [left + round(sum(widths[:n]) / total * self.width) for n in range(len(widths) + 1)]
        pad = mm(1.1)
        top = self.y
        bounds = [top]
        for number, row in enumerate(rows):
            if number < head and shade:
                self.draw.rectangle([edges[0], top, edges[-1], top + self._height(row, edges, pad)], fill=shade)
            lowest = top
            for column, cell in enumerate(row):
                self.y = top + pad
                how = "center" if number < head else (align[column] if align else "left")
                spans = [replace(_span(part), bold=True) for part in cell] if number < head else cell
                self.flow(spans, x=edges[column] + pad, width=edges[column + 1] - edges[column] - 2 * pad, align=how)
                lowest = max(lowest, self.y)
            top = lowest + pad
            bounds.append(top)
        for y in bounds:
            self.draw.line([(edges[0], y), (edges[-1], y)], fill=BLACK, width=RULE)
        for edge in edges:
            self.draw.line([(edge, bounds[0]), (edge, top)], fill=BLACK, width=RULE)
        self.size = was
        self.y = top + mm(1.5)

    def boxed(self, label: Spans, value: Span) -> None:
        """A label and then one ruled box per character, as for the 12 digits of a personal number; one word."""
        self.y += self._rise(self._tokens(label))
        end = self._print(self._tokens(label), self.left)
        font = self._font(value)
        side = mm(5.6)
        x = end + mm(2)
        top = self.y - round(side * 0.78)
        first = x
        for digit in value.text:
            self.draw.rectangle([x, top, x + side, top + side], outline=BLACK, width=RULE)
            self.draw.text((x + side / 2, self.y - 2), digit, font=font, fill=value.colour or BLACK, anchor="ms")
            x += side
        _, high, _, low = _extent(font, value.text)
        box = (first + side // 4, self.y - 2 + high, x - side // 4, self.y - 2 + low)
        self._record(value.text, box, value)
        self._lines += 1
        self.y += self._fall(self._tokens(label)) + mm(1)

    def multiply(self, picture: Image.Image, x: float, y: float) -> None:
        """Lay an RGB picture on the page as ink lies on paper: darker of both wins by multiplication."""
        box = (round(x), round(y), round(x) + picture.width, round(y) + picture.height)
        self.image.paste(ImageChops.multiply(self.image.crop(box), picture), box[:2])

    # --- words -------------------------------------------------------------------------------------------------

    def _font(self, span: Span) -> ImageFont.FreeTypeFont:
        size = (span.size or self.size) * (HAND_SCALE if span.hand else 1)
        return self.face.font(pt(size), bold=span.bold and not span.hand, italic=span.italic or span.hand)

    def _tokens(self, spans: Spans) -> list[_Token]:
        tokens: list[_Token] = []
        open_word = False
        for part in spans:
            span = _span(part)
            font = self._font(span)
            text = unicodedata.normalize("NFC", span.text)
            words = text.split(" ")
            for number, word in enumerate(words):
                if number:
                    open_word = False
                    if tokens:
                        tokens[-1].space = font.getlength(" ")
                if word:
                    if not open_word:
                        tokens.append(_Token())
                    tokens[-1].pieces.append(_Piece(word, span, font.getlength(word)))
                    open_word = True
        return tokens

    @staticmethod
    def _measure(tokens: list[_Token]) -> float:
        return sum(token.width + token.space for token in tokens[:-1]) + (tokens[-1].width if tokens else 0)

    @staticmethod
    def _break(tokens: list[_Token], first: float, others: float) -> list[list[_Token]]:
        rows: list[list[_Token]] = [[]]
        used = 0.0
        for token in tokens:
            room = first if len(rows) == 1 else others
            if rows[-1] and used + token.width > room:
                rows.append([])
                used = 0.0
            rows[-1].append(token)
            used += token.width + token.space
        return rows

    def _largest(self, tokens: list[_Token]) -> float:
        return max((piece.span.size or self.size for token in tokens for piece in token.pieces), default=self.size)

    def _rise(self, tokens: list[_Token]) -> int:
        return round(self.step(self._largest(tokens)) * 0.74)

    def _fall(self, tokens: list[_Token]) -> int:
        size = self._largest(tokens)
        return self.step(size) - round(self.step(size) * 0.74)

    def _height(self, row: Sequence[Spans], edges: list[int], pad: int) -> int:
        heights = [0]
        for column, cell in enumerate(row):
            tokens = self._tokens([replace(_span(part), bold=True) for part in cell])
            room = edges[column + 1] - edges[column] - 2 * pad
            heights.append(len(self._break(tokens, room, room)) * self.step())
        return max(heights) + 2 * pad

    def _print(self, tokens: list[_Token], x: float, gap: float = 0.0) -> int:
        end = x
        for token in tokens:
            boxes = []
            at = x
            for piece in token.pieces:
                box = self._ink(piece, at)
                if piece.span.fact:
                    self.facts.setdefault(piece.span.fact, []).append((len(self.words), box))
                boxes.append(box)
                at += piece.width
            facts = [piece.span.fact for piece in token.pieces if piece.span.fact]
            whole = Span("", facts[0] if facts else None, hand=any(piece.span.hand for piece in token.pieces))
            self._record("".join(piece.text for piece in token.pieces), _union(boxes), whole, known=True)
            end = at
            x = at + token.space + gap
        return round(end)

    def _record(self, text: str, box: tuple[int, int, int, int], span: Span, *, known: bool = False) -> None:
        if span.fact and not known:
            self.facts.setdefault(span.fact, []).append((len(self.words), box))
        self.words.append(Word(text, self.number, self._lines, box, span.fact, span.hand))

    def _ink(self, piece: _Piece, x: float) -> tuple[int, int, int, int]:
        font = self._font(piece.span)
        colour = piece.span.colour or (PEN if piece.span.hand else BLACK)
        if piece.span.hand:
            return self._script(piece.text, font, colour, x)
        if piece.span.italic and not self.face.leans(bold=piece.span.bold):
            return self._slant(piece.text, font, colour, x)
        x = round(x)  # whole pixels: the box is then exactly where the letters are
        self.draw.text((x, self.y), piece.text, font=font, fill=colour, anchor="ls")
        left, top, right, bottom = _extent(font, piece.text)
        return x + left, self.y + top, x + right, self.y + bottom

    def _slant(self, text: str, font: ImageFont.FreeTypeFont, colour: Colour, x: float) -> tuple[int, int, int, int]:
        """Upright letters leaning by one in five, where no italics are installed."""
        mask, left, top = self._mask(text, font, x)
        leaning = mask.transform(
            mask.size, Image.Transform.AFFINE, (1, 0.2, -0.2 * (self.y - top), 0, 1, 0), Image.Resampling.BILINEAR
        )
        return self._stain(np.asarray(leaning), colour, left, top)

    def _mask(self, text: str, font: ImageFont.FreeTypeFont, x: float) -> tuple[Image.Image, int, int]:
        """The letters in white on black with an edge around, and where their picture's corner belongs."""
        ink = font.getbbox(text, anchor="ls")
        edge = pt(4)
        mask = Image.new("L", (round(ink[2] - ink[0]) + 2 * edge, round(ink[3] - ink[1]) + 2 * edge))
        ImageDraw.Draw(mask).text((edge - ink[0], edge - ink[1]), text, font=font, fill=255, anchor="ls")
        return mask, round(x + ink[0]) - edge, round(self.y + ink[1]) - edge

    def _stain(self, mask: np.ndarray, colour: Colour, left: int, top: int) -> tuple[int, int, int, int]:
        """Colour the page through the mask; returns the box of what can be seen."""
        self.image.paste(colour, (left, top), Image.fromarray(mask))
        ys, xs = np.nonzero(mask > 60)
        return left + int(xs.min()), top + int(ys.min()), left + int(xs.max()) + 1, top + int(ys.max()) + 1

    def _script(self, text: str, font: ImageFont.FreeTypeFont, colour: Colour, x: float) -> tuple[int, int, int, int]:
        """Letters that lean and sway as by pen: an italic mask, sheared and bent by slow waves."""
        mask, left, top = self._mask(text, font, x)
        wide, high = mask.size
        columns, rows = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(high, dtype=np.float32))
        sway = self.rng.uniform(1.0, 2.4)
        phase, period = self.rng.uniform(0, 6.28), self.rng.uniform(90, 180)
        source_y = rows + sway * np.sin(columns / period * 6.28 + phase) + self.rng.uniform(-2, 2)
        source_x = columns - (high / 2 - rows) * self.rng.uniform(-0.04, 0.12) + np.sin(rows / 13 + phase)
        bent = cv2.remap(np.asarray(mask), source_x.astype(np.float32), source_y.astype(np.float32), cv2.INTER_LINEAR)
        return self._stain(bent, colour, left, top)


def _extent(font: ImageFont.FreeTypeFont, text: str) -> tuple[int, int, int, int]:
    """The ink of the letters around their baseline's start; `getbbox` would count the side bearings in."""
    mask, (x, y) = font.getmask2(text, "L", anchor="ls")
    left, top, right, bottom = mask.getbbox() or (0, 0, 1, 1)
    return round(x + left), round(y + top), round(x + right), round(y + bottom)


def _span(part: Span | str) -> Span:
    return part if isinstance(part, Span) else Span(part)


def _union(boxes: Sequence[tuple[int, int, int, int]]) -> tuple[int, int, int, int]:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
