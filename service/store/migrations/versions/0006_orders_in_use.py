"""When each order was last used. Whatever is there counts as used now."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("used", sa.Float, nullable=False, server_default="0"))
    op.get_bind().execute(sa.text("UPDATE orders SET used = :now"), {"now": time.time()})
    op.create_index("orders_by_use", "orders", ["used"])


def downgrade() -> None:
    op.drop_index("orders_by_use", "orders")
    op.drop_column("orders", "used")
