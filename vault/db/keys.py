"""Wrapped data keys of blobs and of the text of pages; nothing here can open one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    select,
    text,
    tuple_,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow
from vault.domain.errors import NotFound
from vault.domain.ids import Digest
from vault.domain.intake import IntakeId
from vault.ports import HeldKey, WrappedKey

if TYPE_CHECKING:
    import psycopg

OF_ACCOUNT = "account:"
"""Before the name of an account in the place of a paper: the key of its one-time passwords."""
OF_DOSSIER, OF_CASE = "dossier:", "correction:"
"""The same before the code of a dossier (what its forms say) and the id of a correction case (what it is about)."""
OF_REQUEST = "request:"
"""The same before the id of somebody's request about their data."""
NO_PAPER = (OF_ACCOUNT, OF_DOSSIER, OF_CASE, OF_REQUEST)
TEXT = "text"
"""In the place of a digest: the key of what was read from a paper, which lies in rows and not in the bucket."""


_ERASED = "erased:"
"""What stands in the place of an erased intake's bytes (`PgIntakes.erase`)."""

_REWRAP = (
    update(t.blob_key)
    .where(t.blob_key.c.digest == bindparam("d"), t.blob_key.c.paper == bindparam("p"))
    .where(t.blob_key.c.wrapped == bindparam("w"))
    .values(key=bindparam("new_key"), wrapped=bindparam("new"))
)


# Said once, for they are asked of every blob: to build such a statement takes longer than to answer it.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 8))")
_SHARE = text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:name, 8))")
_OF = select(t.blob_key).where(t.blob_key.c.digest == bindparam("d")).order_by(t.blob_key.c.created_at)
# Named in the order in which they are taken, the paper first: as an erasure takes them.
_ENDED = select(t.ended_paper.c.paper).where(t.ended_paper.c.paper == bindparam("p"))
# A statement of its own behind the locks: it has to see what whoever held them before has committed.
_ENDED_AND_OF = (
    select(_ENDED.scalar_subquery().label("ended"), t.blob_key)
    .select_from(select(literal(1)).subquery("one").outerjoin(t.blob_key, t.blob_key.c.digest == bindparam("d")))
    .order_by(t.blob_key.c.created_at)
)
_HOLD = (
    upsert(t.blob_key)
    .values({name: bindparam(name) for name in ("digest", "paper", "agency_code", "key", "wrapped")})
    .on_conflict_do_nothing()
    .inline()
)


_LOCKS = """
    SELECT pg_advisory_xact_lock_shared(hashtextextended(%(end)s, 8)),
           pg_advisory_xact_lock(hashtextextended(%(name)s, 8))
"""
HOLD_FIRST = """
    WITH found AS (
      SELECT EXISTS (SELECT FROM ended_paper WHERE paper = %(paper)s) AS ended,
             EXISTS (SELECT FROM blob_key WHERE digest = %(digest)s) AS held
    ), kept AS (
      INSERT INTO blob_key (digest, paper, agency_code, key, wrapped)
      SELECT %(digest)s, %(paper)s, %(agency_code)s, %(key)s, %(wrapped)s FROM found WHERE NOT ended AND NOT held
    )
    SELECT ended, held FROM found
"""
"""Nothing is kept over a tombstone or beside another's key, and the answer says which of them stood in the way."""


def _end_of(paper: str) -> str:
    """The name under which uses of a paper and its end wait for each other."""
    return f"end\n{paper}"


def _values(digest: str, held: HeldKey) -> dict[str, object]:
    wrapped = held.wrapped
    return {
        "digest": digest,
        "paper": held.paper,
        "agency_code": wrapped.agency,
        "key": wrapped.key,
        "wrapped": wrapped.wrapped,
    }


def uses(digest: str | None = None) -> Subquery:
    """(digest, paper, agency) of every blob that a row names for a paper; of one blob, each part by its index.

    What was erased names nothing any more, nor does the batch scan that showed it.
    """
    i, p, r, v, b = t.intake.c, t.intake_page, t.record.c, t.record_version, t.batch.c
    pages, versions = p.join(t.intake), v.join(t.record)
    paper, evidence = func.coalesce(r.intake_id, r.code), i.signatures["evidence"].astext
    kept, living = ~i.original.startswith(_ERASED), r.erased_at.is_(None)
    part = t.batch_part.join(t.intake, i.id == t.batch_part.c.intake_id)
    shows_erased = exists().select_from(part).where(t.batch_part.c.batch_id == b.id, ~kept)
    named = (i.original.label("digest"), i.id.label("paper"), i.agency_code.label("agency"))
    columns: tuple[tuple[ColumnElement[str], Select[Any]], ...] = (
        (i.original, select(*named).where(kept)),
        (i.searchable, select(i.searchable, i.id, i.agency_code).where(i.searchable.is_not(None), kept)),
        (evidence, select(evidence, i.id, i.agency_code).where(evidence.is_not(None), kept)),
        (p.c.preview, select(p.c.preview, i.id, i.agency_code).select_from(pages)),
        (p.c.layout, select(p.c.layout, i.id, i.agency_code).select_from(pages)),
        (r.original, select(r.original, paper, r.agency_code).where(living)),
        (v.c.sealed, select(v.c.sealed, paper, r.agency_code).select_from(versions).where(living)),
        (v.c.preview, select(v.c.preview, paper, r.agency_code).select_from(versions).where(living)),
        (b.original, select(b.original, b.id, b.agency_code).where(~shows_erased)),
    )
    parts = [query if digest is None else query.where(column == digest) for column, query in columns]
    every = union(*parts).subquery("every")
    ended = select(t.ended_paper.c.paper).where(t.ended_paper.c.paper == every.c.paper).exists()
    return select(every).where(~ended).subquery("uses")


