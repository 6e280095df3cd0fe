"""The tables. A *solve* packs one manifest. A *validation* takes a solve's layout to a level. An *order* is what one
caller asked for; it has its own name and id. Many orders may share one solve. Orders that ask for the same level share
a validation.

    manifests 1─n solves 1─1 layouts
                  solves 1─n validations 1─n reports, artefacts;  validations 1─1 bundles
                  solves 1─n orders n─1 validations,  orders 1─n idempotency_keys
    workers 1─n (held) solves, validations;  solves 1─n events

Solves and validations are *tasks*. A worker holds a task while the task's `holder` names it and the worker's row in
`workers` has a lease (see `leases`). Times that people read are UTC in ISO 8601 text, which sorts by time on every
database. Times that the service compares are seconds since 1970 on the database's clock (see `clock`).
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, text

from warpack.service.versions import FORMAT

metadata = MetaData()


def _task_columns() -> tuple[Column[object], ...]:
    """The columns of every task."""
    return (
        Column("attempt", Integer, nullable=False, server_default="0"),  # of the newest claim
        Column("submitted", Integer, nullable=False, server_default="0"),  # the last attempt that the engine was given
        Column("due", Float, nullable=False, server_default="0"),  # when the next attempt may be handed to the engine
        Column("token", String(32)),  # of the newest claim: what its holder must show to write
        Column("holder", String(64), index=True),  # the worker that has it; none while it waits
        Column("losses", Integer, nullable=False, server_default="0"),  # workers and children that died over it
        Column("said", Text),  # the reason of the last loss
        Column("tag", Integer, nullable=False, server_default="0"),  # its turn: see `turns`
        Column("version", String(64), nullable=False, server_default=""),  # of the solver or validator that made it
        Column(
            "format", Integer, nullable=False, server_default="1", default=FORMAT
        ),  # that a worker must be able to read
    )


manifests = Table(
    "manifests",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("document", Text, nullable=False),  # as the first caller posted it; the hash leaves name and limits out
    Column("created_at", String(32), nullable=False),
    Column("compute_capability", String(8), nullable=False, server_default=""),
    Column("buffers", Integer, nullable=False, server_default="0"),
)

solves = Table(
    "solves",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("manifest_sha256", ForeignKey("manifests.sha256"), nullable=False, index=True),
    Column("time_limit_s", Float, nullable=False),
    Column("state", String(16), nullable=False),  # queued, solving, solved, infeasible, failed, cancelled
    Column("problem", Text),
    Column("created_at", String(32), nullable=False),
    Column("finished_at", String(32)),
    Column("caller", String(32), nullable=False, server_default=""),  # the caller of its first order, for its turn
    Column("priority", String(8), nullable=False, server_default="normal"),  # the highest of its orders
    *_task_columns(),
)
_UNSOLVED = text("state IN ('queued', 'solving')")
Index(
    "one_solve_in_flight",
    solves.c.manifest_sha256,
    solves.c.time_limit_s,
    unique=True,
    sqlite_where=_UNSOLVED,
    postgresql_where=_UNSOLVED,
)
Index(
    "unfinished_solves",
    solves.c.state,
    solves.c.caller,
    solves.c.priority,
    solves.c.tag,
    sqlite_where=_UNSOLVED,
    postgresql_where=_UNSOLVED,
)

# Queries must name the state literally to use a partial index: a parameter might stand for a finished state.
Index("solves_by_state", solves.c.state)

layouts = Table(
    "layouts",
    metadata,
    Column("solve_id", ForeignKey("solves.id"), primary_key=True),  # one result for each solve: the first delivered
    Column("status", String(16), nullable=False),
    Column("layout_sha256", String(64), nullable=False),
    Column("minimum_budget_bytes", Integer),
    Column("document", Text, nullable=False),  # without a name and before validation
)

validations = Table(
    "validations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("solve_id", ForeignKey("solves.id"), nullable=False, index=True),
    Column("required", String(16), nullable=False),
    Column("state", String(16), nullable=False),  # waiting, validating, passed, outdone, failed, cancelled
    Column("level", String(16)),
    Column("document", Text),  # the layout with its validation, without a name
    Column("problem", Text),
    Column("created_at", String(32), nullable=False),
    Column("finished_at", String(32)),
    Column("stage", String(8), nullable=False, server_default="host"),  # host: up to simulated; device: on a GPU
    *_task_columns(),
)
_UNVALIDATED = text("state IN ('waiting', 'validating')")
Index("unfinished_validations", validations.c.state, sqlite_where=_UNVALIDATED, postgresql_where=_UNVALIDATED)
Index("validations_by_state", validations.c.state)
Index(
    "one_validation_a_level",
    validations.c.solve_id,
    validations.c.required,
    unique=True,
    sqlite_where=text("state IN ('waiting', 'validating', 'passed')"),
    postgresql_where=text("state IN ('waiting', 'validating', 'passed')"),
)

reports = Table(
    "reports",
    metadata,
    Column("validation_id", ForeignKey("validations.id"), primary_key=True),
    Column("level", String(16), primary_key=True),
    Column("passed", Boolean, nullable=False),
    Column("document", Text, nullable=False),
)

bundles = Table(
    "bundles",
    metadata,
    Column("validation_id", ForeignKey("validations.id"), primary_key=True),
    Column("content", Text, nullable=False),  # what a GPU worker runs, kept while it is waited for
)

artefacts = Table(
    "artefacts",
    metadata,
    Column("validation_id", ForeignKey("validations.id"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("content", Text, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),  # the order of arrival, whatever a clock says
    Column("id", String(32), nullable=False, unique=True),
    Column("caller", String(32), nullable=False, server_default=""),  # the id of an API key; empty without keys
    Column("name", Text, nullable=False),
    Column("required", String(16), nullable=False),
    Column("solve_id", ForeignKey("solves.id"), nullable=False, index=True),
    Column("validation_id", ForeignKey("validations.id"), index=True),
    Column("time_limit_s", Float, nullable=False),
    Column("cancelled_at", String(32)),
    Column("created_at", String(32), nullable=False),
    Column("priority", String(8), nullable=False, server_default="normal"),
    Column("used", Float, nullable=False, server_default="0"),  # the last use, to a day; below 0: see `retention`
    sqlite_autoincrement=True,
)
Index("orders_by_use", orders.c.used)
Index("orders_of_a_caller", orders.c.caller, orders.c.seq)
_CANCELLED = text("cancelled_at IS NOT NULL")
Index("cancelled_orders", orders.c.seq, sqlite_where=_CANCELLED, postgresql_where=_CANCELLED)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("caller", String(32), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("order_id", ForeignKey("orders.id"), nullable=False),
    Column("expires", Float, nullable=False, index=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("scopes", Text, nullable=False),  # JSON
    Column("created_at", String(32), nullable=False),
    Column("expires", Float),
    Column("revoked", Boolean, nullable=False),
    Column("priority", String(8), nullable=False, server_default="normal"),  # the highest of its orders
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("queues", Text, nullable=False),  # JSON, as the two below
    Column("devices", Text, nullable=False),
    Column("versions", Text, nullable=False),
    Column("beats", Integer, nullable=False),
    Column("lease_until", Float, nullable=False),
    Column("started_at", String(32), nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("solve_id", ForeignKey("solves.id"), nullable=False),
    Column("validation_id", String(32)),  # if it is about one validation alone
    Column("order_id", String(32)),  # if it is about one order alone
    Column("kind", String(16), nullable=False),
    Column("document", Text, nullable=False),
    Column("at", String(32), nullable=False),
    sqlite_autoincrement=True,
)
Index("events_of_a_solve", events.c.solve_id, events.c.id)
