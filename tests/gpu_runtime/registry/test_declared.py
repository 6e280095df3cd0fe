"""`layout="declared"` is CuBIE's placement: real solvers' layouts, and the rule's corners by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.gpu_runtime.registry.parents import Parent
from warpack.gpu_runtime import BufferRegistry

SOLVERS = json.loads((Path(__file__).parent / "cubie_layouts.json").read_text(encoding="utf-8"))
"""Registrations and layouts of running CuBIE 0.17 solvers. A buffer: name, child whose window it is, size, location,
persistent, alias, dtype, protected ranges, and where CuBIE put it (region, and elements of the parent's type)."""


def rebuilt(components: list[dict[str, Any]]) -> tuple[BufferRegistry, list[Parent]]:
    """The registry after the same registrations, children before their parents."""
    registry = BufferRegistry("declared")
    parents = [Parent(component["precision"]) for component in components]

    def build(index: int) -> None:
        component = components[index]
        for child in component["children"].values():
            build(child)
        for name, child, size, location, persistent, aliases, dtype, protected, _ in component["buffers"]:
            if child is None:
                registry.register(
                    name, parents[index], size, location, persistent, aliases, dtype=dtype, protected=protected
                )
            elif name == f"{child}_shared":
                registry.register_child(parents[index], parents[component["children"][child]], child, aliases)

    build(0)
    return registry, parents


def placed(registry: BufferRegistry, parent: Parent) -> dict[str, list[Any]]:
    layout = registry.layout_of(parent)
    if layout is None:
        return {}
    size = np.dtype(parent.precision).itemsize
    regions = {"shared": layout.shared, "persistent": layout.persistent}
    found: dict[str, list[Any]] = {
        name: [region, span.start // size, span.stop // size]
        for region, spans in regions.items()
        for name, span in spans.items()
    }
    return found | {name: ["local", count] for name, count in layout.local.items()}


@pytest.mark.parametrize("solver", SOLVERS, ids=lambda solver: solver["solver"])
def test_every_buffer_of_a_real_solver_lies_where_cubie_puts_it(solver: dict[str, Any]) -> None:
    registry, parents = rebuilt(solver["components"])
    for component, parent in zip(solver["components"], parents, strict=True):
        assert placed(registry, parent) == {buffer[0]: buffer[-1] for buffer in component["buffers"]}
        assert component["elements"] == [
            registry.shared_buffer_size(parent),
            registry.persistent_local_buffer_size(parent),
            registry.local_buffer_size(parent),
        ]


def test_two_aliases_of_one_buffer_lie_in_it_one_after_the_other_and_the_third_falls_back() -> None:
    registry, parent = BufferRegistry(), Parent()
    registry.register("whole", parent, 10, "shared")
    for name in ("first", "second", "third"):
        registry.register(name, parent, 4, "shared", aliases="whole")
    assert placed(registry, parent) == {
        "whole": ["shared", 0, 10], "first": ["shared", 0, 4], "second": ["shared", 4, 8], "third": ["shared", 10, 14],
    }  # fmt: skip


def test_a_local_alias_of_a_shared_buffer_comes_into_shared_memory() -> None:
    registry, parent = BufferRegistry(), Parent()
    registry.register("whole", parent, 10, "shared")
    registry.register("small", parent, 3, "local", aliases="whole")
    registry.register("large", parent, 11, "local", aliases="whole")
    assert placed(registry, parent) == {
        "whole": ["shared", 0, 10], "small": ["shared", 0, 3], "large": ["local", 11],
    }  # fmt: skip


def test_an_alias_never_overlaps_persistent_storage_or_a_protected_range() -> None:
    registry, parent = BufferRegistry(), Parent()
    registry.register("kept", parent, 4, "shared", persistent=True)
    registry.register("window", parent, 8, "shared", protected=((2, 3),))
    registry.register("before", parent, 2, "shared", aliases="window")
    registry.register("across", parent, 2, "shared", aliases="window")
    registry.register("of_kept", parent, 2, "shared", aliases="kept")
    found = placed(registry, parent)
    assert found["before"] == ["shared", 4, 6]
    assert found["across"] == ["shared", 12, 14]
    assert found["of_kept"] == ["shared", 14, 16]


def test_elements_wider_than_the_parents_start_at_whole_elements_and_narrower_ones_cover_some() -> None:
    registry, parent = BufferRegistry(), Parent("float32")
    registry.register("one", parent, 1, "shared")
    registry.register("wide", parent, 2, "shared", dtype="float64")
    registry.register("narrow", parent, 3, "shared", dtype="float16")
    assert placed(registry, parent) == {"one": ["shared", 0, 1], "wide": ["shared", 2, 6], "narrow": ["shared", 6, 8]}
    assert registry.shared_buffer_size(parent) == 8
    assert registry.shared_buffer_bytes(parent) == 32
    assert registry.shared_alignment_bytes(parent) == 8


def test_a_buffer_registered_again_keeps_its_place_in_the_order() -> None:
    registry, parent = BufferRegistry(), Parent()
    registry.register("a", parent, 2, "shared")
    registry.register("b", parent, 2, "shared")
    registry.register("a", parent, 5, "shared")
    assert placed(registry, parent) == {"a": ["shared", 0, 5], "b": ["shared", 5, 7]}
