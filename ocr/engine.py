"""What a reader of lines is. One file per engine implements it; ``ocr.page`` knows only this."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ocr.values import Picture


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as a reader saw it: confidence 0 to 1, horizontal extent in pixels of the line picture.

    A space is a glyph too, so that readers can be voted on character by character.
    """

    char: str
    conf: float
    left: float
    right: float


Reading = tuple[Glyph, ...]
"""What one reader says about one line, left to right; empty where it saw nothing."""


class Reader(Protocol):
    """Reads pictures of single lines.

    Promises: ``read`` answers one ``Reading`` for each picture, in order; text is Unicode NFC; the pictures are not
    changed; the same picture gives the same answer. Raises ``ReaderMissingError`` when the engine is not installed and
    ``ReaderFailedError`` when it broke; nothing else.
    """

    @property
    def name(self) -> str:
        """A short lower-case name for warnings and reports."""
        ...

    def read(self, lines: Sequence[Picture]) -> list[Reading]:
        """Read grey pictures of one line each (rows x columns, 255 = paper)."""
        ...
