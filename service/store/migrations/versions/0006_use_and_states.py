"""The time of each order's last use; existing orders count as used now. Indexes of unfinished tasks: with a hundred
thousand finished ones, finding those that wait took a second."""

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
    op.create_index("solves_by_state", "solves", ["state"])
    op.create_index("validations_by_state", "validations", ["state"])


def downgrade() -> None:
    op.drop_index("validations_by_state", "validations")
    op.drop_index("solves_by_state", "solves")
    op.drop_index("orders_by_use", "orders")
    op.drop_column("orders", "used")
