"""The demo's jobs: posts a manifest, and follows it to its end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warpack.service.cli.exits import BAD_INPUT, DONE, FAILED, INFEASIBLE
from warpack.service.cli.terminal import complain, detail, note

if TYPE_CHECKING:
    from warpack.service.client import ApiProblem, Client
    from warpack.solver.wire.layout import Layout

_ASK_AGAIN_S = 1
"""The longest time between two looks at a job, so that its states show soon after they change."""
_PATIENCE_S = {"hardware": 5.0, "gpu-extra": 60.0, "worker": 600.0}
"""How long a job may wait for what no live worker can do. A worker of this machine that is slow to report counts as
absent for a while; a GPU does not appear."""
_SAY_AGAIN_S = 15.0

_FINAL = frozenset({"ready", "failed", "infeasible", "cancelled"})
_BAD_INPUT_STATUSES = (400, 413, 422)

Tell = Callable[[str], None]
"""Is told the state of the job that is followed."""


@dataclass(frozen=True)
class Sent:
    """A manifest that was posted: its job, or why it was refused."""

    source: str
    document: bytes
    started: float
    job: dict[str, Any] | None
    problem: ApiProblem | None


@dataclass(frozen=True)
class Ended:
    """How one manifest's job ended. A ready one has a `layout`. `remark`: what is to be said in the table."""

    source: str
    document: bytes
    state: str
    seconds: float
    layout: Layout | None
    exit_code: int
    remark: str = ""


def send(client: Client, source: str, document: bytes) -> Sent:
    from warpack.service.client import ApiProblem, Unreachable

    started = time.monotonic()
    try:
        return Sent(source, document, started, client.submit(document), None)
    except Unreachable:
        raise
    except ApiProblem as problem:
        return Sent(source, document, started, None, problem)


def follow(client: Client, sent: Sent, tell: Tell) -> Ended:
    """Waits for the job's end, and says it in a line.

    If no worker can reach the level that the manifest asks for, the job is cancelled. It is posted again with the best
    level that can be reached, and a note says so.
    """
    if sent.problem is not None:
        return _refused(sent, sent.problem)
    job = _watch(client, sent.job or {}, sent.source, tell)
    waiting = job.get("waiting_for")
    if job["state"] not in _FINAL and waiting:
        client.cancel(job["id"])
        if waiting["best_level_now"] == "none":
            return _ended(sent, {**job, "state": "cancelled"})
        note(f"Asking again for level {waiting['best_level_now']}, the highest that can be reached here.")
        lower = json.loads(sent.document) | {"validation": waiting["best_level_now"]}
        job = _watch(client, client.submit(lower), sent.source, tell)
    return _ended(sent, job)


def _watch(client: Client, job: dict[str, Any], source: str, tell: Tell) -> dict[str, Any]:
    """The job at its end, or after no live worker could go on with it for too long. Says what it waits for."""
    alone_since, said = None, 0.0
    job = client.get(job["id"])
    while True:
        tell(f"{source}: {job['state']}")
        now, waiting = time.monotonic(), job.get("waiting_for")
        if job["state"] in _FINAL:
            return job
        if not waiting:
            alone_since = None
        else:
            alone_since = now if alone_since is None else alone_since
            given_up = now - alone_since > _PATIENCE_S.get(waiting["capability"], 5.0)
            if given_up or now - said > _SAY_AGAIN_S:
                note(f"{source}: {waiting['message']}" + ("" if given_up else " Waiting for it."))
                said = now
            if given_up:
                return job
        job = client.get(job["id"], _ASK_AGAIN_S)


def _refused(sent: Sent, problem: ApiProblem) -> Ended:
    complain(f"{sent.source}: {problem}")
    for fault in problem.errors:
        at = f"{fault['pointer']}: " if fault.get("pointer") else ""
        detail(f"error: {at}{fault.get('message')} [{fault.get('type')}]")
    code = BAD_INPUT if problem.status in _BAD_INPUT_STATUSES else FAILED
    return Ended(sent.source, sent.document, "refused", time.monotonic() - sent.started, None, code)


def _ended(sent: Sent, job: dict[str, Any]) -> Ended:
    from warpack.solver import read_layout

    seconds, state, remark = time.monotonic() - sent.started, str(job["state"]), ""
    layout = None if job.get("layout") is None else read_layout(job["layout"])
    code = DONE if layout is not None else INFEASIBLE if state == "infeasible" else FAILED
    if layout is None and state == "infeasible" and job.get("minimum_budget_bytes"):
        remark = f"needs a budget of {job['minimum_budget_bytes']}"
    if layout is None and job.get("problem"):
        complain(f"{sent.source}: {job['problem'].get('title')}: {job['problem'].get('detail')}")
    note(f"{seconds:7.2f} s  {state:<10}  {sent.source}")
    return Ended(sent.source, sent.document, state, seconds, layout, code, remark=remark)
