"""How the tests of a run are shared out."""

from __future__ import annotations

import pytest

from tests.helpers.order import dealt

SLOW = [["a1", "a2"], ["b1"], ["c1", "c2", "c3"], ["d1"]]
QUICK = [f"q{number}" for number in range(14)]


def shares(order: list[str], workers: int) -> list[list[str]]:
    """As xdist's work stealing hands them out at the start."""
    found = []
    for worker in range(workers):
        size = len(order) // (workers - worker)
        found.append(order[:size])
        order = order[size:]
    return found


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
def test_no_test_is_lost_or_run_twice(workers: int) -> None:
    assert sorted(dealt(SLOW, QUICK, workers)) == sorted([*QUICK, *(item for file in SLOW for item in file)])


def test_one_worker_has_the_slow_files_first() -> None:
    assert dealt(SLOW, QUICK, 1) == ["a1", "a2", "b1", "c1", "c2", "c3", "d1", *QUICK]


def test_every_share_begins_with_slow_files_that_stay_whole() -> None:
    first, second = shares(dealt(SLOW, QUICK, 2), 2)
    assert first[:5] == ["a1", "a2", "c1", "c2", "c3"]
    assert second[:2] == ["d1", "b1"]
    assert [item for item in first + second if item in QUICK] == QUICK
