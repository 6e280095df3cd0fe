"""Jobs, solves, validations, and what they make."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _id(*arguments: sa.ForeignKey, name: str = "id", nullable: bool = True, primary: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), *arguments, nullable=nullable and not primary, primary_key=primary)


def _time(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(32), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "manifests",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        _time("created_at"),
    )
    op.create_table(
        "solves",
        _id(primary=True),
        sa.Column("manifest_sha256", sa.String(64), sa.ForeignKey("manifests.sha256"), nullable=False),
        sa.Column("time_limit_s", sa.Float, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("problem", sa.Text),
        _time("created_at"),
        _time("finished_at", nullable=True),
    )
    op.create_index("ix_solves_manifest_sha256", "solves", ["manifest_sha256"])
    in_flight = sa.text("state IN ('queued', 'solving')")
    op.create_index(
        "one_solve_in_flight",
        "solves",
        ["manifest_sha256", "time_limit_s"],
        unique=True,
        sqlite_where=in_flight,
        postgresql_where=in_flight,
    )
    op.create_table(
        "layouts",
        _id(sa.ForeignKey("solves.id"), name="solve_id", primary=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("layout_sha256", sa.String(64), nullable=False),
        sa.Column("minimum_budget_bytes", sa.Integer),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "validations",
        _id(primary=True),
        _id(sa.ForeignKey("solves.id"), name="solve_id", nullable=False),
        sa.Column("required", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("level", sa.String(16)),
        sa.Column("document", sa.Text),
        sa.Column("problem", sa.Text),
        _time("created_at"),
        _time("finished_at", nullable=True),
    )
    op.create_index("ix_validations_solve_id", "validations", ["solve_id"])
    live = sa.text("state IN ('waiting', 'validating', 'passed')")
    op.create_index(
        "one_validation_a_level",
        "validations",
        ["solve_id", "required"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_table(
        "reports",
        _id(sa.ForeignKey("validations.id"), name="validation_id", primary=True),
        sa.Column("level", sa.String(16), primary_key=True),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "artefacts",
        _id(sa.ForeignKey("validations.id"), name="validation_id", primary=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_table(
        "jobs",
        _id(primary=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("required", sa.String(16), nullable=False),
        _id(sa.ForeignKey("solves.id"), name="solve_id", nullable=False),
        _id(sa.ForeignKey("validations.id"), name="validation_id"),
        sa.Column("time_limit_s", sa.Float, nullable=False),
        _time("cancelled_at", nullable=True),
        _time("created_at"),
    )
    op.create_index("ix_jobs_solve_id", "jobs", ["solve_id"])
    op.create_index("ix_jobs_validation_id", "jobs", ["validation_id"])
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        _id(sa.ForeignKey("jobs.id"), name="job_id", nullable=False),
        _time("created_at"),
    )


def downgrade() -> None:
    for table in (
        "idempotency_keys",
        "jobs",
        "artefacts",
        "reports",
        "validations",
        "layouts",
        "solves",
        "manifests",
    ):
        op.drop_table(table)
