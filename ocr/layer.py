"""The text layer of a born-digital page: believed line by line, where a reader saw the same on the picture.

What a person signs and what an officer compares is the picture. A layer may say something else (by malice, by a broken
font map, by an old OCR), so no word of it is taken that no reader has read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from ocr.engine import Reading
from ocr.strips import Band
from ocr.values import Box, Line, Word

_REACH = 0.25
"""Part of a line's height that a word's middle may lie outside of its band."""
_BELIEVED = 0.995
_CONTRADICTED = 0.4
_MOST_LIES = 0.3
"""Where more of the lines differ, the layer is no text of this page and says nothing of the readers either."""
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_LEADERS = re.compile(r"[.…_]{3,}")
DIFFERS, IGNORED = "TEXT_LAYER_DIFFERS", "TEXT_LAYER_IGNORED"


def placed(layer: Sequence[Word], bands: Sequence[Band], to_page: Callable[[Box], Box]) -> list[tuple[Word, ...]]:
    """For each band the words of the layer that lie in it, left to right; a word lies in one band at most."""
    found: list[list[Word]] = [[] for _ in bands]
    boxes = [to_page(band.box) for band in bands]
    for word in layer:
        x, y = (word.box[0] + word.box[2]) / 2, (word.box[1] + word.box[3]) / 2
        near = [
            (abs(y - (box[1] + box[3]) / 2), number)
            for number, box in enumerate(boxes)
            if box[0] <= x <= box[2] and _inside(y, box)
        ]
        if near:
            found[min(near)[1]].append(word)
    return [tuple(sorted(words, key=lambda word: word.box[0])) for words in found]


def _inside(y: float, box: Box) -> bool:
    room = _REACH * (box[3] - box[1])
    return box[1] - room <= y <= box[3] + room


def agrees(words: Sequence[Word], reading: Reading) -> bool:
    """Whether a reader saw what the layer says: every letter, mark and digit; spaces, dashes and leaders apart."""
    said, seen = _bare("".join(word.text for word in words)), _bare("".join(glyph.char for glyph in reading))
    return bool(said) and said == seen


def _bare(text: str) -> str:
    plain = _DASHES.sub("-", unicodedata.normalize("NFC", text))
    return "".join(_LEADERS.sub("", plain).split())


def settled(
    lines: Sequence[Line | None], layer: Sequence[tuple[Word, ...]], read: Sequence[Sequence[Reading]]
) -> tuple[list[Line], list[str]]:
    """The lines of the page and what to warn of.

    ``lines`` are what the readers agreed on (boxes on the page), ``layer`` the words of the layer for each, ``read``
    what each reader saw there. A line that the layer contradicts keeps what was read, and goes to a person.
    """
    believed = [
        any(agrees(words, reading) for reading in readings) for words, readings in zip(layer, read, strict=True)
    ]
    both = [number for number, words in enumerate(layer) if words and lines[number] is not None]
    lies = [number for number in both if not believed[number]]
    if len(lies) > _MOST_LIES * len(both):
        return [line for line in lines if line is not None], [IGNORED]
    done = []
    for number, line in enumerate(lines):
        if believed[number]:
            done.append(Line(tuple(replace(word, conf=_BELIEVED) for word in layer[number])))
        elif line is not None:
            doubted = number in lies
            done.append(_doubted(line, layer[number]) if doubted else line)
    return done, [DIFFERS] if lies else []


def _doubted(line: Line, words: Sequence[Word]) -> Line:
    """The line as read, its words that the layer does not have made doubtful."""
    said = {_bare(word.text) for word in words}
    return Line(
        tuple(
            word if _bare(word.text) in said else replace(word, conf=min(word.conf, _CONTRADICTED))
            for word in line.words
        )
    )
