"""Requests of people about their own data, with their days; behind walls: the person's own, and the agency's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_AGENCY = "(SELECT current_setting('vault.agency', true))"
_SEEN = f"agency_code = {_AGENCY} OR holder_id = ANY ((SELECT wall_people())::bigint[])"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "data_request",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("record_code", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("third_party", sa.Boolean(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('SEE','CORRECT','PROVIDE','DELETE','RESTRICT','OBJECT','WITHDRAW')",
            name=op.f("ck_data_request_kind"),
        ),
        sa.CheckConstraint("state IN ('OPEN','ANSWERED','DONE','REFUSED')", name=op.f("ck_data_request_state")),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_data_request_holder_id")),
        sa.ForeignKeyConstraint(["record_code"], ["record.code"], name=op.f("fk_data_request_record_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
    )
    op.create_index(op.f("ix_data_request_record_code"), "data_request", ["record_code"])
    op.create_index("ix_data_request_holder_id_asked_at", "data_request", ["holder_id", "asked_at"])
    for name, column, where in (("open", "due_on", "IS NULL"), ("closed", "closed_at", "IS NOT NULL")):
        which = sa.text(f"closed_at {where}")
        op.create_index(f"ix_data_request_{name}", "data_request", ["agency_code", column], postgresql_where=which)
    op.execute("ALTER TABLE data_request ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY wall ON data_request TO vault_program USING ({_SEEN}) WITH CHECK ({_SEEN})")
