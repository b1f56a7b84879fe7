"""Dossiers: the people in them, attachments, demands and notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Select, any_, bindparam, func, insert, literal, null, select, true, update
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import dossier_keys
from vault.db import tables as t
from vault.db.codec import AnyRow, AnySelect, from_json, to_json
from vault.db.ties import number_tie, tie_of_json
from vault.db.walls import PEOPLE, Walls
from vault.domain.catalogue import DemandForm
from vault.domain.dossiers import (
    Attachment,
    Closing,
    Demand,
    Dossier,
    DossierChannel,
    Notice,
    NoticeItem,
    Party,
    Replaced,
)
from vault.domain.errors import NotFound
from vault.domain.holders import HolderAlias, HolderId, HolderKind, HolderLink, HolderRole
from vault.domain.ids import DossierCode, RecordCode, decision_id
from vault.domain.inbox import DueDay
from vault.domain.reuse import Authority, DemandCode


def _rows(name: str, query: Select[Any], order: Any) -> Any:
    """The rows of a query as one JSON column, so that a whole dossier comes in one round trip."""
    rows = query.subquery(name)
    return select(
        func.json_agg(aggregate_order_by(func.row_to_json(rows.table_valued()), order(rows)))
    ).scalar_subquery()


_PEOPLE = select(t.dossier_person).where(t.dossier_person.c.dossier_code == t.dossier.c.code).correlate(t.dossier)
_IDS_OF = (
    select(t.dossier_person.c.holder_id).where(t.dossier_person.c.dossier_code == t.dossier.c.code).correlate(t.dossier)
)
_IDS = func.array(_IDS_OF.scalar_subquery())
_NUMBERS = (
    select(t.holder.c.name, *t.holder_identifier.c)
    .join(t.holder_identifier, t.holder_identifier.c.holder_id == t.holder.c.id)
    .where(t.holder.c.id == any_(func.array_append(_IDS, t.dossier.c.holder_id)))
    .correlate(t.dossier)
)


def query() -> AnySelect:
    """Dossiers with everything that hangs on them: one row a dossier."""
    hanging = {
        "attached": (t.attachment, lambda rows: rows.c.at),
        "earlier": (t.replaced_attachment, lambda rows: rows.c.number),
        "demanded": (t.demand, lambda rows: rows.c.id),
        "notified": (t.notice, lambda rows: rows.c.number),
        "tied": (number_tie, lambda rows: rows.c.id),
    }
    return select(
        t.dossier,
        _rows("persons", _PEOPLE, lambda rows: rows.c.position).label("persons"),
        _rows("numbers", _NUMBERS, lambda rows: rows.c.kind).label("numbers"),
        *(
            _rows(
                name, select(table).where(table.c.dossier_code == t.dossier.c.code).correlate(t.dossier), order
            ).label(name)
            for name, (table, order) in hanging.items()
        ),
    )


# Built once: SQLAlchemy takes longer to put such a statement together than PostgreSQL takes to answer it.
_ONE = query().where(t.dossier.c.code == bindparam("one"))
# For a request of an agency: reading a dossier that the walls let through shows the papers of its people from then on,
# wherever they lie (not of whoever only hands it in). In the same statement: it is asked for most.
_MAIN = _IDS_OF.where(t.dossier_person.c.submits.is_(False)).scalar_subquery()
_LIFTED = _ONE.add_columns(
    func.set_config(
        PEOPLE, func.array_to_string(func.array_append(func.array(_MAIN), t.dossier.c.holder_id), ","), true()
    ).label("lifted")
)
_LOCK = select(t.dossier.c.code).where(t.dossier.c.code == bindparam("one")).with_for_update()
_NEWEST = (
    query()
    .where(t.dossier.c.agency_code == bindparam("agency"))
    .order_by(t.dossier.c.opened_at.desc())
    .limit(bindparam("most"))
)


_EARLIER = (
    select(func.count())
    .where(
        t.replaced_attachment.c.dossier_code == t.attachment.c.dossier_code,
        t.replaced_attachment.c.component == t.attachment.c.component,
    )
    .correlate(t.attachment)
    .scalar_subquery()
)
_NUMBERED = select(t.attachment, (_EARLIER + 1).label("number"))
_USING = tuple(
    select(func.row_to_json(used.table_valued()))
    for used in (
        rows.where(table.c.record_code == bindparam("record"))
        .order_by(table.c.at.desc())
        .limit(bindparam("most"))
        .subquery("used")
        for rows, table in ((_NUMBERED, t.attachment), (select(t.replaced_attachment), t.replaced_attachment))
    )
)


def _values(attachment: Attachment) -> dict[str, Any]:
    return {
        "record_code": attachment.record,
        "version": attachment.version,
        "decision": dict(attachment.decision),
        "by_account": attachment.by_account,
        "by_name": attachment.by_name,
        "at": attachment.at,
        "question": None if attachment.question is None else dict(attachment.question),
    }


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _links(rows: Sequence[Mapping[str, Any]]) -> dict[int, HolderLink]:
    """Each holder by its main number, with the others as aliases."""
    found: dict[int, HolderLink] = {}
    for holder_id in {row["holder_id"] for row in rows}:
        own = [row for row in rows if row["holder_id"] == holder_id]
        main = next((row for row in own if row["is_main"]), own[0])
        aliases = tuple(
            HolderAlias(
                HolderId(HolderKind(row["kind"]), row["number"]),
                _day(row["valid_from"]),
                _day(row["valid_to"]),
                row["source"],
            )
            for row in own
            if row is not main
        )
        found[holder_id] = HolderLink(
            HolderRole.SUBJECT, HolderKind(main["kind"]), main["number"], main["name"], aliases
        )
    return found


def _as(link: HolderLink, role: str) -> HolderLink:
    return HolderLink(HolderRole(role), link.kind, link.number, link.name, link.aliases)


def _attachment(row: Mapping[str, Any], number: int) -> Attachment:
    return Attachment(
        row["component"],
        RecordCode(row["record_code"]),
        row["version"],
        MappingProxyType(row["decision"]),
        row["by_account"],
        row["by_name"],
        datetime.fromisoformat(row["at"]),
        None if row["question"] is None else MappingProxyType(row["question"]),
        decision_id(DossierCode(row["dossier_code"]), row["component"], number),
        from_json(row["replaced"], Replaced) if "replaced" in row else None,
    )


def _attachments(
    now: Sequence[Mapping[str, Any]], before: Sequence[Mapping[str, Any]]
) -> tuple[tuple[Attachment, ...], tuple[Attachment, ...]]:
    """What is attached, and what was; the attachments of a component are counted from 1."""
    counted = Counter(row["component"] for row in before)
    return (
        tuple(_attachment(row, counted[row["component"]] + 1) for row in now),
        tuple(_attachment(row, row["number"]) for row in before),
    )


def _demand(row: Mapping[str, Any]) -> Demand:
    return Demand(
        component=row["component"],
        ground=row["ground"],
        reason=row["reason"],
        overrides=None if row["overrides"] is None else RecordCode(row["overrides"]),
        by_account=row["by_account"],
        by_name=row["by_name"],
        at=datetime.fromisoformat(row["at"]),
        form=DemandForm(row["form"]),
        code=DemandCode(row["code"]),
        article=row["article"],
    )


def _notice(row: Mapping[str, Any]) -> Notice:
    items = tuple(from_json(item, NoticeItem) for item in row["items"])
    at = datetime.fromisoformat(row["at"])
    return Notice(row["number"], items, row["by_account"], row["by_name"], at, row["reason"])


def dossier_of(row: AnyRow) -> Dossier:
    """The dossier in a row of `query`."""
    links = _links(row.numbers or ())
    people = [
        (Party(one["holder_id"], _as(links[one["holder_id"]], one["role"])), one["submits"])
        for one in row.persons or ()
    ]
    attached, replaced = _attachments(row.attached or (), row.earlier or ())
    return Dossier(
        code=DossierCode(row.code),
        procedure_code=row.procedure_code,
        holder_id=row.holder_id,
        holder=_as(links[row.holder_id], row.holder_role),
        agency_code=row.agency_code,
        purpose=row.purpose,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        due_on=row.due_on,
        attachments=attached,
        replaced=replaced,
        demands=tuple(_demand(one) for one in row.demanded or ()),
        parties=tuple(party for party, submits in people if not submits),
        submitted_by=next((party for party, submits in people if submits), None),
        authority=Authority(row.authority),
        notices=tuple(_notice(one) for one in row.notified or ()),
        closed=None if row.closing is None else from_json(row.closing, Closing),
        channel=DossierChannel(row.channel),
        ties=tuple(tie_of_json(one) for one in row.tied or ()),
    )


class PgDossiers:
    """`ports.Dossiers` on PostgreSQL."""

    def __init__(self, connection: Connection, walls: Walls | None = None) -> None:
        self._db = connection
        self._walls = walls

    def add(self, dossier: Dossier, *, key: str | None = None) -> None:
        """Add a new dossier with the people in it."""
        self._db.execute(
            insert(t.dossier).values(
                code=dossier.code,
                procedure_code=dossier.procedure_code,
                holder_id=dossier.holder_id,
                holder_role=dossier.holder.role.value,
                agency_code=dossier.agency_code,
                purpose=dossier.purpose,
                opened_by=dossier.opened_by,
                opened_at=dossier.opened_at,
                due_on=dossier.due_on,
                authority=dossier.authority.value,
                channel=dossier.channel.value,
            )
        )
        submitter = () if dossier.submitted_by is None else (dossier.submitted_by,)
        rows = [
            {
                "dossier_code": dossier.code,
                "position": position,
                "holder_id": party.holder_id,
                "role": party.link.role.value,
                "submits": party is dossier.submitted_by,
            }
            for position, party in enumerate((*dossier.parties, *submitter))
        ]
        if rows:
            self._db.execute(insert(t.dossier_person), rows)
        if key is not None:
            dossier_keys.keep(self._db, dossier.opened_by, key, dossier.code)

    def opened_under(self, account_id: str, key: str) -> DossierCode | None:
        """By its key, behind a lock of that key."""
        return dossier_keys.opened_under(self._db, account_id, key)

    def next_serial(self, agency_code: str, day: date) -> int:
        """The next serial of the day, counted by one row that is locked until the transaction ends."""
        statement = upsert(t.dossier_serial).values(agency_code=agency_code, day=day, last=1)
        counted = statement.on_conflict_do_update(
            index_elements=["agency_code", "day"], set_={"last": t.dossier_serial.c.last + 1}
        ).returning(t.dossier_serial.c.last)
        return int(self._db.execute(counted).scalar_one())

    def get(self, code: DossierCode, *, lock: bool = False) -> Dossier:
        """One dossier."""
        if lock:  # first, so that what hangs on it is read after whoever held the lock is done
            self._db.execute(_LOCK, {"one": code})
        of_an_agency = self._walls is not None and self._walls.agency
        row = self._db.execute(_LIFTED if of_an_agency else _ONE, {"one": code}).one_or_none()
        if row is None:
            raise NotFound("DOSSIER")
        return dossier_of(row)

    def list(self, agency_code: str, *, limit: int) -> tuple[Dossier, ...]:
        """The newest first."""
        rows = self._db.execute(_NEWEST, {"agency": agency_code, "most": limit})
        return tuple(dossier_of(row) for row in rows)

    def open_ones(self, agency_code: str, *, due_before: date | None = None, limit: int) -> tuple[Dossier, ...]:
        """Dossiers that have not ended, the first due first."""
        own = query().where(t.dossier.c.agency_code == agency_code, t.dossier.c.closed_at.is_(None))
        if due_before is not None:
            own = own.where(t.dossier.c.due_on < due_before)
        rows = self._db.execute(own.order_by(t.dossier.c.due_on, t.dossier.c.opened_at).limit(limit))
        return tuple(dossier_of(row) for row in rows)

    def due_days(self, agency_codes: Sequence[str], *, before: date) -> tuple[DueDay, ...]:
        """How many open dossiers are due on each day before one, by agency and procedure."""
        rows = self._db.execute(
            select(t.dossier.c.agency_code, t.dossier.c.procedure_code, t.dossier.c.due_on, func.count().label("n"))
            .where(
                t.dossier.c.agency_code.in_(agency_codes),
                t.dossier.c.closed_at.is_(None),
                t.dossier.c.due_on < before,
            )
            .group_by(t.dossier.c.agency_code, t.dossier.c.procedure_code, t.dossier.c.due_on)
        )
        return tuple(DueDay(row.agency_code, row.procedure_code, row.due_on, row.n) for row in rows)

    def close(self, code: DossierCode, closing: Closing | None) -> None:
        """Keep the end of a dossier, or take it back."""
        self._db.execute(
            update(t.dossier)
            .where(t.dossier.c.code == code)
            .values(
                closed_at=None if closing is None else closing.at,
                closing=null() if closing is None else to_json(closing),
            )
        )

    def using(self, record: RecordCode, *, limit: int) -> tuple[tuple[DossierCode, Attachment], ...]:
        """Where a record was attached."""
        asked = {"record": record, "most": limit}
        found = [row for used in _USING for row in self._db.execute(used, asked).scalars()]
        newest = sorted(found, key=lambda row: datetime.fromisoformat(row["at"]), reverse=True)[:limit]
        return tuple((DossierCode(row["dossier_code"]), _attachment(row, row["number"])) for row in newest)

    def attach(self, code: DossierCode, attachment: Attachment) -> Attachment:
        """Attach; what a component has already stays, and is given."""
        self._db.execute(
            upsert(t.attachment)
            .values(dossier_code=code, component=attachment.component, **_values(attachment))
            .on_conflict_do_nothing()
        )
        return self._standing(code, attachment.component)

    def replace(self, code: DossierCode, attachment: Attachment, replaced: Replaced) -> Attachment:
        """Keep what was attached with what ended it, and attach the other in its place."""
        now = t.attachment
        mine = (now.c.dossier_code == code, now.c.component == attachment.component)
        ended = _NUMBERED.add_columns(literal(to_json(replaced), JSONB).label("replaced")).where(*mine)
        columns = [*now.c.keys(), "number", "replaced"]
        self._db.execute(insert(t.replaced_attachment).from_select(columns, ended))
        self._db.execute(update(now).where(*mine).values(**_values(attachment)))
        return self._standing(code, attachment.component)

    def _standing(self, code: DossierCode, component: str) -> Attachment:
        rows = _NUMBERED.where(t.attachment.c.dossier_code == code, t.attachment.c.component == component)
        row = self._db.execute(select(func.row_to_json(rows.subquery("attached").table_valued()))).scalar_one()
        return _attachment(row, row["number"])

    def demand(self, code: DossierCode, demand: Demand) -> None:
        """Record a demand."""
        self._db.execute(
            insert(t.demand).values(
                dossier_code=code,
                component=demand.component,
                ground=demand.ground,
                reason=demand.reason,
                overrides=demand.overrides,
                by_account=demand.by_account,
                by_name=demand.by_name,
                at=demand.at,
                form=demand.form.value,
                code=demand.code.value,
                article=demand.article,
            )
        )

    def notify(self, code: DossierCode, notice: Notice) -> None:
        """Keep a notice."""
        self._db.execute(
            insert(t.notice).values(
                dossier_code=code,
                number=notice.number,
                items=[to_json(item) for item in notice.items],
                reason=notice.reason,
                by_account=notice.by_account,
                by_name=notice.by_name,
                at=notice.at,
            )
        )

    def reported(self, agency_code: str, *, since: datetime, until: datetime) -> tuple[tuple[DossierCode, Demand], ...]:
        """Demands for the daily report, oldest first."""
        rows = select(t.demand).subquery("demanded")
        found = self._db.execute(
            select(t.demand.c.dossier_code, func.row_to_json(rows.table_valued()).label("told"))
            .join(rows, rows.c.id == t.demand.c.id)
            .join(t.dossier, t.dossier.c.code == t.demand.c.dossier_code)
            .where(
                t.demand.c.code != DemandCode.ALLOWED.value,
                t.demand.c.at >= since,
                t.demand.c.at < until,
                t.dossier.c.agency_code == agency_code,
            )
            .order_by(t.demand.c.id)
        )
        return tuple((DossierCode(row.dossier_code), _demand(row.told)) for row in found)
