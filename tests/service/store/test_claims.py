"""What a worker without the database may claim, and what its tokens are good for, on either database."""

from __future__ import annotations

from dataclasses import replace

from tests.helpers.stored import begun_anew, claim_solve, layout, order, solved, verdict
from warpack.service.jobs.capabilities import QUEUES, queue_for, with_formats
from warpack.service.store import Store
from warpack.service.store.claims import Wish
from warpack.service.store.records import Order, Task
from warpack.service.store.workers import Worker
from warpack.service.versions import FORMAT


def for_a_device(store: Store, architecture: str, sha256: str) -> Task:
    """What is left to a device of a job that is simulated."""
    taken = store.jobs.take(Order("n", sha256, "{}", "hardware", 10.0, compute_capability=architecture))
    (task,) = store.solves.deliver(claim_solve(store, taken.task), layout()) or ()
    claim = store.validations.claim(task, "w")
    assert claim is not None
    follows = store.validations.hand_over(claim, verdict("simulated"), "a bundle")
    assert follows is not None
    return follows


def test_only_what_is_wished_for_is_found_and_validations_first(store: Store) -> None:
    device = for_a_device(store, "8.6", "1" * 64)
    for_a_device(store, "9.0", "2" * 64)
    _, (static,) = solved(store, order(sha256="3" * 64))
    _, (levels,) = solved(store, order(sha256="4" * 64, required="compiled"))
    solve = store.jobs.take(order(sha256="5" * 64)).task
    assert solve is not None
    waiting = store.claims.waiting
    assert [task.id for task in waiting(Wish(devices=frozenset({"8.6"})))] == [device.id]
    assert [task.id for task in waiting(Wish(solves=True, static=True))] == [static.id, solve.id]
    assert [task.id for task in waiting(Wish(levels=True))] == [levels.id]
    assert waiting(Wish(devices=frozenset({"7.5"}))) == waiting(Wish()) == ()
    assert waiting(Wish(solves=True))[0].attempt == 1


def test_what_is_held_is_offered_to_nobody(store: Store) -> None:
    task = for_a_device(store, "8.6", "1" * 64)
    claim = store.validations.claim(task, "far away")
    assert claim is not None
    assert store.claims.waiting(Wish(devices=frozenset({"8.6"}))) == ()
    assert store.claims.tokens_of("far away") == {claim.token}
    assert store.tasks.release_all("far away", frozenset({claim.token})) == 0
    assert store.tasks.release_all("far away") == 1
    assert [task.attempt for task in store.claims.waiting(Wish(devices=frozenset({"8.6"})))] == [3]


def test_a_token_is_known_while_its_claim_stands_and_to_its_holder_alone(store: Store) -> None:
    task = for_a_device(store, "8.6", "1" * 64)
    claim = store.validations.claim(task, "far away")
    assert claim is not None
    held = store.claims.held("device", task.id, claim.token, "far away")
    assert held is not None
    assert replace(held, task=claim.task) == claim
    assert store.claims.held("device", task.id, claim.token, "another") is None
    assert store.claims.held("device", task.id, "0" * 32, "far away") is None
    found = replace(verdict("hardware"), artefacts={})
    assert store.validations.deliver(claim, found)
    assert store.claims.held("device", task.id, claim.token, "far away") is None
    assert not store.validations.deliver(claim, found)


def test_the_best_of_a_cancelled_solve_is_kept_once(store: Store) -> None:
    taken = store.jobs.take(order())
    claim = claim_solve(store, taken.task)
    store.jobs.cancel(taken.job_id)
    assert store.claims.held("solve", claim.id, claim.token, "a worker") is not None
    assert store.solves.keep_best(claim, layout(document="the best"))
    assert store.claims.held("solve", claim.id, claim.token, "a worker") is None
    assert not store.solves.keep_best(claim, layout(document="again"))


def test_a_worker_that_was_given_up_is_not_renewed(store: Store) -> None:
    store.workers.beat(Worker("gw-1", ("solve",), versions={"solver": "1"}))
    assert store.workers.renew("gw-1")
    found = store.workers.get("gw-1")
    assert found is not None
    assert (found.beats, found.versions) == (2, {"solver": "1"})
    with store._database.writing() as connection:
        connection.exec_driver_sql("UPDATE workers SET queues = '[\"solve\"]'")  # as an older version wrote it
    assert [(worker.queues, dict(worker.room)) for worker in store.workers.all()] == [(("solve",), {})]
    store.workers.retire("gw-1")
    assert [worker.queues for worker in store.workers.all()] == [()]
    store.workers.leave("gw-1")
    assert not store.workers.renew("gw-1")
    assert store.workers.get("gw-1") is None


def test_a_stale_attempt_ends_nothing(store: Store) -> None:
    claim = claim_solve(store, store.jobs.take(order()).task)
    newer = begun_anew(store, claim)
    assert not store.tasks.release(claim)
    assert not store.tasks.lose(claim, "late")
    assert not store.solves.fail(claim, "{}")
    assert store.claims.held("solve", claim.id, claim.token, "a worker") is None
    assert store.solves.deliver(newer, layout()) is not None


def test_what_only_a_newer_version_reads_is_left_to_one(store: Store) -> None:
    """As the tasks of a newer version are, which runs beside this one."""
    task = store.jobs.take(order()).task
    assert task is not None
    assert (task.format, queue_for(task)) == (1, "solve")
    with store._database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE solves SET format = {FORMAT + 1}, due = 0")
    assert store.solves.claim(task, "of this version") is None
    assert store.claims.waiting(Wish(solves=True)) == ()
    (waiting,) = store.tasks.unsubmitted()
    assert queue_for(waiting) == f"solve-{FORMAT + 1}"
    assert queue_for(waiting) not in with_formats(QUEUES)
    newer = store.claims.waiting(Wish(solves=True, most_format=FORMAT + 1))
    assert [each.id for each in newer] == [task.id]
    assert store.solves.claim(task, "of the newer one", FORMAT + 1) is not None
