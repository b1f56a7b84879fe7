"""Tables of the sign-in and of urgent access; on the same `metadata` as all others."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, LargeBinary, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from vault.db.tables import metadata


def at(name: str, *, nullable: bool = False) -> Column[object]:
    """A moment."""
    return Column(name, DateTime(timezone=True), nullable=nullable)


second_factor = Table(
    "second_factor",
    metadata,
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    at("confirmed_at", nullable=True),
    Column("last_step", BigInteger),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Text, primary_key=True),
)

passkey = Table(
    "passkey",
    metadata,
    Column("credential_id", LargeBinary, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    at("created_at"),
    at("last_used_at", nullable=True),
)

sign_in_step = Table(
    "sign_in_step",
    metadata,
    Column("step_hash", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), index=True),
    Column("data", JSONB, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
)

broken_glass = Table(
    "broken_glass",
    metadata,
    Column("id", Text, primary_key=True),
    Column("record_code", Text, ForeignKey("record.code"), nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("reason", Text, nullable=False),
    at("at"),
    Column("reviewed_by", Text),
    at("reviewed_at", nullable=True),
    Column("finding", Text),
    Index("ix_broken_glass_record_code_at", "record_code", "at"),
    Index("ix_broken_glass_agency_code_at", "agency_code", "at"),
)
