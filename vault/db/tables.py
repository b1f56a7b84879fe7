"""The schema. Times are `timestamptz`; digests and codes are text in their canonical spelling; closed sets are checked.

Audit events are append only: a trigger (migration 0001) refuses UPDATE, DELETE and TRUNCATE whoever asks.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


_OPEN_CASE = text("state IN ('OPEN','ACCEPTED')")


def _at(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


holder = Table(
    "holder",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    _at("created_at"),
)

holder_identifier = Table(
    "holder_identifier",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("number", Text, primary_key=True),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False, index=True),
    Column("is_main", Boolean, nullable=False),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("source", Text, nullable=False, server_default=""),
)

account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("agency_code", Text, index=True),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), index=True),
    Column("password_hash", Text, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default="false"),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    _at("created_at"),
    _at("expires_at"),
    Column("strength", SmallInteger, nullable=False, server_default="1"),
    _at("strong_at", nullable=True),
    _at("seen_at", nullable=True),
    Column("agent", Text, nullable=False, server_default=""),
    Column("bound", Text),
    Index("ix_session_expires_at", "expires_at"),
)

intake = Table(
    "intake",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("original", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("mime", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("received_by", Text, nullable=False),
    _at("received_at"),
    Column("page_count", Integer, nullable=False),
    Column("failure", Text),
    Column("hint_type", Text),
    Column("hint_holder", Text),
    Column("signatures", JSONB),
    Column("proposal", JSONB),
    Column("confirmation", JSONB),
    Column("withdrawn", JSONB),
    Column("record_code", Text, unique=True),
    Column("retired", Boolean, nullable=False, server_default="false"),
    Column("same_as", Text),
    Column("rescan_of", JSONB),
    Index(
        "uq_intake_agency_code_original", "agency_code", "original", unique=True, postgresql_where=text("NOT retired")
    ),
    CheckConstraint("state IN ('RECEIVED','READ','CONFIRMED','SEALED','FAILED','DISCARDED','KNOWN')", name="state"),
    Column("searchable", Text),
    CheckConstraint(
        "channel IN ('PAGE','API','CLI','CITIZEN','BATCH','FOLDER','PHONE','IMPORT','OUTSIDE')", name="channel"
    ),
    Index("ix_intake_agency_code_received_at", "agency_code", "received_at"),
    Index("ix_intake_same_as", "same_as", postgresql_where=text("same_as IS NOT NULL")),
    Index(
        "ix_intake_open",
        "agency_code",
        "received_at",
        postgresql_where=text("state NOT IN ('SEALED','DISCARDED','KNOWN')"),
    ),
)

intake_page = Table(
    "intake_page",
    metadata,
    Column("intake_id", Text, ForeignKey("intake.id", ondelete="CASCADE"), primary_key=True),
    Column("page_index", Integer, primary_key=True),
    Column("preview", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("dpi", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("layout", Text, nullable=False),
)

batch = Table(
    "batch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("original", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("received_by", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    _at("received_at"),
    Column("failure", Text),
    Column("seen", JSONB, nullable=False),
    UniqueConstraint("agency_code", "original"),
    CheckConstraint("state IN ('RECEIVED','SPLIT','FAILED')", name="state"),
    Index("ix_batch_agency_code_received_at", "agency_code", "received_at"),
)

batch_part = Table(
    "batch_part",
    metadata,
    Column("batch_id", Text, ForeignKey("batch.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("first_page", Integer, nullable=False),
    Column("last_page", Integer, nullable=False),
    Column("type_code", Text),
    Column("intake_id", Text, ForeignKey("intake.id"), index=True),
    Column("failure", Text),
)

hand_over = Table(
    "hand_over",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    _at("created_at"),
    _at("expires_at"),
    Index("ix_hand_over_expires_at", "expires_at"),
)

hand_over_intake = Table(
    "hand_over_intake",
    metadata,
    Column("token_hash", Text, ForeignKey("hand_over.token_hash", ondelete="CASCADE"), primary_key=True),
    Column("intake_id", Text, ForeignKey("intake.id"), primary_key=True, index=True),
    _at("at"),
)

record = Table(
    "record",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("intake_id", Text, ForeignKey("intake.id"), unique=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_changed_at", DateTime(timezone=True), nullable=False),
    Column("superseded_by", Text, ForeignKey("record.code")),
    Column("agency_code", Text, nullable=False),
    Column("original", Text, nullable=False, index=True),
    Column("original_mime", Text, nullable=False),
    Column("signed_original", Boolean, nullable=False),
    Column("credential", Text, nullable=False),
    _at("sealed_at"),
    Column("created_by", Text, nullable=False),
    _at("erased_at", nullable=True),
    CheckConstraint("state IN ('ACTIVE','SUSPENDED','SUPERSEDED','REVOKED')", name="state"),
    CheckConstraint("octet_length(id) = 8", name="id_length"),
    Index("ix_record_state_not_active", "state", postgresql_where=text("state <> 'ACTIVE'")),
    Index("ix_record_version_corrected", "id", postgresql_where=text("version > 1")),
)

record_version = Table(
    "record_version",
    metadata,
    Column("record_id", LargeBinary, ForeignKey("record.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("type_code", Text, nullable=False),
    Column("result_code", Text),
    Column("number", Text),
    Column("abstract", Text),
    Column("issuer_code", Text),
    Column("issuer_as_printed", Text),
    Column("issued_on", Date),
    Column("valid_until", Date),
    Column("scope", Text),
    Column("purpose", Text),
    Column("fields", JSONB, nullable=False),
    Column("trust", SmallInteger, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("compared_with_original", Boolean, nullable=False),
    Column("conversion_mark", Boolean, nullable=False),
    Column("consent", Boolean, nullable=False),
    Column("sealed", Text, nullable=False, index=True),
    Column("seal_level", Text, nullable=False),
    Column("archived_until", DateTime(timezone=True)),
    Column("preview", Text, nullable=False),
    Column("page_count", Integer, nullable=False),
    _at("created_at"),
    Column("created_by", Text, nullable=False),
    Column("credential", Text),
    Column("holders", JSONB),
    Column("source", Text, nullable=False, server_default="THIS_VAULT"),
    Column("signer", Text),
    # A pending seal has no archive time stamp: it sorts first and is found by the same index.
    Index("ix_record_version_archived_until", text("archived_until NULLS FIRST")),
)

record_holder = Table(
    "record_holder",
    metadata,
    Column("record_id", LargeBinary, ForeignKey("record.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text),
    Column("name", Text, nullable=False),
    Index("ix_record_holder_holder_id", "holder_id"),
)

record_search = Table(
    "record_search",
    metadata,
    Column("record_id", LargeBinary, ForeignKey("record.id"), primary_key=True),
    Column("agency_code", Text, nullable=False),
    Column("words", TSVECTOR, nullable=False),
    Column("number_key", Text, nullable=False),
    _at("sealed_at"),
    Column("edition", SmallInteger),
    Index("ix_record_search_words", "words", postgresql_using="gin"),
    Index(
        "ix_record_search_number_key",
        "number_key",
        postgresql_using="gin",
        postgresql_ops={"number_key": "gin_trgm_ops"},
    ),
)

status_slot = Table(
    "status_slot",
    metadata,
    Column("list_id", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("record_id", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("record_id", "version"),
)

dossier = Table(
    "dossier",
    metadata,
    Column("code", Text, primary_key=True),
    Column("procedure_code", Text, nullable=False),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False, index=True),
    Column("holder_role", Text, nullable=False),
    Column("agency_code", Text, nullable=False),
    Column("purpose", Text),
    Column("opened_by", Text, nullable=False),
    _at("opened_at"),
    Column("due_on", Date),
    Column("authority", Text, nullable=False, server_default="NONE"),
    _at("closed_at", nullable=True),
    Column("closing", JSONB),
    Column("channel", Text, nullable=False, server_default="COUNTER"),
    CheckConstraint("channel IN ('COUNTER','ONLINE','POST')", name="channel"),
    Index("ix_dossier_agency_code_opened_at", "agency_code", "opened_at"),
    Index("ix_dossier_open", "agency_code", "due_on", "opened_at", postgresql_where=text("closed_at IS NULL")),
    Index("ix_dossier_agency_code_due_on", "agency_code", "due_on", postgresql_where=text("due_on IS NOT NULL")),
)

dossier_person = Table(
    "dossier_person",
    metadata,
    Column("dossier_code", Text, ForeignKey("dossier.code"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("submits", Boolean, nullable=False),
)

dossier_serial = Table(
    "dossier_serial",
    metadata,
    Column("agency_code", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("dossier_code", Text, ForeignKey("dossier.code"), primary_key=True),
    Column("component", Text, primary_key=True),
    Column("record_code", Text, ForeignKey("record.code"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("decision", JSONB, nullable=False),
    Column("by_account", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    _at("at"),
    Column("question", JSONB),
)

replaced_attachment = Table(
    "replaced_attachment",
    metadata,
    Column("dossier_code", Text, ForeignKey("dossier.code"), primary_key=True),
    Column("component", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("record_code", Text, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("decision", JSONB, nullable=False),
    Column("by_account", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    _at("at"),
    Column("question", JSONB),
    Column("replaced", JSONB, nullable=False),
)

demand = Table(
    "demand",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("dossier_code", Text, ForeignKey("dossier.code"), nullable=False, index=True),
    Column("component", Text, nullable=False),
    Column("ground", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("overrides", Text),
    Column("by_account", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    _at("at"),
    Column("form", Text, nullable=False, server_default="COPY"),
    Column("code", Text, nullable=False, server_default="ALLOWED"),
    Column("article", Text, nullable=False, server_default=""),
    Index("ix_demand_at_reported", "at", postgresql_where=text("code <> 'ALLOWED'")),
)

notice = Table(
    "notice",
    metadata,
    Column("dossier_code", Text, ForeignKey("dossier.code"), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("items", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by_account", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    _at("at"),
)

form_entry = Table(
    "form_entry",
    metadata,
    Column("dossier_code", Text, ForeignKey("dossier.code"), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("entries", JSONB, nullable=False),
    Column("differences", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by_account", Text, nullable=False),
    Column("by_name", Text, nullable=False),
    _at("at"),
    Column("taken", JSONB, nullable=False, server_default=text("'{}'")),
    Index("ix_form_entry_taken", "taken", postgresql_using="gin"),
)

correction = Table(
    "correction",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("record_code", Text, ForeignKey("record.code"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("holder_id", BigInteger, nullable=False, index=True),
    Column("agency_code", Text, nullable=False),
    Column("opened_agency", Text, nullable=False),
    Column("dossier_code", Text, ForeignKey("dossier.code"), index=True),
    Column("differences", JSONB, nullable=False),
    Column("note", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opened_name", Text, nullable=False),
    _at("opened_at"),
    Column("decision", JSONB),
    Column("new_version", Integer),
    _at("closed_at", nullable=True),
    Column("failure", Text),
    CheckConstraint("state IN ('OPEN','ACCEPTED','CORRECTED','REFUSED')", name="state"),
    Index("uq_correction_record_code_open", "record_code", unique=True, postgresql_where=_OPEN_CASE),
    *(Index(f"ix_correction_{column}_opened_at", column, "opened_at") for column in ("agency_code", "opened_agency")),
)

event = Table(
    "event",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _at("at"),
    Column("account_id", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("agency_code", Text),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("code", Text),
    Column("purpose", Text),
    Column("legal_ground", Text),
    Column("record_code", Text),
    Column("version", Integer),
    Column("dossier_code", Text),
    Column("holder_id", BigInteger),
    Column("details", JSONB, nullable=False),
    CheckConstraint("outcome IN ('DONE','REFUSED')", name="outcome"),
    Index("ix_event_agency_code_id", "agency_code", "id"),
    # Events lie in the order of their times: a few pages say where a day is.
    Index("ix_event_at", "at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
    Index("ix_event_holder_id_id", "holder_id", "id", postgresql_where=text("holder_id IS NOT NULL")),
    Index("ix_event_record_code_id", "record_code", "id", postgresql_where=text("record_code IS NOT NULL")),
    Index("ix_event_dossier_code_id", "dossier_code", "id", postgresql_where=text("dossier_code IS NOT NULL")),
    # Dossiers that were sent, not handed in at the counter (domain/indicators.SENDERS): received at a later act.
    Index("ix_event_sent", "agency_code", "at", postgresql_where=text("action = 'OPEN_DOSSIER' AND role <> 'OFFICER'")),
    # What oversight counts (domain/kpi.COUNTED); looks and look-ups, the bulk of events, are not in it.
    Index(
        "ix_event_counted",
        "agency_code",
        "at",
        postgresql_where=text("action IN ('ATTACH','CLOSE_DOSSIER','DEMAND','OPEN_DOSSIER','PRESENT','SEAL','VERIFY')"),
    ),
)

log_queue = Table(
    "log_queue",
    metadata,
    Column("event_id", BigInteger, ForeignKey("event.id"), primary_key=True),
)

log_leaf = Table(
    "log_leaf",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", BigInteger, ForeignKey("event.id"), nullable=False, unique=True),
    Column("salt", LargeBinary, nullable=False),
)

log_head = Table(
    "log_head",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("checkpoint", Text, nullable=False),
    _at("at"),
    Column("witnesses", SmallInteger, nullable=False, server_default="0"),
)

share = Table(
    "share",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record_code", Text, ForeignKey("record.code"), nullable=False, index=True),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False),
    Column("audience", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("fields", JSONB, nullable=False),
    _at("created_at"),
    _at("ends_at"),
    # Digits and status place are given up after the end, so that others may have them.
    Column("status_list", Integer),
    Column("status_position", Integer),
    Column("digits", Text, unique=True),
    _at("used_at", nullable=True),
    _at("stopped_at", nullable=True),
    UniqueConstraint("status_list", "status_position"),
    CheckConstraint("kind IN ('PHONE','CODE')", name="kind"),
    Index("ix_share_holder_id_ends_at", "holder_id", "ends_at"),
    Index(
        "ix_share_ends_at_held", "ends_at", postgresql_where=text("digits IS NOT NULL OR status_position IS NOT NULL")
    ),
)

share_try = Table(
    "share_try",
    metadata,
    Column("caller", Text, primary_key=True),
    Column("minute", DateTime(timezone=True), primary_key=True, index=True),
    Column("tries", Integer, nullable=False),
)

consent = Table(
    "consent",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False, index=True),
    Column("purpose", Text, nullable=False),
    Column("is_on", Boolean, nullable=False),
    _at("at"),
    Column("by_account", Text, nullable=False),
    CheckConstraint("purpose IN ('OWN_DOSSIERS','OTHER_AGENCIES','FAMILY_DOSSIERS')", name="purpose"),
)

hand_in = Table(
    "hand_in",
    metadata,
    Column("account_id", Text, ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("intake_id", Text, ForeignKey("intake.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("holder_id", BigInteger, ForeignKey("holder.id"), nullable=False, index=True),
    _at("at"),
    Index("ix_hand_in_account_id_at", "account_id", "at"),
)

blob_key = Table(
    "blob_key",
    metadata,
    # No foreign key: a paper's keys are made before its row, and a digest names bytes, not a row.
    Column("digest", Text, primary_key=True),
    Column("paper", Text, primary_key=True, index=True),
    Column("agency_code", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Index("ix_blob_key_agency_code_key", "agency_code", "key"),
)

# A paper whose keys were destroyed never gets one again, whoever still works on it; written once, for ever.
ended_paper = Table(
    "ended_paper",
    metadata,
    Column("paper", Text, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
)

hold = Table(
    "hold",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("record_code", Text, ForeignKey("record.code"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("by_account", Text, nullable=False),
    _at("at"),
    _at("lifted_at", nullable=True),
)
