"""A read page made searchable: labels are found in spite of wrong tone marks and a misread letter."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ocr.fold import compact, fold
from ocr.straight import straightened
from ocr.values import Box, Line, PageText, Word, hull

_LETTERS_PER_EDIT = 10
_MOST_EDITS = 3
_SCRAWL_TALL, _SCRAWL_SURE = 2.5, 0.6


@lru_cache(maxsize=16384)
def _bare(label: str) -> str:
    """Letters and digits of a label, folded: templates ask for the same few thousand on every page."""
    return compact(fold(label))[0]


@dataclass(frozen=True, slots=True)
class Match:
    """A stretch of a sheet's text, ``start`` to ``end``, that is ``edits`` letters away from what was asked for."""

    start: int
    end: int
    edits: int


@dataclass(frozen=True)
class Sheet:
    """One page for searching. ``page`` counts from 0.

    Its lines lie straight: of a page that leans, words that stand in one row are far from level (at 1.5 degrees a value
    stands half a line above the label at its left). ``box_on_page`` gives places on the page as it is.
    """

    page: int
    source: PageText

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The lines of the page, laid straight."""
        return straightened(self.source.lines)

    @cached_property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes of the lines."""
        return tuple(line.box for line in self.lines)

    @cached_property
    def scrawls(self) -> frozenset[int]:
        """Lines that are no print: much taller than the others, and read without confidence (watermarks, strokes)."""
        heights = sorted(box[3] - box[1] for box in self.boxes)
        tallest = _SCRAWL_TALL * heights[len(heights) // 2] if heights else 0
        return frozenset(
            number
            for number, (line, box) in enumerate(zip(self.lines, self.boxes, strict=True))
            if box[3] - box[1] > tallest and line.conf < _SCRAWL_SURE
        )

    @cached_property
    def text(self) -> str:
        """The text of the page, one line below the other."""
        return self.source.text

    @cached_property
    def folded(self) -> str:
        """``text`` folded, place for place."""
        return fold(self.text)

    @cached_property
    def _compact(self) -> tuple[str, list[int]]:
        return compact(self.folded)

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins in ``text``."""
        starts, place = [], 0
        for line in self.lines:
            starts.append(place)
            place += len(line.text) + 1
        return starts

    def line_at(self, place: int) -> int:
        """The number of the line that ``place`` lies in."""
        return max(0, bisect_right(self.starts, place) - 1)

    def line_end(self, number: int) -> int:
        """Where line ``number`` ends in ``text``."""
        return self.starts[number] + len(self.lines[number].text)

    def words(self, start: int, end: int) -> list[Word]:
        """The words that touch the stretch ``start`` to ``end``."""
        found = []
        for number in range(self.line_at(start), self.line_at(max(start, end - 1)) + 1):
            place = self.starts[number]
            for word in self.lines[number].words:
                if place < end and place + len(word.text) > start:
                    found.append(word)
                place += len(word.text) + 1
        return found

    def box(self, start: int, end: int) -> Box:
        """The box around a stretch, laid straight: words are cut in proportion where it begins or ends inside them."""
        return self._around(self.lines, start, end)

    def box_on_page(self, start: int, end: int) -> Box:
        """The same on the page as it is."""
        return self._around(self.source.lines, start, end)

    def _around(self, lines: Sequence[Line], start: int, end: int) -> Box:
        boxes = []
        for number in range(self.line_at(start), self.line_at(max(start, end - 1)) + 1):
            place = self.starts[number]
            for word in lines[number].words:
                first, last = max(start, place), min(end, place + len(word.text))
                if first < last:
                    left, top, right, bottom = word.box
                    share = (right - left) / len(word.text)
                    boxes.append(
                        (round(left + share * (first - place)), top, round(left + share * (last - place)), bottom)
                    )
                place += len(word.text) + 1
        return hull(boxes) if boxes else (0, 0, 0, 0)

    def find(self, label: str, edits: int | None = None) -> list[Match]:
        """Where ``label`` stands, as whole words, whatever its marks, case, spaces and punctuation.

        One misread letter is forgiven for every ten (``edits`` overrules that).
        """
        wanted = _bare(label)
        letters, places = self._compact
        allowed = min(_MOST_EDITS, len(wanted) // _LETTERS_PER_EDIT) if edits is None else edits
        found: list[Match] = []
        for start, end, cost in _nearly(wanted, letters, allowed):
            first, last = places[start], places[end - 1] + 1
            whole = not self.folded[max(0, first - 1) : first].isalnum() and not self.folded[last : last + 1].isalnum()
            if whole and not any(first < other.end and other.start < last for other in found):
                found.append(Match(first, last, cost))
        return sorted(found, key=lambda match: match.start)


@dataclass(frozen=True, slots=True)
class Span:
    """A value as it stands on a page: stretches of ``sheet.text``, and how exactly its label fit.

    ``doubts`` counts what is odd about the place: a label in a foreign section, lengthened by unknown words,
    amid a line without a colon.
    """

    sheet: Sheet
    parts: tuple[tuple[int, int], ...]
    label_edits: int = 0
    doubts: int = 0

    def touches(self, other: Span) -> bool:
        """Whether the two have letters of one page in common."""
        return self.sheet.page == other.sheet.page and any(
            start < last and first < end for start, end in self.parts for first, last in other.parts
        )

    @property
    def raw(self) -> str:
        """The text as read."""
        return " ".join(self.sheet.text[start:end].strip() for start, end in self.parts).strip()


def _nearly(wanted: str, letters: str, allowed: int) -> list[tuple[int, int, int]]:
    """Stretches of ``letters`` within ``allowed`` edits of ``wanted``, best first.

    Of ``allowed + 1`` pieces of ``wanted`` one is always untouched, so only its exact places are looked at.
    """
    if not wanted:
        return []
    size = len(wanted)
    step = max(1, size // (allowed + 1))
    starts: set[int] = set()
    for part in range(allowed + 1):
        first = part * step
        piece = wanted[first : size if part == allowed else first + step]
        starts.update(place - first for place in _places(piece, letters))
    exact = {start for start in starts if start >= 0 and letters.startswith(wanted, start)}
    near = {first for start in starts - exact for first in range(max(0, start - allowed), max(0, start + allowed) + 1)}
    found = {(start, start + size, 0) for start in exact}
    marks = _marks(wanted) if near else {}
    for first in near:
        costs = _prefix_costs(size, marks, letters[first : first + size + allowed])
        best = min(range(len(costs)), key=lambda length: (costs[length], abs(length - size)))
        if best and costs[best] <= allowed:
            found.add((first, first + best, costs[best]))
    return sorted(found, key=lambda hit: (hit[2], -(hit[1] - hit[0]), hit[0]))


def _places(piece: str, letters: str) -> Iterator[int]:
    place = letters.find(piece)
    while place >= 0:
        yield place
        place = letters.find(piece, place + 1)


def _marks(wanted: str) -> dict[str, int]:
    """For each letter the places of ``wanted`` where it stands, as bits."""
    marks: dict[str, int] = {}
    for place, char in enumerate(wanted):
        marks[char] = marks.get(char, 0) | 1 << place
    return marks


def _prefix_costs(size: int, marks: Mapping[str, int], window: str) -> list[int]:
    """Edits between a text of ``size`` letters, given as ``marks``, and each prefix of ``window``.

    A whole column of the table is one number of ``size`` bits (G. Myers, "A fast bit-vector algorithm for approximate
    string matching", J. ACM 46, 1999; for whole prefixes as H. Hyyrö, "A bit-vector algorithm for computing Levenshtein
    and Damerau edit distances", 2003): one step a letter instead of ``size``.
    """
    whole = (1 << size) - 1
    last = 1 << (size - 1)
    rises, falls, cost = whole, 0, size
    costs = [cost]
    for char in window:
        same = marks.get(char, 0)
        down = (((same & rises) + rises) ^ rises) | same | falls
        up_across = falls | ~(down | rises)
        down_across = rises & down
        cost += bool(up_across & last) - bool(down_across & last)
        up_across = (up_across << 1) | 1
        rises = ((down_across << 1) | ~(down | up_across)) & whole
        falls = up_across & down & whole
        costs.append(cost)
    return costs
