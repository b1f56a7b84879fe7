"""AsterNet, a line reader for Vietnamese print (MIT, 10.6 million parameters), run by onnxruntime.

Only the network and its alphabet are used, taken at set-up out of a hash-pinned wheel by ``deploy/models``; the code in
that wheel is neither installed nor imported. Input: lines 32 pixels high, RGB from 0 to 1, no wider than
1,024 pixels; output: log probabilities over the alphabet for every fourth column, to be read as
connectionist temporal classification (Graves et al., 2006).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ocr.engine import Glyph, Reading
from ocr.errors import ReaderFailedError, ReaderMissingError
from ocr.onnx import session
from ocr.values import Picture

_HEIGHT = 32
_WIDEST = 1000
_SQUEEZE = 1.25
"""Lines up to this much too wide are squeezed: the network errs more at cuts than on narrow letters."""
_STEP = 4
_BLANK = 0
_HALF = 160
_PAD = 4


@dataclass(frozen=True)
class AsterNet:
    """Reads with ``asternet.onnx`` and ``asternet.json`` in the folder ``models``."""

    models: Path

    @property
    def name(self) -> str:
        """``asternet``."""
        return "asternet"

    @cached_property
    def _alphabet(self) -> list[str]:
        try:
            return [str(char) for char in json.loads((self.models / "asternet.json").read_text("utf-8"))["chars"]]
        except (OSError, ValueError, KeyError) as error:
            raise ReaderMissingError(f"asternet: {error}") from error

    @cached_property
    def _session(self) -> Any:
        return session(self.models / "asternet.onnx")

    def read(self, lines: Sequence[Picture]) -> list[Reading]:
        """Read pictures of single lines; wide ones in pieces that are cut where no ink is."""
        return [_joined([self._piece(piece) for piece in _pieces(line)]) for line in lines]

    def _piece(self, piece: _Piece) -> Reading:
        """One at a time: a batch needs padding, and the network reads padding as if it were the end of the line."""
        ink = np.repeat((piece.picture.astype(np.float32) / 255.0)[None, None], 3, axis=1)
        network = self._session
        try:
            (answer,) = network.run(None, {"images": ink})
        except Exception as error:  # onnxruntime raises classes of its own that it does not export
            raise ReaderFailedError(f"asternet: {error}") from error
        return _decoded(answer[:, 0], piece, self._alphabet)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    left: float
    scale: float
    picture: Picture


def _pieces(line: Picture) -> list[_Piece]:
    """The line at reading height, cut into pieces narrow enough for the network."""
    scale = _HEIGHT / line.shape[0]
    natural = line.shape[1] * scale
    fitting = _WIDEST if _WIDEST < natural <= _WIDEST * _SQUEEZE else natural
    width = max(_STEP * 4, round(fitting / _STEP) * _STEP)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small: Picture = np.asarray(cv2.resize(line, (width, _HEIGHT), interpolation=how)).astype(np.uint8)
    across = width / line.shape[1]
    pieces, left = [], 0
    while width - left > _WIDEST:
        place = left + _quietest(small[:, left : left + _WIDEST])
        pieces.append(_padded(small, left, place, across))
        left = place
    pieces.append(_padded(small, left, width, across))
    return pieces


def _quietest(window: Picture) -> int:
    """The middle of the widest gap in the last third of a window: the best place to cut a line in two."""
    ink = np.asarray((window < _HALF).any(axis=0))
    width = int(window.shape[1])
    best, place, run = 0, width - 1, 0
    for column in range(width * 2 // 3, width):
        run = 0 if ink[column] else run + 1
        if run > best:
            best, place = run, column - run // 2
    return place


def _padded(small: Picture, left: int, right: int, across: float) -> _Piece:
    part = small[:, left:right]
    width = -(-(part.shape[1] + 2 * _PAD) // _STEP) * _STEP
    padded = np.full((_HEIGHT, width), 255, dtype=np.uint8)
    padded[:, _PAD : _PAD + part.shape[1]] = part
    return _Piece((left - _PAD) / across, across, padded)


def _decoded(scores: NDArray[np.float32], piece: _Piece, alphabet: Sequence[str]) -> Reading:
    """Best path: the likeliest sign of every step, repeats merged, blanks dropped."""
    best = scores.argmax(axis=1)
    sure = np.exp(scores.max(axis=1))
    glyphs: list[Glyph] = []
    step = 0
    while step < len(best):
        sign, first = int(best[step]), step
        while step < len(best) and best[step] == sign:
            step += 1
        if sign != _BLANK:
            left, right = (piece.left + place * _STEP / piece.scale for place in (first, step))
            char = unicodedata.normalize("NFC", alphabet[sign])
            glyphs.append(Glyph(char, float(sure[first:step].max()), left, right))
    return tuple(glyphs)


def _joined(parts: Sequence[Reading]) -> Reading:
    glyphs: list[Glyph] = []
    for reading in parts:
        if glyphs and reading and glyphs[-1].char != " " and reading[0].char != " ":
            glyphs.append(Glyph(" ", min(glyphs[-1].conf, reading[0].conf), glyphs[-1].right, reading[0].left))
        glyphs.extend(reading)
    while glyphs and glyphs[-1].char == " ":
        glyphs.pop()
    while glyphs and glyphs[0].char == " ":
        glyphs.pop(0)
    return tuple(glyphs)
