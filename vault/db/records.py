"""Records, their versions, their holders and their status slots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    any_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    text,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.codec import AnyRow, AnySelect
from vault.db.index import index_record
from vault.db.keys import OF_CASE
from vault.db.texts import PgTexts
from vault.domain.corrections import CaseState
from vault.domain.errors import NotFound
from vault.domain.holders import HolderKind, HolderLink, HolderRole
from vault.domain.ids import Digest, RecordCode
from vault.domain.intake import IntakeId
from vault.domain.records import ERASED, Record, RecordVersion, StatusSlot
from vault.domain.states import RecordState, SignatureEvidence, SignerMatch, Source, TrustLevel

_NOT_FACTS = {"record_id", "version", "created_at", "created_by", "credential", "holders"}
_VERSION_COLUMNS = [c for c in t.record_version.c if c.name not in _NOT_FACTS]


_link = t.record_holder.alias("link")
_LINKS = (
    select(
        func.json_agg(
            aggregate_order_by(
                func.json_build_array(_link.c.role, _link.c.kind, _link.c.number, _link.c.name, _link.c.holder_id),
                _link.c.position,
            )
        )
    )
    .where(_link.c.record_id == t.record.c.id)
    .scalar_subquery()
    .label("links")
)


def query() -> AnySelect:
    """Records in their newest version, with their holders: one row a record, one round trip."""
    return (
        select(
            t.record,
            *_VERSION_COLUMNS,
            t.status_slot.c.list_id.label("status_list"),
            t.status_slot.c.position.label("status_index"),
            _LINKS,
        )
        .join(
            t.record_version,
            (t.record_version.c.record_id == t.record.c.id) & (t.record_version.c.version == t.record.c.version),
        )
        .join(
            t.status_slot,
            (t.status_slot.c.record_id == t.record.c.id) & (t.status_slot.c.version == t.record.c.version),
        )
    )


# Built once: SQLAlchemy takes longer to put such a statement together than PostgreSQL takes to answer it.
_ONE = query().where(t.record.c.code == bindparam("one"))
_LOCK = select(t.record.c.id).where(t.record.c.code == bindparam("one")).with_for_update()


def _named(who: ColumnElement[bool]) -> AnySelect:
    named = select(t.record_holder.c.record_id).where(who)
    return query().where(t.record.c.id.in_(named)).order_by(t.record.c.sealed_at.desc())


# For one holder PostgreSQL keeps its plan; for an array of unknown length it makes a new one each time, which takes
# three times as long as running it.
_OF_HOLDER = _named(t.record_holder.c.holder_id == bindparam("holder"))
_OF_PEOPLE = _named(t.record_holder.c.holder_id == any_(bindparam("people", type_=ARRAY(BigInteger))))
_v = t.record_version
_HISTORY = (
    select(
        _v,
        func.coalesce(_v.c.credential, t.record.c.credential).label("shown"),
        t.record.c.version.label("newest"),
        t.status_slot.c.list_id.label("status_list"),
        t.status_slot.c.position.label("status_index"),
        _LINKS,
    )
    .join(t.record, t.record.c.id == _v.c.record_id)
    .join(t.status_slot, (t.status_slot.c.record_id == _v.c.record_id) & (t.status_slot.c.version == _v.c.version))
    .where(t.record.c.code == bindparam("one"))
    .order_by(_v.c.version)
)
_HOLDERS = (
    select(t.record_holder.c.holder_id)
    .join(t.record, t.record.c.id == t.record_holder.c.record_id)
    .where(t.record.c.code == bindparam("one"))
    .order_by(t.record_holder.c.position)
)


def _links(rows: Sequence[Sequence[Any]] | None) -> tuple[HolderLink, ...]:
    return tuple(
        HolderLink(HolderRole(role), HolderKind(kind), number, name) for role, kind, number, name, *_ in rows or ()
    )


def _version_of(row: AnyRow) -> RecordVersion:
    return RecordVersion(
        version=row.version,
        current=row.version == row.newest,
        type_code=row.type_code,
        number=row.number,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        holders=_links(row.links if row.holders is None else row.holders),
        fields=MappingProxyType(dict(row.fields)),
        sealed=Digest(row.sealed),
        credential=row.shown,
        status=StatusSlot(row.status_list, row.status_index),
        created_at=row.created_at,
        created_by=row.created_by,
    )


def record_of(row: AnyRow) -> Record:
    """The record in a row of `query`."""
    return Record(
        id=bytes(row.id),
        code=RecordCode(row.code),
        version=row.version,
        type_code=row.type_code,
        result_code=row.result_code,
        number=row.number,
        abstract=row.abstract,
        issuer_code=row.issuer_code,
        issuer_as_printed=row.issuer_as_printed,
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        scope=row.scope,
        purpose=row.purpose,
        holders=_links(row.links),
        fields=MappingProxyType(dict(row.fields)),
        trust=TrustLevel(row.trust),
        state=RecordState(row.state),
        superseded_by=None if row.superseded_by is None else RecordCode(row.superseded_by),
        evidence=SignatureEvidence(row.evidence),
        compared_with_original=row.compared_with_original,
        conversion_mark=row.conversion_mark,
        consent=row.consent,
        source=Source(row.source),
        signer=None if row.signer is None else SignerMatch(row.signer),
        people=tuple(dict.fromkeys(link[4] for link in row.links or ())),
        original=Digest(row.original),
        original_mime=row.original_mime,
        sealed=Digest(row.sealed),
        seal_level=row.seal_level,
        archived_until=row.archived_until,
        signed_original=row.signed_original,
        preview=Digest(row.preview),
        page_count=row.page_count,
        credential=row.credential,
        status=StatusSlot(row.status_list, row.status_index),
        agency_code=row.agency_code,
        sealed_at=row.sealed_at,
        created_by=row.created_by,
    )


class PgRecords:
    """`ports.Records` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts) -> None:
        self._db = connection
        self._texts = texts

    def add(self, record: Record, *, intake_id: IntakeId | None, holder_ids: Sequence[int]) -> Record:
        """Add version 1; a second attempt for the same intake gives the record that is there."""
        added = self._db.execute(
            upsert(t.record)
            .values(
                id=record.id,
                code=record.code,
                intake_id=intake_id,
                version=record.version,
                state=record.state.value,
                state_changed_at=record.sealed_at,
                agency_code=record.agency_code,
                original=record.original,
                original_mime=record.original_mime,
                signed_original=record.signed_original,
                credential=record.credential,
                sealed_at=record.sealed_at,
                created_by=record.created_by,
            )
            .on_conflict_do_nothing()
            .returning(t.record.c.id)
        ).one_or_none()
        if added is None:
            return self.get(record.code)
        self._add_version(record, holder_ids, at=record.sealed_at)
        index_record(self._db, record, intake_id, self._texts)
        return record

    def _add_version(self, record: Record, holder_ids: Sequence[int], *, at: datetime) -> None:
        self._db.execute(
            insert(t.record_version).values(
                record_id=record.id,
                version=record.version,
                type_code=record.type_code,
                result_code=record.result_code,
                number=record.number,
                abstract=record.abstract,
                issuer_code=record.issuer_code,
                issuer_as_printed=record.issuer_as_printed,
                issued_on=record.issued_on,
                valid_until=record.valid_until,
                scope=record.scope,
                purpose=record.purpose,
                fields=dict(record.fields),
                trust=int(record.trust),
                evidence=record.evidence.value,
                compared_with_original=record.compared_with_original,
                conversion_mark=record.conversion_mark,
                consent=record.consent,
                source=record.source.value,
                signer=None if record.signer is None else record.signer.value,
                sealed=record.sealed,
                seal_level=record.seal_level,
                archived_until=record.archived_until,
                preview=record.preview,
                page_count=record.page_count,
                created_at=at,
                created_by=record.created_by,
            )
        )
        self._db.execute(
            insert(t.record_holder),
            [
                {
                    "record_id": record.id,
                    "position": position,
                    "holder_id": holder_id,
                    "role": link.role.value,
                    "kind": link.kind.value,
                    "number": link.number,
                    "name": link.name,
                }
                for position, (link, holder_id) in enumerate(zip(record.holders, holder_ids, strict=True))
            ],
        )

    def add_version(self, record: Record, *, holder_ids: Sequence[int]) -> Record:
        """Keep what the older version alone told (credential, holders), then put the newer one before it."""
        old = self.get(record.code, lock=True)
        if old.version >= record.version:
            return old
        self._db.execute(
            update(_v)
            .where(_v.c.record_id == record.id, _v.c.version == old.version)
            .values(
                credential=old.credential,
                holders=[[link.role.value, link.kind.value, link.number, link.name] for link in old.holders],
            )
        )
        self._db.execute(delete(t.record_holder).where(t.record_holder.c.record_id == record.id))
        self._add_version(record, holder_ids, at=record.sealed_at)
        self._db.execute(
            update(t.record)
            .where(t.record.c.id == record.id)
            .values(version=record.version, credential=record.credential)
        )
        index_record(self._db, record, self._intake_of(record.id), self._texts)
        return self.get(record.code)

    def _intake_of(self, record_id: bytes) -> IntakeId | None:
        found = self._db.execute(select(t.record.c.intake_id).where(t.record.c.id == record_id)).scalar_one()
        return None if found is None else IntakeId(found)

    def index_again(self, intake_id: IntakeId) -> None:
        """By the newest version; an erased record stays out."""
        row = self._db.execute(query().where(t.record.c.intake_id == intake_id)).one_or_none()
        record = None if row is None else record_of(row)
        if record is not None and not record.erased:
            index_record(self._db, record, intake_id, self._texts)

    def history(self, code: RecordCode) -> tuple[RecordVersion, ...]:
        """Every version."""
        return tuple(_version_of(row) for row in self._db.execute(_HISTORY, {"one": code}))

    def get(self, code: RecordCode, *, lock: bool = False) -> Record:
        """The newest version."""
        if lock:
            self._db.execute(_LOCK, {"one": code})
        record = self.find(code)
        if record is None:
            raise NotFound("RECORD")
        return record

    def find(self, code: RecordCode) -> Record | None:
        """The newest version, or None."""
        row = self._db.execute(_ONE, {"one": code}).one_or_none()
        return None if row is None else record_of(row)

    def of_codes(self, codes: Sequence[RecordCode]) -> tuple[Record, ...]:
        """Some records."""
        rows = self._db.execute(query().where(t.record.c.code.in_(codes))) if codes else ()
        return tuple(record_of(row) for row in rows)

    def holder_ids(self, code: RecordCode) -> tuple[int, ...]:
        """Whom the record names."""
        return tuple(self._db.execute(_HOLDERS, {"one": code}).scalars())

    def first_holder(self, code: RecordCode) -> int | None:
        """The first of them."""
        return next(iter(self.holder_ids(code)), None)

    def of_blob(self, digest: Digest) -> tuple[Record, ...]:
        """Records whose original or sealed copy, in any version, is this very file."""
        # Two look-ups by index joined: an OR over two tables would read both from end to end.
        named = union(
            select(t.record.c.id).where(t.record.c.original == digest),
            select(t.record_version.c.record_id).where(t.record_version.c.sealed == digest),
        ).subquery()
        rows = self._db.execute(query().join(named, named.c.id == t.record.c.id))
        return tuple(record_of(row) for row in rows)

    def of_holder(self, holder_id: int) -> tuple[Record, ...]:
        """All records that name the holder."""
        return self.of_people((holder_id,))

    def of_people(self, holder_ids: Sequence[int]) -> tuple[Record, ...]:
        """All records that name one of the holders."""
        if len(holder_ids) == 1:
            rows = self._db.execute(_OF_HOLDER, {"holder": holder_ids[0]})
        else:
            rows = self._db.execute(_OF_PEOPLE, {"people": list(holder_ids)})
        return tuple(record_of(row) for row in rows)

    def reserve_status(self, record_id: bytes, index: int, *, list_id: int, version: int = 1) -> bool:
        """Take an index; the primary key decides between two takers."""
        taken = self._db.execute(
            upsert(t.status_slot)
            .values(list_id=list_id, position=index, record_id=record_id, version=version)
            .on_conflict_do_nothing()
            .returning(t.status_slot.c.position)
        ).one_or_none()
        return taken is not None

    def status_lists(self) -> tuple[int, ...]:
        """The lists in use, by jumps over the primary key: a list has a million places."""
        found: list[int] = []
        column = t.status_slot.c.list_id
        while True:
            after = found[-1] if found else 0
            step = self._db.execute(select(func.min(column)).where(column > after)).scalar_one()
            if step is None:
                return tuple(found)
            found.append(int(step))

    def status_of(self, record_id: bytes, version: int = 1) -> StatusSlot | None:
        """The slot of a version."""
        mine = (t.status_slot.c.record_id == record_id) & (t.status_slot.c.version == version)
        row = self._db.execute(select(t.status_slot).where(mine)).one_or_none()
        return None if row is None else StatusSlot(row.list_id, row.position)

    def states(self, list_id: int) -> Mapping[int, RecordState]:
        """Every index whose record is not active, or whose version was replaced; small, because few are."""
        slots = (
            select(t.status_slot.c.position, t.record.c.state)
            .join(t.record, t.record.c.id == t.status_slot.c.record_id)
            .where(t.status_slot.c.list_id == list_id)
        )
        ended = self._db.execute(slots.where(t.record.c.state != RecordState.ACTIVE.value))
        found = {row.position: RecordState(row.state) for row in ended}
        # Written out, so that the planner sees the index of the few records with more than one version.
        replaced = slots.where(t.record.c.version > text("1"), t.status_slot.c.version < t.record.c.version)
        for row in self._db.execute(replaced):
            kept = RecordState(row.state) is RecordState.REVOKED
            found[row.position] = RecordState.REVOKED if kept else RecordState.SUPERSEDED
        return found

    def seals_to_renew(self, before: datetime, *, limit: int) -> tuple[RecordCode, ...]:
        """Pending seals first, then those that end soonest."""
        ends = t.record_version.c.archived_until
        rows = self._db.execute(
            select(t.record.c.code)
            .join(
                t.record_version,
                (t.record_version.c.record_id == t.record.c.id) & (t.record_version.c.version == t.record.c.version),
            )
            .where(ends.is_(None) | (ends < before), t.record.c.erased_at.is_(None))
            .order_by(ends.nulls_first())
            .limit(limit)
        )
        return tuple(RecordCode(code) for code in rows.scalars())

    def set_seal(self, code: RecordCode, sealed: Digest, *, level: str, archived_until: datetime | None) -> None:
        """Of the newest version."""
        newest = select(t.record.c.id, t.record.c.version).where(t.record.c.code == code).subquery()
        self._db.execute(
            update(t.record_version)
            .where(t.record_version.c.record_id == newest.c.id, t.record_version.c.version == newest.c.version)
            .values(sealed=sealed, seal_level=level, archived_until=archived_until)
        )

    def erase(self, code: RecordCode, *, at: datetime) -> None:
        """Blank every fact, text and index entry of all versions."""
        key = select(t.record.c.id).where(t.record.c.code == code).scalar_subquery()
        version = t.record_version
        facts = ("number", "abstract", "issuer_as_printed", "issued_on", "valid_until", "scope", "purpose")
        nothing = dict.fromkeys(facts)
        blank = {"fields": {}, "sealed": ERASED, "preview": ERASED, "holders": null(), "credential": None}
        self._db.execute(update(version).where(version.c.record_id == key).values(**nothing, **blank))
        self._db.execute(update(t.record_holder).where(t.record_holder.c.record_id == key).values(number=None, name=""))
        self._db.execute(delete(t.record_search).where(t.record_search.c.record_id == key))
        of_record = t.correction.c.record_code == code
        cases = select(literal(OF_CASE).concat(t.correction.c.id)).where(of_record)
        self._db.execute(delete(t.blob_key).where(t.blob_key.c.paper.in_(cases)))
        case = {"differences": [], "note": "", "decision": null()}
        self._db.execute(update(t.correction).where(of_record).values(case))
        # Nobody can decide about what is not there any more.
        over = {"state": CaseState.REFUSED.value, "failure": "RECORD_ERASED", "closed_at": at}
        open_cases = (CaseState.OPEN.value, CaseState.ACCEPTED.value)
        self._db.execute(update(t.correction).where(of_record, t.correction.c.state.in_(open_cases)).values(over))
        for attached in (t.attachment, t.replaced_attachment):
            self._db.execute(update(attached).where(attached.c.record_code == code).values(question=null()))
        self._db.execute(
            update(t.record)
            .where(t.record.c.code == code)
            .values(original=ERASED, credential="", state=RecordState.REVOKED.value, state_changed_at=at, erased_at=at)
        )

    def erased_at(self, code: RecordCode) -> datetime | None:
        """When a record was erased."""
        return self._db.execute(select(t.record.c.erased_at).where(t.record.c.code == code)).scalar_one_or_none()

    def set_state(
        self, code: RecordCode, state: RecordState, *, superseded_by: RecordCode | None, at: datetime
    ) -> None:
        """Record a change of state."""
        self._db.execute(
            update(t.record)
            .where(t.record.c.code == code)
            .values(state=state.value, superseded_by=superseded_by, state_changed_at=at)
        )
