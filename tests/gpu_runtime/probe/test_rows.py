"""The wrong answers of November that a probe can meet (facts/semantics.md, marked S): each wrong layout is found, each
right one passes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from tests.gpu_runtime.probe.batched import simulated
from tests.gpu_runtime.probe.forced import fitted, placed
from warpack.solver import load_manifest
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.report import Finding


class Row(NamedTuple):
    """`wrong`: the offsets that were given; `seen`: the checks one of which has to find them wrong."""

    manifest: Manifest
    wrong: Mapping[str, int]
    seen: frozenset[str]


def made(timeline: Mapping[str, Any], buffers: Mapping[str, Any], **fields: Any) -> Manifest:
    """Buffers of four float32 by full name, with their lifetimes or all of their fields."""
    every = []
    for name, said in buffers.items():
        component, _, own = name.rpartition("/")
        every.append(
            {"name": own, "size": 4, "dtype": "float32"}
            | ({"component": component} if component else {})
            | (said if isinstance(said, dict) else {"lifetime": said})
        )
    return load_manifest(
        {
            "schema": "warpack/manifest/1", "target": {"compute_capability": "8.6"}, "launch": {"threads_per_block": 64},
            "timeline": timeline, "buffers": every, **fields,
        }
    )  # fmt: skip


def block(*lifetime: list[int]) -> dict[str, Any]:
    return {"lifetime": list(lifetime), "scope": "block"}


def in_place(*phases: int) -> list[dict[str, Any]]:
    return [{"phase": phase, "read": "a", "write": "b"} for phase in phases]


A_BEFORE = {"path": "A", "called_in": [1], "timeline": {"length": 1, "barriers": [{"before": 0}]}}
A_LOOP = {"path": "A", "called_in": [1], "timeline": {"length": 2, "loops": [[0, 2]], "barriers": [{"before": 1}]}}
LOST, UNORDERED = frozenset({"contents", "zeros"}), frozenset({"shadow"})

ROWS = {
    "1 read again on the next trip": Row(
        made({"length": 3, "loops": [[1, 2]]}, {"a": [[0, 2]], "b": [[1, 2]]}, in_place=in_place(1)), {"a": 0, "b": 0}, LOST),
    "2 ends at neither hand-over but the last": Row(
        made({"length": 3}, {"a": [[0, 3]], "b": [[1, 2], [2, 3]]}, in_place=in_place(1, 2)), {"a": 0, "b": 0}, LOST),
    "3 zeroed before it is read": Row(
        made({"length": 3}, {"a": [[0, 2]], "b": {"lifetime": [[1, 3]], "zero": "interval"}}, in_place=in_place(1)),
        {"a": 0, "b": 0}, LOST),
    "3 zeroed at the program's start": Row(
        made({"length": 3}, {"a": [[0, 1]], "b": {"lifetime": [[0, 2]], "zero": "entry"}}, in_place=in_place(0)),
        {"a": 0, "b": 0}, LOST),
    "4 filled before the child's barrier": Row(
        made({"length": 2}, {"x": block([0, 1]), "y": block([1, 2])}, components=[A_BEFORE]), {"x": 0, "y": 0}, UNORDERED),
    "5 the parent's barrier stands once": Row(
        made({"length": 2, "barriers": [{"before": 1}]}, {"A/u": block([0, 1]), "A/v": block([1, 2])}, components=[A_LOOP]),
        {"A/u": 0, "A/v": 0}, UNORDERED),
    "7 the loop skipped, and its barrier with it": Row(
        made({"length": 4, "loops": [[1, 3]], "barriers": [{"before": 2}]}, {"prefetch": block([0, 1]), "stage": block([3, 4])}),
        {"prefetch": 0, "stage": 0}, UNORDERED),
}  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[dict[str, tuple[Finding, ...]], dict[str, tuple[Finding, ...]]]]:
    """For each row what was found in the right layout, and in the wrong one."""
    pairs = [
        (row.manifest, layout)
        for row in ROWS.values()
        for layout in (fitted(row.manifest), placed(row.manifest, row.wrong))
    ]
    seen = simulated(pairs)
    return {name: (seen[2 * number], seen[2 * number + 1]) for number, name in enumerate(ROWS)}


@pytest.mark.parametrize("name", ROWS)
def test_the_right_layout_passes_and_the_wrong_one_is_found(name: str, found: Any) -> None:
    right, wrong = found[name]
    assert right == {}
    told = [finding.message for check in ROWS[name].seen for finding in wrong.get(check, ())]
    assert any(not message.startswith("lingering") for message in told)  # on a way of the program


@pytest.mark.parametrize("name", ["4 filled before the child's barrier", "7 the loop skipped, and its barrier with it"])
def test_a_slow_thread_meets_what_is_unordered_in_the_simulator_too(name: str, found: Any) -> None:
    assert any(
        finding.rule == "contents-lost" and "pass pattern" in finding.message for finding in found[name][1]["contents"]
    )


def test_row_seven_passes_where_the_loop_cannot_be_skipped() -> None:
    loop = {"span": [1, 3], "at_least": 1}
    manifest = made(
        {"length": 4, "loops": [loop], "barriers": [{"before": 2}]}, {"prefetch": block([0, 1]), "stage": block([3, 4])}
    )
    assert simulated([(manifest, placed(manifest, {"prefetch": 0, "stage": 0}))]) == [{}]
