"""The search index of records: folded words (GIN over tsvector) and folded numbers (GIN over trigrams)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from sqlalchemy import (
    BigInteger,
    Connection,
    Float,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY

from vault.db import tables as t
from vault.db.codec import AnySelect
from vault.db.records import query as records
from vault.db.records import record_of
from vault.db.walls import Walls
from vault.domain.search import SearchQuery, agency_word, dressed
from vault.ports import Hit

CANDIDATES = 400
"""Most papers that are ranked: whoever finds more than these types one more word."""
_LEAST = 4
"""Shorter parts of a number stand in too many numbers."""


def _all_of(words: Sequence[str]) -> str:
    """The words as a tsquery; no word of a query holds a quote (`domain.search`)."""
    dresses = ([f"'{one}'" for one in dressed(word)] for word in words)
    return " & ".join(one[0] if len(one) == 1 else f"({' | '.join(one)})" for one in dresses)


class PgSearch:
    """`ports.Search` on PostgreSQL."""

    def __init__(self, connection: Connection, walls: Walls | None = None) -> None:
        self._db = connection
        self._walls = walls

    def find(self, asked: SearchQuery, *, agency_code: str, people: Sequence[int], limit: int) -> tuple[Hit, ...]:
        """Tier by tier, until enough is found: exact spelling (of names first), without marks, part of a number."""
        with self._walls.lowered() if self._walls else nullcontext():
            found = self._find(asked, agency_code=agency_code, people=people, limit=limit)
        return self._hits(found, limit)

    def _find(self, asked: SearchQuery, *, agency_code: str, people: Sequence[int], limit: int) -> dict[bytes, bool]:
        """Record ids only: what they stand for is read behind the walls again."""
        found: dict[bytes, bool] = {}
        tiers = [(_all_of(asked.spelled), True)]
        tiers = [(_all_of(more), True) for more in (asked.titled, asked.joined) if more] + tiers
        if asked.number_key:
            tiers.insert(0, (f"'#{asked.number_key}'", True))
        if asked.folded != asked.spelled:
            tiers.append((_all_of(asked.folded), False))
        scopes = [_named(people)] if people else []
        for words, exact in tiers:
            for scope in (*scopes, None):
                if len(found) < limit:
                    self._add(found, _by_words(words, scope, agency_code, limit), exact=exact)
        if asked.number_key and len(asked.number_key) >= _LEAST and len(found) < limit:
            self._add(found, _by_number(asked.number_key, agency_code, limit), exact=False)
        return found

    def _add(self, found: dict[bytes, bool], query: AnySelect, *, exact: bool) -> None:
        for record_id in self._db.execute(query).scalars():
            found.setdefault(bytes(record_id), exact)

    def _hits(self, found: dict[bytes, bool], limit: int) -> tuple[Hit, ...]:
        first = list(found)[:limit]
        rows = self._db.execute(records().where(t.record.c.id.in_(first)))
        by_id = {bytes(row.id): record_of(row) for row in rows}
        return tuple(Hit(by_id[one], found[one]) for one in first)


def _named(people: Sequence[int]) -> AnySelect:
    named = t.record_holder.c.holder_id == any_(bindparam(None, list(people), ARRAY(BigInteger)))
    return select(t.record_holder.c.record_id).where(named)


def _by_words(words: str, scope: AnySelect | None, agency_code: str, limit: int) -> AnySelect:
    """The papers of one agency with all the words, or those of a dossier's people; the best first."""
    wanted = cast(literal(words, Text), TSQUERY)
    both = wanted if scope is not None else cast(literal(f"{words} & '{agency_word(agency_code)}'", Text), TSQUERY)
    matching = select(t.record_search.c.record_id, t.record_search.c.sealed_at, t.record_search.c.words).where(
        t.record_search.c.words.bool_op("@@")(both)
    )
    if scope is not None:
        matching = matching.where(t.record_search.c.record_id.in_(scope))
    few = matching.limit(CANDIDATES).subquery("few")
    rank = func.ts_rank_cd(few.c.words, wanted, type_=Float)
    return select(few.c.record_id).order_by(rank.desc(), few.c.sealed_at.desc(), few.c.record_id).limit(limit)


def _by_number(key: str, agency_code: str, limit: int) -> AnySelect:
    """The papers of an agency whose number has this part; the shortest numbers first."""
    found = (
        select(t.record_search.c.record_id, t.record_search.c.number_key)
        .where(
            t.record_search.c.number_key.contains(key, autoescape=True), t.record_search.c.agency_code == agency_code
        )
        .limit(CANDIDATES)
        .subquery("few")
    )
    return select(found.c.record_id).order_by(func.length(found.c.number_key), found.c.record_id).limit(limit)
