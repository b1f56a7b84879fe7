"""A batch: many papers scanned in one go, parted by separator sheets that carry a QR.

The sheet says `KSTACH1`, and after a colon the type of the paper that follows, if the officer knows it. It carries no
number and no name: sheets are printed once, used for years, and lie about on desks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from vault.domain.ids import Digest
from vault.domain.intake import IntakeId

BatchId = NewType("BatchId", str)
_SEPARATOR = re.compile(r"KSTACH1(?::([A-Z0-9_]{1,40}))?")


class BatchState(StrEnum):
    """Where a batch stands."""

    RECEIVED = "RECEIVED"
    SPLIT = "SPLIT"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class SeenPage:
    """What was seen of a page: the text of the separator on it (None: it carries none), and whether it is blank."""

    separator: str | None
    blank: bool


@dataclass(frozen=True, slots=True)
class Part:
    """Pages `first` to `last` (from 0, both included) are one paper; what became of it."""

    position: int
    first: int
    last: int
    type_code: str | None = None
    intake: IntakeId | None = None
    failure: str | None = None

    @property
    def pages(self) -> int:
        """How many."""
        return self.last - self.first + 1

    @property
    def open(self) -> bool:
        """Whether it still has to be cut out."""
        return self.intake is None and self.failure is None


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch and how far it has come. The bytes that came in are kept whole; parts are cut from them."""

    id: BatchId
    state: BatchState
    original: Digest
    filename: str
    size: int
    page_count: int
    agency_code: str
    received_by: str
    by_name: str
    received_at: datetime
    failure: str | None = None
    pages_seen: int = 0
    parts: tuple[Part, ...] = ()


def separator_text(type_code: str | None) -> str:
    """What the QR of a sheet says.

    >>> separator_text("KS")
    'KSTACH1:KS'
    """
    return f"KSTACH1:{type_code}" if type_code else "KSTACH1"


def separator_of(texts: Iterable[str]) -> str | None:
    """The separator among the texts of a page's symbols, or None.

    >>> separator_of(["https://x", "KSTACH1"])
    'KSTACH1'
    """
    return next((text for text in texts if _SEPARATOR.fullmatch(text)), None)


def type_on(separator: str) -> str | None:
    """The type that a separator names for the paper behind it."""
    found = _SEPARATOR.fullmatch(separator)
    return found[1] if found else None


def parts_of(pages: Sequence[SeenPage]) -> tuple[Part, ...]:
    """The papers between the separators, in order.

    Separator sheets belong to no paper, nor does the blank back of one when both sides were scanned. Pages before the
    first separator are a paper too: nothing that was scanned is left out. Two separators behind each other make none.
    """
    found: list[Part] = []
    first, kind = 0, None
    for index in range(len(pages) + 1):
        separator = pages[index].separator if index < len(pages) else ""
        if separator is None:
            continue
        begin = first
        if 0 < begin < index and pages[begin - 1].separator is not None and pages[begin].blank:
            begin += 1
        if begin < index:
            found.append(Part(len(found), begin, index - 1, kind))
        first, kind = index + 1, type_on(separator)
    return tuple(found)
