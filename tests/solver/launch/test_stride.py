"""The stride against plain enumeration: of lanes and banks, and of strides."""

from __future__ import annotations

import random

import pytest

from solver.launch.region import RunRegion
from solver.launch.stride import conflict_degree, stride_bytes
from solver.verifier import banks

WIDTHS = (1, 2, 4, 8, 16)
THREADS_PER_RUN = (1, 2, 3, 4, 5, 8, 16, 24, 32, 64, 256)


def region(alignment: int, *widths: int) -> RunRegion:
    return RunRegion(alignment, tuple(sorted(widths)), max(16, alignment))


def enumerated_degree(stride: int, width: int, threads_per_run: int) -> int:
    """Every byte of every lane, transaction by transaction, into its bank."""
    lanes = 32 if width <= 4 else 16 if width == 8 else 8
    worst = 0
    for transaction in range(32 // lanes):
        rows_of_bank: dict[int, set[int]] = {}
        for lane in range(transaction * lanes, (transaction + 1) * lanes):
            run, element = divmod(lane, threads_per_run)
            for byte in range(run * stride + element * width, run * stride + (element + 1) * width):
                row, place = divmod(byte, 128)
                rows_of_bank.setdefault(place // 4, set()).add(row)
        worst = max(worst, *(len(rows) for rows in rows_of_bank.values()))
    return worst


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("threads_per_run", THREADS_PER_RUN)
def test_the_conflict_degree_is_that_of_the_enumerated_lanes(width: int, threads_per_run: int) -> None:
    rng = random.Random(width * 1000 + threads_per_run)
    strides = [width * n for n in range(1, 70)] + [width * rng.randint(1, 100_000 // width) for _ in range(40)]
    for stride in strides:
        expected = enumerated_degree(stride, width, threads_per_run)
        assert conflict_degree(stride, width, threads_per_run) == expected, stride


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("alignment", [1, 2, 4, 8, 16, 32, 128, 256])
def test_avoiding_takes_the_least_stride_with_the_smallest_degree_of_all(width: int, alignment: int) -> None:
    alignment = max(alignment, width)
    rng = random.Random(alignment * 100 + width)
    for threads_per_run in THREADS_PER_RUN:
        for run_bytes in (width, width * 2, width * rng.randint(1, 50), width * rng.randint(1, 3000)):
            found = stride_bytes(run_bytes, region(alignment, width), threads_per_run, "avoid")
            least = -(-run_bytes // alignment) * alignment
            candidates = range(least, least + 3 * max(128, alignment) + alignment, alignment)
            degrees = {stride: enumerated_degree(stride, width, threads_per_run) for stride in candidates}
            assert found == min(candidates, key=lambda stride: (degrees[stride], stride))


@pytest.mark.parametrize("width", [4, 8, 16])
def test_with_one_thread_a_run_the_stride_is_an_odd_number_of_elements(width: int) -> None:
    for run_bytes in range(width, 60 * width, width):
        stride = stride_bytes(run_bytes, region(width, width), 1, "avoid")
        assert stride // width % 2 == 1
        assert run_bytes <= stride <= run_bytes + width
        assert conflict_degree(stride, width, 1) == 1


@pytest.mark.parametrize(
    ("width", "threads_per_run"), [(4, 2), (4, 4), (4, 8), (4, 16), (8, 2), (8, 4), (8, 8), (16, 4)]
)
def test_with_a_few_threads_a_run_the_stride_is_an_odd_multiple_of_their_elements(
    width: int, threads_per_run: int
) -> None:
    together = width * threads_per_run
    for run_bytes in range(together, 20 * together, width):
        stride = stride_bytes(run_bytes, region(width, width), threads_per_run, "avoid")
        assert stride % together == 0
        assert stride // together % 2 == 1
        assert conflict_degree(stride, width, threads_per_run) == 1


@pytest.mark.parametrize(("width", "threads_per_run"), [(4, 32), (4, 64), (8, 16), (8, 32), (16, 8), (16, 256)])
def test_where_a_transaction_stays_in_one_run_any_stride_will_do(width: int, threads_per_run: int) -> None:
    for run_bytes in range(width, 40 * width, width):
        assert stride_bytes(run_bytes, region(width, width), threads_per_run, "avoid") == run_bytes


def test_the_widest_element_decides_even_where_narrow_ones_suffer() -> None:
    stride = stride_bytes(128, region(8, 4, 8), 1, "avoid")
    assert stride == 136
    assert conflict_degree(stride, 8, 1) == 1
    assert conflict_degree(stride, 4, 1) == 2


def test_ignoring_conflicts_only_keeps_the_alignment() -> None:
    assert stride_bytes(128, region(4, 4), 1, "ignore") == 128
    assert stride_bytes(129, region(16, 1, 4), 1, "ignore") == 144


def test_no_run_bytes_need_no_stride() -> None:
    assert stride_bytes(0, region(1), 1, "avoid") == 0
    assert conflict_degree(0, 4, 1) == 1


@pytest.mark.parametrize("policy", ["avoid", "ignore"])
def test_more_run_bytes_never_give_a_smaller_stride(policy: str) -> None:
    for alignment, width, threads_per_run in [(4, 4, 1), (8, 8, 3), (16, 4, 5), (2, 2, 1), (1, 1, 2), (16, 16, 2)]:
        strides = [
            stride_bytes(n, region(alignment, width), threads_per_run, policy)  # type: ignore[arg-type]
            for n in range(1, 800)
        ]
        assert strides == sorted(strides)


def test_the_verifier_derives_the_same_strides_and_degrees_on_its_own() -> None:
    rng = random.Random(7)
    for _ in range(800):
        width = rng.choice((1, 2, 4, 8, 16, 3, 6, 12, 20, 24, 32, 48))
        alignment = rng.choice((1, 2, 4, 8, 16, 64, 512))
        threads_per_run, run_bytes = rng.choice((1, 2, 3, 5, 7, 8, 33, 256)), rng.randint(1, 5000)
        found = stride_bytes(run_bytes, region(alignment, width), threads_per_run, "avoid")
        assert found == banks.least_stride(run_bytes, alignment, width, threads_per_run, avoid=True)
        assert conflict_degree(found, width, threads_per_run) == banks.degree(found, width, threads_per_run)
