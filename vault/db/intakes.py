"""Papers on their way in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow, AnySelect, from_json, to_json
from vault.db.texts import MARK, PgTexts
from vault.domain.errors import NotFound
from vault.domain.ids import Digest, RecordCode
from vault.domain.intake import (
    Channel,
    Confirmation,
    Intake,
    IntakeId,
    IntakeState,
    Page,
    Proposal,
    SignatureSummary,
)
from vault.domain.rescans import Likeness
from vault.domain.retention import Kept

# Written out as in the index, whose condition the planner compares literally.
_OPEN = text("intake.state NOT IN ('SEALED','DISCARDED','KNOWN')")
_PAGES_READ = (
    select(func.count()).where(t.intake_page.c.intake_id == t.intake.c.id).scalar_subquery().label("pages_read")
)


_DUE = {
    Kept.DISCARDED: IntakeState.DISCARDED,
    Kept.FAILED: IntakeState.FAILED,
    Kept.ABANDONED: IntakeState.READ,
    Kept.KNOWN: IntakeState.KNOWN,
}


def _due(query: AnySelect, agency_code: str, kept: Kept, before: datetime) -> AnySelect:
    """What a rule may let go: not a record's own scan, not what is gone already, not what a hold keeps."""
    i = t.intake.c
    held = exists().where(t.hold.c.record_code == i.same_as, t.hold.c.lifted_at.is_(None))
    return query.where(
        i.agency_code == agency_code,
        i.received_at < before,
        i.state == _DUE[kept].value,
        i.record_code.is_(None),
        ~i.original.startswith("erased:"),
        ~held,
    )


def _intake(row: AnyRow, texts: PgTexts) -> Intake:
    paper = IntakeId(row.id)
    proposal = texts.open_json(row.proposal, paper=paper, place="proposal")
    confirmation = texts.open_json(row.confirmation, paper=paper, place="confirmation")
    withdrawn = texts.open_json(row.withdrawn, paper=paper, place="confirmation")
    return Intake(
        id=IntakeId(row.id),
        state=IntakeState(row.state),
        original=Digest(row.original),
        filename=row.filename,
        mime=row.mime,
        size=row.size,
        channel=Channel(row.channel),
        agency_code=row.agency_code,
        received_by=row.received_by,
        received_at=row.received_at,
        page_count=row.page_count,
        pages_read=row.pages_read,
        failure=row.failure,
        hint_type=row.hint_type,
        hint_holder=row.hint_holder,
        signatures=None if row.signatures is None else from_json(row.signatures, SignatureSummary),
        proposal=None if proposal is None else from_json(proposal, Proposal),
        confirmation=None if confirmation is None else from_json(confirmation, Confirmation),
        withdrawn=None if withdrawn is None else from_json(withdrawn, Confirmation),
        record=None if row.record_code is None else RecordCode(row.record_code),
        same_as=None if row.same_as is None else RecordCode(row.same_as),
        rescan_of=tuple(from_json(one, Likeness) for one in row.rescan_of or ()),
        searchable=None if row.searchable is None else Digest(row.searchable),
    )


def _query() -> AnySelect:
    return select(t.intake, _PAGES_READ)


# Said once, for both are asked of every file that comes in: to build such a statement takes longer than to answer it.
_BY_BYTES = _query().where(
    t.intake.c.agency_code == bindparam("agency"), t.intake.c.original == bindparam("bytes"), ~t.intake.c.retired
)
_GIVEN = (
    *("id", "state", "original", "filename", "mime", "size", "channel", "agency_code", "received_by", "received_at"),
    *("page_count", "hint_type", "hint_holder"),
)
_ADD = (
    upsert(t.intake)
    .values({name: bindparam(name) for name in _GIVEN})
    .on_conflict_do_nothing(index_elements=["agency_code", "original"], index_where=~t.intake.c.retired)
    .returning(t.intake.c.id)
)


