"""One page from picture to text: cleaned, lines found, each read by every reader, voted, put in order."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from ocr import layer as text_layer
from ocr.asternet import AsterNet
from ocr.detector import LineFinder
from ocr.doubt import doubtful
from ocr.engine import Reader, Reading
from ocr.errors import ReaderError, ReaderMissingError
from ocr.house import House
from ocr.look import STEPS, Look, look
from ocr.order import bands_in_order, lines_in_order
from ocr.strips import Band, cut
from ocr.tesseract import Tesseract
from ocr.values import Box, Code, Line, PageImage, PageText, Picture, Word
from ocr.vote import vote
from ocr.words import as_line

_TALLEST = 2.5
"""Marks this much higher than wide are no lines: margin seals, brackets, signatures."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Who takes part in reading.

    ``lines`` finds lines; where it cannot, ``whole`` reads the page by its own search for text. ``every`` read each
    line found; ``doubtful`` read again and vote on those lines where the first disagree or are not ``sure`` of every
    character, the least sure first, up to ``at_most`` widths of lines measured in their own height. A reader that is
    missing or breaks costs a warning as long as one is left: ``whole`` steps in where none of ``every`` could read.
    """

    whole: Tesseract
    lines: LineFinder | None = None
    every: tuple[Reader, ...] = ()
    doubtful: tuple[Reader, ...] = ()
    sure: float = 0.9
    at_most: float = 400.0


def models_folder() -> Path:
    """Where ``deploy/models`` puts networks: inside the environment that this Python runs in."""
    return Path(sys.prefix) / "share" / "ocr-models"


_SURE, _SURE_FAST = 0.8, 0.7
_MOST, _MOST_FAST = 400.0, 150.0
"""How much AsterNet is asked: chosen on specimens. It costs five times our own reader, for each line."""


@lru_cache(maxsize=4)
def _parts(folder: Path) -> tuple[Tesseract, LineFinder, House, AsterNet]:
    """Loaded once for each process, and each network only when it is first needed."""
    best = folder / "best_int"
    tesseract = Tesseract(data=best) if (best / "vie.traineddata").is_file() else Tesseract()
    return tesseract, LineFinder(folder), House(), AsterNet(folder)


def default_readers(models: Path | None = None, *, fast: bool = False) -> Readers:
    """The full vote: our own reader and Tesseract on every line, AsterNet where they differ or are in doubt.

    ``fast``: our own reader on every line, AsterNet only where it is in doubt. About half the time, and no second
    opinion on what it is sure of. Networks come from ``models``; Tesseract reads with the finer data there, if set-up
    could get it.
    """
    tesseract, finder, house, asternet = _parts(models or models_folder())
    if fast:
        return Readers(tesseract, finder, (house,), (asternet,), sure=_SURE_FAST, at_most=_MOST_FAST)
    return Readers(tesseract, finder, (house, tesseract), (asternet,), sure=_SURE, at_most=_MOST)


def read_page(
    page: PageImage,
    *,
    readers: Readers | None = None,
    steps: AbstractSet[str] = STEPS,
    unless: Callable[[Sequence[Code]], bool] = lambda _: False,
) -> PageText:
    """Read a page. Raises ``ReaderError`` only when no reader at all could read it.

    ``steps`` are what may be done to the picture first, all of them by default. Codes are read before anything else:
    when ``unless`` says of them that they tell enough, no line is read.
    """
    readers = readers or default_readers()
    warnings: list[str] = []
    names: list[str] = []
    first = readers.every[0] if readers.every else readers.whole
    seen = look(page, partial(_bands, readers=readers, warnings=warnings), partial(_legible, first), steps)
    lines: Sequence[Line] = ()
    if unless(seen.codes):
        pass
    elif seen.bands is None:
        lines = [_on_page(line, seen.to_page) for line in _read_whole(seen.grey, readers, names)]
    elif seen.bands:
        bands = [band for band in seen.bands if band.height < _TALLEST * band.length]
        layer = page.layer if not seen.quarters else ()
        lines = _read_lines(seen, bands, layer, readers, names, warnings)
    return PageText(
        width=seen.width,
        height=seen.height,
        dpi=seen.quality.dpi,
        lines=tuple(lines),
        quality=seen.quality,
        codes=seen.codes,
        readers=tuple(names),
        warnings=tuple(dict.fromkeys(warnings)),
        turned=seen.quarters,
        steps=seen.steps,
    )


def _on_page(line: Line, to_page: Callable[[Box], Box]) -> Line:
    return Line(tuple(replace(word, box=to_page(word.box)) for word in line.words))


def _legible(first: Reader, pictures: Sequence[Picture]) -> float:
    """How sure the first reader is of lines, 0 to 1; half where it cannot read at all."""
    try:
        readings = first.read(pictures)
    except ReaderError:
        return 0.5
    sure = [glyph.conf for reading in readings for glyph in reading if glyph.char.isalnum()]
    return sum(sure) / len(sure) if sure else 0.0


def _bands(grey: Picture, *, readers: Readers, warnings: list[str]) -> list[Band] | None:
    """The lines of the page, or ``None`` when nobody can look for them."""
    if readers.lines is None:
        return None
    try:
        return readers.lines.find(grey)
    except ReaderError as error:
        warnings.append(f"{error.code}:lines")
        return None


def _read_whole(grey: Picture, readers: Readers, names: list[str]) -> Sequence[Line]:
    names.append(readers.whole.name)
    return lines_in_order(readers.whole.read_page(grey))


def _read_lines(  # noqa: PLR0917 - the parts of one page
    seen: Look,
    bands: Sequence[Band],
    layer: Sequence[Word],
    readers: Readers,
    names: list[str],
    warnings: list[str],
) -> list[Line]:
    ordered = bands_in_order(bands)
    told = text_layer.placed(layer, ordered, seen.to_page)
    strips = [cut(seen.grey, band) for band in ordered]
    heard: list[list[tuple[str, Reading]]] = [[] for _ in strips]

    def ask(reader: Reader, chosen: Sequence[int]) -> None:
        try:
            readings = reader.read([strips[number].picture for number in chosen])
        except ReaderError as error:
            warnings.append(f"{error.code}:{reader.name}")
            return
        for number, reading in zip(chosen, readings, strict=True):
            heard[number].append((reader.name, reading))
        names.append(reader.name)

    for reader in readers.every:
        ask(reader, range(len(strips)))
    if not names:
        ask(readers.whole, range(len(strips)))
    if readers.doubtful:
        still_open = [
            number
            for number, readings in enumerate(heard)
            if not any(text_layer.agrees(told[number], reading) for _, reading in readings)
        ]
        shapes = [strip.picture.shape for strip in strips]
        chosen = doubtful(shapes, heard, readers.sure, readers.at_most, still_open)
        for reader in readers.doubtful if chosen else ():
            ask(reader, chosen)
    if not names:
        raise ReaderMissingError("no reader at all")
    voted = (as_line(strip, vote(readings)) for strip, readings in zip(strips, heard, strict=True))
    lines = [None if line is None else _on_page(line, seen.to_page) for line in voted]
    if not any(told):
        return [line for line in lines if line is not None]
    settled, remarks = text_layer.settled(lines, told, [[reading for _, reading in readings] for readings in heard])
    warnings.extend(remarks)
    return settled
