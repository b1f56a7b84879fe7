"""How a varied paper looks: every choice of layout in one place, drawn from the seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

_FACES = ("times", "times", "arial", "noto-serif", "noto-sans", "dejavu-serif", "dejavu-sans")
_LAYOUTS = ("line", "line", "numbered", "below", "pairs", "table")
_HELD_LAYOUTS = ("aligned", "bulleted", "aligned", "ruled")
_HEADS = ("double", "double", "stacked", "single")
_HELD_HEADS = ("swapped", "double")
_COLONS = (": ", ": ", ": ", ": ", " : ", ":", " ")


@dataclass(frozen=True)
class Style:
    """The choices of one paper.

    ``layout``: label and value in a line, numbered, value below its label, two a row, a table; held out: values at a
    tab stop, bulleted, a table without its rules. ``head``: where agency and state stand. ``colon`` parts label and
    value.
    """

    face: str
    size: float
    leading: float
    layout: str
    head: str
    colon: str
    shout: bool
    leader: bool
    bold_values: bool
    number_at: str
    signed_at: float
    title_size: float
    red_title: bool
    dated_at_foot: bool
    bare_extra: int

    @classmethod
    def of(cls, rng: random.Random, *, held: bool) -> Style:
        """One style; ``held`` draws from the layouts that were not looked at while the reader was mended."""
        return cls(
            face=rng.choice(_FACES),
            size=rng.choice((11.0, 12.0, 12.5, 13.0, 13.5, 14.0)),
            leading=rng.choice((1.2, 1.3, 1.4, 1.5, 1.65)),
            layout=rng.choice(_HELD_LAYOUTS if held else _LAYOUTS),
            head=rng.choice(_HELD_HEADS if held else _HEADS),
            colon=rng.choice(_COLONS),
            shout=rng.random() < 0.08,
            leader=rng.random() < 0.25,
            bold_values=rng.random() < 0.4,
            number_at=rng.choice(("agency", "title", "right")),
            signed_at=rng.choice((0.72, 0.72, 0.68, 0.5, 0.28) if held else (0.74, 0.7, 0.66)),
            title_size=rng.choice((14, 15, 16, 18, 20)),
            red_title=rng.random() < 0.25,
            dated_at_foot=rng.random() < 0.4,
            bare_extra=rng.randrange(5),
        )
