"""The records that repositories hand out: plain frozen values, without types of the database."""

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
"""Priorities, the lowest first."""

_RANKS = {"none": 0, "static": 1, "compiled": 2, "simulated": 3, "hardware": 4}


def rank(level: str) -> int:
    """A level's place in the order of levels. The weakest has the lowest."""
    return _RANKS[level]


def new_id() -> str:
    """A unique id: milliseconds since 1970 and 64 random bits, in hexadecimal. In an index it lies near ids of its
    time."""
    return f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


def now() -> str:
    """The time in UTC, as ISO 8601 text with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def satisfies(level: str | None, required: str, best: str = "simulated") -> bool:
    """Whether a layout that reached `level` answers a manifest that requires `required`. `best` is the level that
    `best` means now."""
    return _RANKS[level or "none"] >= _RANKS[best if required == "best" else required]


@dataclass(frozen=True, slots=True)
class Order:
    """What a caller posted. `document` is the manifest as posted; `request_sha256` is the hash of exactly those bytes.
    `caller` is the id of the API key. Without keys, all callers are one.

    `handed_over_in_s`: within this time the process that takes the order hands its task to the engine. Later, any
    process does. `best_level`: the level that `best` means now. It is hardware if there is a live worker with a GPU of
    that architecture.
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
    """A task of the job engine: one attempt at a solve, at a validation up to level simulated, or at the device stage
    of a validation.

    `required` is the level that a validation must reach. A `device` task is for a GPU of that `compute_capability`.
    Tasks with a smaller `turn` go first. `format`: see `versions.FORMAT`.
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
    """The job that answers an order, and the new task that must be handed to the engine for it; None if none is new."""

    job_id: str
    task: Task | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One claimed attempt at a task. Every write for it must show its `token`, so a worker that was given up cannot
    write.

    `wants_bundle`: a device will go on with the validation. A device gets the `bundle`, and the `reports` (JSON texts)
    of the levels below.
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
        """The id of the claimed task."""
        return self.task.id


@dataclass(frozen=True, slots=True)
class Job:
    """A job as callers see it. `layout` is JSON text without the name. Only a `ready` job has it.

    `problem` is JSON text: why the job failed. `best_so_far` is the unvalidated layout of a cancelled job, or the
    layout of an infeasible job, which places nothing. `has_best`: a cancelled job has one, also where a list leaves it
    out. `stage` is `device` while its validation waits for a GPU or runs on one, else `host`; None if there is no
    validation yet.
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
    has_best: bool = False
    compute_capability: str = ""
    stage: str | None = None
    seq: int = 0
    caller: str = ""
    priority: Priority = "normal"

    @property
    def finished(self) -> bool:
        """Whether the job has ended."""
        return self.state in FINAL_STATES

    @property
    def pictured(self) -> str | None:
        """The layout that pictures show: that of a ready job, or the best of a cancelled one."""
        return self.best_so_far if self.state == "cancelled" else self.layout
