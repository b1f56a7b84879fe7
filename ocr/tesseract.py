"""Tesseract: the reader that is always there.

Lines are read in this process by ``tesserocr`` where its wheel is installed: a third less work than a process for each
page, whose start loads the network again. Without it, all lines of a page go through one process by ``pytesseract``: a
list of picture files, one answer. Page segmentation mode 6 ("one block") is essential on line pictures: mode 7 ("one
line") leaves every tenth line empty.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytesseract  # type: ignore[import-untyped]  # rows are typed in _parsed
from PIL import Image

from ocr.engine import Glyph, Reading
from ocr.errors import ReaderFailedError, ReaderMissingError
from ocr.values import Box, Line, Picture, Word

_BLOCK = 6
_SPARSE = 11
_WORD = "5"
_INSTALLED = ("/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata")
"""Where distributions put language data; elsewhere only the installed program finds it."""
_LINE_HEIGHT = 44
"""Height in pixels at which line pictures are read; Tesseract's network scales to 36 itself."""


@dataclass(frozen=True, slots=True)
class _Row:
    page: int
    line: tuple[int, int, int]
    box: Box
    conf: float
    text: str


@dataclass(frozen=True, slots=True)
class Tesseract:
    """Reads with the installed ``tesseract`` and the language data ``language``.

    ``data`` is a folder with other ``.traineddata`` files, or ``None`` for the installed ones; ``seconds`` bounds one
    process.
    """

    language: str = "vie"
    data: Path | None = None
    seconds: int = 120

    @property
    def name(self) -> str:
        """``tesseract``, with whatever data."""
        return "tesseract"

    @property
    def has_language(self) -> bool:
        """Whether its language data are there, in a folder known here or where the installed program looks."""
        if self._folder() is not None:
            return True
        if self.data is not None or (program := shutil.which("tesseract")) is None:
            return False
        said = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=False)  # noqa: S603 - the installed program
        return self.language in said.stdout.split()

    def read(self, lines: Sequence[Picture]) -> list[Reading]:
        """Read pictures of single lines: in this process if it can be, else all in one other."""
        if not lines:
            return []
        engine = _engine(self.language, self._folder())
        if engine is None:
            return self._read_outside(lines)
        return [self._read_inside(engine, line) for line in lines]

    def _folder(self) -> str | None:
        folders = [str(self.data)] if self.data else _INSTALLED
        return next((name for name in folders if Path(name, f"{self.language}.traineddata").is_file()), None)

    def _read_inside(self, engine: Any, line: Picture) -> Reading:
        small, scale = _at_height(line)
        try:
            engine.SetImage(Image.fromarray(small))
            if not engine.Recognize(self.seconds * 1000):
                raise ReaderFailedError("tesseract gave up on a line")
            rows = _words(engine)
        except RuntimeError as error:
            raise ReaderFailedError(f"tesseract: {error}") from error
        finally:
            engine.Clear()
        return _reading(rows, scale)

    def _read_outside(self, lines: Sequence[Picture]) -> list[Reading]:
        with tempfile.TemporaryDirectory(prefix="ocr-") as folder:
            names, scales = [], []
            for number, line in enumerate(lines):
                small, scale = _at_height(line)
                path = Path(folder) / f"{number}.pgm"
                cv2.imwrite(str(path), small)
                names.append(str(path))
                scales.append(scale)
            listed = Path(folder) / "lines.txt"
            listed.write_text("\n".join(names) + "\n", encoding="utf-8")
            rows = self._rows(str(listed), _BLOCK)
        found: list[list[_Row]] = [[] for _ in lines]
        for row in rows:
            found[row.page - 1].append(row)
        return [_reading(rows, scale) for rows, scale in zip(found, scales, strict=True)]

    def read_page(self, grey: Picture) -> tuple[Line, ...]:
        """Read a whole page with Tesseract's own search for text; the fallback where lines cannot be found."""
        with tempfile.TemporaryDirectory(prefix="ocr-") as folder:
            path = Path(folder) / "page.pgm"
            cv2.imwrite(str(path), grey)
            rows = self._rows(str(path), _SPARSE)
        lines: dict[tuple[int, int, int], list[Word]] = {}
        for row in rows:
            lines.setdefault(row.line, []).append(Word(row.text, row.conf, row.box))
        return tuple(Line(tuple(words)) for words in lines.values())

    def _rows(self, source: str, mode: int) -> list[_Row]:
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # noqa: TID251 - the only way to tell Tesseract; threads make it slower
        config = f"--psm {mode} --oem 1" + (f' --tessdata-dir "{self.data}"' if self.data else "")
        try:
            table = pytesseract.image_to_data(source, lang=self.language, config=config, timeout=self.seconds)
        except pytesseract.TesseractNotFoundError as error:
            raise ReaderMissingError("tesseract is not installed") from error
        except pytesseract.TesseractError as error:
            message = str(error)
            if "data" in message and ("load" in message or "opening" in message):
                raise ReaderMissingError(f"Tesseract has no language data {self.language!r}") from error
            raise ReaderFailedError(message) from error
        except (RuntimeError, OSError, ValueError) as error:  # pytesseract reports its timeout as RuntimeError
            raise ReaderFailedError(f"tesseract: {error}") from error
        return _parsed(str(table))


