"""Orders with their callers, leases on tasks, workers, turns, versions and events."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TASKS = ("solves", "validations")
_UNSOLVED = sa.text("state IN ('queued', 'solving')")
_UNVALIDATED = sa.text("state IN ('waiting', 'validating')")


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")


def upgrade() -> None:
    op.add_column("manifests", _integer("buffers"))
    op.add_column("solves", _text("caller", 32))
    for table in _TASKS:
        for column in (
            _integer("submitted"),
            sa.Column("due", sa.Float, nullable=False, server_default="0"),
            sa.Column("token", sa.String(32)),
            sa.Column("holder", sa.String(64)),
            _integer("losses"),
            sa.Column("said", sa.Text),
            _integer("tag"),
            _text("version", 64),
        ):
            op.add_column(table, column)
        op.create_index(f"ix_{table}_holder", table, ["holder"])
    # Holders from the version before have lost their tasks, which wait for a worker like new ones.
    op.execute("UPDATE solves SET state = 'queued', submitted = attempt WHERE state = 'solving'")
    op.execute("UPDATE validations SET state = 'waiting', submitted = attempt WHERE state = 'validating'")
    op.create_index(
        "unfinished_solves",
        "solves",
        ["state", "caller", "tag"],
        sqlite_where=_UNSOLVED,
        postgresql_where=_UNSOLVED,
    )
    op.create_index(
        "unfinished_validations", "validations", ["state"], sqlite_where=_UNVALIDATED, postgresql_where=_UNVALIDATED
    )
    _make_orders()
    op.create_table(
        "workers",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("queues", sa.Text, nullable=False),
        sa.Column("devices", sa.Text, nullable=False),
        sa.Column("versions", sa.Text, nullable=False),
        sa.Column("beats", sa.Integer, nullable=False),
        sa.Column("lease_until", sa.Float, nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("solve_id", sa.String(32), sa.ForeignKey("solves.id"), nullable=False),
        sa.Column("validation_id", sa.String(32)),
        sa.Column("order_id", sa.String(32)),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("events_of_a_solve", "events", ["solve_id", "id"])
    _count_buffers()


def _make_orders() -> None:
    """Makes orders of the jobs, in the order in which they came."""
    op.create_table(
        "orders",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        _text("caller", 32),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("required", sa.String(16), nullable=False),
        sa.Column("solve_id", sa.String(32), sa.ForeignKey("solves.id"), nullable=False),
        sa.Column("validation_id", sa.String(32), sa.ForeignKey("validations.id")),
        sa.Column("time_limit_s", sa.Float, nullable=False),
        sa.Column("cancelled_at", sa.String(32)),
        sa.Column("created_at", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
    columns = "id, name, required, solve_id, validation_id, time_limit_s, cancelled_at, created_at"
    op.execute(f"INSERT INTO orders ({columns}) SELECT {columns} FROM jobs ORDER BY id")  # noqa: S608  (our own names)
    op.create_index("ix_orders_solve_id", "orders", ["solve_id"])
    op.create_index("ix_orders_validation_id", "orders", ["validation_id"])
    op.create_index("orders_of_a_caller", "orders", ["caller", "seq"])
    op.drop_table("idempotency_keys")  # the old ones had no caller, and never expired
    op.drop_table("jobs")
    op.create_table(
        "idempotency_keys",
        sa.Column("caller", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("order_id", sa.String(32), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
    )
    op.create_index("ix_idempotency_keys_expires", "idempotency_keys", ["expires"])


def _count_buffers() -> None:
    connection = op.get_bind()
    for sha256, document in connection.execute(sa.text("SELECT sha256, document FROM manifests")).all():
        connection.execute(
            sa.text("UPDATE manifests SET buffers = :count WHERE sha256 = :sha256"),
            {"count": len(json.loads(document).get("buffers", ())), "sha256": sha256},
        )


def downgrade() -> None:
    raise NotImplementedError("callers, leases and events do not fit into the older tables: restore a backup")
