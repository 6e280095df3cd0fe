"""An index of cancelled orders, so that a list of them does not read all orders."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_CANCELLED = sa.text("cancelled_at IS NOT NULL")


def upgrade() -> None:
    op.create_index("cancelled_orders", "orders", ["seq"], sqlite_where=_CANCELLED, postgresql_where=_CANCELLED)


def downgrade() -> None:
    op.drop_index("cancelled_orders", "orders")
