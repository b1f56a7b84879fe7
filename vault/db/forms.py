"""Forms of dossiers; what they say is sealed under a key of the dossier."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, func, insert, select, union, update

from vault.db import tables as t
from vault.db.codec import AnyRow, from_json, to_json
from vault.db.keys import OF_DOSSIER
from vault.db.texts import PgTexts
from vault.domain.forms import FormDifference, FormEntry
from vault.domain.ids import DossierCode, RecordCode
from vault.domain.intake import IntakeId
from vault.domain.records import Record

_f = t.form_entry.c


def _owner(code: str) -> IntakeId:
    return IntakeId(f"{OF_DOSSIER}{code}")


class PgForms:
    """`ports.Forms` on PostgreSQL."""

    def __init__(self, connection: Connection, texts: PgTexts) -> None:
        self._db = connection
        self._texts = texts

    def add(self, code: DossierCode, entry: FormEntry) -> None:
        """Append."""
        fixed = {"by_account": entry.by_account, "by_name": entry.by_name, "at": entry.at}
        row = {"dossier_code": code, "number": entry.number, **fixed, **self._said(code, entry)}
        self._db.execute(insert(t.form_entry).values(row))

    def of_dossier(self, code: DossierCode) -> tuple[FormEntry, ...]:
        """The oldest first."""
        rows = self._db.execute(select(t.form_entry).where(_f.dossier_code == code).order_by(_f.number))
        return tuple(self._entry(row) for row in rows)

    def forget(self, record: Record) -> None:
        """In every form that says what the record says; older ones do not say whence they have it: by the value."""
        told = select(t.form_entry).where(_f.taken.has_key(record.code))
        attached = union(
            *(
                select(one.c.dossier_code).where(one.c.record_code == record.code)
                for one in (t.attachment, t.replaced_attachment)
            )
        )
        old = select(t.form_entry).where(_f.dossier_code.in_(attached), _f.taken == {})
        values = {*record.fields.values(), *(link.name for link in record.holders)}
        values |= {link.number for link in record.holders if link.number}
        for row in self._db.execute(told.with_for_update()).all():
            self._put(row, self._entry(row).without(record.code))
        for row in self._db.execute(old.with_for_update()).all():
            self._put(row, _told_by_value(self._entry(row), record.code, values).without(record.code))

    def seal_old(self, *, limit: int) -> int:
        """Seal what lies in clear."""
        clear = func.jsonb_typeof(_f.differences) == "array"
        rows = self._db.execute(select(t.form_entry).where(clear).limit(limit).with_for_update()).all()
        for row in rows:
            self._put(row, self._entry(row))
        return len(rows)

    def _put(self, row: AnyRow, entry: FormEntry) -> None:
        mine = (_f.dossier_code == row.dossier_code, _f.number == row.number)
        self._db.execute(update(t.form_entry).where(*mine).values(self._said(row.dossier_code, entry)))

    def _said(self, code: str, entry: FormEntry) -> dict[str, Any]:
        of_dossier = select(t.dossier.c.agency_code).where(t.dossier.c.code == code)
        owner, agency = _owner(code), str(self._db.execute(of_dossier).scalar_one())
        differences, seal = [to_json(one) for one in entry.differences], self._texts.seal_json
        return {
            "entries": seal(dict(entry.entries), paper=owner, agency=agency, place=f"entries {entry.number}"),
            "differences": seal(differences, paper=owner, agency=agency, place=f"differences {entry.number}"),
            "reason": self._texts.seal(entry.reason, paper=owner, agency=agency, place=f"reason {entry.number}"),
            "taken": {record: list(keys) for record, keys in entry.taken.items()},
        }

    def _opened(self, row: AnyRow, name: str) -> Any:
        return self._texts.open_json(getattr(row, name), paper=_owner(row.dossier_code), place=f"{name} {row.number}")

    def _entry(self, row: AnyRow) -> FormEntry:
        return FormEntry(
            number=row.number,
            entries=dict(self._opened(row, "entries")),
            differences=tuple(from_json(one, FormDifference) for one in self._opened(row, "differences")),
            reason=self._texts.open(row.reason, paper=_owner(row.dossier_code), place=f"reason {row.number}"),
            by_account=row.by_account,
            by_name=row.by_name,
            at=row.at,
            taken={RecordCode(record): tuple(keys) for record, keys in row.taken.items()},
        )


def _told_by_value(entry: FormEntry, record: RecordCode, values: Collection[str]) -> FormEntry:
    keys = tuple(key for key, value in entry.entries.items() if value in values)
    return FormEntry(
        entry.number, entry.entries, entry.differences, entry.reason, entry.by_account, entry.by_name, entry.at,
        {record: keys},
    )  # fmt: skip
