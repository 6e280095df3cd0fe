"""Validations in two stages, the second on a device: the bundle that goes from one to the other, and its
architecture."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("manifests", sa.Column("compute_capability", sa.String(8), nullable=False, server_default=""))
    op.add_column("validations", sa.Column("stage", sa.String(8), nullable=False, server_default="host"))
    op.create_table(
        "bundles",
        sa.Column("validation_id", sa.String(32), sa.ForeignKey("validations.id"), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
    )
    connection = op.get_bind()
    for sha256, document in connection.execute(sa.text("SELECT sha256, document FROM manifests")).all():
        architecture = json.loads(document)["target"]["compute_capability"]
        connection.execute(
            sa.text("UPDATE manifests SET compute_capability = :architecture WHERE sha256 = :sha256"),
            {"architecture": architecture, "sha256": sha256},
        )


def downgrade() -> None:
    op.drop_table("bundles")
    op.drop_column("validations", "stage")
    op.drop_column("manifests", "compute_capability")
