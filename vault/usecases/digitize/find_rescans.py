"""Which records of the agency a paper may be a rescan of: found by its number, its people and its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vault.domain.errors import Invalid
from vault.domain.intake import Intake, Page, Proposal
from vault.domain.records import Record
from vault.domain.rescans import Likeness, Reading, offers
from vault.domain.search import SearchQuery, parse_query
from vault.domain.states import RecordState
from vault.ports import Tx

MOST_JUDGED = 40
_BY = (("number",), ("holder_id",), ("tax_code",), ("owner_id",), ("holder_name",), ("owner_name",), ("business_name",))
"""Fields that lead to records, the most telling first; one that was misread leads nowhere, and the next does."""


def find_rescans(tx: Tx, intake: Intake, proposal: Proposal, pages: Sequence[Page]) -> tuple[Likeness, ...]:
    """The likeliest few of the agency's own records. Other agencies' records are not told: equal bytes are one blob."""
    fields = {name: field.value for name, field in proposal.fields.items() if field.value}
    text = "\n".join(page.text for page in pages)
    found: dict[str, Record] = {}
    for asked in _queries(fields):
        for hit in tx.search.find(asked, agency_code=intake.agency_code, people=(), limit=MOST_JUDGED):
            record = hit.record
            if record.type_code == proposal.type_code and record.state is not RecordState.REVOKED:
                found.setdefault(record.code, record)
        if len(found) >= MOST_JUDGED:
            break
    kept = list(found.values())[:MOST_JUDGED]
    return offers(Reading(proposal.type_code, fields, text), ((one.code, _reading(tx, one)) for one in kept))


def _queries(fields: dict[str, str]) -> Iterator[SearchQuery]:
    for names in _BY:
        text = " ".join(fields[name] for name in names if name in fields)
        try:
            yield parse_query(text)
        except Invalid:
            continue


def _reading(tx: Tx, record: Record) -> Reading:
    intake = tx.intakes.find(record.code)
    pages = tx.intakes.pages(intake.id) if intake else ()
    people = frozenset(link.number for link in record.holders if link.number)
    return Reading(record.type_code, record.fields, "\n".join(page.text for page in pages), people)
