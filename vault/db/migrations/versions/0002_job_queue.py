"""The job queue's own schema, as Procrastinate 3.10 ships it.

A newer Procrastinate brings migrations of its own; each is then added here as a revision of its own.
"""

from __future__ import annotations

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply: forward only; going back is a restore."""
    # The text holds per cent signs and dollar quotes, so it goes to the driver as it is.
    driver = op.get_bind().connection.driver_connection
    if driver is None:
        message = "the connection was closed while migrating"
        raise RuntimeError(message)
    driver.execute(SchemaManager.get_schema())
