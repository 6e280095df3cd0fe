"""The tables. A *solve* packs one manifest; a *validation* takes a solve's layout to a level; a *job* is what a caller
asked for under a name of their own. Many jobs may share one solve, and jobs that ask for one level share a validation.

    manifests 1─n solves 1─1 layouts
                  solves 1─n validations 1─n reports, artefacts;  validations 1─1 bundles
                  solves 1─n jobs n─1 validations,  jobs 1─n idempotency_keys

Times are UTC in ISO 8601 text, which sorts as time does on every database.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text, text

metadata = MetaData()

manifests = Table(
    "manifests",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("document", Text, nullable=False),  # as the first caller posted it; the hash leaves name and limits out
    Column("created_at", String(32), nullable=False),
    Column("compute_capability", String(8), nullable=False, server_default=""),
)

solves = Table(
    "solves",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("manifest_sha256", ForeignKey("manifests.sha256"), nullable=False, index=True),
    Column("time_limit_s", Float, nullable=False),
    Column("state", String(16), nullable=False),  # queued, solving, solved, infeasible, failed, cancelled
    Column("attempt", Integer, nullable=False, default=0),  # the token that fences off a worker that was given up
    Column("problem", Text),
    Column("created_at", String(32), nullable=False),
    Column("finished_at", String(32)),
)
Index(
    "one_solve_in_flight",
    solves.c.manifest_sha256,
    solves.c.time_limit_s,
    unique=True,
    sqlite_where=text("state IN ('queued', 'solving')"),
    postgresql_where=text("state IN ('queued', 'solving')"),
)

layouts = Table(
    "layouts",
    metadata,
    Column("solve_id", ForeignKey("solves.id"), primary_key=True),  # one result row a solve, whoever delivers first
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
    Column("attempt", Integer, nullable=False, default=0),
    Column("level", String(16)),
    Column("document", Text),  # the layout with its validation, without a name: what callers get, byte for byte
    Column("problem", Text),
    Column("created_at", String(32), nullable=False),
    Column("finished_at", String(32)),
    Column("stage", String(8), nullable=False, server_default="host"),  # host: up to simulated; device: what a GPU does
)
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
    Column("content", Text, nullable=False),  # what a GPU worker runs; there while one is waited for
)

artefacts = Table(
    "artefacts",
    metadata,
    Column("validation_id", ForeignKey("validations.id"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("content", Text, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),  # sorts by time of creation
    Column("name", Text, nullable=False),
    Column("required", String(16), nullable=False),
    Column("solve_id", ForeignKey("solves.id"), nullable=False, index=True),
    Column("validation_id", ForeignKey("validations.id"), index=True),
    Column("time_limit_s", Float, nullable=False),
    Column("cancelled_at", String(32)),
    Column("created_at", String(32), nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("request_sha256", String(64), nullable=False),
    Column("job_id", ForeignKey("jobs.id"), nullable=False),
    Column("created_at", String(32), nullable=False),
)
