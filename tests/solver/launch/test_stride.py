"""The stride against plain enumeration: of lanes and banks, and of strides."""

from __future__ import annotations

import random
from functools import cache

import pytest

from warpack.solver.launch.region import RunRegion
from warpack.solver.launch.stride import conflict_degree, stride_bytes, widths_agree
from warpack.solver.verifier import banks

WIDTHS = (1, 2, 4, 8, 16)
THREADS_PER_RUN = (1, 2, 3, 4, 5, 8, 16, 24, 32, 64, 256)


def region(alignment: int, *widths: int) -> RunRegion:
    return weighed(alignment, dict.fromkeys(widths, 1))


def weighed(alignment: int, accesses: dict[int, int]) -> RunRegion:
    return RunRegion(alignment, tuple(sorted(accesses.items())), max(16, alignment))


@cache
def enumerated_degree(stride: int, width: int, threads_per_run: int) -> int:
    """Every byte of every lane, transaction by transaction, into its bank; the first byte of a bank's four in a row
    stands for all."""
    lanes = 32 if width <= 4 else 16 if width == 8 else 8
    worst = 0
    for transaction in range(32 // lanes):
        rows_of_bank: dict[int, set[int]] = {}
        for lane in range(transaction * lanes, (transaction + 1) * lanes):
            run, element = divmod(lane, threads_per_run)
            first = run * stride + element * width
            for byte in range(first, first + width, min(width, 4)):
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


def test_one_stride_is_best_for_both_widths_where_one_thread_serves_a_run() -> None:
    for accesses in ({4: 1000, 8: 1}, {4: 1, 8: 1000}):
        stride = stride_bytes(128, weighed(8, accesses), 1, "avoid")
        assert stride == 136
        assert conflict_degree(stride, 8, 1) == 1
        assert conflict_degree(stride, 4, 1) == 2


def test_the_width_with_the_accesses_decides_where_two_want_different_strides() -> None:
    of_floats = stride_bytes(1432, weighed(8, {4: 340, 8: 9}), 8, "avoid")
    of_doubles = stride_bytes(1432, weighed(8, {4: 340, 8: 3400}), 8, "avoid")
    assert (of_floats, of_doubles) == (1440, 1472)
    assert [conflict_degree(of_floats, width, 8) for width in (4, 8)] == [1, 2]
    assert [conflict_degree(of_doubles, width, 8) for width in (4, 8)] == [2, 1]


def test_the_stride_is_the_least_with_the_fewest_passes_of_all_accesses() -> None:
    """Brute force over three periods of strides, with lanes enumerated byte by byte."""
    rng = random.Random(12)
    for _ in range(250):
        widths = rng.sample(WIDTHS, rng.choice((1, 2, 2, 3)))
        accesses = {width: rng.choice((1, 2, 9, 50, 1000)) for width in widths}
        alignment, threads_per_run = rng.choice((max(widths), 16, 32)), rng.choice(THREADS_PER_RUN)
        run_bytes = rng.choice((max(widths), rng.randint(1, 200), rng.randint(1, 5000)))
        least = -(-run_bytes // alignment) * alignment
        candidates = range(least, least + 3 * max(128, alignment), alignment)
        passes = {
            stride: sum(
                count * enumerated_degree(stride, width, threads_per_run) for width, count in sorted(accesses.items())
            )
            for stride in candidates
        }
        found = stride_bytes(run_bytes, weighed(alignment, accesses), threads_per_run, "avoid")
        assert found == min(candidates, key=lambda stride: (passes[stride], stride))


@pytest.mark.parametrize("alignment", [1, 2, 4, 8, 16, 32, 64, 128, 1024])
def test_with_one_thread_a_run_no_accesses_change_the_stride_of_plain_types(alignment: int) -> None:
    widths = tuple(width for width in WIDTHS if width <= alignment)
    assert widths_agree(alignment, widths, 1)
    for run_bytes in range(1, 300):
        strides = {
            stride_bytes(run_bytes, weighed(alignment, {**dict.fromkeys(widths, 1), width: 10**6}), 1, "avoid")
            for width in widths
        }
        assert len(strides) == 1


def test_widths_agree_only_where_no_accesses_can_change_a_stride() -> None:
    rng = random.Random(3)
    for _ in range(60):
        alignment, threads_per_run = rng.choice((4, 8, 16)), rng.choice((1, 1, 2, 4, 8))
        widths = tuple(sorted(rng.sample((1, 2, 4, 8, 12, 16, 20, 24), rng.choice((2, 3)))))
        starts = (*range(1, 200, 3), 1000, 1001, 1063)
        alone = {
            width: [stride_bytes(start, region(alignment, width), threads_per_run, "avoid") for start in starts]
            for width in widths
        }
        for width in widths:
            heavy = weighed(alignment, {**dict.fromkeys(widths, 1), width: 10**6})
            strides = [stride_bytes(start, heavy, threads_per_run, "avoid") for start in starts]
            assert all(mine >= own for mine, own in zip(strides, alone[width], strict=True))
            if widths_agree(alignment, widths, threads_per_run):
                assert all(
                    conflict_degree(mine, each, threads_per_run)
                    == conflict_degree(alone[each][n], each, threads_per_run)
                    for n, mine in enumerate(strides)
                    for each in widths
                )


def test_more_run_bytes_never_give_a_smaller_stride_to_several_widths() -> None:
    rng = random.Random(4)
    for _ in range(30):
        alignment, threads_per_run = rng.choice((4, 8, 16)), rng.choice((1, 2, 4, 8, 16))
        accesses = {width: rng.choice((1, 3, 40)) for width in rng.sample((1, 4, 8, 12, 16, 24), 3)}
        strides = [stride_bytes(n, weighed(alignment, accesses), threads_per_run, "avoid") for n in range(1, 500)]
        assert strides == sorted(strides)


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
            stride_bytes(n, region(alignment, width), threads_per_run, policy)  # type: ignore[arg-type]  # a plain str
            for n in range(1, 800)
        ]
        assert strides == sorted(strides)


def test_the_verifier_derives_the_same_strides_and_degrees_on_its_own() -> None:
    rng = random.Random(7)
    for _ in range(800):
        width = rng.choice((1, 2, 4, 8, 16, 3, 6, 12, 20, 24, 32, 48))
        alignment = rng.choice((1, 2, 4, 8, 16, 64, 512))
        threads_per_run, run_bytes = rng.choice((1, 2, 3, 5, 7, 8, 33, 256)), rng.randint(1, 5000)
        accesses = {width: rng.randint(1, 99), rng.choice((1, 4, 8, 16)): rng.randint(1, 99)}
        found = stride_bytes(run_bytes, weighed(alignment, accesses), threads_per_run, "avoid")
        assert found == banks.least_stride(run_bytes, alignment, accesses, threads_per_run, avoid=True)
        assert conflict_degree(found, width, threads_per_run) == banks.degree(found, width, threads_per_run)