class PgIntakes:
    """`ports.Intakes` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts) -> None:
        self._db = connection
        self._texts = texts

    def add(self, intake: Intake) -> Intake:
        """Add, or give the one that was there first: the unique key (agency, bytes) decides the race."""
        values = {name: getattr(intake, name) for name in _GIVEN}
        given = values | {"state": intake.state.value, "channel": intake.channel.value}
        if self._db.execute(_ADD, given).one_or_none() is not None:
            return intake
        row = self._db.execute(_BY_BYTES, {"agency": intake.agency_code, "bytes": intake.original}).one()
        return _intake(row, self._texts)

    def get(self, intake_id: IntakeId, *, lock: bool = False) -> Intake:
        """One intake."""
        if lock:
            # Its key never changes, so a page may be added to it meanwhile: a reference waits for FOR UPDATE only.
            self._db.execute(select(t.intake.c.id).where(t.intake.c.id == intake_id).with_for_update(key_share=True))
        row = self._db.execute(_query().where(t.intake.c.id == intake_id)).one_or_none()
        if row is None:
            raise NotFound("INTAKE")
        return _intake(row, self._texts)

    def find(self, record: RecordCode) -> Intake | None:
        """The intake that became this record."""
        row = self._db.execute(_query().where(t.intake.c.record_code == record)).one_or_none()
        return None if row is None else _intake(row, self._texts)

    def received_by(self, record: RecordCode) -> str | None:
        """One column by the unique key."""
        query = select(t.intake.c.received_by).where(t.intake.c.record_code == record)
        return self._db.execute(query).scalar_one_or_none()

    def signatures_of(self, records: Sequence[RecordCode]) -> tuple[SignatureSummary, ...]:
        """Only their reports."""
        asked = select(t.intake.c.signatures).where(t.intake.c.record_code.in_(records))
        found = self._db.execute(asked.where(t.intake.c.signatures.is_not(None))).scalars() if records else ()
        return tuple(from_json(one, SignatureSummary) for one in found)

    def known_as(self, record: RecordCode) -> tuple[IntakeId, ...]:
        """Intakes that ended as this record."""
        return tuple(
            IntakeId(one)
            for one in self._db.execute(select(t.intake.c.id).where(t.intake.c.same_as == record)).scalars()
        )

    def of_bytes(self, agency_code: str, original: Digest) -> Intake | None:
        """The agency's intake of these very bytes."""
        row = self._db.execute(_BY_BYTES, {"agency": agency_code, "bytes": original}).one_or_none()
        return None if row is None else _intake(row, self._texts)

    def get_all(self, intake_ids: Sequence[IntakeId]) -> tuple[Intake, ...]:
        """Those that are there."""
        rows = self._db.execute(_query().where(t.intake.c.id.in_(intake_ids))).all() if intake_ids else ()
        self._texts.expect(row.id for row in rows if row.proposal is not None)
        return tuple(_intake(row, self._texts) for row in rows)

    def list(self, agency_code: str, *, limit: int) -> tuple[Intake, ...]:
        """The newest first."""
        rows = self._db.execute(
            _query().where(t.intake.c.agency_code == agency_code).order_by(t.intake.c.received_at.desc()).limit(limit)
        ).all()
        self._texts.expect(row.id for row in rows if row.proposal is not None)
        return tuple(_intake(row, self._texts) for row in rows)

    def open_ones(self, agency_code: str, *, limit: int) -> tuple[Intake, ...]:
        """Those that still need something, the oldest first."""
        rows = self._db.execute(
            _query().where(t.intake.c.agency_code == agency_code, _OPEN).order_by(t.intake.c.received_at).limit(limit)
        ).all()
        self._texts.expect(row.id for row in rows if row.proposal is not None)
        return tuple(_intake(row, self._texts) for row in rows)

    def _set(self, intake_id: IntakeId, **values: object) -> None:
        self._db.execute(update(t.intake).where(t.intake.c.id == intake_id).values(**values))

    def set_state(self, intake_id: IntakeId, state: IntakeState, *, failure: str | None = None) -> None:
        """Record a step."""
        self._set(intake_id, state=state.value, failure=failure)

    def set_signatures(self, intake_id: IntakeId, signatures: SignatureSummary) -> None:
        """Keep the report."""
        self._set(intake_id, signatures=to_json(signatures))

    def set_searchable(self, intake_id: IntakeId, copy: Digest) -> None:
        """Keep the searchable copy."""
        self._set(intake_id, searchable=copy)

    def set_proposal(self, intake_id: IntakeId, proposal: Proposal) -> None:
        """Keep the proposal."""
        self._set(intake_id, proposal=self._sealed(to_json(proposal), intake_id, "proposal"))

    def set_confirmation(self, intake_id: IntakeId, confirmation: Confirmation | None) -> None:
        """Keep the officer's word, or take it back; a word that was taken back stays beside it."""
        if confirmation is None:
            kept = func.coalesce(t.intake.c.confirmation, t.intake.c.withdrawn)
            self._set(intake_id, confirmation=null(), withdrawn=kept)
        else:
            self._set(intake_id, confirmation=self._sealed(to_json(confirmation), intake_id, "confirmation"))

    def _agency(self, intake_id: IntakeId) -> str:
        query = select(t.intake.c.agency_code).where(t.intake.c.id == intake_id)
        return self._db.execute(query).scalar_one_or_none() or ""

    def _sealed(self, value: object, intake_id: IntakeId, place: str) -> object:
        return self._texts.seal_json(value, paper=intake_id, agency=self._agency(intake_id), place=place)

    def set_record(self, intake_id: IntakeId, record: RecordCode) -> None:
        """Tie the intake to its record."""
        self._set(intake_id, record_code=record)

    def erase(self, intake_id: IntakeId) -> None:
        """Blank what was received, read and said."""
        self._db.execute(delete(t.intake_page).where(t.intake_page.c.intake_id == intake_id))
        self._set(
            intake_id,
            original=f"erased:{intake_id}",
            filename="",
            hint_holder=None,
            searchable=None,
            **{name: null() for name in ("signatures", "proposal", "confirmation", "withdrawn", "rescan_of")},
        )

    def seal_old(self, *, limit: int) -> int:
        """Seal texts that were written before there was encryption."""
        page, paper = t.intake_page.c, t.intake.c
        rows = self._db.execute(
            select(page.intake_id, page.page_index, page.text, paper.agency_code)
            .join(t.intake, paper.id == page.intake_id)
            .where(~page.text.startswith(MARK))
            .limit(limit)
            .with_for_update()
        ).all()
        for one in rows:
            place = f"page {one.page_index}"
            kept = self._texts.seal(one.text, paper=one.intake_id, agency=one.agency_code, place=place)
            where = (page.intake_id == one.intake_id, page.page_index == one.page_index)
            self._db.execute(update(t.intake_page).where(*where).values(text=kept))
        words = {"proposal": "proposal", "confirmation": "confirmation", "withdrawn": "confirmation"}
        return len(rows) + sum(self._seal_old_json(name, place, limit) for name, place in words.items())

    def _seal_old_json(self, name: str, place: str, limit: int) -> int:
        column = t.intake.c[name]
        clear = column.is_not(None) & ~column.has_key("sealed")
        rows = self._db.execute(select(t.intake.c.id, column).where(clear).limit(limit).with_for_update()).all()
        for intake_id, value in rows:
            self._set(intake_id, **{name: self._sealed(value, intake_id, place)})
        return len(rows)

    def set_known(self, intake_id: IntakeId, record: RecordCode) -> None:
        """Keep which record it is."""
        self._set(intake_id, state=IntakeState.KNOWN.value, same_as=record)

    def retire(self, intake_id: IntakeId) -> None:
        """Make room for the same bytes."""
        self._set(intake_id, retired=True)

    def due(self, agency_code: str, kept: Kept, *, before: datetime, limit: int) -> tuple[IntakeId, ...]:
        """By the agency's index over the time of coming in."""
        query = _due(select(t.intake.c.id), agency_code, kept, before).order_by(t.intake.c.received_at).limit(limit)
        return tuple(IntakeId(one) for one in self._db.execute(query).scalars())

    def count_due(self, agency_code: str, kept: Kept, *, before: datetime) -> int:
        """How many."""
        query = _due(select(func.count()).select_from(t.intake), agency_code, kept, before)
        return int(self._db.execute(query).scalar_one())

    def set_rescans(self, intake_id: IntakeId, found: Sequence[Likeness]) -> None:
        """Keep what it may be a rescan of."""
        self._set(intake_id, rescan_of=[to_json(one) for one in found])

    def add_page(self, intake_id: IntakeId, page: Page) -> None:
        """Keep a page; the first one stays."""
        agency, place = self._agency(intake_id), f"page {page.index}"
        self._db.execute(
            upsert(t.intake_page)
            .values(
                intake_id=intake_id,
                page_index=page.index,
                preview=page.preview,
                width=page.width,
                height=page.height,
                dpi=page.dpi,
                text=self._texts.seal(page.text, paper=intake_id, agency=agency, place=place),
                layout=page.layout,
            )
            .on_conflict_do_nothing()
        )

    def pages(self, intake_id: IntakeId) -> tuple[Page, ...]:
        """Pages in order."""
        rows = self._db.execute(
            select(t.intake_page).where(t.intake_page.c.intake_id == intake_id).order_by(t.intake_page.c.page_index)
        )
        return tuple(
            Page(
                row.page_index,
                Digest(row.preview),
                row.width,
                row.height,
                row.dpi,
                self._texts.open(row.text, paper=intake_id, place=f"page {row.page_index}"),
                Digest(row.layout),
            )
            for row in rows
        )
