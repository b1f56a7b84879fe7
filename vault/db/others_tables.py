"""Tables of what is exchanged with other systems of the state; on the same `metadata` as all others."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Identity, Index, SmallInteger, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB

from vault.db.access_tables import at
from vault.db.tables import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("dossier_code", Text, ForeignKey("dossier.code"), nullable=False, index=True),
    Column("agency_code", Text, nullable=False),
    Column("state", Text, nullable=False),
    at("at"),
    at("due_at"),
    at("leased_until", nullable=True),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("faults", SmallInteger, nullable=False, server_default="0"),
    Column("body", JSONB),
    Column("failure", Text),
    at("delivered_at", nullable=True),
    Column("receipt", Text),
    CheckConstraint("kind IN ('DOSSIER','RESULT')", name="kind"),
    CheckConstraint("state IN ('WAITING','DELIVERED','SUPERSEDED','DEAD')", name="state"),
    Index("ix_outbox_due", "due_at", postgresql_where=text("state = 'WAITING'")),
    Index("ix_outbox_dead", "at", postgresql_where=text("state = 'DEAD'")),
    Index("ix_outbox_subject", "subject"),
    Index("ix_outbox_agency_code_state_id", "agency_code", "state", "id"),
    Index(
        "uq_outbox_not_composed",
        "subject",
        unique=True,
        postgresql_where=text("state = 'WAITING' AND body IS NULL"),
    ),
)

outside_ask = Table(
    "outside_ask",
    metadata,
    Column("id", Text, primary_key=True),
    Column("dossier_code", Text, ForeignKey("dossier.code"), nullable=False, index=True),
    Column("agency_code", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False),
    Column("consent", Text, nullable=False),
    Column("by_account", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    at("at"),
    Column("state", Text, nullable=False),
    Column("code", Text),
    at("answered_at", nullable=True),
    Column("found", SmallInteger, nullable=False, server_default="0"),
    Column("picks", JSONB),
    CheckConstraint("state IN ('PENDING','ANSWERED','REFUSED')", name="state"),
    CheckConstraint("consent IN ('LAW','COUNTER','SWITCH','ASK')", name="consent"),
)

outside_paper = Table(
    "outside_paper",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ask_id", Text, ForeignKey("outside_ask.id"), nullable=False),
    Column("dossier_code", Text, ForeignKey("dossier.code"), nullable=False, index=True),
    Column("agency_code", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False),
    Column("claim", JSONB, nullable=False),
    at("at"),
    Column("state", Text, nullable=False),
    Column("code", Text),
    Column("intake_id", Text, ForeignKey("intake.id"), index=True),
    CheckConstraint("state IN ('FOUND','FETCHED','REFUSED')", name="state"),
)

online_cursor = Table(
    "online_cursor",
    metadata,
    Column("agency_code", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

peer_nonce = Table(
    "peer_nonce",
    metadata,
    Column("peer", Text, primary_key=True),
    Column("nonce", Text, primary_key=True),
    at("ends_at"),
    Index("ix_peer_nonce_ends_at", "ends_at"),
)

peer_question = Table(
    "peer_question",
    metadata,
    Column("id", Text, primary_key=True),
    Column("peer", Text, nullable=False),
    Column("peer_name", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("dossier", Text, nullable=False),
    Column("kinds", JSONB, nullable=False),
    Column("holder_id", BigInteger, ForeignKey("holder.id")),
    at("at"),
    at("ends_at"),
    Column("state", Text, nullable=False),
    Column("records", JSONB, nullable=False),
    at("decided_at", nullable=True),
    CheckConstraint("state IN ('WAITING','AGREED','ANSWERED','REFUSED')", name="state"),
    Index("ix_peer_question_ends_at", "ends_at"),
    Index("ix_peer_question_waiting", "holder_id", "at", postgresql_where=text("state = 'WAITING'")),
)

__all__ = ["online_cursor", "outbox", "outside_ask", "outside_paper", "peer_nonce", "peer_question"]
