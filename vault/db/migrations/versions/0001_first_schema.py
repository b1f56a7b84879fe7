"""Papers, records, dossiers, people and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "dossier_serial",
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agency_code", "day", name=op.f("pk_dossier_serial")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("legal_ground", sa.Text(), nullable=True),
        sa.Column("record_code", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("dossier_code", sa.Text(), nullable=True),
        sa.Column("holder_id", sa.BigInteger(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("outcome IN ('DONE','REFUSED')", name=op.f("ck_event_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_agency_code_id", "event", ["agency_code", "id"], unique=False)
    op.create_index(
        "ix_event_dossier_code_id",
        "event",
        ["dossier_code", "id"],
        unique=False,
        postgresql_where=sa.text("dossier_code IS NOT NULL"),
    )
    op.create_index(
        "ix_event_holder_id_id",
        "event",
        ["holder_id", "id"],
        unique=False,
        postgresql_where=sa.text("holder_id IS NOT NULL"),
    )
    op.create_index(
        "ix_event_record_code_id",
        "event",
        ["record_code", "id"],
        unique=False,
        postgresql_where=sa.text("record_code IS NOT NULL"),
    )
    op.create_table(
        "holder",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder")),
    )
    op.create_table(
        "intake",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("received_by", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("hint_type", sa.Text(), nullable=True),
        sa.Column("hint_holder", sa.Text(), nullable=True),
        sa.Column("signatures", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("proposal", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("confirmation", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("record_code", sa.Text(), nullable=True),
        sa.CheckConstraint("channel IN ('PAGE','API','CLI')", name=op.f("ck_intake_channel")),
        sa.CheckConstraint("state IN ('RECEIVED','READ','CONFIRMED','SEALED','FAILED')", name=op.f("ck_intake_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake")),
        sa.UniqueConstraint("agency_code", "original", name=op.f("uq_intake_agency_code_original")),
        sa.UniqueConstraint("record_code", name=op.f("uq_intake_record_code")),
    )
    op.create_index("ix_intake_agency_code_received_at", "intake", ["agency_code", "received_at"], unique=False)
    op.create_table(
        "status_slot",
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "position", name=op.f("pk_status_slot")),
        sa.UniqueConstraint("record_id", name=op.f("uq_status_slot_record_id")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=True),
        sa.Column("holder_id", sa.BigInteger(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), server_default="false", nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_account_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_index(op.f("ix_account_holder_id"), "account", ["holder_id"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("procedure_code", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("holder_role", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_dossier_holder_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_dossier")),
    )
    op.create_index("ix_dossier_agency_code_opened_at", "dossier", ["agency_code", "opened_at"], unique=False)
    op.create_index(op.f("ix_dossier_holder_id"), "dossier", ["holder_id"], unique=False)
    op.create_table(
        "holder_identifier",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_holder_identifier_holder_id")),
        sa.PrimaryKeyConstraint("kind", "number", name=op.f("pk_holder_identifier")),
    )
    op.create_index(op.f("ix_holder_identifier_holder_id"), "holder_identifier", ["holder_id"], unique=False)
    op.create_table(
        "intake_page",
        sa.Column("intake_id", sa.Text(), nullable=False),
        sa.Column("page_index", sa.Integer(), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["intake_id"], ["intake.id"], name=op.f("fk_intake_page_intake_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("intake_id", "page_index", name=op.f("pk_intake_page")),
    )
    op.create_table(
        "record",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("intake_id", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by", sa.Text(), nullable=True),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("original_mime", sa.Text(), nullable=False),
        sa.Column("signed_original", sa.Boolean(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('ACTIVE','SUSPENDED','SUPERSEDED','REVOKED')", name=op.f("ck_record_state")),
        sa.CheckConstraint("octet_length(id) = 8", name=op.f("ck_record_id_length")),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_record_intake_id")),
        sa.ForeignKeyConstraint(["superseded_by"], ["record.code"], name=op.f("fk_record_superseded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sa.UniqueConstraint("code", name=op.f("uq_record_code")),
        sa.UniqueConstraint("intake_id", name=op.f("uq_record_intake_id")),
    )
    op.create_index(op.f("ix_record_original"), "record", ["original"], unique=False)
    op.create_index(
        "ix_record_state_not_active", "record", ["state"], unique=False, postgresql_where=sa.text("state <> 'ACTIVE'")
    )
    op.create_table(
        "attachment",
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("record_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by_account", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_attachment_dossier_code")),
        sa.ForeignKeyConstraint(["record_code"], ["record.code"], name=op.f("fk_attachment_record_code")),
        sa.PrimaryKeyConstraint("dossier_code", "component", name=op.f("pk_attachment")),
    )
    op.create_index(op.f("ix_attachment_record_code"), "attachment", ["record_code"], unique=False)
    op.create_table(
        "demand",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("overrides", sa.Text(), nullable=True),
        sa.Column("by_account", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_demand_dossier_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand")),
    )
    op.create_index(op.f("ix_demand_dossier_code"), "demand", ["dossier_code"], unique=False)
    op.create_table(
        "record_holder",
        sa.Column("record_id", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_record_holder_holder_id")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_holder_record_id")),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_record_holder")),
    )
    op.create_index("ix_record_holder_holder_id", "record_holder", ["holder_id"], unique=False)
    op.create_table(
        "record_version",
        sa.Column("record_id", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type_code", sa.Text(), nullable=False),
        sa.Column("result_code", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("abstract", sa.Text(), nullable=True),
        sa.Column("issuer_code", sa.Text(), nullable=True),
        sa.Column("issuer_as_printed", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("trust", sa.SmallInteger(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("compared_with_original", sa.Boolean(), nullable=False),
        sa.Column("conversion_mark", sa.Boolean(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("seal_level", sa.Text(), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_record_version_record_id")),
        sa.PrimaryKeyConstraint("record_id", "version", name=op.f("pk_record_version")),
    )
    op.create_index(op.f("ix_record_version_sealed"), "record_version", ["sealed"], unique=False)
    op.create_table(
        "session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    # The audit trail is append only for everybody, the owner of the table included.
    op.execute(
        """
        CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'audit events are append only' USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE ON event
            FOR EACH ROW EXECUTE FUNCTION event_is_append_only();
        CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event
            FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();
        """
    )
