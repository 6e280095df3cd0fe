"""Plans: what is covered, counted again by other means."""

from __future__ import annotations

from itertools import combinations

import pytest

from tests.gpu_runtime.probe.samples import lifetime, loop_layout, loop_manifest, side_by_side
from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from warpack.gpu_runtime.probe.kernel.instructions import Op
from warpack.gpu_runtime.probe.plan.probe_plan import plan_probe
from warpack.solver.wire.manifest import Barrier, InPlace, Interval, Loop, Manifest, Timeline

WAYS = [[0, 1, 2, 3, 1, 2, 3, 4], [0, 4], [0, 1, 2, 3, 4]]
"""The phases of `loop_manifest` as a kernel runs through them, going round its loop twice, not at all, and once."""

CARRIED = {"c/a": {3}, "f": {2, 3}}
"""Where those of its buffers are needed that the loop leaves behind and finds again, beside their lifetimes."""


def stated_phases(intervals: tuple[Interval, ...], loop: tuple[int, int]) -> set[int]:
    phases: set[int] = set()
    for start, end in intervals:
        phases |= set(range(start, end)) if start < end else {*range(start, loop[1]), *range(loop[0], end)}
    return phases


def words_by_hand(manifest: Manifest, runs: int) -> int:
    """In every phase each buffer that is accessed there is checked: in every run, three times."""
    words = 0
    for phase in [phase for way in WAYS for phase in [*way, way[-1]]]:  # at the end once more, behind a barrier
        words += sum(buffer.size for buffer in manifest if phase in stated_phases(buffer.lifetime or (), (1, 4)))
    return words * runs * 3


def test_words_and_conflict_edges_are_what_another_count_says() -> None:
    manifest = loop_manifest()
    plan = plan_probe(manifest, loop_layout(manifest))
    accessed = {buffer.full_name: stated_phases(buffer.lifetime or (), (1, 4)) for buffer in manifest}
    live = {name: phases | CARRIED.get(name, set()) for name, phases in accessed.items()}
    meeting = [(a, b) for a, b in combinations(live, 2) if accessed[a] & live[b] or live[a] & accessed[b]]
    assert (plan.edges.count, plan.edges_covered, plan.met) == (len(meeting), len(meeting), len(meeting))
    assert [[step.phase for step in way] for way in plan.ways] == WAYS
    assert 3 * sum(plan.words_per_pass) == words_by_hand(manifest, runs=3 + 2)


def test_contents_carried_round_a_loop_are_filled_on_the_first_trip_only_where_they_are_read() -> None:
    manifest = make_manifest(
        make_buffer("carried", 3, lifetime=lifetime((0, 4))), timeline=Timeline(length=4, loops=(Loop(1, 3),))
    )
    plan = plan_probe(manifest, side_by_side(manifest))
    ops = [[row.op for row in rows] for rows in plan.scripts[0].steps]
    assert ops == [[Op.FILL, Op.PAUSE, Op.CHECK], [Op.CHECK], [Op.CHECK], [Op.CHECK]]


def aliased() -> Manifest:
    """`scratch` may lie over both others, which conflict with one another."""
    return make_manifest(
        make_buffer("scratch", 8, aliases=("x", "y")),
        make_buffer("x", 4, lifetime=lifetime((0, 3))),
        make_buffer("y", 4, lifetime=lifetime((1, 4))),
    )


def test_overlaps_that_an_alias_permits_are_probed_in_passes_of_their_own() -> None:
    manifest = aliased()
    plan = plan_probe(manifest, make_layout(manifest, {"scratch": 0, "x": 0, "y": 16}))
    names = [{cell.name for cell in plan.cells if cell.index in script.group} for script in plan.scripts]
    assert sorted(map(sorted, names)) == [["scratch"], ["x", "y"]]
    assert (plan.edges.count, plan.edges_covered) == (1, 1)


def test_a_permission_that_the_layout_does_not_use_costs_no_pass() -> None:
    manifest = aliased()
    plan = plan_probe(manifest, make_layout(manifest, {"scratch": 32, "x": 0, "y": 16}))
    assert len(plan.scripts) == 1


def test_buffers_kept_apart_are_seen_together_though_never_live_together() -> None:
    manifest = make_manifest(
        make_buffer("x", 4, lifetime=lifetime((0, 1))),
        make_buffer("y", 4, lifetime=lifetime((2, 3))),
        make_buffer("z", 4, lifetime=lifetime((3, 4))),
        apart=(("x", "y"),),
    )
    plan = plan_probe(manifest, make_layout(manifest, {"x": 0, "y": 16, "z": 0}))
    assert [script.group.lingering for script in plan.scripts] == [False, True]
    assert (plan.edges.count, plan.edges_covered) == (1, 1)


def test_buffers_that_threads_share_conflict_until_a_barrier() -> None:
    def edges(*barriers: Barrier) -> tuple[int, int]:
        manifest = make_manifest(
            make_buffer("x", 4, lifetime=lifetime((0, 1))),
            make_buffer("y", 4, lifetime=lifetime((2, 3))),
            threads_per_run=4,
            timeline=Timeline(length=4, barriers=barriers),
        )
        plan = plan_probe(manifest, side_by_side(manifest))
        return plan.edges.count, plan.edges_covered

    assert edges() == (1, 1)
    assert edges(Barrier(1, "run")) == (0, 0)


def in_place_manifest() -> Manifest:
    return make_manifest(
        make_buffer("x", 6, lifetime=lifetime((0, 2))),
        make_buffer("y", 6, lifetime=lifetime((1, 3))),
        in_place=(InPlace(1, "x", "y"),),
    )


def test_an_in_place_pair_at_the_same_bytes_is_read_and_written_element_by_element() -> None:
    manifest = in_place_manifest()
    plan = plan_probe(manifest, make_layout(manifest, {"x": 0, "y": 0}))
    read, write = plan.scripts[0].steps[1][:2]
    assert (read.op, read.paired, plan.cells[read.cell].name) == (Op.CHECK, 1, "x")
    assert (write.op, write.paired, plan.cells[write.cell].name) == (Op.FILL, 0, "y")
    assert (plan.edges.count, plan.edges_covered) == (1, 1)


def test_an_in_place_pair_at_bytes_of_its_own_is_two_buffers_like_any_others() -> None:
    manifest = in_place_manifest()
    plan = plan_probe(manifest, make_layout(manifest, {"x": 0, "y": 24}))
    assert not any(row.paired for rows in plan.scripts[0].steps for row in rows)
    assert (plan.edges.count, plan.edges_covered) == (1, 1)


def test_different_fills_and_runs_never_have_the_same_multiplier() -> None:
    manifest = loop_manifest()
    plan = plan_probe(manifest, loop_layout(manifest))
    assert len(set(plan.multipliers)) == len(plan.multipliers) == 2 * (3 + 1)


@pytest.mark.parametrize(("runs", "slots"), [(1, (0,)), (2, (0, 1)), (3, (0, 1, 2)), (32, (0, 1, 31))])
def test_the_first_the_second_and_the_last_run_are_probed_and_the_last_block_is_a_partial_one(
    runs: int, slots: tuple[int, ...]
) -> None:
    manifest = loop_manifest()
    shape = plan_probe(manifest, loop_layout(manifest, runs_per_block=runs)).shape
    assert shape.slots == slots
    assert shape.active == (len(slots), max(1, len(slots) - 1))
