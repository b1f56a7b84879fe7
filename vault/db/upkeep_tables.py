"""Tables of those who keep the vault well; on the same `metadata` as all others."""

from __future__ import annotations

from sqlalchemy import Column, Index, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from vault.db.access_tables import at
from vault.db.tables import metadata

upkeep = Table(
    "upkeep",
    metadata,
    Column("task", Text, primary_key=True),
    at("at"),
    Column("details", JSONB, nullable=False),
)

damaged_blob = Table(
    "damaged_blob",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("fault", Text, nullable=False),
    at("found_at"),
    at("healed_at", nullable=True),
    Column("healed_by", Text),
    Index("ix_damaged_blob_found_at_open", "found_at", postgresql_where=text("healed_at IS NULL")),
)
