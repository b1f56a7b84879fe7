"""Several readers, one line: aligned character by character, and each place decided by weighted votes.

The idea is ROVER (Fiscus, 1997). No dictionary takes part: a character can only win if a reader saw it there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ocr.engine import Glyph, Reading
from ocr.fold import fold

_GAP = 0.75
_OTHER_MARK = 0.35
_OTHER_LETTER = 1.0
_OTHER_KIND = 1.15
_REACH = 12
_FAR = 1e9

_LOST = 0.5

Slot = list[Glyph | None]
"""One place of the line: for each reader the glyph it saw there, or ``None``."""

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "tesseract": {"space": 1.3, "mark": 1.0, "digit": 1.0, "letter": 0.9},
    "asternet": {"space": 0.8, "mark": 1.0, "digit": 1.0, "letter": 1.1},
    "house": {"space": 1.15, "mark": 1.15, "digit": 1.15, "letter": 1.15},
}
"""How far each reader is trusted with each kind of character, from the errors of each; ours from specimens alone."""

EMPTINESS: Mapping[str, float] = {"tesseract": 0.95, "asternet": 0.8, "house": 1.0}
"""How far each is trusted when it leaves out what another saw: AsterNet loses characters at the ends of lines."""


def vote(readings: Sequence[tuple[str, Reading]]) -> Reading:
    """The line that the named readers agree on best. Confidence falls where they differ.

    A reader that saw nothing at all has no vote: it lost the line, it did not read it as empty.
    """
    heard = [(name, reading) for name, reading in readings if reading]
    if not heard:
        return ()
    if len(heard) == 1:
        return heard[0][1]
    slots: list[Slot] = [[glyph] for glyph in heard[0][1]]
    for number, (_, reading) in enumerate(heard[1:], start=1):
        slots = _aligned(slots, reading, number)
    names = [name for name, _ in heard]
    won: list[Glyph | None] = []
    for place, slot in enumerate(slots):
        around = (*slots[max(0, place - 1) : place], *slots[place + 1 : place + 2])
        won.append(_winner(slot, names, around))
    return _tidy([glyph for glyph in won if glyph is not None])


def _aligned(slots: Sequence[Slot], reading: Reading, readers: int) -> list[Slot]:
    """Slots with one more reader: the cheapest alignment of ``reading`` with what is there already.

    Two readings of one line differ in few places, so only cells near the diagonal are filled.
    """
    heads = [_traits(next(glyph.char for glyph in slot if glyph is not None)) for slot in slots]
    tails = [_traits(glyph.char) for glyph in reading]
    rows, columns = len(heads) + 1, len(tails) + 1
    reach = _REACH + abs(rows - columns)
    cost = [[column * _GAP if column <= reach else _FAR for column in range(columns)]]
    for row in range(1, rows):
        above, line = cost[-1], [_FAR] * columns
        first, last = max(0, row - reach), min(columns, row + reach + 1)
        if first == 0:
            line[0] = row * _GAP
        for column in range(max(1, first), last):
            step = above[column - 1] + _difference(heads[row - 1], tails[column - 1])
            line[column] = min(step, above[column] + _GAP, line[column - 1] + _GAP)
        cost.append(line)
    merged: list[Slot] = []
    row, column = rows - 1, columns - 1
    while row or column:
        here = cost[row][column]
        if row and column and here == cost[row - 1][column - 1] + _difference(heads[row - 1], tails[column - 1]):
            row, column = row - 1, column - 1
            merged.append([*slots[row], reading[column]])
        elif row and here == cost[row - 1][column] + _GAP:
            row -= 1
            merged.append([*slots[row], None])
        else:
            column -= 1
            merged.append([*[None] * readers, reading[column]])
    return merged[::-1]


def _traits(char: str) -> tuple[str, str, str]:
    """A character, its letter without marks, and its kind."""
    return char, fold(char), _kind(char)


def _difference(one: tuple[str, str, str], other: tuple[str, str, str]) -> float:
    if one[0] == other[0]:
        return 0.0
    if one[1] == other[1]:
        return _OTHER_MARK
    return _OTHER_LETTER if one[2] == other[2] else _OTHER_KIND


def _kind(char: str) -> str:
    if char == " ":
        return "space"
    if char.isdigit():
        return "digit"
    return "letter" if char.isalpha() else "mark"


def _winner(slot: Slot, names: Sequence[str], around: Sequence[Slot]) -> Glyph | None:
    """The character with the most weight, or ``None`` when leaving the place empty has more.

    ``around`` are the places beside it.
    """
    seen = [glyph for glyph in slot if glyph is not None]
    kind = _kind(max(seen, key=lambda glyph: glyph.conf).char)
    disputed = len(seen) < len(slot)
    weights: dict[str, float] = {}
    for number, (name, glyph) in enumerate(zip(names, slot, strict=True)):
        char = "" if glyph is None else glyph.char
        if glyph is None:
            weight = _emptiness(name, number, around)
        elif disputed:
            weight = glyph.conf
        else:
            weight = glyph.conf * WEIGHTS.get(name, WEIGHTS["tesseract"])[kind]
        weights[char] = weights.get(char, 0.0) + weight
    char = max(weights, key=lambda item: (weights[item], item))
    if not char:
        return None
    backers = [glyph for glyph in seen if glyph.char == char]
    best = max(backers, key=lambda glyph: glyph.conf)
    share = weights[char] / sum(weights.values())
    if len(backers) == len(slot):
        doubt = 1.0
        for glyph in backers:
            doubt *= 1.0 - glyph.conf
        return Glyph(char, 1.0 - doubt, best.left, best.right)
    return Glyph(char, best.conf * share, best.left, best.right)


def _emptiness(name: str, number: int, around: Sequence[Slot]) -> float:
    """How much it counts that reader ``number`` saw nothing here: as sure as it was of what stands beside."""
    beside = [glyph.conf for slot in around if (glyph := slot[number]) is not None]
    return EMPTINESS.get(name, EMPTINESS["tesseract"]) * (min(beside) if beside else _LOST)


def _tidy(glyphs: Sequence[Glyph]) -> Reading:
    """No spaces at the ends, none doubled."""
    kept: list[Glyph] = []
    for glyph in glyphs:
        if glyph.char == " " and (not kept or kept[-1].char == " "):
            continue
        kept.append(glyph)
    if kept and kept[-1].char == " ":
        kept.pop()
    return tuple(kept)
