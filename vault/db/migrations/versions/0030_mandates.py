"""Mandates of guardians and authorised persons; a guardian's account of before keeps ninety days to be given one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_OWN = "agency_code = (SELECT current_setting('vault.agency', true))"
_MINE = "holder_id = ANY ((SELECT wall_people())::bigint[])"
_IN_PERSON = "coalesce((SELECT current_setting('vault.mandate', true)), '') = ''"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "mandate",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("scope", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("agency_code", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('GUARDIAN','PARENT','LEGAL_REPRESENTATIVE','AUTHORISED')", name=op.f("ck_mandate_kind")
        ),
        sa.CheckConstraint("valid_from <= valid_until", name=op.f("ck_mandate_days")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mandate_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_mandate_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
    )
    op.create_index(op.f("ix_mandate_holder_id"), "mandate", ["holder_id"])
    op.create_index("ix_mandate_account_id_holder_id", "mandate", ["account_id", "holder_id"])
    op.create_index("ix_mandate_agency_code_recorded_at", "mandate", ["agency_code", "recorded_at"])
    op.execute(
        "INSERT INTO mandate (id, kind, account_id, holder_id, ground, valid_from, valid_until, scope, agency_code,"
        " recorded_by, recorded_at) SELECT 'uq_' || md5(id), 'GUARDIAN', id, holder_id,"
        " 'Tài khoản có từ trước khi ghi nhận văn bản', current_date, current_date + 90,"
        ' \'["CONSENT", "CORRECT", "HAND_IN", "SEE", "SHOW"]\', \'-\', \'system\', now()'
        " FROM account WHERE role = 'GUARDIAN' AND holder_id IS NOT NULL"
    )
    seen, written = f"{_OWN} OR {_MINE}", f"{_OWN} OR ({_MINE} AND {_IN_PERSON})"
    op.execute("ALTER TABLE mandate ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY wall ON mandate TO vault_program USING ({written}) WITH CHECK ({written})")
    op.execute(f"CREATE POLICY of_people ON mandate FOR SELECT TO vault_program USING ({seen})")
