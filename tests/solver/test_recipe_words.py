"""What a word of the user's would save, in the warnings `carried` and `at_least`. Every claim is solved for real."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from tests.helpers.machine.programs import random_programs
from tests.helpers.solving import manifest_of, run_bytes, solved
from warpack.solver import Layout, load_manifest
from warpack.solver.wire.problems import Problem


def told(layout: Layout, kind: str) -> list[Problem]:
    return [warning for warning in layout.warnings if warning.type == kind]


def tile(name: str, lifetime: list[list[str]], **more: Any) -> dict[str, Any]:
    return {"name": name, "size": 32, "lifetime": lifetime, **more}


SAVING = re.compile(r"(?<!carried it) saves (\d+) of (\d+) (run bytes|bytes of the block region)")
TWICE_READ: dict[str, Any] = {"phases": ["load", "apply", "finish"], "loops": [["apply", "finish"]]}
FILLED_INSIDE: dict[str, Any] = {"phases": ["fill", "use", "end"], "loops": [["fill", "end"], ["fill", "fill"]]}


def test_carried_says_what_dropped_saves() -> None:
    buffers = tile("weights", [["load", "apply"]]), tile("scratch", [["finish", "finish"]])
    (warning,) = told(solved(manifest_of(*buffers, timeline=TWICE_READ)), "carried")
    assert warning.message.endswith('"reentry": "dropped" frees these phases. It saves 128 of 256 run bytes.')
    with_the_word = buffers[0] | {"reentry": "dropped"}, buffers[1]
    assert run_bytes(solved(manifest_of(*with_the_word, timeline=TWICE_READ))) == 256 - 128


def test_carried_says_it_of_a_part() -> None:
    parts = [{"name": "all", "offset": 0, "size": 32, "lifetime": [["load", "apply"]]}]
    weights = {"name": "weights", "size": 32, "parts": parts}
    layout = solved(manifest_of(weights, tile("scratch", [["finish", "finish"]]), timeline=TWICE_READ))
    (warning,) = told(layout, "carried")
    assert warning.pointer == "/buffers/0/parts/0"
    assert warning.message.endswith("It saves 128 of 256 run bytes.")


def test_carried_says_it_of_the_block_region() -> None:
    block = {"scope": "block"}
    buffers = tile("weights", [["load", "apply"]], **block), tile("scratch", [["finish", "finish"]], **block)
    barriers = [{"before": "apply"}, {"before": "finish"}, {"after": "finish"}]
    (warning,) = told(solved(manifest_of(*buffers, timeline=TWICE_READ | {"barriers": barriers})), "carried")
    assert warning.message.endswith("It saves 128 of 256 bytes of the block region.")


def test_where_the_word_saves_only_on_all_of_them_it_says_so() -> None:
    timeline = {"phases": ["load", "apply", "finish", "x"], "loops": [["apply", "x"]]}
    both = [tile("one", [["load", "apply"]]), tile("two", [["load", "apply"]])]
    wide = {"name": "wide", "size": 48, "lifetime": [["x", "x"]]}
    small = {"name": "small", "size": 32, "lifetime": [["apply", "apply"]]}
    layout = solved(manifest_of(*both, wide, small, timeline=timeline))
    messages = [warning.message for warning in told(layout, "carried")]
    assert len(messages) == 2
    assert all("saves" in message for message in messages)


def test_where_nothing_is_saved_nothing_is_said() -> None:
    buffers = tile("weights", [["load", "apply"]]), {"name": "whole", "size": 8}
    (warning,) = told(solved(manifest_of(*buffers, timeline=TWICE_READ)), "carried")
    assert "saves" not in warning.message


def test_a_loop_that_may_be_skipped_says_what_at_least_saves() -> None:
    buffers = tile("weights", [["fill", "use"]]), tile("scratch", [["end", "end"]])
    layout = solved(manifest_of(*buffers, timeline=FILLED_INSIDE))
    (warning,) = told(layout, "at_least")
    assert warning.pointer == "/timeline/loops/1"
    assert warning.message == (
        'The loop [fill, fill] may be skipped. If every way runs it at least once, "at_least": 1 saves 128 of 256 run bytes.'
    )
    always = FILLED_INSIDE | {"loops": [["fill", "end"], {"span": ["fill", "fill"], "at_least": 1}]}
    assert run_bytes(solved(manifest_of(*buffers, timeline=always))) == 256 - 128


def test_a_barrier_in_a_loop_that_may_be_skipped_says_what_at_least_saves() -> None:
    timeline = {"phases": ["a", "wait", "b"], "loops": [["wait", "wait"]], "barriers": [{"before": "wait"}]}
    buffers = tile("one", [["a", "a"]]), tile("two", [["b", "b"]])
    (warning,) = told(
        solved(manifest_of(*buffers, timeline=timeline, launch={"threads_per_run": 2})),
        "at_least",
    )
    assert "saves 128 of 256 run bytes" in warning.message


def test_a_loop_of_a_component_is_pointed_at() -> None:
    inner = {"path": "step", "timeline": FILLED_INSIDE, "called_in": [0]}
    buffers = (
        tile("weights", [["fill", "use"]], component="step"),
        tile("scratch", [["end", "end"]], component="step"),
    )
    layout = solved(manifest_of(*buffers, components=[inner], timeline={"length": 1}))
    assert [warning.pointer for warning in told(layout, "at_least")] == ["/components/0/timeline/loops/1"]


def test_on_random_programs_the_word_saves_what_is_told() -> None:
    """The manifest with the word, solved, needs at least so many bytes less."""
    held = 0
    for document, manifest in random_programs(9, 400):
        layout = solved(manifest)
        for warning in (*told(layout, "carried"), *told(layout, "at_least")):
            saving = SAVING.search(warning.message)
            if saving is None or layout.launch is None:
                continue
            held += 1
            launch = solved(load_manifest(_with_word(document, warning))).launch
            assert launch is not None
            left = launch.run_bytes if saving[3] == "run bytes" else launch.block_region_bytes
            assert left <= int(saving[2]) - int(saving[1]), warning
    assert held >= 5


def _with_word(document: dict[str, Any], warning: Problem) -> dict[str, Any]:
    changed = deepcopy(document)
    told_by: Any = changed
    *_, kind = path = [part for part in warning.pointer.split("/") if part]
    if kind in ("lifetime", "accesses_in"):
        path.pop()
    for part in path[:-1]:
        told_by = told_by[int(part) if part.isdigit() else part]
    last = int(path[-1]) if path[-1].isdigit() else path[-1]
    if warning.type == "carried":
        told_by[last]["reentry"] = "dropped"
    else:
        loop = told_by[last]
        told_by[last] = (loop if isinstance(loop, dict) else {"span": loop}) | {"at_least": 1}
    return changed
