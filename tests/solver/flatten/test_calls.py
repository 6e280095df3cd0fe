from __future__ import annotations

from typing import Any

import pytest

from tests.solver.flatten.documents import before, document, flat, live, piece
from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.timeline import flattened_length
from warpack.solver.reading import load_manifest
from warpack.solver.wire.problems import ManifestError


def child(path: str, called_in: list[Any], **timeline: Any) -> dict[str, Any]:
    return {"path": path, "timeline": timeline or {"length": 2}, "called_in": called_in}


def test_a_calling_phase_becomes_enter_the_phases_of_the_call_and_exit() -> None:
    timeline = {"phases": ["begin", "solve", "end"]}
    solver = child("solver", ["solve"], phases=["in", "out"])
    result = flat(
        live("a", ("begin", "solve")), {"name": "x", "component": "solver"}, timeline=timeline, components=[solver]
    )
    assert result.timeline.names == ("begin", "solve/enter", "solve/in", "solve/out", "solve/exit", "end")
    assert piece(result.run, "a").live.spans == ((0, 5),)
    assert piece(result.run, "solver/x").live.spans == ((2, 4),)


def test_each_call_has_the_childs_loops_and_barriers_and_its_own_lives() -> None:
    solver = child("solver", [1, 3], length=3, loops=[[1, 3]], barriers=before(0, 2))
    buffer = live("x", (0, 1), (2, 3), component="solver", reentry="dropped")
    result = flat(buffer, length=4, components=[solver], loops=[[1, 4]])
    assert result.timeline.length == 12
    assert result.timeline.loops == ((1, 12), (3, 5), (9, 11))
    assert sorted(result.timeline.waits["block"]) == [2, 4, 8, 10]
    assert result.timeline.names[7:] == ("3/enter", "3/0", "3/1", "3/2", "3/exit")
    assert piece(result.run, "solver/x").live.spans == ((2, 3), (4, 5), (8, 9), (10, 11))


def test_a_barrier_before_a_call_stands_before_its_enter_and_one_after_it_behind_its_exit() -> None:
    barriers = [*before(1), {"after": 1}]
    result = flat(live("a", (0, 1)), length=3, barriers=barriers, components=[child("c", [1])])
    assert result.timeline.names == ("0", "1/enter", "1/0", "1/1", "1/exit", "2")
    assert result.timeline.waits["block"] == {1, 5}


def test_calls_within_calls_are_expanded_at_every_level() -> None:
    components = [child("a", [0, 1]), child("a/b", [1], length=3)]
    result = flat(live("x", (1, 2), component="a/b"), length=2, components=components)
    assert result.timeline.length == 2 * (2 + 2 + 2 + 2)
    assert piece(result.run, "a/b/x").live.spans == ((4, 5), (12, 13))


def test_a_component_without_timeline_counts_in_that_of_its_nearest_ancestor() -> None:
    components = [child("a", [1]), {"path": "a/b"}]
    assert piece(flat(live("x", (1, 2), component="a/b"), components=components).run, "a/b/x").live.spans == ((3, 4),)


def test_components_called_in_one_phase_are_in_each_others_way_and_each_keeps_its_own_order() -> None:
    components = [child("a", [1]), child("b", [1]), child("c", [2])]
    result = flat(
        live("x", (0, 1), component="a"), live("y", (1, 2), component="b"), live("z", (0, 1), component="c"),
        live("unused", component="b"), live("w", (1, 2), component="a"), components=components,
    )  # fmt: skip
    assert piece(result.run, "a/x").live.spans == ((2, 3),)
    assert piece(result.run, "b/y").live.spans == ((5, 6),)
    assert forbidden_differences(result.run, 0, 1)
    assert not forbidden_differences(result.run, 0, 2)
    assert not forbidden_differences(result.run, 0, 3)
    assert not forbidden_differences(result.run, 0, 4)


def test_an_in_place_pair_in_a_component_counts_in_every_call() -> None:
    pair = {"phase": 1, "read": "a/x", "write": "a/y"}
    result = flat(
        live("x", (0, 2), component="a"), live("y", (1, 3), component="a"),
        components=[child("a", [1, 4], length=3)], in_place=[pair],
    )  # fmt: skip
    assert forbidden_differences(result.run, 0, 1) == ((-15, -1), (1, 15))
    assert result.run.in_place[0].phases.spans == ((3, 4), (10, 11))


def test_the_flattened_length_is_known_without_expanding() -> None:
    levels = ["a", "a/b", "a/b/c", "a/b/c/d"]
    components = [child(path, list(range(64)), length=64) for path in levels]
    with pytest.raises(ManifestError) as caught:
        load_manifest(document(live("x", (0, 1)), length=64, components=components))
    assert [problem.type for problem in caught.value.problems] == ["timeline-too-long"]
    assert str(64**5 + sum(2 * 64**level for level in range(1, 5))) in caught.value.problems[0].message


def test_the_flattened_length_agrees_with_the_expansion() -> None:
    components = [child("a", [0, 1]), child("a/b", [1], length=3), child("c", [1, 2], length=5)]
    text = document(live("x", (0, 1)), length=4, components=components)
    assert (
        flattened_length(load_manifest(text))
        == flat(live("x", (0, 1)), length=4, components=components).timeline.length
    )
