"""What an officer types and what is found by it: both become the same keys, so that every spelling meets.

A word is indexed in its exact spelling (marks kept, tone placement and case folded) and without any mark; ``hoà``,
``hòa`` and their decomposed forms are one exact spelling, ``hoa`` is what all of them share. The words keep their
places, so that words that stand together are found before words that only stand on the same paper.

PostgreSQL's own parser is not used: it takes Vietnamese document numbers for dates, hosts and exponents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from vault.domain.errors import Invalid
from vault.domain.text import fold_tone_placement, nfc, search_key, strip_marks

MAX_WORDS = 3000
"""Words of a paper that are indexed: about eight full pages."""
MAX_ASKED = 12
_MAX_WORD = 60
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
    """What was typed: words in exact spelling, words without marks, and a document number if it may be one."""

    spelled: tuple[str, ...]
    folded: tuple[str, ...]
    number_key: str | None


def number_key(text: str | None) -> str:
    """A document number made comparable: small letters without marks, digits, ``/ . -``, nothing else.

    >>> number_key("Số: 125 / 2023-QĐ")
    '125/2023-qd'
    """
    return _NUMBER.sub("", strip_marks(_LABEL.sub("", nfc(text or ""))).casefold())[:_MAX_WORD]


def entry_of(
    *, agency_code: str, number: str | None, names: Iterable[str], values: Iterable[str], text: str
) -> SearchEntry:
    """The entry of a record: its number and the names on it, the values of its fields, and the words of its pages."""
    places: dict[str, list[str]] = {}
    key = number_key(number)
    if key:
        _put(places, f"#{key}", 1, Weight.TITLE)
    _put(places, agency_word(agency_code), 1, Weight.TEXT)
    titles = dict.fromkeys((number or "", *names), Weight.TITLE)
    shown = titles | {value: Weight.FIELD for value in values if value not in titles} | {text: Weight.TEXT}
    place = 1
    for value, weight in shown.items():
        for spelled, folded in _pairs(value):
            place += 1
            if place > MAX_WORDS:
                break
            _put(places, folded, place, weight)
            if spelled != folded:
                _put(places, spelled, place, weight)
        place += _GAP
    return SearchEntry(" ".join(f"'{word}':{','.join(found)}" for word, found in places.items()), key)


def agency_word(agency_code: str) -> str:
    """The word that every paper of an agency carries, so that one index answers "these words, at this agency"."""
    return "@" + _NUMBER.sub("", agency_code.casefold())


def _put(places: dict[str, list[str]], word: str, place: int, weight: Weight) -> None:
    found = places.setdefault(word, [])
    if len(found) < 16:  # noqa: PLR2004 - a word that stands everywhere says no more by its seventeenth place
        found.append(f"{place}{weight}")


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
    return SearchQuery(
        tuple(dict.fromkeys(spelled for spelled, _ in pairs)),
        tuple(dict.fromkeys(folded for _, folded in pairs)),
        key if is_number else None,
    )


def values_of(fields: Mapping[str, str], *more: str | None) -> tuple[str, ...]:
    """The values of a record that stand on the paper, each once; days also as papers write them."""
    kept = [*fields.values(), *(value for value in more if value)]
    days = [f"{value[8:10]}/{value[5:7]}/{value[:4]}" for value in kept if re.fullmatch(r"\d{4}-\d\d-\d\d", value)]
    return tuple(dict.fromkeys((*kept, *days)))
