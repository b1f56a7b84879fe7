"""What an officer types and what is found by it: both become the same keys, so that every spelling meets.

A word is indexed in its exact spelling (marks kept, tone placement and case folded) and without any mark; ``hoà``,
``hòa`` and their decomposed forms are one exact spelling, ``hoa`` is what all of them share. The words keep their
places, so that words that stand together are found before words that only stand on the same paper.

In a name a word that is written without any mark is indexed once more as ``=hoa``: whoever types ``Trần Thị Hoa`` with
its marks means Hoa, and is not shown ten people called Hoà before her.

PostgreSQL's own parser is not used: it takes Vietnamese document numbers for dates, hosts and exponents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from vault.domain.errors import Invalid
from vault.domain.text import fold_tone_placement, nfc, search_key, strip_marks

MAX_PLACES = 16_000
"""Places of a paper that are told apart (a tsvector knows 16,383): forty full pages. Later words share the last."""
MAX_WORDS = 12_000
"""Different words of a paper that are indexed: more than three hundred pages of one paper have."""
MAX_ASKED = 12
_MAX_WORD = 60
_MAX_BYTES = 500_000
_MOST_PLACES = 16
_GAP = 8
"""Places left free between two values, so that the end of one and the start of the next do not stand together."""
_NUMBER = re.compile(r"[^a-z0-9/.\-]+")
_GAPS = re.compile(r"[\W_]+")
_LABEL = re.compile(r"^\s*(số|so|no|mã|ma)\s*[:.]?\s+", re.IGNORECASE)


class Weight(StrEnum):
    """How much a place says about a paper; PostgreSQL's letters."""

    TITLE = "A"
    FIELD = "B"
    TEXT = "D"


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """The index entry of a record: a tsvector literal and the folded number."""

    words: str
    number_key: str


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What was typed: words in exact spelling, words without marks, and a document number if it may be one.

    `titled`: the exact spelling, in which a word without marks is one that is written without marks; empty when no
    word was typed with a mark, for then nothing says that marks are meant. `joined`: the words with the groups of a
    personal number put together; empty when no number was typed in groups.
    """

    spelled: tuple[str, ...]
    folded: tuple[str, ...]
    number_key: str | None
    titled: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()


def number_key(text: str | None) -> str:
    """A document number made comparable: small letters without marks, digits, ``/ . -``, nothing else.

    >>> number_key("Số: 125 / 2023-QĐ")
    '125/2023-qd'
    """
    return _NUMBER.sub("", strip_marks(_LABEL.sub("", nfc(text or ""))).casefold())[:_MAX_WORD]


EDITION = 2
"""Of what `entry_of` makes. Raise it with every change of an entry: `vault index rebuild` makes older ones again.
Entries of before 28/11/2026 name no edition."""


def entry_of(
    *, agency_code: str, number: str | None, names: Iterable[str], values: Iterable[str], text: str
) -> SearchEntry:
    """The entry of a record: its number and the names on it, the values of its fields, and the words of its pages."""
    places = _Places()
    key = number_key(number)
    if key:
        places.put(f"#{key}", 1, Weight.TITLE)
    places.put(agency_word(agency_code), 1, Weight.TEXT)
    titles = dict.fromkeys((number or "", *names), Weight.TITLE)
    shown = titles | {value: Weight.FIELD for value in values if value not in titles} | {text: Weight.TEXT}
    place = 1
    for value, weight in shown.items():
        for spelled, folded in _pairs(value):
            place = min(place + 1, MAX_PLACES)
            places.put(folded, place, weight)
            if spelled != folded:
                places.put(spelled, place, weight)
            elif weight is Weight.TITLE and folded.isalpha():
                places.put(f"={folded}", place, weight)
        place += _GAP
    return SearchEntry(places.literal(), key)


def agency_word(agency_code: str) -> str:
    """The word that every paper of an agency carries, so that one index answers "these words, at this agency"."""
    return "@" + _NUMBER.sub("", agency_code.casefold())


class _Places:
    """Where each word stands; within what PostgreSQL takes as one tsvector (1 MB of words and places)."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}
        self._bytes = 0

    def put(self, word: str, place: int, weight: Weight) -> None:
        """Keep a place of a word; a paper that is full keeps no new word, and no word a seventeenth place."""
        found = self._found.get(word)
        if found is None:
            size = len(word.encode())
            if len(self._found) >= MAX_WORDS or self._bytes + size > _MAX_BYTES:
                return
            self._bytes += size
            self._found[word] = [f"{place}{weight}"]
        elif len(found) < _MOST_PLACES and place < MAX_PLACES:
            found.append(f"{place}{weight}")

    def literal(self) -> str:
        """As PostgreSQL reads it."""
        return " ".join(f"'{word}':{','.join(found)}" for word, found in self._found.items())


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    """Each word in exact spelling and without marks."""
    return (_pair(word) for word in _GAPS.split(nfc(text).casefold()) if word)


