"""What the store answers by itself, what becomes work, and whose result counts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import combinations
from typing import get_args

import pytest

from tests.helpers.stored import (
    HOLDER,
    begun_anew,
    claim_solve,
    job_of,
    layout,
    made_ready,
    order,
    solved,
    verdict,
    wanted,
)
from warpack.service.settings import Settings
from warpack.service.store import IdempotencyKeyReused, Store
from warpack.service.store.records import JobState, Order
from warpack.service.store.validations import Verdict


def test_a_job_passes_through_every_state_to_ready(store: Store) -> None:
    taken = store.jobs.take(order())
    assert job_of(store, taken.job_id).state == "queued"
    claim = claim_solve(store, taken.task)
    assert job_of(store, taken.job_id).state == "solving"
    (task,) = store.solves.deliver(claim, layout())
    assert job_of(store, taken.job_id).state == "validating"
    assert job_of(store, taken.job_id).layout is None
    validation = store.validations.claim(task, HOLDER)
    assert validation is not None
    assert (validation.layout, validation.required) == ("{}", "static")
    store.validations.deliver(validation, verdict())
    job = job_of(store, taken.job_id)
    assert (job.state, job.layout, job.level) == ("ready", '{"validated": 1}', "static")
    assert store.jobs.artefacts(taken.job_id) == {"allocators.py": "code"}


def test_the_same_manifest_again_is_answered_from_the_store_under_the_same_id(store: Store) -> None:
    job_id = made_ready(store, order())
    again = store.jobs.take(order())
    assert (again.job_id, again.task) == (job_id, None)


def test_another_name_gets_a_job_of_its_own_but_no_new_solve(store: Store) -> None:
    job_id = made_ready(store, order("mine"))
    other = store.jobs.take(order("yours"))
    assert other.job_id != job_id
    assert other.task is None
    assert (job_of(store, other.job_id).name, job_of(store, other.job_id).state) == ("yours", "ready")


def test_orders_that_arrive_together_become_one_solve(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.jobs.take(order()), range(24)))
    assert len({each.job_id for each in taken}) == 24
    assert len({job_of(store, each.job_id).solve_id for each in taken}) == 1
    assert len([each for each in taken if each.task is not None]) == 1


def test_an_optimal_layout_is_not_solved_again_for_more_time(store: Store) -> None:
    made_ready(store, order(time_limit_s=1))
    assert store.jobs.take(order(time_limit_s=100)).task is None


def test_a_feasible_layout_is_solved_again_only_for_more_time(store: Store) -> None:
    job_id = made_ready(store, order(time_limit_s=5), status="feasible")
    assert store.jobs.take(order(time_limit_s=5)).job_id == job_id
    more = store.jobs.take(order(time_limit_s=6))
    assert more.job_id != job_id
    assert more.task is not None
    assert more.task.kind == "solve"


def test_a_solve_under_way_with_less_time_does_not_answer_an_order_with_more(store: Store) -> None:
    first = store.jobs.take(order(time_limit_s=5))
    assert store.jobs.take(order(time_limit_s=3)).task is None
    assert store.jobs.take(order(time_limit_s=50)).job_id != first.job_id


def test_a_higher_level_is_validated_again_and_not_solved_again(store: Store) -> None:
    job_id = made_ready(store, order())
    higher = store.jobs.take(order(required="simulated"))
    assert higher.job_id != job_id
    assert higher.task is not None
    assert (higher.task.kind, higher.task.required) == ("validate", "simulated")
    assert job_of(store, higher.job_id).state == "validating"


def test_a_layout_validated_higher_answers_for_a_lower_level(store: Store) -> None:
    made_ready(store, order(required="simulated"), level="simulated")
    for required in ("static", "compiled", "best"):
        lower = store.jobs.take(order(required=required))
        assert lower.task is None
        assert job_of(store, lower.job_id).state == "ready"


def test_jobs_of_one_solve_that_ask_for_different_levels_get_a_validation_each(store: Store) -> None:
    first = store.jobs.take(order(required="static"))
    store.jobs.take(order(required="compiled"))
    store.jobs.take(order("other", required="compiled"))
    tasks = store.solves.deliver(claim_solve(store, first.task), layout())
    assert sorted(task.required for task in tasks) == ["compiled", "static"]


def test_an_infeasible_solve_ends_the_job_with_the_budget_that_would_do(store: Store) -> None:
    job_id, tasks = solved(store, order(), "infeasible")
    job = job_of(store, job_id)
    assert (job.state, job.minimum_budget_bytes, job.layout, tasks) == ("infeasible", 4096, None, ())
    assert store.jobs.take(order()).job_id == job_id


def test_a_failed_solve_is_tried_again_by_the_next_order(store: Store) -> None:
    first = store.jobs.take(order())
    assert first.task is not None
    store.solves.fail(claim_solve(store, first.task), '{"type": "x"}')
    assert job_of(store, first.job_id).problem == '{"type": "x"}'
    again = store.jobs.take(order())
    assert again.job_id != first.job_id
    assert again.task is not None


def test_only_the_newest_attempt_delivers(store: Store) -> None:
    taken = store.jobs.take(order())
    given_up = claim_solve(store, taken.task)
    newest = begun_anew(store, given_up)
    assert not wanted(store, given_up)
    assert store.solves.deliver(given_up, layout(document="late")) is None
    assert job_of(store, taken.job_id).state == "solving"
    (task,) = store.solves.deliver(newest, layout(document="right"))
    assert store.solves.deliver(newest, layout(document="twice")) is None
    claim = store.validations.claim(task, HOLDER)
    assert claim is not None
    assert claim.layout == "right"


def test_a_failure_of_an_attempt_that_was_given_up_changes_nothing(store: Store) -> None:
    taken = store.jobs.take(order())
    given_up = claim_solve(store, taken.task)
    begun_anew(store, given_up)
    store.solves.fail(given_up, "{}")
    assert job_of(store, taken.job_id).state == "solving"


def test_a_failed_validation_hands_out_no_layout(store: Store) -> None:
    job_id, (task,) = solved(store, order())
    claim = store.validations.claim(task, HOLDER)
    assert claim is not None
    report = {"level": "static", "passed": False, "findings": []}
    store.validations.deliver(claim, Verdict("none", (report,), problem='{"type": "validation-failed"}'))
    job = job_of(store, job_id)
    assert (job.state, job.layout, job.problem) == ("failed", None, '{"type": "validation-failed"}')
    assert store.jobs.artefacts(job_id) == {}


def test_cancelling_the_only_job_ends_its_solve(store: Store) -> None:
    taken = store.jobs.take(order())
    claim = claim_solve(store, taken.task)
    cancelled = store.jobs.cancel(taken.job_id)
    assert cancelled is not None
    assert cancelled.state == "cancelled"
    assert not wanted(store, claim)
    store.solves.keep_best(claim, layout("feasible", "best"))
    assert job_of(store, taken.job_id).best_so_far == "best"
    assert store.solves.claim(replace(claim.task, attempt=2), HOLDER) is None


def test_cancelling_one_of_two_jobs_leaves_their_solve_at_work(store: Store) -> None:
    first = store.jobs.take(order("one"))
    second = store.jobs.take(order("two"))
    claim = claim_solve(store, first.task)
    store.jobs.cancel(first.job_id)
    assert wanted(store, claim)
    assert job_of(store, second.job_id).state == "solving"
    store.jobs.cancel(second.job_id)
    assert not wanted(store, claim)


def test_cancelling_a_validation_that_waits_ends_it(store: Store) -> None:
    job_id, (task,) = solved(store, order(required="hardware"))
    store.jobs.cancel(job_id)
    assert store.validations.claim(task, HOLDER) is None


def test_cancelling_a_finished_job_changes_nothing(store: Store) -> None:
    job_id = made_ready(store, order())
    job = store.jobs.cancel(job_id)
    assert job is not None
    assert job.state == "ready"
    assert store.jobs.cancel("none") is None


def test_a_cancelled_job_does_not_answer_the_next_order(store: Store) -> None:
    first = store.jobs.take(order())
    store.jobs.cancel(first.job_id)
    again = store.jobs.take(order())
    assert again.job_id != first.job_id
    assert again.task is not None


def test_an_idempotency_key_gives_the_same_job_and_refuses_another_request(store: Store) -> None:
    first = store.jobs.take(order(key="k", request="one"))
    store.jobs.cancel(first.job_id)
    assert store.jobs.take(order(key="k", request="one")).job_id == first.job_id
    with pytest.raises(IdempotencyKeyReused):
        store.jobs.take(order(key="k", request="two"))


def test_a_layout_that_was_verified_at_once_is_ready_at_once_and_other_levels_are_left(store: Store) -> None:
    taken = store.jobs.take(order())
    other = store.jobs.take(order(required="compiled"))
    claim = claim_solve(store, taken.task)
    left = store.solves.deliver_verified(claim, layout(), verdict(), HOLDER)
    assert left is not None
    assert [task.required for task in left] == ["compiled"]
    assert store.solves.deliver_verified(claim, layout(), verdict(), HOLDER) is None
    assert (job_of(store, taken.job_id).state, job_of(store, other.job_id).state) == ("ready", "validating")
    assert store.jobs.artefacts(taken.job_id) == {"allocators.py": "code"}
    job = job_of(store, taken.job_id)
    told = [event.kind for event in store.events.of_order(job.id, job.solve_id, job.validation_id)]
    assert told == ["queued", "solving", "validating", "ready"]


def test_a_layout_that_is_found_wrong_at_once_is_no_layout(store: Store) -> None:
    taken = store.jobs.take(order())
    wrong = Verdict("none", (), problem='{"type": "validation-failed"}')
    assert store.solves.deliver_verified(claim_solve(store, taken.task), layout(), wrong, HOLDER) == ()
    job = job_of(store, taken.job_id)
    assert (job.state, job.layout, job.problem) == ("failed", None, '{"type": "validation-failed"}')


def test_jobs_are_listed_newest_first_in_pages_and_by_state(store: Store) -> None:
    ids = [store.jobs.take(order(sha256=f"{number:064d}")).job_id for number in range(5)]
    store.jobs.cancel(ids[2])
    newest = ids[::-1]
    page = store.jobs.newest(3)
    assert [job.id for job in page] == newest[:3]
    assert [job.id for job in store.jobs.newest(3, before=page[-1].seq)] == newest[3:]
    assert [job.id for job in store.jobs.newest(9, states=("cancelled",))] == [ids[2]]


def test_each_filter_by_states_finds_what_a_look_through_all_jobs_finds(store: Store) -> None:
    def of(number: int, **fields: str) -> Order:
        return order(sha256=f"{number:064d}", **fields)

    made_ready(store, of(1))
    solved(store, of(2))
    solved(store, of(3), "infeasible")
    store.jobs.take(of(4))
    claim_solve(store, store.jobs.take(of(5)).task)
    store.solves.fail(claim_solve(store, store.jobs.take(of(6)).task), "{}")
    _, (task,) = solved(store, of(7))
    claim = store.validations.claim(task, "a worker")
    assert claim is not None
    store.validations.fail(claim, "{}")
    store.jobs.cancel(store.jobs.take(of(8)).job_id)
    store.jobs.cancel(solved(store, of(9))[0])
    store.jobs.take(of(10, caller="another"))
    store.jobs.cancel(store.jobs.take(of(10, caller="me")).job_id)  # of a solve that goes on for another
    jobs = store.jobs.newest(99)
    states = sorted({job.state for job in jobs})
    assert states == sorted(get_args(JobState))
    for asked in [*((one,) for one in states), *combinations(states, 2), tuple(states)]:
        for whose in (None, "me", ""):
            wanted = [job for job in jobs if job.state in asked and whose in (None, job.caller)]
            assert store.jobs.newest(99, states=asked, caller=whose) == wanted


def test_everything_is_there_after_a_restart(store: Store, settings: Settings) -> None:
    job_id = made_ready(store, order())
    reopened = Store(settings)
    assert reopened.jobs.get(job_id) == store.jobs.get(job_id)
    assert reopened.jobs.take(order()).job_id == job_id
    reopened.close()


def test_processes_that_start_together_migrate_once(settings: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: Store(settings), range(4)))
    assert all(opened.jobs.newest(1) == [] for opened in stores)
    for opened in stores:
        opened.close()