@lru_cache(maxsize=4)
def _engine(language: str, folder: str | None) -> Any:
    """Tesseract's engine in this process, loaded once; ``None`` where it cannot be had."""
    if folder is None:
        return None
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # noqa: TID251 - the only way to tell Tesseract; threads make it slower
    try:
        import tesserocr  # type: ignore[import-untyped]  # noqa: PLC0415 - after the limit is set
    except ImportError:
        return None
    try:
        return tesserocr.PyTessBaseAPI(
            path=folder, lang=language, psm=tesserocr.PSM.SINGLE_BLOCK, oem=tesserocr.OEM.LSTM_ONLY
        )
    except RuntimeError:
        return None


def _words(engine: Any) -> list[_Row]:
    """The words that the engine has just read."""
    import tesserocr  # noqa: PLC0415 - an engine exists, so it is there

    rows: list[_Row] = []
    words = engine.GetIterator()
    level, number = tesserocr.RIL.WORD, 0
    if words is None:
        return rows
    for word in tesserocr.iterate_level(words, level):
        if word.IsAtBeginningOf(tesserocr.RIL.TEXTLINE):
            number += 1
        if word.Empty(level):
            continue
        text = unicodedata.normalize("NFC", word.GetUTF8Text(level).strip())
        if text:
            conf = min(1.0, max(0.0, float(word.Confidence(level)) / 100.0))
            rows.append(_Row(1, (0, 0, number), tuple(word.BoundingBox(level)), conf, text))
    return rows


def _at_height(line: Picture) -> tuple[Picture, float]:
    """A line picture no higher than Tesseract can use, and its scale."""
    if line.shape[0] <= _LINE_HEIGHT * 1.6:
        return np.ascontiguousarray(line), 1.0
    scale = _LINE_HEIGHT / line.shape[0]
    small = cv2.resize(line, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8), scale


def _parsed(table: str) -> list[_Row]:
    rows = []
    for raw in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = unicodedata.normalize("NFC", (raw["text"] or "").strip())
        if raw["level"] != _WORD or not text:
            continue
        left, top, width, height = (int(raw[name]) for name in ("left", "top", "width", "height"))
        line = (int(raw["block_num"]), int(raw["par_num"]), int(raw["line_num"]))
        conf = min(1.0, max(0.0, float(raw["conf"]) / 100.0))
        rows.append(_Row(int(raw["page_num"]), line, (left, top, left + width, top + height), conf, text))
    return rows


def _reading(rows: Sequence[_Row], scale: float) -> Reading:
    """Words of a line picture as glyphs; a character's place inside its word is an even share of the word's box."""
    glyphs: list[Glyph] = []
    for row in sorted(rows, key=lambda row: (row.line, row.box[0])):
        left, right = row.box[0] / scale, row.box[2] / scale
        if glyphs:
            glyphs.append(Glyph(" ", min(glyphs[-1].conf, row.conf), glyphs[-1].right, left))
        step = (right - left) / len(row.text)
        glyphs.extend(
            Glyph(char, row.conf, left + step * place, left + step * (place + 1)) for place, char in enumerate(row.text)
        )
    return tuple(glyphs)
