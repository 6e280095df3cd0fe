from __future__ import annotations

from tests.helpers.sweeps import times
from tests.solver.flatten.documents import flat, live
from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.spans import MASKS_UP_TO


def test_many_buffers_over_a_long_timeline_need_no_masks_and_no_pairs() -> None:
    count = times(1_600)
    length = 13 * count
    buffers = [live(f"b{number}", (number * 12, number * 12 + 20)) for number in range(count)]
    loops = [[start, start + 80] for start in range(0, length, 100)]
    problem = flat(*buffers, length=length, loops=loops, barriers="every", launch={"threads_per_run": 2}).run
    assert forbidden_differences(problem, count - 200, count - 199)
    assert not forbidden_differences(problem, count - 200, count - 198)
    late = [piece.live for item in problem.items for piece in item.pieces if piece.live.spans[0][1] > MASKS_UP_TO]
    assert late
    assert not any("mask" in vars(phases) for phases in late)


def test_a_barrier_free_timeline_with_many_lifetimes_says_so_without_comparing_them_all() -> None:
    buffers = [live(f"b{number}", (number, number + 1), scope="block") for number in range(700)]
    warnings = flat(*buffers, length=700).warnings
    assert warnings[-1].pointer == "/timeline/barriers"
    assert {warning.type for warning in warnings} == {"no_barrier_no_sharing"}
