"""When each order was last used: whatever is there counts as used now. Tasks by state: with a hundred thousand finished
ones, looking for those that wait took a second."""

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
