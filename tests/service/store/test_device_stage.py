"""Validations in two stages: what the first one found stands, what the device finds decides, and `best` may rise."""

from __future__ import annotations

import json
from dataclasses import replace

from warpack.service.store import Store
from warpack.service.store.records import Claim, Job, Order, Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.store.validations import Verdict

_ORDER = Order("n", "a" * 64, "{}", "hardware", 10.0, compute_capability="8.6")


def job_of(store: Store, job_id: str) -> Job:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


def report(level: str, *, passed: bool = True) -> dict[str, object]:
    return {"level": level, "passed": passed, "findings": []}


def first_stage(store: Store, order: Order = _ORDER) -> tuple[str, Claim]:
    """A job that a worker validates up to level simulated."""
    taken = store.jobs.take(order)
    task = taken.task
    assert task is not None
    if task.kind == "solve":
        claim = store.solves.claim(task, "w")
        assert claim is not None
        (task,) = store.solves.deliver(claim, SolvedLayout("optimal", "b" * 64, None, '{"layout": 1}'))
    claim = store.validations.claim(task, "w")
    assert claim is not None
    return taken.job_id, claim


def on_device(store: Store, task: Task | None) -> Claim:
    assert task is not None
    claim = store.validations.claim(task, "a worker with a GPU")
    assert claim is not None
    return claim


def left(store: Store, table: str) -> int:
    with store._database.reading() as connection:
        return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def hand_over(store: Store, claim: Claim) -> Task | None:
    reports = tuple(report(level) for level in ("static", "compiled", "simulated"))
    found = Verdict("simulated", reports, '{"validated": "simulated"}', {"allocators.py": "code"})
    return store.validations.hand_over(claim, found, "a bundle")


def test_a_device_is_given_the_bundle_and_the_reports_so_far_in_order(store: Store) -> None:
    _, claim = first_stage(store)
    task = hand_over(store, claim)
    assert task is not None
    assert (task.kind, task.id, task.attempt) == ("device", claim.id, claim.task.attempt + 1)
    assert (task.required, task.compute_capability) == ("hardware", "8.6")
    assert store.validations.claim(replace(task, kind="validate"), "w") is None
    found = on_device(store, task)
    assert (found.bundle, found.layout) == ("a bundle", '{"layout": 1}')
    assert [json.loads(text)["level"] for text in found.reports] == ["static", "compiled", "simulated"]


def test_what_the_device_found_makes_the_job_ready_and_its_bundle_goes(store: Store) -> None:
    job_id, claim = first_stage(store)
    found = on_device(store, hand_over(store, claim))
    store.validations.deliver(found, Verdict("hardware", (report("hardware"),), '{"validated": "hardware"}'))
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout) == ("ready", "hardware", '{"validated": "hardware"}')
    assert store.jobs.artefacts(job_id) == {"allocators.py": "code"}
    assert (left(store, "bundles"), left(store, "reports")) == (0, 4)


def test_a_fault_that_the_device_finds_fails_the_job(store: Store) -> None:
    job_id, claim = first_stage(store)
    found = on_device(store, hand_over(store, claim))
    store.validations.deliver(found, Verdict("simulated", (report("hardware", passed=False),), problem='{"type": "x"}'))
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout) == ("failed", "simulated", None)


def test_a_bundle_goes_with_what_it_was_made_for(store: Store) -> None:
    job_id, claim = first_stage(store)
    task = hand_over(store, claim)
    store.jobs.cancel(job_id)
    assert task is not None
    assert store.validations.claim(task, "w") is None
    _, claim = first_stage(store)
    task = hand_over(store, claim)
    store.validations.fail(claim, "{}")  # too late: the first stage is over
    store.validations.fail(on_device(store, task), "{}")
    assert left(store, "bundles") == 0


def test_a_late_first_stage_hands_nothing_over(store: Store) -> None:
    _, claim = first_stage(store)
    store.tasks.lose(claim, "it died")
    assert hand_over(store, claim) is None


def test_only_best_falls_back(store: Store) -> None:
    job_id, claim = first_stage(store)
    hand_over(store, claim)
    store.validations.fall_back(claim.id)
    assert job_of(store, job_id).state == "validating"
    job_id, claim = first_stage(store, replace(_ORDER, required="best", manifest_sha256="c" * 64))
    hand_over(store, claim)
    store.validations.fall_back(claim.id)
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout) == ("ready", "simulated", '{"validated": "simulated"}')


def test_when_best_has_risen_the_layout_is_validated_again_and_earlier_jobs_stay_ready(store: Store) -> None:
    best = replace(_ORDER, required="best")
    job_id, claim = first_stage(store, best)
    store.validations.deliver(claim, Verdict("simulated", (report("simulated"),), '{"validated": "simulated"}'))
    assert store.jobs.take(best).job_id == job_id
    higher, second = first_stage(store, replace(best, best_level="hardware"))
    assert higher != job_id
    assert second.id != claim.id
    assert job_of(store, job_id).state == "ready"
    assert job_of(store, job_id).layout == '{"validated": "simulated"}'
    found = on_device(store, hand_over(store, second))
    store.validations.deliver(found, Verdict("hardware", (report("hardware"),), '{"validated": "hardware"}'))
    assert store.jobs.take(replace(best, best_level="hardware")).job_id == higher
    assert store.jobs.take(best).job_id == higher
