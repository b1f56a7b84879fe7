"""Places of events in the transparency log, with a queue of events that wait; ends of archive time stamps."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    op.create_table(
        "log_queue",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_log_queue_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_log_queue")),
    )
    op.create_table(
        "log_leaf",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_log_leaf_event_id")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("event_id", name=op.f("uq_log_leaf_event_id")),
    )
    op.create_table(
        "log_head",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_head")),
    )
    op.add_column("record_version", sa.Column("archived_until", sa.DateTime(timezone=True)))
    op.create_index("ix_record_version_archived_until", "record_version", [sa.text("archived_until NULLS FIRST")])
    # Events that are there already get their places first.
    op.execute("INSERT INTO log_queue (event_id) SELECT id FROM event")
    op.execute(
        """
        CREATE FUNCTION event_waits_for_its_place() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO log_queue (event_id) VALUES (NEW.id);
            RETURN NULL;
        END $$;
        CREATE TRIGGER event_to_log AFTER INSERT ON event
            FOR EACH ROW EXECUTE FUNCTION event_waits_for_its_place();
        """
    )
