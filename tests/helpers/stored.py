"""Orders, claims and results for tests of the store, each in as few words as it takes."""

from __future__ import annotations

from dataclasses import replace

from warpack.service.store import Store
from warpack.service.store.records import Claim, Job, Order, Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.store.validations import Verdict
from warpack.service.versions import solver_version

HASH = "a" * 64
HOLDER = "a worker"


def order(
    name: str = "n",
    *,
    required: str = "static",
    time_limit_s: float = 10.0,
    sha256: str = HASH,
    key: str | None = None,
    request: str = "r",
    caller: str = "",
) -> Order:
    return Order(
        name,
        sha256,
        "{}",
        required,
        time_limit_s,
        caller=caller,
        idempotency_key=key,
        request_sha256=request,
    )


def layout(status: str = "optimal", document: str = "{}") -> SolvedLayout:
    return SolvedLayout(status, "b" * 64, 4096 if status == "infeasible" else None, document, solver_version())


def verdict(level: str = "static") -> Verdict:
    report = {"level": level, "passed": True, "findings": []}
    return Verdict(level, (report,), document='{"validated": 1}', artefacts={"allocators.py": "code"})


def job_of(store: Store, job_id: str) -> Job:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


def claim_solve(store: Store, task: Task | None) -> Claim:
    assert task is not None
    assert task.kind == "solve"
    claim = store.solves.claim(task, HOLDER)
    assert claim is not None
    return claim


def begun_anew(store: Store, claim: Claim) -> Claim:
    """The next attempt at a task whose holder was given up."""
    store.tasks.lose(claim, "it died")
    again = store.solves.claim(replace(claim.task, attempt=claim.task.attempt + 1), "another worker")
    assert again is not None
    return again


def wanted(store: Store, claim: Claim) -> bool:
    return claim.token in store.tasks.wanted((claim,))


def solved(store: Store, an_order: Order, status: str = "optimal") -> tuple[str, tuple[Task, ...]]:
    taken = store.jobs.take(an_order)
    return taken.job_id, store.solves.deliver(claim_solve(store, taken.task), layout(status))


def made_ready(store: Store, an_order: Order, status: str = "optimal", level: str = "static") -> str:
    job_id, (task,) = solved(store, an_order, status)
    claim = store.validations.claim(task, HOLDER)
    assert claim is not None
    store.validations.deliver(claim, verdict(level))
    return job_id
