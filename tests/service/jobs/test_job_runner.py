"""What dies is taken back, what was never handed over is handed over, and what goes on for ever ends with a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.helpers.desks import desk
from warpack.service.engine import Fate, Handler, TaskKey
from warpack.service.jobs.gates import gates_of
from warpack.service.jobs.job_runner import JobRunner
from warpack.service.jobs.presence import Presence
from warpack.service.jobs.task_keys import key_of
from warpack.service.jobs.upkeep import Upkeep
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.records import Claim, Job, Order, Task
from warpack.service.store.solves import SolvedLayout
from warpack.service.store.validations import Verdict
from warpack.service.store.workers import Worker


class EngineWithoutWorkers:
    """Remembers what it was given; its fates are what a test says."""

    def __init__(self) -> None:
        self.submitted: list[TaskKey] = []
        self.forgotten: list[TaskKey] = []
        self.fate: Fate = "unknown"
        self.at_work: tuple[tuple[TaskKey, str], ...] = ()

    def start(self, handlers: Mapping[str, Handler]) -> None:
        self.handlers = handlers

    def submit(self, task: TaskKey) -> None:
        self.submitted.append(task)

    def fates(self, tasks: tuple[TaskKey, ...]) -> dict[TaskKey, Fate]:
        return dict.fromkeys(tasks, self.fate)

    def running(self) -> tuple[tuple[TaskKey, str], ...]:
        return self.at_work

    def forget(self, tasks: tuple[TaskKey, ...]) -> None:
        self.forgotten += tasks

    def drop_ended(self, age_s: float) -> int:
        self.dropped_after_s = age_s
        return 0

    def give(self, places: Mapping[str, int]) -> None:
        self.places = dict(places)

    def stop(self, limit_s: float = 0.0) -> None:
        return


@pytest.fixture
def engine() -> EngineWithoutWorkers:
    return EngineWithoutWorkers()


@pytest.fixture
def runner(engine: EngineWithoutWorkers, store: Store, tmp_path: Path) -> Iterator[JobRunner]:
    """As it is after its start, but that nothing happens by itself."""
    made = JobRunner(Settings(data_dir=tmp_path, workers=0), engine)
    made.store = store
    made.presence = Presence(store.workers, tmp_path / "live", Worker("own"))
    made.presence.start()
    with desk(store) as at:
        made.desk = at
        made.upkeep = Upkeep(
            store,
            engine,
            made.presence,
            at,
            submit=made.submit,
            has_device=made.has_device,
            keep_s=600.0,
        )
        yield made
    made.presence.stop()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warpack.service.store.leases._SETTLED_S", -1.0)
    monkeypatch.setattr("warpack.service.jobs.upkeep._SELDOM_S", -1.0)


def posted(store: Store, required: str = "static") -> tuple[str, Task]:
    taken = store.jobs.take(Order("n", "a" * 64, "{}", required, 10.0, compute_capability="8.6"))
    assert taken.task is not None
    return taken.job_id, taken.task


def job_of(store: Store, job_id: str) -> Job:
    job = store.jobs.get(job_id)
    assert job is not None
    return job


def claimed(store: Store, task: Task, holder: str) -> Claim:
    claim = store.solves.claim(task, holder)
    assert claim is not None
    return claim


def names(keys: list[TaskKey]) -> list[str]:
    return [str(key) for key in keys]


def test_a_task_that_never_reached_the_engine_is_handed_over_once(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner
) -> None:
    _, task = posted(store)
    runner.upkeep.hand_over()
    runner.upkeep.hand_over()
    assert names(engine.submitted) == [f"solve-{task.id}-1"]
    assert (engine.submitted[0].queue, engine.submitted[0].turn) == ("solve", task.turn)


@pytest.mark.parametrize(
    ("fate", "again"), [("waiting", False), ("running", False), ("unknown", True), ("ended", True)]
)
def test_a_task_that_the_engine_has_lost_is_handed_over_as_the_next_attempt(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner, fate: Fate, again: bool
) -> None:
    job_id, task = posted(store)
    runner.submit(task)
    engine.fate = fate
    runner.upkeep.seldom()
    runner.upkeep.hand_over()
    assert names(engine.submitted) == [f"solve-{task.id}-1"] + [f"solve-{task.id}-2"] * again
    assert job_of(store, job_id).state == "queued"


def test_a_task_that_a_live_worker_took_and_never_claimed_is_handed_over_again(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner
) -> None:
    """The database was away when the worker wanted to claim it, and the engine takes it for one that runs."""
    job_id, task = posted(store)
    runner.submit(task)
    engine.fate, engine.at_work = "running", ((key_of(task), "own"),)
    runner.upkeep.seldom()
    assert engine.forgotten == []
    runner.upkeep.seldom()
    runner.upkeep.hand_over()
    assert engine.forgotten == [key_of(task)]
    assert names(engine.submitted) == [f"solve-{task.id}-1", f"solve-{task.id}-2"]
    assert job_of(store, job_id).state == "queued"


def test_what_a_dead_worker_held_or_was_just_given_is_handed_over_again(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id, task = posted(store)
    runner.submit(task)
    claim = claimed(store, task, "dead")
    other = store.jobs.take(Order("n", "c" * 64, "{}", "static", 10.0)).task
    assert other is not None
    runner.submit(other)
    engine.at_work = ((key_of(task), "dead"), (key_of(other), "dead"))
    with monkeypatch.context() as patch:
        patch.setattr("warpack.service.store.workers.LEASE_S", -1.0)
        store.workers.beat(Worker("dead", ("solve",)))
    runner.upkeep.take_back()
    assert set(names(engine.submitted[2:])) == {f"solve-{task.id}-2", f"solve-{other.id}-2"}
    assert set(engine.forgotten) == {key_of(task), key_of(other)}
    assert [worker.id for worker in store.workers.all()] == ["own"]
    assert store.solves.deliver(claim, SolvedLayout("optimal", "b" * 64, None, "{}")) is None
    assert job_of(store, job_id).state == "queued"


def test_what_this_process_holds_but_nobody_here_does_is_lost_in_the_end(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner
) -> None:
    job_id, task = posted(store)
    claim = claimed(store, task, "own")
    runner.upkeep.seldom()
    assert job_of(store, job_id).state == "solving"
    runner.upkeep.seldom()
    assert job_of(store, job_id).state == "queued"
    assert claim.token not in store.tasks.wanted((claim,))


def handed_to_a_device(store: Store, required: str) -> tuple[str, Task]:
    """A job whose layout has passed what needs no GPU."""
    job_id, task = posted(store, required)
    (task,) = store.solves.deliver(claimed(store, task, "w"), SolvedLayout("optimal", "b" * 64, None, "{}"))
    validation = store.validations.claim(task, "w")
    assert validation is not None
    follows = store.validations.hand_over(validation, Verdict("simulated", (), "the layout"), "a bundle")
    assert follows is not None
    return job_id, follows


def test_what_only_a_gpu_can_do_is_handed_over_and_waits(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner
) -> None:
    job_id, task = handed_to_a_device(store, "hardware")
    runner.upkeep.hand_over()
    assert names(engine.submitted) == [f"device-{task.id}-2"]
    assert engine.submitted[0].queue == "gpu-sm86"
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout, job.stage) == ("validating", "simulated", None, "device")


def test_best_is_what_was_reached_once_no_gpu_of_the_architecture_is_alive(store: Store, runner: JobRunner) -> None:
    job_id, _ = handed_to_a_device(store, "best")
    store.workers.beat(Worker("one", ("gpu-sm86",), ({"name": "a GPU"},)))
    runner.upkeep.take_back()  # which looks who is alive
    assert (runner.best_level("8.6"), runner.best_level("9.0")) == ("hardware", "simulated")
    runner.upkeep.hand_over()
    assert job_of(store, job_id).state == "validating"
    store.workers.leave("one")
    runner.upkeep.take_back()
    runner.upkeep.hand_over()
    job = job_of(store, job_id)
    assert (job.state, job.level, job.layout) == ("ready", "simulated", "the layout")


def test_what_ended_long_ago_is_dropped_unless_all_is_kept(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []
    left = [100, 7]
    monkeypatch.setattr(store.retention, "tidy", lambda age_s: asked.append(age_s) or (left.pop(0) if left else 0))
    runner.upkeep.seldom()
    assert (asked, engine.dropped_after_s) == ([600.0] * 3, 600.0)  # until there is nothing left
    monkeypatch.setattr(store.retention, "tidy", lambda age_s: asked.append(age_s) or 100)
    runner.upkeep.seldom()
    assert len(asked) == 3 + 10  # and the rest the next time
    runner.upkeep._keep_s = 0.0
    runner.upkeep.seldom()
    assert len(asked) == 3 + 10


def test_a_process_is_handed_as_many_as_the_largest_alive_has_room_for(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner
) -> None:
    own = Worker("own", ("solve", "validate"), room={"solve": 2, "validate": 2})
    runner.presence._worker = own
    store.workers.beat(Worker("larger", ("solve",), room={"solve": 8}))
    store.workers.beat(Worker("gw-far", ("solve",), room={"solve": 64}))  # is not handed anything
    runner.upkeep.take_back()  # which looks who is alive
    runner.upkeep.seldom()
    assert engine.places == {"solve": 8, "validate": 2}
    store.workers.leave("larger")
    runner.upkeep.take_back()
    runner.upkeep.seldom()
    assert engine.places == {"solve": 2, "validate": 2}


def test_what_there_is_no_room_for_is_given_back(
    store: Store, engine: EngineWithoutWorkers, runner: JobRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warpack.service.jobs.job_runner._WAIT_FOR_A_PLACE_S", 0.01)
    runner._gates = gates_of({"solve": 1})
    _, task = posted(store)
    runner.submit(task)
    done: list[str] = []

    async def hold(a_task: Task) -> None:
        if done:
            raise AssertionError("one at a time")
        done.append(a_task.id)
        await runner._handle("solve", hold, f"{task.id}-1")  # meanwhile the engine hands over another

    asyncio.run(runner._handle("solve", hold, "other-1"))
    assert done == ["other"]
    runner.upkeep.hand_over()
    assert names(engine.submitted) == [f"solve-{task.id}-1", f"solve-{task.id}-2"]
