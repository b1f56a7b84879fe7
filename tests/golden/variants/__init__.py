"""Papers as somebody else would draw them: other wordings, labels, fonts and layouts than the specimens' own.

`draw` gives a specimen like `tests.golden.specimens.draw`; `exact` gives its text with boxes as a perfect reader would,
so that types and fields are judged without reading. `held=True` draws the wordings and layouts of the held-out share.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from ocr.order import lines_in_order
from ocr.values import Line, PageText, Quality, Word
from tests.golden.variants.wordings import KINDS, PAPERS
from tests.golden.variants.writer import letter, write

if TYPE_CHECKING:
    from tests.golden.specimens.model import Specimen
    from tests.golden.specimens.model import Word as Printed

__all__ = ["KINDS", "TYPE_OF", "draw", "exact"]
TYPE_OF = {kind: paper.code for kind, paper in PAPERS.items()} | {kind: kind for kind in KINDS if kind not in PAPERS}
_CLEAN = Quality(dpi=300, sharpness=1.0, contrast=0.9, unevenness=0.0, blank=False, text_px=40.0)
_GAPS = (1.2, 2.0, 4.0)
"""From which gap on a detector parts one printed row, in heights of a line: it depends on what else is near."""


def draw(kind: str, *, seed: int, held: bool = False, plain: bool = False) -> Specimen:
    """A paper of `kind` (one of `KINDS`) at 300 dpi, seeded; `plain` without seal and signature."""
    paper = PAPERS.get(kind)
    return (
        letter(kind, seed, held=held, plain=plain)
        if paper is None
        else write(paper, kind, seed, held=held, plain=plain)
    )


def exact(specimen: Specimen) -> list[PageText]:
    """The pages of a specimen as text with boxes, every letter right; wide gaps part a line as a detector would."""
    rng = random.Random(f"gaps/{specimen.kind}/{specimen.seed}")
    widest = rng.choice(_GAPS)
    pages = []
    for number, picture in enumerate(specimen.pages):
        rows: dict[int, list[Printed]] = {}
        for word in specimen.words:
            if word.page == number:
                rows.setdefault(word.line, []).append(word)
        lines = []
        for row in rows.values():
            height = max(word.box[3] - word.box[1] for word in row)
            parts: list[list[Printed]] = [[]]
            for word in sorted(row, key=lambda one: one.box[0]):
                if parts[-1] and word.box[0] - parts[-1][-1].box[2] > widest * height:
                    parts.append([])
                parts[-1].append(word)
            lines += [Line(tuple(Word(word.text, 0.999, word.box) for word in part)) for part in parts]
        pages.append(
            PageText(picture.width, picture.height, 300, lines_in_order(lines), _CLEAN, readers=("exact", "again"))
        )
    return pages
