"""Versions of a record with their own credential and holders; forms, corrections, papers that are known already."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    _intakes()
    _versions()
    _forms()
    _corrections()


def _intakes() -> None:
    op.add_column("intake", sa.Column("retired", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("intake", sa.Column("same_as", sa.Text(), nullable=True))
    op.add_column("intake", sa.Column("rescan_of", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.drop_constraint(op.f("uq_intake_agency_code_original"), "intake", type_="unique")
    op.create_index(
        "uq_intake_agency_code_original",
        "intake",
        ["agency_code", "original"],
        unique=True,
        postgresql_where=sa.text("NOT retired"),
    )
    op.drop_constraint(op.f("ck_intake_state"), "intake", type_="check")
    states = "state IN ('RECEIVED','READ','CONFIRMED','SEALED','FAILED','DISCARDED','KNOWN')"
    op.create_check_constraint(op.f("ck_intake_state"), "intake", states)
    op.drop_index("ix_intake_open", table_name="intake")
    op.create_index(
        "ix_intake_open",
        "intake",
        ["agency_code", "received_at"],
        postgresql_where=sa.text("state NOT IN ('SEALED','DISCARDED','KNOWN')"),
    )


def _versions() -> None:
    op.create_index("ix_record_version_corrected", "record", ["id"], postgresql_where=sa.text("version > 1"))
    op.add_column("record_version", sa.Column("credential", sa.Text(), nullable=True))
    op.add_column("record_version", sa.Column("holders", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.add_column("status_slot", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_unique_constraint(op.f("uq_status_slot_record_id_version"), "status_slot", ["record_id", "version"])
    op.drop_constraint(op.f("uq_status_slot_record_id"), "status_slot", type_="unique")


def _forms() -> None:
    op.create_table(
        "form_entry",
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("entries", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("differences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_account", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_form_entry_dossier_code")),
        sa.PrimaryKeyConstraint("dossier_code", "number", name=op.f("pk_form_entry")),
    )


def _corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("record_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("opened_agency", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=True),
        sa.Column("differences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("opened_name", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("new_version", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('OPEN','ACCEPTED','CORRECTED','REFUSED')", name=op.f("ck_correction_state")),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_correction_dossier_code")),
        sa.ForeignKeyConstraint(["record_code"], ["record.code"], name=op.f("fk_correction_record_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(
        "uq_correction_record_code_open",
        "correction",
        ["record_code"],
        unique=True,
        postgresql_where=sa.text("state IN ('OPEN','ACCEPTED')"),
    )
    op.create_index("ix_correction_agency_code_opened_at", "correction", ["agency_code", "opened_at"])
    op.create_index("ix_correction_opened_agency_opened_at", "correction", ["opened_agency", "opened_at"])
    for column in ("dossier_code", "holder_id", "record_code"):
        op.create_index(op.f(f"ix_correction_{column}"), "correction", [column])
