"""Bank conflicts and strides, against the closed forms that hold for powers of two."""

from __future__ import annotations

import pytest

from warpack.solver.verifier.banks import degree, least_stride


@pytest.mark.parametrize("words", range(1, 70))
def test_one_thread_a_run_of_words_conflicts_as_often_as_banks_repeat(words: int) -> None:
    assert degree(4 * words, 4, 1) == max(power for power in (1, 2, 4, 8, 16, 32) if words % power == 0)


@pytest.mark.parametrize(("width", "lanes"), [(8, 16), (16, 8)])
def test_wider_elements_come_in_more_transactions(width: int, lanes: int) -> None:
    for elements in range(1, 40):
        expected = max(power for power in (1, 2, 4, 8, 16) if power <= lanes and elements % power == 0)
        assert degree(width * elements, width, 1) == expected


@pytest.mark.parametrize("threads_per_run", [2, 4, 8, 16])
def test_odd_multiples_of_one_runs_threads_are_free(threads_per_run: int) -> None:
    for odd in (1, 3, 5, 7):
        assert degree(4 * threads_per_run * odd, 4, threads_per_run) == 1
        assert degree(8 * threads_per_run * odd, 4, threads_per_run) == 2


def test_a_warp_that_reads_one_run_never_conflicts() -> None:
    assert {degree(stride, 4, 32) for stride in range(4, 600, 4)} == {1}


def test_lanes_that_want_one_word_do_not_conflict() -> None:
    assert degree(1, 1, 1) == 1
    assert degree(2, 2, 1) == 1
    assert degree(0, 4, 1) == 1


def test_an_opaque_element_is_read_in_pieces() -> None:
    assert degree(12, 12, 1) == 1  # three words: an odd number
    assert degree(24, 12, 1) == 2
    assert degree(48, 48, 1) == 1  # pieces of 16 bytes, 3 apart
    assert degree(64, 32, 1) == 4


@pytest.mark.parametrize(
    ("run_bytes", "alignment", "widest", "threads_per_run", "avoiding", "ignoring"),
    [
        (0, 16, 4, 1, 0, 0),
        (40, 4, 4, 1, 44, 40),
        (44, 4, 4, 1, 44, 44),
        (16, 8, 8, 1, 24, 16),
        (17, 16, 16, 1, 48, 32),
        (20, 16, 4, 1, 48, 32),  # every multiple of 16 has 4 conflicts; 32 has 8
        (1, 128, 4, 1, 128, 128),  # no stride helps
        (696, 4, 4, 1, 700, 696),
        (9, 4, 4, 2, 24, 12),
        (33, 4, 4, 32, 36, 36),
        (5, 1, 1, 1, 12, 5),  # 5 to 11 wrap round the banks before the warp ends
    ],
)
def test_the_stride_is_the_least_of_those_with_fewest_conflicts(
    run_bytes: int, alignment: int, widest: int, threads_per_run: int, avoiding: int, ignoring: int
) -> None:
    assert least_stride(run_bytes, alignment, {widest: 7}, threads_per_run, avoid=True) == avoiding
    assert least_stride(run_bytes, alignment, {widest: 7}, threads_per_run, avoid=False) == ignoring


@pytest.mark.parametrize(("accesses", "stride"), [({4: 340, 8: 9}, 1440), ({4: 9, 8: 340}, 1472), ({4: 0, 8: 0}, 1440)])
def test_the_accesses_decide_between_widths_that_want_different_strides(accesses: dict[int, int], stride: int) -> None:
    assert least_stride(1432, 8, accesses, 8, avoid=True) == stride


@pytest.mark.parametrize("threads_per_run", [1, 2, 3, 5, 8, 32])
@pytest.mark.parametrize("width", [1, 2, 4, 8, 12, 16])
def test_no_longer_stride_has_fewer_conflicts(width: int, threads_per_run: int) -> None:
    for run_bytes in (1, 30, 200):
        alignment = width & -width
        chosen = least_stride(run_bytes, alignment, {width: 1}, threads_per_run, avoid=True)
        longer = range(-(-run_bytes // alignment) * alignment, run_bytes + 600, alignment)
        assert degree(chosen, width, threads_per_run) == min(degree(one, width, threads_per_run) for one in longer)
