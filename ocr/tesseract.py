"""Tesseract through pytesseract: the reader that is always there.

All lines of a page go through one process: a list of picture files, one answer. Starting a process for each line would
take ten times as long. Page segmentation mode 6 ("one block") is essential on line pictures: mode 7 ("one line") leaves
every tenth line empty.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import pytesseract  # type: ignore[import-untyped]  # rows are typed in _parsed

from ocr.engine import Glyph, Reading
from ocr.errors import ReaderFailedError, ReaderMissingError
from ocr.values import Box, Line, Picture, Word

_BLOCK = 6
_SPARSE = 11
_WORD = "5"
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
        """``tesseract`` and the language data if it is not Debian's."""
        return "tesseract" if self.data is None else f"tesseract-{self.data.name}"

    def read(self, lines: Sequence[Picture]) -> list[Reading]:
        """Read pictures of single lines, all in one process."""
        if not lines:
            return []
        with tempfile.TemporaryDirectory(prefix="ocr-") as folder:
            names, scales = [], []
            for number, line in enumerate(lines):
                scale = _LINE_HEIGHT / line.shape[0] if line.shape[0] > _LINE_HEIGHT * 1.6 else 1.0
                small = (
                    line if scale == 1.0 else cv2.resize(line, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
                )
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
