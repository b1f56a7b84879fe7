"""The search index of records: folded words, folded numbers, parts of numbers by trigrams."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from vault.domain.search import entry_of, values_of

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
_BATCH = 500


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    # A trusted extension: the owner of the database may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "record_search",
        sa.Column("record_id", sa.LargeBinary(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("number_key", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_search_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record_search")),
    )
    _fill()
    op.create_index("ix_record_search_words", "record_search", ["words"], postgresql_using="gin")
    # Named with its schema: an administrator may have put the extension where our search path does not lead.
    where = "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm'"
    schema = op.get_bind().execute(sa.text(where)).scalar_one()
    op.create_index(
        "ix_record_search_number_key",
        "record_search",
        ["number_key"],
        postgresql_using="gin",
        postgresql_ops={"number_key": f"{schema}.gin_trgm_ops"},
    )
    # Sessions that have run out are forgotten at every sign-in.
    op.create_index("ix_session_expires_at", "session", ["expires_at"])


def _fill() -> None:
    """Index what is there already, as the program of this version does it."""
    db = op.get_bind()
    rows = db.execute(
        sa.text(
            """
            SELECT r.id, r.agency_code, r.sealed_at, v.number, v.abstract, v.issuer_as_printed, v.fields,
              (SELECT array_agg(h.name || ' ' || coalesce(h.number, '')) FROM record_holder h WHERE h.record_id = r.id),
              (SELECT string_agg(p.text, ' ' ORDER BY p.page_index) FROM intake_page p WHERE p.intake_id = r.intake_id)
            FROM record r JOIN record_version v ON v.record_id = r.id AND v.version = r.version
            """
        )
    )
    insert = sa.text(
        "INSERT INTO record_search VALUES (:id, :agency, CAST(:words AS tsvector), :number_key, :sealed_at)"
    )
    while batch := rows.fetchmany(_BATCH):
        given = []
        for key, agency, sealed_at, number, abstract, issuer, fields, names, text in batch:
            values = values_of(fields, abstract, issuer)
            entry = entry_of(agency_code=agency, number=number, names=names or (), values=values, text=text or "")
            known = {"id": key, "agency": agency, "sealed_at": sealed_at}
            given.append(known | {"words": entry.words, "number_key": entry.number_key})
        db.execute(insert, given)