def _uses() -> tuple[Subquery, ColumnElement[bool]]:
    """The same, and whether each has its key."""
    used, key = uses(), t.blob_key.c
    return used, exists().where(key.digest == used.c.digest, key.paper == used.c.paper)


def held_of(row: AnyRow) -> HeldKey:
    """A row as a wrap."""
    return HeldKey(IntakeId(row.paper), WrappedKey(row.agency_code, row.key, bytes(row.wrapped)), row.digest)


class PgBlobKeys:
    """`ports.BlobKeys` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def of(self, digest: str, *, lock: bool = False) -> tuple[HeldKey, ...]:
        """Every wrap of a blob's key, the oldest first."""
        if lock:
            self.lock(digest)
        return tuple(held_of(row) for row in self._db.execute(_OF, {"d": digest}))

    def lock(self, name: str) -> None:
        """Nobody else holds this name until the transaction ends. A row that is not there yet cannot be locked."""
        self._db.execute(_LOCK, {"name": name})

    def of_papers(self, digest: str, papers: Sequence[str]) -> tuple[HeldKey, ...]:
        """The wraps of several papers under one name."""
        where = (t.blob_key.c.digest == digest, t.blob_key.c.paper.in_(papers))
        return tuple(held_of(row) for row in self._db.execute(select(t.blob_key).where(*where)))

    def hold(self, digest: str, held: HeldKey) -> None:
        """Keep a wrap; the first one of a paper stays."""
        self._db.execute(_HOLD, _values(digest, held))

    def hold_first(self, digest: str, held: HeldKey) -> bool:
        """Locks, what they guard, and the wrap: sent one behind the other and answered at once.

        They stay two statements: what the second sees is what was committed when the locks were ours.
        """
        driver = cast("psycopg.Connection[tuple[bool, bool]]", self._db.connection.driver_connection)
        with driver.pipeline():
            driver.execute(_LOCKS, {"end": _end_of(held.paper), "name": digest})
            answer = driver.execute(HOLD_FIRST, _values(digest, held))
        ended, taken = answer.fetchall()[0]
        if ended:
            raise NotFound("PAPER_ERASED")
        return not taken

    def let_go(self, digest: str, paper: IntakeId) -> None:
        """Destroy a paper's wrap."""
        self._db.execute(delete(t.blob_key).where(t.blob_key.c.digest == digest, t.blob_key.c.paper == paper))

    def of_paper(self, paper: IntakeId) -> tuple[HeldKey, ...]:
        """Everything that a paper uses."""
        rows = self._db.execute(select(t.blob_key).where(t.blob_key.c.paper == paper).order_by(t.blob_key.c.digest))
        return tuple(held_of(row) for row in rows)

    def begin_use(self, paper: IntakeId) -> None:
        """Shared with everybody who uses the paper, so that only its end waits; asked again once the lock is ours."""
        self._db.execute(_SHARE, {"name": _end_of(paper)})
        if self.ended(paper):
            raise NotFound("PAPER_ERASED")

    def begin_use_of(self, paper: IntakeId, digest: str) -> tuple[HeldKey, ...]:
        """Both locks in one round trip, what they guard in another."""
        self._db.exec_driver_sql(_LOCKS, {"end": _end_of(paper), "name": digest})
        rows = self._db.execute(_ENDED_AND_OF, {"p": paper, "d": digest}).all()
        if rows[0].ended is not None:
            raise NotFound("PAPER_ERASED")
        return tuple(held_of(row) for row in rows if row.digest is not None)

    def ended(self, paper: IntakeId) -> bool:
        """Whether its tombstone stands."""
        return self._db.execute(_ENDED, {"p": paper}).one_or_none() is not None

    def end_papers(self, papers: Collection[IntakeId]) -> tuple[HeldKey, ...]:
        """Put up the tombstones, then destroy every wrap; gives those that were the last of their blob."""
        # Papers first, then blobs, each in the order of their names: nobody who takes them so waits in a circle.
        for paper in sorted(set(papers)):
            self.lock(_end_of(paper))
            self._db.execute(upsert(t.ended_paper).values(paper=paper).on_conflict_do_nothing())
        mine: dict[str, HeldKey] = {}
        for one in sorted((held for paper in papers for held in self.of_paper(paper)), key=lambda held: held.digest):
            mine.setdefault(one.digest, one)
        last = []
        for digest, one in mine.items():
            others = [held for held in self.of(digest, lock=True) if held.paper not in papers]
            if not others and digest != TEXT:
                last.append(one)
        self._db.execute(delete(t.blob_key).where(t.blob_key.c.paper.in_(papers)))
        return tuple(last)

    def wholes_of(self, papers: Collection[IntakeId]) -> tuple[IntakeId, ...]:
        """The batch scans that show these papers."""
        query = select(t.batch_part.c.batch_id).where(t.batch_part.c.intake_id.in_(papers)).distinct()
        return tuple(IntakeId(found) for found in self._db.execute(query).scalars())

    def files_of(self, papers: Collection[IntakeId]) -> tuple[Digest, ...]:
        """What the rows of these papers name, each look by an index."""
        i, p, r, v, b = t.intake.c, t.intake_page.c, t.record.c, t.record_version, t.batch.c
        versions = v.join(t.record)
        mine = r.intake_id.in_(papers) | r.code.in_(papers)
        named = union(
            select(i.original).where(i.id.in_(papers)),
            select(i.searchable).where(i.id.in_(papers), i.searchable.is_not(None)),
            select(i.signatures["evidence"].astext).where(
                i.id.in_(papers), i.signatures["evidence"].astext.is_not(None)
            ),
            select(p.preview).where(p.intake_id.in_(papers)),
            select(p.layout).where(p.intake_id.in_(papers)),
            select(r.original).where(mine),
            select(v.c.sealed).select_from(versions).where(mine),
            select(v.c.preview).select_from(versions).where(mine),
            select(b.original).where(b.id.in_(papers)),
        )
        return tuple(Digest(one) for one in self._db.execute(named).scalars())

    def waiting(self, digests: Collection[Digest]) -> frozenset[Digest]:
        """Uses of these without a key."""
        uses, held = _uses()
        query = select(uses.c.digest).where(uses.c.digest.in_(digests), ~held)
        return frozenset(Digest(one) for one in self._db.execute(query).scalars()) if digests else frozenset()

    def strays(self, before: datetime, *, limit: int) -> tuple[IntakeId, ...]:
        """Papers that have keys since before a time and never became rows."""
        key = t.blob_key.c
        known = union(select(t.intake.c.id), select(t.record.c.code), select(t.batch.c.id)).subquery()
        stray = and_(key.paper.not_in(select(known.c.id)), *(~key.paper.startswith(one) for one in NO_PAPER))
        query = select(key.paper).where(stray).group_by(key.paper)
        rows = self._db.execute(query.having(func.max(key.created_at) < before).limit(limit))
        return tuple(IntakeId(paper) for paper in rows.scalars())

    def unheld(self, after: tuple[str, str], *, limit: int) -> tuple[tuple[Digest, IntakeId, str], ...]:
        """Uses of blobs without a key, in order of digest and paper."""
        uses, held = _uses()
        query = select(uses).where(~held, tuple_(uses.c.digest, uses.c.paper) > tuple_(*after))
        rows = self._db.execute(query.order_by(uses.c.digest, uses.c.paper).limit(limit))
        return tuple((Digest(digest), IntakeId(one), agency) for digest, one, agency in rows)

    def older(self, agency: str, current: str, *, limit: int) -> tuple[HeldKey, ...]:
        """Wraps of an agency under another key than the current one."""
        query = select(t.blob_key).where(t.blob_key.c.agency_code == agency, t.blob_key.c.key != current).limit(limit)
        return tuple(held_of(row) for row in self._db.execute(query))

    def rewrap(self, pairs: Sequence[tuple[HeldKey, WrappedKey]]) -> int:
        """Replace exactly the wraps that were read."""
        rows = [
            {"d": old.digest, "p": old.paper, "w": old.wrapped.wrapped, "new_key": new.key, "new": new.wrapped}
            for old, new in pairs
        ]
        return self._db.execute(_REWRAP, rows).rowcount if rows else 0

    def agencies(self) -> tuple[tuple[str, str, int], ...]:
        """(agency, key, how many wraps)."""
        row = t.blob_key.c
        query = select(row.agency_code, row.key, func.count()).group_by(row.agency_code, row.key)
        return tuple((agency, key, count) for agency, key, count in self._db.execute(query.order_by(row.agency_code)))