@lru_cache(maxsize=1 << 16)
def _pair(word: str) -> tuple[str, str]:
    """Words repeat: a page has few that were not folded before."""
    return fold_tone_placement(word)[:_MAX_WORD], search_key(word).replace(" ", "")[:_MAX_WORD]


def parse_query(text: str) -> SearchQuery:
    """What an officer typed. ``Invalid``: ``QUERY_EMPTY`` without a word or with a single letter."""
    pairs = [pair for pair in _pairs(text) if pair[1]][:MAX_ASKED]
    if not pairs or sum(len(folded) for _, folded in pairs) < 2:  # noqa: PLR2004 - one letter finds everything
        raise Invalid("QUERY_EMPTY")
    key = number_key(text)
    short = len(_LABEL.sub("", nfc(text)).split()) <= 3  # noqa: PLR2004 - a number such as "12 / GPXD" has three words
    is_number = short and any(letter.isdigit() for letter in key)
    spelled, folded = (tuple(dict.fromkeys(found)) for found in zip(*pairs, strict=True))
    titled = tuple(dict.fromkeys(f"={word}" if word == bare and bare.isalpha() else word for word, bare in pairs))
    joined = _joined([word for _, word in pairs])
    return SearchQuery(
        spelled,
        folded,
        key if is_number else None,
        titled if spelled not in {folded, titled} else (),
        tuple(dict.fromkeys(joined)) if len(joined) < len(pairs) else (),
    )


_PERSONAL = frozenset({9, 10, 12})
"""Digits of numbers that people write in groups: old and new personal numbers, tax codes."""
_MOST_IN_GROUP = 4


def _joined(words: Sequence[str]) -> list[str]:
    """Words with runs of short groups of digits put together, where that gives a personal number or a tax code."""
    found: list[str] = []
    for is_group, run in groupby(words, lambda word: word.isascii() and word.isdigit() and len(word) <= _MOST_IN_GROUP):
        taken = list(run)
        whole = "".join(taken)
        found.extend([whole] if is_group and len(taken) > 1 and len(whole) in _PERSONAL else taken)
    return found


def dressed(word: str) -> tuple[str, ...]:
    """The ways in which papers write a word that was typed: a day or month with and without its nought.

    >>> dressed("7"), dressed("07"), dressed("1990")
    (('7', '07'), ('07', '7'), ('1990',))
    """
    if word.isascii() and word.isdigit() and int(word) < 10:  # noqa: PLR2004 - one digit
        other = f"0{word}" if len(word) == 1 else word[1:]
        return (word, other) if len(word) < 3 else (word,)  # noqa: PLR2004 - three digits are no day
    return (word,)


def values_of(fields: Mapping[str, str], *more: str | None) -> tuple[str, ...]:
    """The values of a record that stand on the paper, each once; days also as papers write them."""
    kept = [*fields.values(), *(value for value in more if value)]
    days = [f"{value[8:10]}/{value[5:7]}/{value[:4]}" for value in kept if re.fullmatch(r"\d{4}-\d\d-\d\d", value)]
    return tuple(dict.fromkeys((*kept, *days)))
