"""Priorities of keys, orders and solves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_UNSOLVED = sa.text("state IN ('queued', 'solving')")


def upgrade() -> None:
    for table in ("api_keys", "orders", "solves"):
        op.add_column(table, sa.Column("priority", sa.String(8), nullable=False, server_default="normal"))
    op.drop_index("unfinished_solves", "solves")
    op.create_index(
        "unfinished_solves",
        "solves",
        ["state", "caller", "priority", "tag"],
        sqlite_where=_UNSOLVED,
        postgresql_where=_UNSOLVED,
    )


def downgrade() -> None:
    op.drop_index("unfinished_solves", "solves")
    op.create_index(
        "unfinished_solves", "solves", ["state", "caller", "tag"], sqlite_where=_UNSOLVED, postgresql_where=_UNSOLVED
    )
    for table in ("api_keys", "orders", "solves"):
        op.drop_column(table, "priority")
