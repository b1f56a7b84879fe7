"""Ties of old numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    ForeignKey,
    Table,
    Text,
    insert,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from vault.db import tables as t
from vault.db.access_tables import at
from vault.db.walls import Walls
from vault.domain.errors import Conflict, NotFound
from vault.domain.holders import HolderAlias, HolderId, HolderKind
from vault.domain.ids import DossierCode
from vault.domain.ties import Tie, TieState

number_tie = Table(
    "number_tie",
    t.metadata,
    Column("id", Text, primary_key=True),
    Column("holder_id", BigInteger, nullable=False),
    Column("other_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("source", Text, nullable=False),
    Column("dossier_code", Text, ForeignKey("dossier.code"), nullable=False, index=True),
    Column("agency_code", Text, nullable=False),
    Column("by_account", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    at("at"),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_name", Text),
    at("decided_at", nullable=True),
    Column("reason", Text, nullable=False, server_default=""),
    Column("moved", JSONB),
)
_FOLLOW = (t.dossier, t.dossier_person, t.consent)
"""What else hangs on a holder who has no account: told apart by its keys when a tie is taken back."""


class PgTies:
    """`ports.Ties` on PostgreSQL."""

    def __init__(self, connection: Connection, walls: Walls | None = None) -> None:
        self._db = connection
        self._walls = walls

    def propose(self, tie: Tie) -> None:
        """Keep it."""
        alias = tie.alias
        self._db.execute(
            insert(number_tie).values(
                id=tie.id,
                holder_id=tie.holder_id,
                other_id=tie.other_id,
                kind=alias.id.kind.value,
                number=alias.id.number,
                valid_from=alias.valid_from,
                valid_to=alias.valid_to,
                source=alias.source,
                dossier_code=tie.dossier,
                agency_code=tie.agency_code,
                by_account=tie.by_account,
                by_name=tie.by_name,
                at=tie.at,
                state=tie.state.value,
            )
        )

    def get(self, tie_id: str, *, lock: bool = False) -> Tie:
        """One."""
        query = select(number_tie).where(number_tie.c.id == tie_id)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("TIE")
        return _tie_of(row)

    def decide(self, tie_id: str, state: TieState, *, by: str, named: str, reason: str, at: datetime) -> None:
        """What became of it; the reason of a taking back is written behind that of the confirmation."""
        said = number_tie.c.reason
        self._db.execute(
            update(number_tie)
            .where(number_tie.c.id == tie_id)
            .values(
                state=state.value,
                decided_by=by,
                decided_name=named,
                decided_at=at,
                reason=(said + "\n" + reason if state is TieState.TAKEN_BACK else reason),
            )
        )

    def unite(self, tie: Tie) -> int:
        """Number and papers of the other one become the holder's, whatever agency keeps them."""
        with self._walls.lowered() if self._walls else nullcontext():
            return self._unite(tie)

    def part(self, tie: Tie) -> int:
        """And back: every paper that prints the number, and what followed."""
        with self._walls.lowered() if self._walls else nullcontext():
            return self._part(tie)

    def _unite(self, tie: Tie) -> int:
        mine = t.holder_identifier.c
        numbers = select(mine.kind, mine.number).where(mine.holder_id == tie.other_id).with_for_update()
        borne = [(row.kind, row.number) for row in self._db.execute(numbers)]
        signs_in = select(t.account.c.id).where(t.account.c.holder_id == tie.other_id).limit(1)
        # Whoever has other numbers or signs in is somebody by themselves, whatever a card says.
        if borne != [_key(tie.alias)] or self._db.execute(signs_in).one_or_none() is not None:
            raise Conflict("HOLDER_NUMBER_TAKEN")
        alias = tie.alias
        given: dict[str, Any] = {"valid_from": alias.valid_from, "valid_to": alias.valid_to, "source": alias.source}
        self._bear(tie, tie.holder_id, is_main=False, **given)
        papers = self._db.execute(
            update(t.record_holder).where(t.record_holder.c.holder_id == tie.other_id).values(holder_id=tie.holder_id)
        ).rowcount
        moved = {}
        for table in _FOLLOW:
            change = update(table).where(table.c.holder_id == tie.other_id).values(holder_id=tie.holder_id)
            moved[table.name] = [list(row) for row in self._db.execute(change.returning(*table.primary_key))]
        self._db.execute(update(number_tie).where(number_tie.c.id == tie.id).values(moved=moved))
        return int(papers)

    def _part(self, tie: Tie) -> int:
        self._bear(tie, tie.other_id, is_main=True, valid_from=None, valid_to=None, source="")
        rows = t.record_holder
        printed = (rows.c.holder_id == tie.holder_id, rows.c.kind == tie.alias.id.kind.value)
        papers = self._db.execute(
            update(rows).where(*printed, rows.c.number == tie.alias.id.number).values(holder_id=tie.other_id)
        ).rowcount
        moved = self._db.execute(select(number_tie.c.moved).where(number_tie.c.id == tie.id)).scalar_one() or {}
        for table in _FOLLOW:
            keys: Sequence[Sequence[Any]] = moved.get(table.name, ())
            if keys:
                one = tuple_(*table.primary_key).in_([tuple(key) for key in keys])
                self._db.execute(
                    update(table).where(one, table.c.holder_id == tie.holder_id).values(holder_id=tie.other_id)
                )
        return int(papers)

    def _bear(self, tie: Tie, holder_id: int, **given: object) -> None:
        kind, number = _key(tie.alias)
        mine = t.holder_identifier.c
        self._db.execute(
            update(t.holder_identifier)
            .where(mine.kind == kind, mine.number == number)
            .values(holder_id=holder_id, **given)
        )


def _key(alias: HolderAlias) -> tuple[str, str]:
    return alias.id.kind.value, alias.id.number


def tie_of_json(row: Mapping[str, Any]) -> Tie:
    """The tie in a row that PostgreSQL wrote as JSON."""
    days = {name: row[name] and date.fromisoformat(row[name]) for name in ("valid_from", "valid_to")}
    moments = {name: row[name] and datetime.fromisoformat(row[name]) for name in ("at", "decided_at")}
    return _tie_of(SimpleNamespace(**{**row, **days, **moments}))


def _tie_of(row: Any) -> Tie:
    return Tie(
        id=row.id,
        holder_id=row.holder_id,
        other_id=row.other_id,
        alias=HolderAlias(HolderId(HolderKind(row.kind), row.number), row.valid_from, row.valid_to, row.source),
        dossier=DossierCode(row.dossier_code),
        agency_code=row.agency_code,
        by_account=row.by_account,
        by_name=row.by_name,
        at=row.at,
        state=TieState(row.state),
        decided_by=row.decided_by,
        decided_name=row.decided_name,
        decided_at=row.decided_at,
        reason=row.reason,
    )
