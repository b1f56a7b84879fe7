"""The house's own line reader: 3 million parameters in int8, carried by this package, always there.

Trained by ``deploy/train`` on drawn lines only; where it comes from and what it reached stands in
``ocr/models/README.md``. Input: grey lines 32 pixels high, -1 (ink) to 1 (paper), batched by width; output: chances
over the alphabet (in the file's metadata) for every fourth column.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ocr import ctc
from ocr.engine import Reading
from ocr.errors import ReaderFailedError
from ocr.onnx import session
from ocr.values import Picture

_SHAPE = ctc.Shape(height=32, widest=624, step=4, pad=4)
_STRIDE = 48
"""Lines are padded to a multiple of this and batched with those of the same width: what a line is read as must not
depend on what else stands on the page."""
_COLUMNS = 2304
"""Columns of one batch: larger ones fall out of the processor's cache."""


@dataclass(frozen=True)
class House:
    """Reads with ``house.onnx`` of this package, or with another file of its kind."""

    path: Path = Path(__file__).resolve().parent / "models" / "house.onnx"

    @property
    def name(self) -> str:
        """``house``."""
        return "house"

    @cached_property
    def _session(self) -> Any:
        return session(self.path)

    @cached_property
    def _alphabet(self) -> tuple[str, ...]:
        return ("", *self._session.get_modelmeta().custom_metadata_map["alphabet"])

    def read(self, lines: Sequence[Picture]) -> list[Reading]:
        """Read pictures of single lines; wide ones in pieces that are cut where no ink is."""
        parts = [(number, piece) for number, line in enumerate(lines) for piece in ctc.pieces(line, _SHAPE)]
        read: dict[int, Reading] = {}
        for width, batch in _batches([piece.picture.shape[1] for _, piece in parts]):
            pictures = [parts[place][1] for place in batch]
            read.update(zip(batch, self._batch(pictures, width), strict=True))
        found: list[list[Reading]] = [[] for _ in lines]
        for place, (number, _) in enumerate(parts):
            found[number].append(read[place])
        return [ctc.joined(readings) for readings in found]

    def _batch(self, pieces: Sequence[ctc.Piece], width: int) -> list[Reading]:
        grey = np.ones((len(pieces), 1, _SHAPE.height, width), dtype=np.float32)
        for row, piece in enumerate(pieces):
            grey[row, 0, :, : piece.picture.shape[1]] = piece.picture.astype(np.float32) / 127.5 - 1.0
        network = self._session
        try:
            (chances,) = network.run(None, {"lines": grey})
        except Exception as error:  # onnxruntime raises classes of its own that it does not export
            raise ReaderFailedError(f"house: {error}") from error
        return [ctc.decoded(chances[row], piece, self._alphabet, _SHAPE.step) for row, piece in enumerate(pieces)]


def _batches(widths: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Width and places of each batch: pieces whose padded width is the same, as many as fit."""
    alike: dict[int, list[int]] = {}
    for place, width in enumerate(widths):
        alike.setdefault(-(-width // _STRIDE) * _STRIDE, []).append(place)
    batches = []
    for width, places in alike.items():
        many = max(1, _COLUMNS // width)
        batches += [(width, places[first : first + many]) for first in range(0, len(places), many)]
    return batches
