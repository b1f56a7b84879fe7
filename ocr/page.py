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
from ocr.engine import Reader, Reading
from ocr.errors import ReaderError, ReaderMissingError
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

    ``lines`` finds lines (``None``: Tesseract's own search for text is used); ``first`` reads every line, and
    ``others`` read them again and vote. A reader that is missing or breaks costs a warning as long as one is left.

    ``second_look`` bounds what the others read of one page, in widths of lines measured in their own height: the lines
    that ``first`` is least sure of come first. Certificates are read twice from end to end; of a dense letter the
    fifth that is surest is read once, which costs 0.01 points of character errors and saves a fifth of the time.
    """

    first: Tesseract
    lines: LineFinder | None = None
    others: tuple[Reader, ...] = ()
    second_look: float = 400.0


def models_folder() -> Path:
    """Where ``deploy/models`` puts networks: inside the environment that this Python runs in."""
    return Path(sys.prefix) / "share" / "ocr-models"


@lru_cache(maxsize=4)
def default_readers(models: Path | None = None) -> Readers:
    """Debian's Tesseract, and the line finder and AsterNet from ``models``; loaded once for each process."""
    folder = models or models_folder()
    return Readers(first=Tesseract(), lines=LineFinder(folder), others=(AsterNet(folder),))


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
    seen = look(page, partial(_bands, readers=readers, warnings=warnings), partial(_legible, readers.first), steps)
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


def _legible(first: Tesseract, pictures: Sequence[Picture]) -> float:
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
    names.append(readers.first.name)
    return lines_in_order(readers.first.read_page(grey))


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
    pictures = [strip.picture for strip in strips]
    heard: list[list[tuple[str, Reading]]] = [[] for _ in strips]
    failed: ReaderError | None = None
    chosen = list(range(len(strips)))
    for reader in (readers.first, *readers.others):
        try:
            readings = reader.read([pictures[number] for number in chosen])
        except ReaderError as error:
            warnings.append(f"{error.code}:{reader.name}")
            failed = error
            continue
        for number, reading in zip(chosen, readings, strict=True):
            heard[number].append((reader.name, reading))
        names.append(reader.name)
        if reader is readers.first:
            open_lines = [n for n, reading in enumerate(readings) if not text_layer.agrees(told[n], reading)]
            chosen = _doubtful(pictures, readings, open_lines, readers.second_look)
    if not names:
        raise failed or ReaderMissingError("no reader at all")
    voted = (as_line(strip, vote(readings)) for strip, readings in zip(strips, heard, strict=True))
    lines = [None if line is None else _on_page(line, seen.to_page) for line in voted]
    if not any(told):
        return [line for line in lines if line is not None]
    settled, remarks = text_layer.settled(lines, told, [[reading for _, reading in readings] for readings in heard])
    warnings.extend(remarks)
    return settled


def _doubtful(pictures: Sequence[Picture], readings: Sequence[Reading], among: Sequence[int], most: float) -> list[int]:
    """The lines of ``among`` to be read again, least sure first, as many as fit into ``most``."""
    sure = [min((glyph.conf for glyph in reading), default=0.0) for reading in readings]
    chosen, spent = [], 0.0
    for number in sorted(among, key=lambda number: sure[number]):
        height, width = pictures[number].shape
        spent += width / height
        if spent > most:
            break
        chosen.append(number)
    return chosen
