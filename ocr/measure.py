"""How well was a page read? Error rates that do not punish another reading order.

Each line of the truth is looked for in the read text, best match first; what it matches is taken out, so nothing is
counted twice. ``errors`` are edits to turn the found stretch into the line (a line that was not read costs its length);
what no line claims is ``extra``: text read out of seals, signatures and specks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_TAKEN = -1
_BREAK = -2


@dataclass(frozen=True, slots=True)
class Score:
    """Counts of one page, or of several added together; ``units`` are characters or words of the truth."""

    units: int
    errors: int
    extra: int

    def __add__(self, other: Score) -> Score:
        return Score(self.units + other.units, self.errors + other.errors, self.extra + other.extra)

    @property
    def rate(self) -> float:
        """Errors per unit of the truth, 0 to 1."""
        return self.errors / self.units if self.units else 0.0

    @property
    def extra_rate(self) -> float:
        """Units read where the truth has none, per unit of the truth."""
        return self.extra / self.units if self.units else 0.0


def cer(truth: str, read: str) -> Score:
    r"""Character errors after Unicode NFC; runs of white space count as one space.

    >>> cer("Số: 12\nHà Nội", "Hà Nội\nSố: 17").errors
    1
    """
    return _score([list(line) for line in _lines(truth)], [list(line) for line in _lines(read)], space=" ")


def wer(truth: str, read: str) -> Score:
    """Word errors after Unicode NFC, words split at white space."""
    return _score([line.split() for line in _lines(truth)], [line.split() for line in _lines(read)], space="")


def _lines(text: str) -> list[str]:
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())
    return [line for line in lines if line]


def _score(truth: Sequence[Sequence[str]], read: Sequence[Sequence[str]], space: str) -> Score:
    """Lines that were read as they are claim their text first, then those that were read best.

    Papers repeat themselves (a decision's title comes again in its first article): a line that takes a stretch out of
    the middle of another one would make errors that nobody made.
    """
    numbers: dict[str, int] = {}
    left = [_numbered(line, numbers) for line in read]
    waiting = []
    for line in (_numbered(line, numbers) for line in truth):
        same = next((place for place, other in enumerate(left) if np.array_equal(other, line)), None)
        if same is None:
            waiting.append(line)
        else:
            left[same] = np.full(len(line), _TAKEN)
    gap = _numbered([space] if space else [], numbers)
    unclaimed = [line for line in left if not (line == _TAKEN).any()]
    rest = np.concatenate([part for line in unclaimed for part in (gap, line)][1:] or [gap[:0]])
    errors = 0
    waiting.sort(key=lambda line: _best_match(line, rest)[0] / len(line))
    for line in waiting:
        cost, start, end = _best_match(line, rest)
        errors += cost
        rest[start:end] = _TAKEN
    blank = numbers.get(" ", _BREAK)
    extra = int(np.count_nonzero((rest != _TAKEN) & (rest != blank)))
    return Score(sum(len(line) for line in truth), errors, extra)


def _numbered(units: Iterable[str], numbers: dict[str, int]) -> NDArray[np.int64]:
    return np.array([numbers.setdefault(unit, len(numbers)) for unit in units], dtype=np.int64)


def _best_match(line: NDArray[np.int64], text: NDArray[np.int64]) -> tuple[int, int, int]:
    """Cheapest stretch of ``text`` for ``line``: cost, start, end. An empty stretch costs the whole line."""
    costs = _end_costs(line, text)
    end = int(np.argmin(costs))
    if int(costs[end]) >= len(line):
        return len(line), 0, 0
    backwards = _end_costs(line[::-1], text[:end][::-1])
    length = int(np.flatnonzero(backwards == costs[end])[0])
    return int(costs[end]), end - length, end


def _end_costs(line: NDArray[np.int64], text: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each end position in ``text`` the edits of the best stretch that ends there (Sellers' algorithm)."""
    places = np.arange(len(text) + 1)
    row = np.zeros(len(text) + 1, dtype=np.int64)
    for number, unit in enumerate(line, start=1):
        step = np.empty_like(row)
        step[0] = number
        step[1:] = np.minimum(row[:-1] + (text != unit), row[1:] + 1 + (text == _TAKEN))
        row = np.minimum.accumulate(step - places) + places
    return row
