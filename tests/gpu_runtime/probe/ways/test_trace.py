"""The steps of a way: loops, branches, tracks and calls walked as chosen, quiet phases merged, barriers where they
stand."""

from __future__ import annotations

import pytest

from warpack.gpu_runtime.probe.ways.choices import Choices
from warpack.gpu_runtime.probe.ways.covering_ways import MOST_WAYS, Ways, ways_of
from warpack.gpu_runtime.probe.ways.program_outline import Outline, ProbeTooLargeError, Step
from warpack.gpu_runtime.probe.ways.thread_teams import Teams
from warpack.gpu_runtime.probe.ways.trace import trace
from warpack.solver.verifier.story import derive
from warpack.solver.wire.manifest import Barrier, Branch, Component, Launch, Loop, Manifest, Target, Timeline, Track


def outline_of(timeline: Timeline, marks: list[int], *components: Component) -> Outline:
    story = derive(Manifest(Target("8.6"), launch=Launch(), timeline=timeline, components=components))
    return Outline.of(story.tree, story.fences, marks)


def ways(timeline: Timeline, marks: list[int] | None = None, *components: Component, threads: int = 8) -> Ways:
    everywhere = list(range(2 * timeline.length + 8)) if marks is None else marks
    return ways_of(outline_of(timeline, everywhere, *components), Teams(threads, 1))


def phases(steps: tuple[Step, ...]) -> list[int]:
    return [step.phase for step in steps]


def walked(timeline: Timeline, marks: list[int] | None = None) -> list[list[int]]:
    return [phases(steps) for steps in ways(timeline, marks).steps]


def test_phases_in_which_nothing_happens_are_merged() -> None:
    assert walked(Timeline(10), [3, 7]) == [[0, 3, 7]]


def test_a_loop_is_gone_round_twice_then_not_at_all_then_once() -> None:
    assert walked(Timeline(5, loops=(Loop(1, 4),)), [2]) == [[0, 1, 2, 1, 2], [0], [0, 1, 2]]
    assert walked(Timeline(5, loops=(Loop(1, 4),))) == [[0, 1, 2, 3, 1, 2, 3, 4], [0, 4], [0, 1, 2, 3, 4]]


def test_a_loop_that_runs_at_least_once_is_never_skipped() -> None:
    assert walked(Timeline(3, loops=(Loop(1, 2, 1),))) == [[0, 1, 1, 2], [0, 1, 2]]


def test_inner_loops_are_skipped_inside_outer_ones_too() -> None:
    found = walked(Timeline(4, loops=(Loop(0, 4), Loop(1, 2))))
    assert found[0] == [0, 1, 1, 2, 3, 0, 1, 1, 2, 3]
    assert [0, 2, 3] in found
    assert [0, 1, 2, 3] in found


def test_a_break_leaves_before_the_barrier_behind_its_phase() -> None:
    timeline = Timeline(4, loops=(Loop(1, 3, 1, (1,), endless=True),), barriers=(Barrier(1, "block", after=True),))
    found = ways(timeline)
    assert [phases(steps) for steps in found.steps] == [[0, 1, 2, 1, 3], [0, 1, 3]]
    assert [len(step.waits) for step in found.steps[0]] == [0, 0, 1, 0, 0]


def test_a_break_out_of_an_arm_leaves_all_loops_around() -> None:
    timeline = Timeline(
        5, loops=(Loop(0, 4, 1, (2,), endless=True), Loop(1, 3)), branches=(Branch(((1, 2), (2, 3)), False, "block"),)
    )
    for steps in ways(timeline).steps:
        assert phases(steps)[-2:] == [2, 4]


def test_every_arm_is_taken_and_none_where_that_may_be() -> None:
    found = walked(Timeline(4, branches=(Branch(((1, 2), (2, 3)), True, "block"),)))
    assert found == [[0, 1, 3], [0, 2, 3], [0, 3]]


def test_where_each_thread_chooses_for_itself_every_arm_is_taken_at_once() -> None:
    found = ways(Timeline(4, branches=(Branch(((1, 2), (2, 3)), False, None),))).steps[-1]
    assert [(front.phase, front.team) for front in found[1].fronts] == [(1, 1), (2, 2)]


def test_tracks_run_side_by_side_and_one_after_the_other() -> None:
    tracks = (Track("load", 0, 2, 2), Track("work", 2, 3, None))
    found = ways(Timeline(4, tracks=(tracks,))).steps
    assert [[tuple(front.phase for front in step.fronts) for step in steps] for steps in found] == [
        [(0, 2), (1,), (3,)], [(0,), (1,), (2,), (3,)], [(2,), (0,), (1,), (3,)],
    ]  # fmt: skip
    assert found[1][2].standing == (1,)  # the first track has ended, and stands at its last phase


def test_components_called_in_one_phase_run_in_either_order_and_interleaved() -> None:
    def called(path: str) -> Component:
        return Component(path, timeline=Timeline(2), called_in=(0,))

    found = ways(Timeline(1), None, called("a"), called("b")).steps
    assert [[tuple(front.phase for front in step.fronts) for step in steps] for steps in found] == [
        [(0,), (1, 3), (2, 4), (5,)], [(0,), (1,), (2,), (3,), (4,), (5,)], [(0,), (3,), (4,), (1,), (2,), (5,)],
    ]  # fmt: skip


def test_barriers_stand_at_their_phase_each_time_it_comes() -> None:
    timeline = Timeline(4, loops=(Loop(1, 3),), barriers=(Barrier(1), Barrier(2, "run", after=True)))
    waits = [(step.phase, [wait.scope for wait in step.waits]) for step in ways(timeline).steps[0]]
    assert waits == [(0, []), (1, ["block"]), (2, []), (1, ["run", "block"]), (2, []), (3, ["run"])]


def test_many_branches_need_no_more_ways_than_they_have_arms_and_the_ways_are_few() -> None:
    several = tuple(Branch(((2 * n, 2 * n + 1), (2 * n + 1, 2 * n + 2)), False, "block") for n in range(20))
    found = ways(Timeline(40, branches=several))
    assert (len(found.steps), found.choices, found.taken) == (2, 40, 40)
    wide = Branch(tuple((n, n + 1) for n in range(30)), False, "block")
    assert len(ways(Timeline(30, branches=(wide,))).steps) == MOST_WAYS


def test_a_tower_of_nested_loops_is_refused_with_the_limit_named() -> None:
    tower = outline_of(Timeline(40, loops=tuple(Loop(start, 40) for start in range(20))), [])
    with pytest.raises(ProbeTooLargeError, match="200000 steps"):
        trace(tower, Choices(tower.body), Teams(1, 1))
    with pytest.raises(ProbeTooLargeError, match="lie in one another"):
        outline_of(Timeline(999, loops=tuple(Loop(start, 999) for start in range(900))), [])
