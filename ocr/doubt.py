"""Which lines deserve another reader: those on which readers disagree, or of which none is quite sure."""

from __future__ import annotations

from collections.abc import Sequence

from ocr.engine import Reading

_NO_READING = 0.0
_DISAGREED = 0.5


def doubtful(
    shapes: Sequence[tuple[int, ...]],
    heard: Sequence[Sequence[tuple[str, Reading]]],
    sure: float,
    at_most: float,
    among: Sequence[int] | None = None,
) -> list[int]:
    """Numbers of lines to be read again, of those ``among``, least sure first, as many as fit into ``at_most``.

    ``shapes`` are the line pictures' (rows, columns); a line costs its columns over its rows.
    """
    trust = [_trust([reading for _, reading in readings]) for readings in heard]
    chosen, spent = [], 0.0
    for number in sorted(range(len(trust)) if among is None else among, key=lambda number: trust[number]):
        spent += shapes[number][1] / shapes[number][0]
        if trust[number] >= sure or spent > at_most:
            break
        chosen.append(number)
    return chosen


def _trust(readings: Sequence[Reading]) -> float:
    """How far a line can be trusted: the surest reader's least sure character, at most half where readers differ."""
    if not readings:
        return _NO_READING
    least = max(min((glyph.conf for glyph in reading), default=_NO_READING) for reading in readings)
    texts = {"".join(glyph.char for glyph in reading) for reading in readings}
    return least if len(texts) == 1 else least * _DISAGREED
