"""Bounds, orders, first fit, alike items, and the construction for very many."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import given, settings

from tests.helpers.manifests import random_manifest
from tests.helpers.sweeps import times
from tests.solver.search.puzzles import clique, make_puzzle, puzzles, whole
from warpack.solver import load_manifest
from warpack.solver.flatten import flatten
from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.cliques import heavy_clique
from warpack.solver.search.core.conflicts import puzzle_of, unit_of
from warpack.solver.search.core.laying import FirstFit
from warpack.solver.search.core.offsets import lowest_between, lowest_free
from warpack.solver.search.core.pins import PinsCollide, check_pins
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.core.symmetry import alike_pairs
from warpack.solver.search.heuristics.orders import moved, rule_orders
from warpack.solver.search.large.pack import pack_many
from warpack.solver.search.region.pack import pack


def run_problem(buffers: list[dict[str, object]], **fields: object) -> RegionProblem:
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "timeline": {"length": 8},
        "buffers": [{"dtype": "float32", "location": "shared", **buffer} for buffer in buffers],
    }
    return flatten(load_manifest(document | fields)).run


@settings(max_examples=times(150))
@given(puzzles())
def test_first_fit_keeps_every_rule_in_every_order(puzzle: Puzzle) -> None:
    fit = FirstFit(puzzle)
    for order in rule_orders(puzzle):
        assert sorted(order) == list(range(puzzle.count))
        assert puzzle.allows(fit.run(order).offsets)
        assert puzzle.allows(fit.run(moved(order, Random(1))).offsets)


@settings(max_examples=times(100))
@given(puzzles())
def test_first_fit_by_intervals_places_as_first_fit_by_bits(puzzle: Puzzle) -> None:
    by_bits, by_intervals = FirstFit(puzzle), FirstFit(puzzle)
    by_intervals._as_bits = False
    for order in rule_orders(puzzle):
        assert by_bits.run(order) == by_intervals.run(order)


@pytest.mark.parametrize(
    ("blocked", "alignment", "lowest"),
    [(0, 4, 0), (0b1, 1, 1), (0b1, 4, 4), (0b1_0000_0111, 4, 4), (0b1_0011_0111, 4, 12)],
)
def test_the_lowest_free_offset_is_aligned(blocked: int, alignment: int, lowest: int) -> None:
    assert lowest_free(blocked, alignment) == lowest
    intervals = [(bit, bit) for bit in range(blocked.bit_length()) if blocked >> bit & 1]
    assert lowest_between(intervals, alignment) == lowest


def test_pins_that_collide_are_named() -> None:
    puzzle = make_puzzle([4, 4], {(0, 1): whole([4, 4], 0, 1)}, pins={0: 0, 1: 2})
    with pytest.raises(PinsCollide) as caught:
        check_pins(puzzle)
    assert caught.value.items == (0, 1)


def test_the_unit_is_what_divides_every_size_and_suits_every_alignment() -> None:
    assert unit_of(run_problem([{"name": "a", "size": 10}, {"name": "b", "size": 25}])) == 20
    assert unit_of(run_problem([{"name": "a", "size": 10}, {"name": "b", "size": 20, "alignment_bytes": 32}])) == 8
    assert unit_of(run_problem([{"name": "a", "size": 10}, {"name": "b", "size": 20, "pinned_offset_bytes": 4}])) == 4


@pytest.mark.parametrize("seed", range(30))
def test_a_puzzle_forbids_the_multiples_of_its_unit_that_are_forbidden_in_bytes(seed: int) -> None:
    problem = flatten(load_manifest(random_manifest(seed, 14))).run
    unit = unit_of(problem)
    puzzle = puzzle_of(problem, unit)
    for i in range(len(problem.items)):
        for j in set(range(len(problem.items))) - {i}:
            inside = ((-(-low // unit), high // unit) for low, high in forbidden_differences(problem, i, j))
            assert puzzle.forbidden[i].get(j, ()) == tuple(gap for gap in inside if gap[0] <= gap[1])


def test_the_bound_names_the_fullest_phase_and_its_buffers() -> None:
    problem = run_problem(
        [
            {"name": "a", "size": 4, "lifetime": [[0, 3]]},
            {"name": "b", "size": 5, "lifetime": [[2, 6]]},
            {"name": "c", "size": 1, "lifetime": [[5, 8]]},
        ]
    )
    bound = lower_bound(problem)
    assert (bound.size_bytes, bound.phase, set(bound.pieces)) == (36, 2, {"a", "b"})


def test_an_in_place_pair_counts_once_in_the_bound() -> None:
    buffers = [{"name": "a", "size": 4, "lifetime": [[0, 2]]}, {"name": "b", "size": 4, "lifetime": [[1, 3]]}]
    assert lower_bound(run_problem(buffers)).size_bytes == 32
    in_place = [{"phase": 1, "read": "a", "write": "b"}]
    assert lower_bound(run_problem(buffers, in_place=in_place)).size_bytes == 16


def test_an_in_place_pair_that_is_kept_apart_counts_twice() -> None:
    buffers = [{"name": "a", "size": 4, "lifetime": [[0, 2]]}, {"name": "b", "size": 4, "lifetime": [[1, 3]]}]
    fields = {"in_place": [{"phase": 1, "read": "a", "write": "b"}], "apart": [["a", "b"]]}
    assert lower_bound(run_problem(buffers, **fields)).size_bytes == 32


def test_buffers_that_are_apart_in_no_common_phase_make_a_clique() -> None:
    buffers = [{"name": name, "size": 4, "lifetime": [[phase, phase + 1]]} for phase, name in enumerate("abc")]
    problem = run_problem(buffers, apart=[["a", "b"], ["b", "c"], ["a", "c"]])
    assert heavy_clique(puzzle_of(problem, 4)) == (0, 1, 2)
    packing = pack(problem, seed=0, stop=Stop.after(3600))
    assert packing.size_bytes == packing.lower_bound_bytes == 48


def test_alike_items_form_chains() -> None:
    sizes = [3, 5, 3, 3]
    puzzle = clique(sizes)
    assert alike_pairs(puzzle) == ((0, 2), (2, 3))
    pinned = make_puzzle(sizes, {pair: puzzle.forbidden[pair[0]][pair[1]] for pair in [(0, 1), (0, 2)]}, pins={0: 0})
    assert (0, 2) not in alike_pairs(pinned)


@pytest.mark.parametrize("seed", range(40))
def test_the_construction_for_very_many_items_keeps_every_rule_of_few(seed: int) -> None:
    document = random_manifest(seed, 12)
    document["components"] = [c | {"window": "flat"} for c in document.get("components", [])]
    flat = flatten(load_manifest(document))
    for problem in (flat.run, flat.block):
        if problem.items:
            offsets = pack_many(problem, good_enough=0, stop=Stop.after(3600))
            assert puzzle_of(problem, 1).allows(offsets)


def test_the_construction_for_very_many_items_gives_a_legal_answer_when_stopped_at_once() -> None:
    buffers = [{"name": f"b{i}", "size": 1 + i % 7, "lifetime": [[i % 6, 2 + i % 6]]} for i in range(3000)]
    problem = run_problem(buffers)
    offsets = pack_many(problem, good_enough=0, stop=Stop.after(0))
    ends = sorted(
        (offset, offset + item.size_bytes, i)
        for i, (offset, item) in enumerate(zip(offsets, problem.items, strict=True))
    )
    for phase in range(8):
        last = 0
        for start, end, i in ends:
            if problem.items[i].pieces[0].occupied.mask >> phase & 1:
                assert start >= last
                last = end


def test_the_first_construction_for_very_many_items_is_finished_though_the_limit_passed_while_reading() -> None:
    random = Random(5)
    starts = [random.randrange(900) for _ in range(3000)]
    buffers = [
        {"name": f"b{i}", "size": random.randint(1, 256), "lifetime": [[start, start + random.randint(1, 100)]]}
        for i, start in enumerate(starts)
    ]
    problem = run_problem(buffers, timeline={"length": 1000})
    now = time.monotonic()
    late = Stop(now - 1, None, now - 61)
    packing = pack(problem, seed=0, stop=late)
    assert packing.size_bytes <= 1.05 * packing.lower_bound_bytes


def test_the_construction_for_very_many_items_is_cut_short_by_the_caller_alone() -> None:
    buffers = [{"name": f"b{i}", "size": 8, "lifetime": [[i % 6, 2 + i % 6]]} for i in range(3000)]
    problem = run_problem(buffers)
    packing = pack(problem, seed=0, stop=Stop.after(60, lambda: True))
    assert packing.size_bytes <= 3000 * 32
    assert packing.size_bytes > packing.lower_bound_bytes
