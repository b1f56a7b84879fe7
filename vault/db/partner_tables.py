"""Tables of what partner systems ask for; on the same `metadata` as all others."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from vault.db.access_tables import at
from vault.db.tables import metadata

evidence_request = Table(
    "evidence_request",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agency_code", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("dossier_code", Text, ForeignKey("dossier.code"), nullable=False),
    Column("procedure_code", Text, nullable=False),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False),
    Column("type_code", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    at("requested_at"),
    Column("state", Text, nullable=False),
    Column("record_code", Text, ForeignKey("record.code"), index=True),
    at("decided_at", nullable=True),
    at("delivered_at", nullable=True),
    CheckConstraint("state IN ('PREVIEW','APPROVED','REFUSED')", name="state"),
    Index("ix_evidence_request_holder_id_requested_at", "holder_id", "requested_at"),
    Index(
        "uq_evidence_request_open",
        "dossier_code",
        "holder_id",
        "type_code",
        unique=True,
        postgresql_where=text("state = 'PREVIEW'"),
    ),
)

webhook = Table(
    "webhook",
    metadata,
    Column("id", Text, primary_key=True),
    Column("agency_code", Text, nullable=False, index=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("types", JSONB, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    at("created_at"),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    at("failing_since", nullable=True),
    at("succeeded_at", nullable=True),
    CheckConstraint("state IN ('ACTIVE','DISABLED')", name="state"),
)

webhook_event = Table(
    "webhook_event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("type", Text, nullable=False),
    Column("record_code", Text, nullable=False),
    at("at"),
    Column("result", Text),
)

webhook_message = Table(
    "webhook_message",
    metadata,
    Column("id", Text, primary_key=True),
    Column("webhook_id", Text, ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    at("at"),
    at("due_at"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("state", Text, nullable=False),
    Column("status", SmallInteger),
    Column("failure", Text, nullable=False, server_default=""),
    at("delivered_at", nullable=True),
    CheckConstraint("state IN ('WAITING','DELIVERED','DEAD')", name="state"),
    Index("ix_webhook_message_webhook_id_state", "webhook_id", "state"),
    Index("ix_webhook_message_due", "due_at", postgresql_where=text("state = 'WAITING'")),
    Index("ix_webhook_message_delivered", "delivered_at", postgresql_where=text("state = 'DELIVERED'")),
)
