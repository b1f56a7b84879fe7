"""Questions to sources elsewhere, what they claimed, and how far the portal's online dossiers were taken in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import others_tables as o
from vault.db.codec import AnyRow, from_json, to_json
from vault.domain.errors import NotFound
from vault.domain.ids import DossierCode
from vault.domain.intake import IntakeId
from vault.domain.outside import NATIONAL, Ask, AskState, Claim, ConsentBy, FoundState, OutsidePaper


def _ask(row: AnyRow) -> Ask:
    return Ask(
        id=row.id,
        dossier=DossierCode(row.dossier_code),
        agency_code=row.agency_code,
        source=row.source,
        holder_id=row.holder_id,
        consent=ConsentBy(row.consent),
        by_account=row.by_account,
        by_name=row.by_name,
        at=row.at,
        state=AskState(row.state),
        code=row.code,
        answered_at=row.answered_at,
        found=row.found,
        picks=MappingProxyType(dict(row.picks or {})),
    )


def _paper(row: AnyRow) -> OutsidePaper:
    return OutsidePaper(
        id=row.id,
        ask=row.ask_id,
        dossier=DossierCode(row.dossier_code),
        agency_code=row.agency_code,
        source=row.source,
        holder_id=row.holder_id,
        claim=from_json(row.claim, Claim),
        at=row.at,
        state=FoundState(row.state),
        code=row.code,
        intake=None if row.intake_id is None else IntakeId(row.intake_id),
    )


class PgOutside:
    """`ports.OutsideRows` on PostgreSQL."""

    def __init__(self, connection: Connection, *, connected: bool) -> None:
        self._db = connection
        self._connected = connected

    @property
    def connected(self) -> bool:
        """As the settings say."""
        return self._connected

    def ask(self, ask: Ask) -> Ask:
        """One row a dossier, source and person."""
        again = {
            "consent": ask.consent.value,
            "by_account": ask.by_account,
            "by_name": ask.by_name,
            "at": ask.at,
            "state": AskState.PENDING.value,
            "code": None,
            "answered_at": None,
            "found": 0,
        }
        table = o.outside_ask
        self._db.execute(
            upsert(table)
            .values(
                id=ask.id,
                dossier_code=ask.dossier,
                agency_code=ask.agency_code,
                source=ask.source,
                holder_id=ask.holder_id,
                **again,
            )
            .on_conflict_do_update(index_elements=["id"], set_=again, where=table.c.state == AskState.REFUSED.value)
        )
        return self.get_ask(ask.id)

    def get_ask(self, name: str, *, lock: bool = False) -> Ask:
        """One question."""
        query = select(o.outside_ask).where(o.outside_ask.c.id == name)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("OUTSIDE_ASK")
        return _ask(row)

    def settle(self, name: str, state: AskState, *, at: datetime, code: str | None = None, found: int = 0) -> None:
        """What came of it."""
        self._db.execute(
            update(o.outside_ask)
            .where(o.outside_ask.c.id == name)
            .values(state=state.value, code=code, answered_at=at, found=found)
        )

    def pick(self, code: DossierCode, picks: Mapping[str, str]) -> None:
        """On the question to the national store, before it is answered."""
        table = o.outside_ask
        self._db.execute(
            update(table).where(table.c.dossier_code == code, table.c.source == NATIONAL).values(picks=dict(picks))
        )

    def asks(self, code: DossierCode) -> tuple[Ask, ...]:
        """Oldest first."""
        query = select(o.outside_ask).where(o.outside_ask.c.dossier_code == code)
        return tuple(_ask(row) for row in self._db.execute(query.order_by(o.outside_ask.c.at, o.outside_ask.c.id)))

    def keep(self, paper: OutsidePaper) -> None:
        """Add; the words of one that nobody fetched yet follow the source."""
        table, claim = o.outside_paper, to_json(paper.claim)
        self._db.execute(
            upsert(table)
            .values(
                id=paper.id,
                ask_id=paper.ask,
                dossier_code=paper.dossier,
                agency_code=paper.agency_code,
                source=paper.source,
                holder_id=paper.holder_id,
                claim=claim,
                at=paper.at,
                state=paper.state.value,
                code=paper.code,
            )
            .on_conflict_do_update(
                index_elements=["id"],
                set_={"claim": claim, "state": paper.state.value, "code": paper.code},
                where=table.c.intake_id.is_(None),
            )
        )

    def papers(self, code: DossierCode) -> tuple[OutsidePaper, ...]:
        """Oldest first."""
        query = select(o.outside_paper).where(o.outside_paper.c.dossier_code == code)
        rows = self._db.execute(query.order_by(o.outside_paper.c.at, o.outside_paper.c.id))
        return tuple(_paper(row) for row in rows)

    def paper(self, name: str, *, lock: bool = False) -> OutsidePaper:
        """One claim."""
        query = select(o.outside_paper).where(o.outside_paper.c.id == name)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound("OUTSIDE_PAPER")
        return _paper(row)

    def set_paper(
        self, name: str, state: FoundState, *, code: str | None = None, intake: IntakeId | None = None
    ) -> None:
        """What became of it."""
        self._db.execute(
            update(o.outside_paper)
            .where(o.outside_paper.c.id == name)
            .values(state=state.value, code=code, intake_id=intake)
        )

    def of_intake(self, intake: IntakeId) -> OutsidePaper | None:
        """The first that fetched these bytes: the same paper may be wanted for several dossiers."""
        query = select(o.outside_paper).where(o.outside_paper.c.intake_id == intake).order_by(o.outside_paper.c.at)
        row = self._db.execute(query.limit(1)).one_or_none()
        return None if row is None else _paper(row)

    def fresh(self, peer: str, nonce: str, *, at: datetime, until: datetime) -> bool:
        """The key decides: of two uses at once one is first. What ended is forgotten by the way."""
        table = o.peer_nonce
        self._db.execute(delete(table).where(table.c.ends_at < at))
        put = upsert(table).values(peer=peer, nonce=nonce, ends_at=until).on_conflict_do_nothing()
        return bool(self._db.execute(put.returning(table.c.nonce)).scalar_one_or_none())

    def cursor(self, agency_code: str) -> int:
        """0 before the first."""
        query = select(o.online_cursor.c.number).where(o.online_cursor.c.agency_code == agency_code)
        return int(self._db.execute(query).scalar_one_or_none() or 0)

    def set_cursor(self, agency_code: str, number: int) -> None:
        """Never back."""
        put = upsert(o.online_cursor).values(agency_code=agency_code, number=number)
        self._db.execute(
            put.on_conflict_do_update(
                index_elements=["agency_code"],
                set_={"number": func.greatest(o.online_cursor.c.number, put.excluded.number)},
            )
        )
