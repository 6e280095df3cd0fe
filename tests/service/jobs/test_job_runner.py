"""After a crash, store and engine agree again: lost tasks are handed over, given-up ones fail with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from warpack.service.engine import Fate, Handler, TaskKey, Worker
from warpack.service.jobs import job_runner as job_runner_module
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.records import Job, Order, Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.store.validations import Verdict


class EngineWithoutWorkers:
    """Remembers what it was given; its fates are what a test says."""

    def __init__(self) -> None:
        self.submitted: list[TaskKey] = []
        self.fate: Fate = "unknown"
        self.alive: tuple[Worker, ...] = ()

    def start(self, handlers: Mapping[str, Handler]) -> None:
        self.handlers = handlers

    def submit(self, task: TaskKey) -> None:
        self.submitted.append(task)

    def fates(self, tasks: tuple[TaskKey, ...]) -> dict[TaskKey, Fate]:
        return dict.fromkeys(tasks, self.fate)

    def workers(self) -> tuple[Worker, ...]:
        return self.alive

    def stop(self) -> None:
        return


@pytest.fixture
def engine() -> EngineWithoutWorkers:
    return EngineWithoutWorkers()


@pytest.fixture
def store(engine: EngineWithoutWorkers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    opened = Store(Settings(data_dir=tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def runner(engine: EngineWithoutWorkers, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JobRunner:
    monkeypatch.setattr(job_runner_module, "_SETTLED_S", -1.0)
    made = JobRunner(Settings(data_dir=tmp_path, workers=0), engine)
    made.store = store
    return made


def posted(store: Store, required: str = "static") -> tuple[str, TaskKey]:
    taken = store.jobs.take(Order("n", "a" * 64, "{}", required, 10.0, compute_capability="8.6"))
    assert taken.task is not None
    return taken.job_id, TaskKey("solve", taken.task.id, "solve")


def job_of(store: Store, job_id: str) -> Job:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


def test_a_task_that_never_reached_the_engine_is_handed_over(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner
) -> None:
    _, key = posted(store)
    runner.sweep()
    assert engine.submitted == [key]


@pytest.mark.parametrize("fate", ["waiting", "running"])
def test_a_task_under_way_is_left_alone(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner, fate: Fate
) -> None:
    job_id, _ = posted(store)
    engine.fate = fate
    runner.sweep()
    assert engine.submitted == []
    assert job_of(store, job_id).state == "queued"


@pytest.mark.parametrize(("fate", "slug"), [("crashed", "worker-crashed"), ("broke", "internal-error")])
def test_a_job_whose_task_was_given_up_fails_and_says_why(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner, fate: Fate, slug: str
) -> None:
    job_id, _ = posted(store)
    engine.fate = fate
    runner.sweep()
    job = job_of(store, job_id)
    assert job.state == "failed"
    assert job.problem is not None
    assert json.loads(job.problem)["type"] == f"urn:warpack:problem:{slug}"


def handed_to_a_device(store: Store, required: str) -> tuple[str, Task]:
    """A job whose layout has passed what needs no GPU."""
    job_id, key = posted(store, required)
    claim = store.solves.claim(key.id)
    assert claim is not None
    (task,) = store.solves.deliver(claim, SolvedLayout("optimal", "b" * 64, None, "{}"))
    validation = store.validations.claim(task.id)
    assert validation is not None
    follows = store.validations.hand_over(validation, Verdict("simulated", (), "the layout"), "a bundle")
    assert follows is not None
    return job_id, follows


def test_what_only_a_gpu_can_do_is_handed_over_and_waits(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner
) -> None:
    job_id, task = handed_to_a_device(store, "hardware")
    assert task == Task("device", task.id, "hardware", "8.6")
    runner.sweep()
    assert engine.submitted == [TaskKey("device", task.id, "gpu-sm86")]
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout, job.stage) == ("validating", "simulated", None, "device")


def test_best_is_what_was_reached_once_no_gpu_of_the_architecture_is_alive(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner
) -> None:
    job_id, _ = handed_to_a_device(store, "best")
    engine.alive = (Worker("one", ("gpu-sm86",), ({"name": "a GPU"},)),)
    assert (runner.best_level("8.6"), runner.best_level("9.0")) == ("hardware", "simulated")
    runner.sweep()
    assert job_of(store, job_id).state == "validating"
    engine.alive = (Worker("two", ("gpu-sm90",)),)
    runner.sweep()
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout) == ("ready", "simulated", "the layout")


def test_a_host_stage_that_ended_does_not_fail_the_device_stage_that_followed(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner
) -> None:
    job_id, task = handed_to_a_device(store, "hardware")
    runner._settle(Task("validate", task.id, "hardware", "8.6"), "done")
    assert job_of(store, job_id).state == "validating"
    runner._settle(task, "crashed")
    assert job_of(store, job_id).state == "failed"
