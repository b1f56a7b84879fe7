"""What partner systems ask a person for, and what the person answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_AGENCY = "(SELECT current_setting('vault.agency', true))"
_PEOPLE = "(SELECT wall_people())"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "evidence_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("dossier_code", sa.Text(), nullable=False),
        sa.Column("procedure_code", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("type_code", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("record_code", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('PREVIEW','APPROVED','REFUSED')", name=op.f("ck_evidence_request_state")),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossier.code"], name=op.f("fk_evidence_request_dossier_code")),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_evidence_request_holder_id")),
        sa.ForeignKeyConstraint(["record_code"], ["record.code"], name=op.f("fk_evidence_request_record_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_request")),
    )
    op.create_index(op.f("ix_evidence_request_record_code"), "evidence_request", ["record_code"])
    op.create_index("ix_evidence_request_holder_id_requested_at", "evidence_request", ["holder_id", "requested_at"])
    op.create_index(
        "uq_evidence_request_open",
        "evidence_request",
        ["dossier_code", "holder_id", "type_code"],
        unique=True,
        postgresql_where=sa.text("state = 'PREVIEW'"),
    )
    # Whoever asked, and the person whom it is about; an agency's people cannot answer in the person's place.
    wall = f"agency_code = {_AGENCY} OR holder_id = ANY ({_PEOPLE}::bigint[])"
    op.execute("ALTER TABLE evidence_request ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY wall ON evidence_request TO vault_program USING ({wall}) WITH CHECK ({wall})")
