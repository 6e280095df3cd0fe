"""Solves and validations as the engine calls them: in real children, with every way to end."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any, get_args

import pytest

from tests.helpers.child_tasks import be_killed_for_memory, die, fail, fill_memory, find_a_fault, hang
from tests.helpers.desks import desk
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.jobs.solving import handle_solve
from warpack.service.jobs.validating import SLOT_S, handle_validation
from warpack.service.store import Store
from warpack.service.store.records import Job, Order, Task
from warpack.solver import load_manifest
from warpack.solver.wire.manifest import Level


def take(store: Store, document: dict[str, Any] = MANIFEST, *, time_limit_s: float = 5.0) -> tuple[str, Task]:
    manifest = load_manifest(document)
    taken = store.jobs.take(
        Order(
            manifest.name,
            manifest.sha256,
            json.dumps(document),
            manifest.validation,
            time_limit_s,
            compute_capability=manifest.target.compute_capability,
        )
    )
    assert taken.task is not None
    return taken.job_id, taken.task


def solve(store: Store, task: Task) -> list[Task]:
    followed: list[Task] = []
    with desk(store, followed.append) as at:
        asyncio.run(handle_solve(at, task))
    return followed


def validate(store: Store, task: Task, *, devices: tuple[str, ...] = ()) -> list[Task]:
    followed: list[Task] = []
    with desk(store, followed.append, lambda architecture: architecture in devices) as at:
        asyncio.run(handle_validation(at, task))
    return followed


def job_of(store: Store, job_id: str) -> Job:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


def problem_of(store: Store, job_id: str) -> dict[str, Any]:
    job = job_of(store, job_id)
    assert (job.state, job.layout) == ("failed", None)
    assert job.problem is not None
    found: dict[str, Any] = json.loads(job.problem)
    return found


def test_a_solve_and_its_validation_make_a_job_ready(store: Store) -> None:
    job_id, task = take(store)
    (validation,) = solve(store, task)
    assert (validation.kind, validation.required) == ("validate", "static")
    validate(store, validation)
    job = job_of(store, job_id)
    assert job.state == "ready"
    assert job.layout is not None
    assert json.loads(job.layout)["manifest_sha256"] == job.manifest_sha256
    assert "def " in store.jobs.artefacts(job_id)["allocators.py"]
    assert "static_assert" in store.jobs.artefacts(job_id)["allocators.cuh"]


def test_a_task_that_is_finished_already_is_not_done_again(store: Store) -> None:
    _, task = take(store)
    (validation,) = solve(store, task)
    assert solve(store, task) == []
    validate(store, validation)
    validate(store, validation)


def test_a_solver_that_crashes_fails_the_job_with_its_last_lines(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for crash, said in ((die, "SIGSEGV"), (fail, "cannot do")):
        monkeypatch.setattr("warpack.service.jobs.solving.solve", crash)
        job_id, task = take(store)
        assert solve(store, task) == []
        problem = problem_of(store, job_id)
        assert problem["type"] == "urn:warpack:problem:solver-crashed"
        assert said in problem["detail"]


def test_a_child_that_is_killed_from_outside_leaves_the_task_to_be_done_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warpack.service.jobs.solving.solve", be_killed_for_memory)
    job_id, task = take(store)
    assert solve(store, task) == []
    assert job_of(store, job_id).state == "queued"
    monkeypatch.undo()
    assert [each.kind for each in solve(store, replace(task, attempt=2))] == ["validate"]


def test_a_task_whose_children_are_killed_again_and_again_ends_with_what_was_last_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warpack.service.jobs.solving.solve", be_killed_for_memory)
    job_id, task = take(store)
    for attempt in (1, 2, 3):
        solve(store, replace(task, attempt=attempt))
    problem = problem_of(store, job_id)
    assert problem["type"] == "urn:warpack:problem:worker-crashed"
    assert "SIGKILL" in problem["detail"]


def test_a_solver_that_needs_too_much_memory_fails_the_job_with_what_it_may_have(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warpack.service.jobs.solving.solve", fill_memory)
    job_id, task = take(store)
    with desk(store) as at:
        asyncio.run(handle_solve(at, task, memory_mib=512))
    problem = problem_of(store, job_id)
    assert problem["type"] == "urn:warpack:problem:solver-over-memory"
    assert "needed more than 512 MiB" in problem["detail"]


def test_a_solver_that_does_not_stop_holds_its_slot_no_longer_than_the_grace(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warpack.service.jobs.solving._GRACE_S", 0.1)
    monkeypatch.setattr("warpack.service.jobs.solving.solve", hang)
    job_id, task = take(store, MANIFEST, time_limit_s=0.1)
    assert solve(store, task) == []
    problem = problem_of(store, job_id)
    assert problem["type"] == "urn:warpack:problem:solver-overdue"
    assert "larger solver.time_limit_s" in problem["detail"]


def test_every_level_that_can_be_asked_for_has_a_slot_of_its_own() -> None:
    assert set(SLOT_S) == {"best", *get_args(Level)}
    assert SLOT_S["static"] < SLOT_S["compiled"] < SLOT_S["simulated"] < SLOT_S["hardware"]


def test_a_validator_that_crashes_fails_the_job(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id, task = take(store)
    (validation,) = solve(store, task)
    monkeypatch.setattr("warpack.service.jobs.validating.validate", die)
    validate(store, validation)
    assert problem_of(store, job_id)["type"] == "urn:warpack:problem:validator-crashed"
    again, revalidate = take(store)
    assert again != job_id
    assert revalidate.kind == "validate"


def test_a_layout_that_does_not_pass_is_not_handed_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id, task = take(store)
    (validation,) = solve(store, task)
    monkeypatch.setattr("warpack.service.jobs.validating.validate", find_a_fault)
    validate(store, validation)
    problem = problem_of(store, job_id)
    assert problem["type"] == "urn:warpack:problem:validation-failed"
    assert problem["detail"] == "Level static found 1 fault: a and b share bytes [0, 4)"
    assert problem["reports"][0]["findings"]


def test_a_manifest_that_only_the_search_finds_impossible_is_a_fault_of_the_manifest(store: Store) -> None:
    buffer = {"size": 8, "dtype": "float32", "persistent": True}
    around = [
        buffer | {"name": "low", "component": "window", "pinned_offset_bytes": 0},
        buffer | {"name": "high", "component": "window", "pinned_offset_bytes": 64},
        buffer | {"name": "between", "pinned_offset_bytes": 32},
    ]
    components = [{"path": "window", "window": "contiguous"}]
    job_id, task = take(store, MANIFEST | {"buffers": around, "components": components})
    assert solve(store, task) == []
    problem = problem_of(store, job_id)
    assert problem["type"] == "urn:warpack:problem:bad-manifest"
    assert problem["errors"]
