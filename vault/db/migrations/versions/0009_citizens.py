"""What citizens say and send: consent switches, papers handed in by phone, and where an intake came from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.execute("ALTER TABLE intake DROP CONSTRAINT ck_intake_channel")
    channels = "'PAGE','API','CLI','CITIZEN'"
    # In two steps: the second, which reads every row, locks nobody out.
    op.execute(f"ALTER TABLE intake ADD CONSTRAINT ck_intake_channel CHECK (channel IN ({channels})) NOT VALID")
    op.execute("ALTER TABLE intake VALIDATE CONSTRAINT ck_intake_channel")
    op.create_table(
        "consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_account", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('OWN_DOSSIERS','OTHER_AGENCIES','FAMILY_DOSSIERS')", name=op.f("ck_consent_purpose")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_consent_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_holder_id"), "consent", ["holder_id"])
    op.create_table(
        "hand_in",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("intake_id", sa.Text(), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_hand_in_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["intake_id"], ["intake.id"], name=op.f("fk_hand_in_intake_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_hand_in_holder_id")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_hand_in")),
    )
    op.create_index(op.f("ix_hand_in_intake_id"), "hand_in", ["intake_id"])
    op.create_index(op.f("ix_hand_in_holder_id"), "hand_in", ["holder_id"])
    op.create_index("ix_hand_in_account_id_at", "hand_in", ["account_id", "at"])
