"""Keeps the search index in step with the records: every record and every new version goes through here."""

from __future__ import annotations

from sqlalchemy import Connection, Text, cast, literal, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.dialects.postgresql import insert as upsert

from vault.db import tables as t
from vault.db.texts import PgTexts
from vault.domain.intake import IntakeId
from vault.domain.records import Record
from vault.domain.search import EDITION, SearchEntry, entry_of, values_of


def entry_of_record(record: Record, text: str) -> SearchEntry:
    """The index entry of a record and the text of its pages."""
    names = [one for link in record.holders for one in (link.name, link.number or "")]
    values = values_of(record.fields, record.abstract, record.issuer_as_printed)
    return entry_of(agency_code=record.agency_code, number=record.number, names=names, values=values, text=text)


def index_record(connection: Connection, record: Record, intake_id: IntakeId | None, texts: PgTexts) -> None:
    """Put a record into the index, or its newest version in the place of the older one."""
    text = ""
    if intake_id is not None:
        query = select(t.intake_page.c.text, t.intake_page.c.page_index).where(t.intake_page.c.intake_id == intake_id)
        pages = connection.execute(query.order_by(t.intake_page.c.page_index))
        text = "\n".join(texts.open(kept, paper=intake_id, place=f"page {index}") for kept, index in pages)
    entry = entry_of_record(record, text)
    values = {
        "words": cast(literal(entry.words, Text), TSVECTOR),
        "number_key": entry.number_key,
        "edition": EDITION,
    }
    connection.execute(
        upsert(t.record_search)
        .values(record_id=record.id, agency_code=record.agency_code, sealed_at=record.sealed_at, **values)
        .on_conflict_do_update(index_elements=["record_id"], set_=values)
    )
