"""Words that print writes in one way only: read with other marks, they were misread.

Readers of one kind lose the same mark together ("Hà Nôi", "tinh Gia Lai", "NGUYỄN THI HÀ") and are sure of it. This is
evidence that sends a value to a person; no value is ever corrected by it. Read with their own marks they vouch for a
doubtful letter. The words are data (``phrases.txt``, and ``pairs.txt`` from our own texts).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ocr.fold import fold

_FILE = Path(__file__).parent / "phrases.txt"
_PAIRS = Path(__file__).parent / "pairs.txt"
_MARKS = " .,;:()[]\"'“”-–/"
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = re.compile(r"(?<![\w-])([a-zà-ỹđ]+)(?=\s+[A-ZÀ-ỸĐ\d])")
_OLD = {"oà": "òa", "oá": "óa", "oả": "ỏa", "oạ": "ọa", "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỵ": "ụy", "oè": "òe"}


@dataclass(frozen=True, slots=True)
class _Known:
    """By their letters without marks: how phrases, small address words, family and middle names are written."""

    phrases: dict[tuple[str, ...], frozenset[tuple[str, ...]]]
    small: dict[str, frozenset[str]]
    family: dict[str, frozenset[str]]
    middle: dict[str, frozenset[str]]
    longest: int


def misread_words(text: str, *, name: bool) -> int:
    """How many known words stand in ``text`` with marks that print never gives them; ``name``: a person's name."""
    found = _known()
    words = [plain_word(word) for word in _WORD.findall(unicodedata.normalize("NFC", text))]
    small = [
        plain_word(word[1])
        for word in re.finditer(r"(?<![\w-])([a-zà-ỹđ]+)(?=\s+[A-ZÀ-ỸĐ\d])", text)
        if word[1].islower()
    ]
    odd = sum(word not in found.small.get(fold(word), {word}) for word in small)
    folded = [fold(word) for word in words]
    for first in range(0 if name else len(words)):  # Quang Bình is a person, Quảng Bình a province
        for length in range(2, min(found.longest, len(words) - first) + 1):
            written = found.phrases.get(tuple(folded[first : first + length]))
            odd += written is not None and tuple(words[first : first + length]) not in written
    if name and len(words) > 1:
        odd += words[0] not in found.family.get(folded[0], {words[0]})
        odd += sum(word not in found.middle.get(fold(word), {word}) for word in words[1:-1])
    return odd


def vouched(words: Sequence[str], *, name: bool) -> list[bool]:
    """Which words stand in a known phrase or pair, marks and all, that is written in no other way.

    Of a person's name only family and middle names can be known. A misread word seldom makes another known phrase.
    """
    found, pairs = _known(), _pairs()
    plain = [plain_word(word.strip(_MARKS)) for word in (unicodedata.normalize("NFC", word) for word in words)]
    folded = [fold(word) for word in plain]
    sure = [False] * len(plain)
    if name:
        for place, word in enumerate(plain[:-1] if len(plain) > 1 else ()):
            known = found.family if place == 0 else found.middle
            sure[place] = word in known.get(folded[place], ())
        return sure
    for first in range(len(plain)):
        for length in range(2, min(found.longest, len(plain) - first) + 1):
            stretch = tuple(plain[first : first + length])
            written = found.phrases.get(tuple(folded[first : first + length]), frozenset())
            if written == {stretch} or stretch in pairs:
                sure[first : first + length] = [True] * length
    return sure


def plain_word(word: str) -> str:
    """In small letters, tones placed as the new spelling has them."""
    small = word.lower()
    for old, new in _OLD.items():
        if small.endswith(old) and not small.startswith("qu"):
            return small[: -len(old)] + new
    return small


@lru_cache(maxsize=1)
def _pairs() -> frozenset[tuple[str, ...]]:
    rows = _PAIRS.read_text(encoding="utf-8").splitlines()
    return frozenset(tuple(row.split()) for row in rows if row and not row.startswith("#"))


@lru_cache(maxsize=1)
def _known() -> _Known:
    phrases: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    single: dict[str, dict[str, set[str]]] = {"=": {}, "^": {}, "~": {}}
    for row in _FILE.read_text(encoding="utf-8").splitlines():
        if not row.strip() or row.startswith("#"):
            continue
        if row[0] in single:
            word = plain_word(row[1:].strip())
            single[row[0]].setdefault(fold(word), set()).add(word)
        else:
            words = tuple(plain_word(word) for word in row.split())
            phrases.setdefault(tuple(fold(word) for word in words), set()).add(words)
    small, family, middle = ({key: frozenset(words) for key, words in single[mark].items()} for mark in ("=", "^", "~"))
    ways = {key: frozenset(found) for key, found in phrases.items()}
    return _Known(ways, small, family, middle, max(len(key) for key in phrases))
