"""Evidence requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db.codec import AnyRow
from vault.db.partner_tables import evidence_request as t
from vault.domain.evidence import EvidenceRequest, EvidenceState
from vault.domain.ids import DossierCode, RecordCode


def _request(row: AnyRow) -> EvidenceRequest:
    return EvidenceRequest(
        id=row.id,
        agency_code=row.agency_code,
        account_id=row.account_id,
        name=row.name,
        dossier=DossierCode(row.dossier_code),
        procedure_code=row.procedure_code,
        holder_id=row.holder_id,
        type_code=row.type_code,
        purpose=row.purpose,
        requested_at=row.requested_at,
        state=EvidenceState(row.state),
        record=None if row.record_code is None else RecordCode(row.record_code),
        decided_at=row.decided_at,
        delivered_at=row.delivered_at,
    )


class PgEvidence:
    """`ports.EvidenceRequests` on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, request: EvidenceRequest) -> EvidenceRequest:
        """Add, or give the open one: the partial unique key decides. One that ran out is renewed under its own id."""
        values = {
            "id": request.id,
            "agency_code": request.agency_code,
            "account_id": request.account_id,
            "name": request.name,
            "dossier_code": request.dossier,
            "procedure_code": request.procedure_code,
            "holder_id": request.holder_id,
            "type_code": request.type_code,
            "purpose": request.purpose,
            "requested_at": request.requested_at,
            "state": request.state.value,
        }
        added = (
            upsert(t)
            .values(values)
            .on_conflict_do_update(
                index_elements=["dossier_code", "holder_id", "type_code"],
                index_where=t.c.state == EvidenceState.PREVIEW.value,
                set_={"requested_at": request.requested_at, "purpose": request.purpose},
            )
            .returning(t)
        )
        return _request(self._db.execute(added).one())

    def get(self, request_id: str, *, lock: bool = False) -> EvidenceRequest | None:
        """The request, or None."""
        query = select(t).where(t.c.id == request_id)
        row = self._db.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else _request(row)

    def of_holder(self, holder_id: int, *, limit: int) -> tuple[EvidenceRequest, ...]:
        """The newest first."""
        query = select(t).where(t.c.holder_id == holder_id).order_by(t.c.requested_at.desc()).limit(limit)
        return tuple(_request(row) for row in self._db.execute(query))

    def decide(self, request_id: str, state: EvidenceState, *, record: RecordCode | None, at: datetime) -> None:
        """Keep the answer."""
        self._db.execute(
            update(t).where(t.c.id == request_id).values(state=state.value, record_code=record, decided_at=at)
        )

    def delivered(self, request_id: str, *, at: datetime) -> None:
        """Keep when it was first fetched."""
        self._db.execute(update(t).where(t.c.id == request_id).values(delivered_at=func.coalesce(t.c.delivered_at, at)))
