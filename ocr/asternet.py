"""AsterNet, a line reader for Vietnamese print (MIT, 10.6 million parameters), run by onnxruntime.

Only the network and its alphabet are used, taken at set-up out of a hash-pinned wheel by ``deploy/models``; the code in
that wheel is neither installed nor imported. Input: lines 32 pixels high, RGB from 0 to 1, no wider than
1,024 pixels; output: log probabilities over the alphabet for every fourth column.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ocr import ctc
from ocr.engine import Reading
from ocr.errors import ReaderFailedError, ReaderMissingError
from ocr.onnx import session
from ocr.values import Picture

_SHAPE = ctc.Shape(height=32, widest=1000, step=4, pad=4)


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
            chars = json.loads((self.models / "asternet.json").read_text("utf-8"))["chars"]
        except (OSError, ValueError, KeyError) as error:
            raise ReaderMissingError(f"asternet: {error}") from error
        return [unicodedata.normalize("NFC", str(char)) for char in chars]

    @cached_property
    def _session(self) -> Any:
        return session(self.models / "asternet.onnx")

    def read(self, lines: Sequence[Picture]) -> list[Reading]:
        """Read pictures of single lines; wide ones in pieces that are cut where no ink is."""
        return [ctc.joined([self._piece(piece) for piece in ctc.pieces(line, _SHAPE)]) for line in lines]

    def _piece(self, piece: ctc.Piece) -> Reading:
        """One at a time: a batch needs padding, and the network reads padding as if it were the end of the line."""
        ink = np.repeat((piece.picture.astype(np.float32) / 255.0)[None, None], 3, axis=1)
        network = self._session
        try:
            (answer,) = network.run(None, {"images": ink})
        except Exception as error:  # onnxruntime raises classes of its own that it does not export
            raise ReaderFailedError(f"asternet: {error}") from error
        return ctc.decoded(np.exp(answer[:, 0]), piece, self._alphabet, _SHAPE.step)
