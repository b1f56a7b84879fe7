"""Is this scan a paper that the vault holds already? Judged by what tells one paper from another, not by how it looks.

Two papers of one template about one person share nearly every word; a paper and its rescan differ in what the reader
misread. So words in common say little, and numbers, days and the paper's own number say nearly everything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vault.domain.ids import RecordCode
from vault.domain.search import number_key
from vault.domain.text import search_key

OFFERED = 0.6
"""From this score on a record is offered; set on the readings that `deploy/bench rescan` judges."""
MOST = 3
HALF = 0.5
_DIGITS = re.compile(r"\d+")
_JOINTS = re.compile(r"(?<=\d)[ .,](?=\d{3}(\D|$))")
_LOOKALIKES = str.maketrans({"o": "0", "O": "0", "l": "1", "I": "1", "|": "1"})
_IN_NUMBER = re.compile(r"(?<=\d)[oOlI|](?=\d)")


@dataclass(frozen=True, slots=True)
class Likeness:
    """A record that a paper may be a rescan of, with how sure that is (0 to 1).

    `known`: the share of what tells papers apart that both show. A score of 1 over a tenth of it says little.
    """

    record: RecordCode
    score: float
    known: float = 1.0

    @property
    def shown(self) -> float:
        """The score for people: one over less than half of what could be compared is never called very likely."""
        return self.score if self.known >= HALF else min(self.score, OFFERED)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read off a paper, or is known of a record: type, fields (dates as ISO 8601) and the text of its pages.

    `holders` are the numbers of the people it names, as far as they are known.
    """

    type_code: str
    fields: Mapping[str, str]
    text: str
    holders: frozenset[str] = frozenset()


def likeness(scan: Reading, kept: Reading) -> float:
    """How sure it is that both are one paper, between 0 and 1.

    The mean of what the two agree on, each part weighed by how much it tells: the paper's number and day, the people's
    numbers, the numbers in the text, the words. A part that one of them lacks is left out; a number that is plainly
    another one (not a misread digit) ends it.
    """
    return _judged(scan, kept)[0]


def _judged(scan: Reading, kept: Reading) -> tuple[float, float]:
    """The likeness, and the share of the weights that both have."""
    if scan.type_code != kept.type_code:
        return 0.0, 0.0
    parts = [
        (3.0, _near(number_key(scan.fields.get("number")), number_key(kept.fields.get("number")))),
        (2.0, _near(scan.fields.get("issued_on", ""), kept.fields.get("issued_on", ""))),
        (1.5, _people(scan, kept)),
        (4.0, _overlap(_numbers(scan.text), _numbers(kept.text))),
        (2.0, _overlap(_words(scan.text), _words(kept.text))),
    ]
    known = [(weight, part) for weight, part in parts if part is not None]
    total = sum(weight for weight, _ in known)
    score = sum(weight * part for weight, part in known) / total if total else 0.0
    return score, total / sum(weight for weight, _ in parts)


def offers(scan: Reading, kept: Iterable[tuple[RecordCode, Reading]]) -> tuple[Likeness, ...]:
    """The records that the scan may be, the likeliest first; few, and none below `OFFERED`.

    Of equally likely ones the one of which more is known stands first: little that agrees is not all that agrees.
    """
    judged = ((code, *_judged(scan, one)) for code, one in kept)
    scored = [Likeness(code, round(score, 3), round(known, 3)) for code, score, known in judged]
    likely = sorted(
        (one for one in scored if one.score >= OFFERED), key=lambda one: (-one.score, -one.known, one.record)
    )
    return tuple(likely[:MOST])


def _near(one: str, other: str) -> float | None:
    """1 for the same, half for one sign misread, 0 for another; None when one was not read."""
    if not one or not other:
        return None
    if one == other:
        return 1.0
    return 0.5 if len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1 else 0.0


def _people(scan: Reading, kept: Reading) -> float | None:
    ours, theirs = scan.holders or _ids(scan.fields), kept.holders or _ids(kept.fields)
    if not ours or not theirs:
        return None
    return max(_near(one, other) or 0.0 for one in ours for other in theirs)


def _ids(fields: Mapping[str, str]) -> frozenset[str]:
    return frozenset(re.sub(r"\D", "", value) for name, value in fields.items() if name.endswith("_id") and value)


def _numbers(text: str) -> Counter[str]:
    """Runs of digits, as often as they stand there, letters between digits read as the digits they look like."""
    mended = _IN_NUMBER.sub(lambda found: found.group().translate(_LOOKALIKES), text)
    return Counter(run.lstrip("0") or "0" for run in _DIGITS.findall(_JOINTS.sub("", mended)))


def _words(text: str) -> Counter[str]:
    return Counter(word for word in search_key(text).split(" ") if len(word) > 1 and not word.isdigit())


def _overlap(one: Counter[str], other: Counter[str]) -> float | None:
    """Shared over all, counted with their repetitions; None when one has nothing."""
    if not one or not other:
        return None
    return (one & other).total() / (one | other).total()
