"""Questions of other vaults that wait for their person, or whose answer may have to be sent again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_PEOPLE = "(SELECT wall_people())"


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    name = "peer_question"
    op.create_table(
        name,
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("peer_name", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("dossier", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("holder_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("records", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('WAITING','AGREED','ANSWERED','REFUSED')", name=op.f("ck_peer_question_state")),
        sa.ForeignKeyConstraint(["holder_id"], ["holder.id"], name=op.f("fk_peer_question_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_question")),
    )
    op.create_index("ix_peer_question_ends_at", name, ["ends_at"])
    op.create_index(
        "ix_peer_question_waiting", name, ["holder_id", "at"], postgresql_where=sa.text("state = 'WAITING'")
    )
    # Only the person whom it is about answers it; what other vaults ask goes past the walls, like their nonces.
    wall = f"holder_id = ANY ({_PEOPLE}::bigint[])"
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY wall ON {name} TO vault_program USING ({wall}) WITH CHECK ({wall})")
    # A question may be put on the person's own word at the other vault. Older code knows no such row: it reads
    # outside_ask by dossier, and a dossier that was asked so is one of the new code.
    op.drop_constraint(op.f("ck_outside_ask_consent"), "outside_ask")
    op.create_check_constraint(
        op.f("ck_outside_ask_consent"),
        "outside_ask",
        "consent IN ('LAW','COUNTER','SWITCH','ASK')",
        postgresql_not_valid=True,
    )
    op.execute("ALTER TABLE outside_ask VALIDATE CONSTRAINT ck_outside_ask_consent")
