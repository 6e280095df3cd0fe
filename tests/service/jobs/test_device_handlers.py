"""What follows level simulated: a bundle for a device, and what that found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.child_tasks import (
    bundle_it,
    find_a_fault_on_a_device,
    find_nothing_wrong_on_a_device,
    have_no_device,
)
from tests.helpers.desks import desk
from tests.helpers.fake_driver import build_double
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.jobs import validating
from warpack.service.jobs.children.fork_server import SOLVING
from warpack.service.jobs.gpu import Gpu
from warpack.service.jobs.solving import handle_solve
from warpack.service.jobs.validating import handle_device, handle_validation
from warpack.service.store import Store
from warpack.service.store.records import Job, Order, Task
from warpack.solver import load_manifest

GPU = Gpu({"ordinal": 0, "compute_capability": "8.6", "name": "a GPU"})


@pytest.fixture
def bundled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Levels below hardware find nothing, at once: their children need not be ready to compile."""
    monkeypatch.setattr(validating, "validate", bundle_it)
    monkeypatch.setattr(validating, "COMPILING", SOLVING)


def posted(store: Store, required: str) -> tuple[str, Task]:
    """A job that is solved, and its validation."""
    document = MANIFEST | {"validation": required}
    manifest = load_manifest(document)
    order = Order("n", manifest.sha256, json.dumps(document), required, 5.0, compute_capability="8.6")
    taken = store.jobs.take(order)
    assert taken.task is not None
    followed: list[Task] = []
    with desk(store, followed.append) as at:
        asyncio.run(handle_solve(at, taken.task))
    return taken.job_id, followed[0]


def validate(store: Store, task: Task, *, device: bool) -> list[Task]:
    followed: list[Task] = []
    with desk(store, followed.append, lambda _: device) as at:
        asyncio.run(handle_validation(at, task))
    return followed


def run_on_device(store: Store, task: Task) -> None:
    with desk(store) as at:
        asyncio.run(handle_device(at, GPU, task))


def job_of(store: Store, job_id: str) -> Job:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


@pytest.mark.usefixtures("bundled")
@pytest.mark.parametrize(("required", "device"), [("hardware", False), ("hardware", True), ("best", True)])
def test_what_must_go_to_a_device_is_handed_over_with_a_bundle(store: Store, required: str, device: bool) -> None:
    job_id, task = posted(store, required)
    (follows,) = validate(store, task, device=device)
    assert (follows.kind, follows.id, follows.required, follows.compute_capability) == (
        "device",
        task.id,
        required,
        "8.6",
    )
    job = job_of(store, job_id)
    assert (job.state, job.level, job.stage) == ("validating", "simulated", "device")


@pytest.mark.usefixtures("bundled")
def test_best_without_a_device_ends_with_what_was_reached(store: Store) -> None:
    job_id, task = posted(store, "best")
    assert validate(store, task, device=False) == []
    assert (job_of(store, job_id).state, job_of(store, job_id).level) == ("ready", "simulated")


@pytest.mark.usefixtures("bundled")
@pytest.mark.parametrize(
    ("required", "found", "state", "level"),
    [
        ("hardware", find_nothing_wrong_on_a_device, "ready", "hardware"),
        ("hardware", have_no_device, "failed", "simulated"),
        ("best", find_nothing_wrong_on_a_device, "ready", "hardware"),
        ("best", have_no_device, "ready", "simulated"),
        ("best", find_a_fault_on_a_device, "failed", "simulated"),
    ],
)
def test_what_the_device_found_decides_and_its_own_trouble_is_not_the_layouts(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    required: str,
    found: Callable[[bytes, Callable[[], bool]], bytes],
    state: str,
    level: str,
) -> None:
    monkeypatch.setattr(validating, "validate_on_device", found)
    job_id, task = posted(store, required)
    (follows,) = validate(store, task, device=True)
    run_on_device(store, follows)
    job = job_of(store, job_id)
    assert (job.state, job.level) == (state, level)
    run_on_device(store, follows)  # finished: nothing happens


@pytest.mark.usefixtures("kernels_are_compiled")
def test_a_worker_that_came_to_a_double_fails_the_job_and_reports_no_level(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("numba_cuda", reason="the extra gpu is not installed")
    job_id, task = posted(store, "hardware")
    (follows,) = validate(store, task, device=False)
    monkeypatch.setenv("LD_LIBRARY_PATH", str(build_double(tmp_path)))
    _use_environment_of_this_test(monkeypatch)
    run_on_device(store, follows)
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout) == ("failed", "simulated", None)
    assert job.problem is not None
    problem: dict[str, Any] = json.loads(job.problem)
    assert problem["reports"][0]["findings"][0]["rule"] == "device-not-real"
    assert "does not identify itself as a real GPU" in problem["detail"]


def _use_environment_of_this_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Children come from a fork server that was started before this test changed the environment: do the work here."""
    from warpack.service.jobs.child_tasks.devices import validate_on_device
    from warpack.service.jobs.children.outcome import Outcome

    async def here(_do: object, request: bytes, **_: object) -> Outcome:
        return Outcome("answered", validate_on_device(request, lambda: False), "")

    monkeypatch.setattr(validating, "run_child", here)
