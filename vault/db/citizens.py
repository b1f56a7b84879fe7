"""What citizens say and send: consent switches, and papers handed in by phone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, Connection, any_, bindparam, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow, AnySelect
from vault.db.intakes import PgIntakes
from vault.db.texts import PgTexts
from vault.db.turns import one_at_a_time
from vault.domain.consents import Consent, ConsentPurpose
from vault.domain.hand_ins import HandIn
from vault.domain.intake import Intake, IntakeId


def _turns(whose: ColumnElement[bool]) -> AnySelect:
    return select(t.consent).where(whose).order_by(t.consent.c.id)


# For one holder PostgreSQL keeps its plan; for several of unknown number it makes a new one each time.
_OF_ONE = _turns(t.consent.c.holder_id == bindparam("holder"))
_OF_MANY = _turns(t.consent.c.holder_id == any_(bindparam("holders", type_=ARRAY(BigInteger))))


class PgConsents:
    """`ports.Consents` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, turn: Consent) -> None:
        """Append."""
        self._db.execute(
            insert(t.consent).values(
                holder_id=turn.holder_id,
                purpose=turn.purpose.value,
                is_on=turn.on,
                at=turn.at,
                by_account=turn.by_account,
            )
        )

    def of_holders(self, holder_ids: Sequence[int], *, lock: bool = False) -> tuple[Consent, ...]:
        """Oldest first."""
        if not holder_ids:
            return ()
        for holder_id in sorted(set(holder_ids)) if lock else ():
            one_at_a_time(self._db, f"consents of {holder_id}")
        rows = (
            self._db.execute(_OF_ONE, {"holder": holder_ids[0]})
            if len(holder_ids) == 1
            else self._db.execute(_OF_MANY, {"holders": sorted(set(holder_ids))})
        )
        return tuple(
            Consent(row.holder_id, ConsentPurpose(row.purpose), row.is_on, row.at, row.by_account) for row in rows
        )


class PgHandIns:
    """`ports.HandIns` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts) -> None:
        self._db = connection
        self._texts = texts

    def add(self, sent: HandIn) -> HandIn:
        """Add, or give the one that was there first: the key decides the race."""
        self._db.execute(
            upsert(t.hand_in)
            .values(
                account_id=sent.account_id,
                key=sent.key,
                intake_id=sent.intake_id,
                holder_id=sent.holder_id,
                at=sent.at,
            )
            .on_conflict_do_nothing()
        )
        kept = self.find(sent.account_id, sent.key)
        if kept is None:  # the key just said that it is there
            message = "the sending vanished while it was being added"
            raise RuntimeError(message)
        return kept

    def find(self, account_id: str, key: str) -> HandIn | None:
        """By its key."""
        row = self._db.execute(
            select(t.hand_in).where(t.hand_in.c.account_id == account_id, t.hand_in.c.key == key)
        ).one_or_none()
        return None if row is None else _hand_in(row)

    def of_account(self, account_id: str, *, limit: int) -> tuple[tuple[HandIn, Intake], ...]:
        """Newest first."""
        rows = self._db.execute(
            select(t.hand_in).where(t.hand_in.c.account_id == account_id).order_by(t.hand_in.c.at.desc()).limit(limit)
        ).all()
        intakes = PgIntakes(self._db, self._texts)
        return tuple((_hand_in(row), intakes.get(IntakeId(row.intake_id))) for row in rows)


def _hand_in(row: AnyRow) -> HandIn:
    return HandIn(row.account_id, row.key, IntakeId(row.intake_id), row.holder_id, row.at)
