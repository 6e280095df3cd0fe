"""The format of what a task carries, so that workers of two versions may run side by side."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("solves", "validations"):
        op.add_column(table, sa.Column("format", sa.Integer, nullable=False, server_default="1"))


def downgrade() -> None:
    for table in ("solves", "validations"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("format")
