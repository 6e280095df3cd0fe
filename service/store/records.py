"""What the repositories hand out: plain frozen values, no database types."""

from __future__ import annotations

import secrets
import time
from dataclasses import KW_ONLY, dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

JobState = Literal["queued", "solving", "validating", "ready", "failed", "infeasible", "cancelled"]

FINAL_STATES: frozenset[str] = frozenset({"ready", "failed", "infeasible", "cancelled"})

Priority = Literal["low", "normal", "high"]
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
"""The lowest first."""

_RANKS = {"none": 0, "static": 1, "compiled": 2, "simulated": 3, "hardware": 4}


def rank(level: str) -> int:
    """Levels in order, the weakest lowest."""
    return _RANKS[level]


def new_id() -> str:
    """Milliseconds since 1970 and 64 random bits, in hexadecimal: unique, and near its neighbours in an index."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def satisfies(level: str | None, required: str, best: str = "simulated") -> bool:
    """Whether a layout that reached `level` answers a manifest that asks for `required`; `best` is what that means
    now."""
    return _RANKS[level or "none"] >= _RANKS[best if required == "best" else required]


@dataclass(frozen=True, slots=True)
class Order:
    """What a caller posted. `document` is the manifest as posted, `request_sha256` the hash of exactly those bytes.
    `caller` is the id of its API key; without keys all callers are one.

    `handed_over_in_s`: whoever takes the order hands its work to the engine within this; then any process does.
    `best_level`: what `best` means at this moment: hardware where a worker with a GPU of that architecture is alive.
    """

    name: str
    manifest_sha256: str
    document: str
    required: str
    time_limit_s: float
    _: KW_ONLY
    caller: str = ""
    idempotency_key: str | None = None
    request_sha256: str = ""
    compute_capability: str = ""
    best_level: str = "simulated"
    buffers: int = 0
    priority: Priority = "normal"
    handed_over_in_s: float = 0.0


TaskKind = Literal["solve", "validate", "device"]
KINDS: tuple[TaskKind, ...] = get_args(TaskKind)


@dataclass(frozen=True, slots=True)
class Task:
    """Work for the job engine: one attempt at a solve, at a validation up to level simulated, or at what a device does
    of it.

    `required` is the level that a validation must reach. A `device` task is for a GPU of that `compute_capability`.
    `turn`: those with a smaller one go first. `format`: see `versions.FORMAT`.
    """

    kind: TaskKind
    id: str
    attempt: int = 1
    _: KW_ONLY
    required: str = ""
    compute_capability: str = ""
    turn: int = 0
    format: int = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """The job that answers an order, and the work that must be handed to the engine for it (None: nothing new)."""

    job_id: str
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at a task. Who writes for it must show its `token`: a worker that was given up writes nothing.

    `wants_bundle`: a device is to go on with the validation. For a device: `bundle`, and the `reports` (JSON texts) of
    the levels before.
    """

    task: Task
    token: str
    manifest: str
    _: KW_ONLY
    manifest_sha256: str = ""
    time_limit_s: float = 0.0
    layout: str = ""
    required: str = ""
    compute_capability: str = ""
    bundle: str = ""
    reports: tuple[str, ...] = ()
    wants_bundle: bool = False

    @property
    def id(self) -> str:
        return self.task.id


@dataclass(frozen=True, slots=True)
class Job:
    """A job as callers see it. `layout` is JSON text without the name, there only when the state is `ready`.

    `problem` is JSON text: why the job failed. `best_so_far` holds an unvalidated layout of a job that was cancelled,
    or the one of an infeasible job, which places nothing.
    `stage`: `device` while its validation is for a GPU to go on with, else `host`; None before there is one.
    """

    id: str
    name: str
    state: JobState
    required: str
    manifest_sha256: str
    created_at: str
    finished_at: str | None
    level: str | None
    minimum_budget_bytes: int | None
    problem: str | None
    solve_id: str
    validation_id: str | None
    layout: str | None = None
    best_so_far: str | None = None
    compute_capability: str = ""
    stage: str | None = None
    seq: int = 0
    caller: str = ""
    priority: Priority = "normal"

    @property
    def finished(self) -> bool:
        return self.state in FINAL_STATES
