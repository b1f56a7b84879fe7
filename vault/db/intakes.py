"""Papers on their way in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow, AnySelect, from_json, to_json
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

# Written out as in the index, whose condition the planner compares literally.
_OPEN = text("intake.state NOT IN ('SEALED','DISCARDED')")
_PAGES_READ = (
    select(func.count()).where(t.intake_page.c.intake_id == t.intake.c.id).scalar_subquery().label("pages_read")
)


def _intake(row: AnyRow) -> Intake:
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
        proposal=None if row.proposal is None else from_json(row.proposal, Proposal),
        confirmation=None if row.confirmation is None else from_json(row.confirmation, Confirmation),
        withdrawn=None if row.withdrawn is None else from_json(row.withdrawn, Confirmation),
        record=None if row.record_code is None else RecordCode(row.record_code),
    )


def _query() -> AnySelect:
    return select(t.intake, _PAGES_READ)


class PgIntakes:
    """`ports.Intakes` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, intake: Intake) -> Intake:
        """Add, or give the one that was there first: the unique key (agency, bytes) decides the race."""
        self._db.execute(
            upsert(t.intake)
            .values(
                id=intake.id,
                state=intake.state.value,
                original=intake.original,
                filename=intake.filename,
                mime=intake.mime,
                size=intake.size,
                channel=intake.channel.value,
                agency_code=intake.agency_code,
                received_by=intake.received_by,
                received_at=intake.received_at,
                page_count=intake.page_count,
                hint_type=intake.hint_type,
                hint_holder=intake.hint_holder,
            )
            .on_conflict_do_nothing(index_elements=["agency_code", "original"])
        )
        row = self._db.execute(
            _query().where(t.intake.c.agency_code == intake.agency_code, t.intake.c.original == intake.original)
        ).one()
        return _intake(row)

    def get(self, intake_id: IntakeId, *, lock: bool = False) -> Intake:
        """One intake."""
        if lock:
            self._db.execute(select(t.intake.c.id).where(t.intake.c.id == intake_id).with_for_update())
        row = self._db.execute(_query().where(t.intake.c.id == intake_id)).one_or_none()
        if row is None:
            raise NotFound("INTAKE")
        return _intake(row)

    def find(self, record: RecordCode) -> Intake | None:
        """The intake that became this record."""
        row = self._db.execute(_query().where(t.intake.c.record_code == record)).one_or_none()
        return None if row is None else _intake(row)

    def get_all(self, intake_ids: Sequence[IntakeId]) -> tuple[Intake, ...]:
        """Those that are there."""
        rows = self._db.execute(_query().where(t.intake.c.id.in_(intake_ids))) if intake_ids else ()
        return tuple(_intake(row) for row in rows)

    def list(self, agency_code: str, *, limit: int) -> tuple[Intake, ...]:
        """The newest first."""
        rows = self._db.execute(
            _query().where(t.intake.c.agency_code == agency_code).order_by(t.intake.c.received_at.desc()).limit(limit)
        )
        return tuple(_intake(row) for row in rows)

    def open_ones(self, agency_code: str, *, limit: int) -> tuple[Intake, ...]:
        """Those that still need something, the oldest first."""
        rows = self._db.execute(
            _query().where(t.intake.c.agency_code == agency_code, _OPEN).order_by(t.intake.c.received_at).limit(limit)
        )
        return tuple(_intake(row) for row in rows)

    def _set(self, intake_id: IntakeId, **values: object) -> None:
        self._db.execute(update(t.intake).where(t.intake.c.id == intake_id).values(**values))

    def set_state(self, intake_id: IntakeId, state: IntakeState, *, failure: str | None = None) -> None:
        """Record a step."""
        self._set(intake_id, state=state.value, failure=failure)

    def set_signatures(self, intake_id: IntakeId, signatures: SignatureSummary) -> None:
        """Keep the report."""
        self._set(intake_id, signatures=to_json(signatures))

    def set_proposal(self, intake_id: IntakeId, proposal: Proposal) -> None:
        """Keep the proposal."""
        self._set(intake_id, proposal=to_json(proposal))

    def set_confirmation(self, intake_id: IntakeId, confirmation: Confirmation | None) -> None:
        """Keep the officer's word, or take it back; a word that was taken back stays beside it."""
        if confirmation is None:
            kept = func.coalesce(t.intake.c.confirmation, t.intake.c.withdrawn)
            self._set(intake_id, confirmation=null(), withdrawn=kept)
        else:
            self._set(intake_id, confirmation=to_json(confirmation))

    def set_record(self, intake_id: IntakeId, record: RecordCode) -> None:
        """Tie the intake to its record."""
        self._set(intake_id, record_code=record)

    def add_page(self, intake_id: IntakeId, page: Page) -> None:
        """Keep a page; the first one stays."""
        self._db.execute(
            upsert(t.intake_page)
            .values(
                intake_id=intake_id,
                page_index=page.index,
                preview=page.preview,
                width=page.width,
                height=page.height,
                dpi=page.dpi,
                text=page.text,
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
            Page(row.page_index, Digest(row.preview), row.width, row.height, row.dpi, row.text, Digest(row.layout))
            for row in rows
        )
