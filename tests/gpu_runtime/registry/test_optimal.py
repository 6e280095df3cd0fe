"""`layout="optimal"`: lifetimes in a component's own phases, children's windows, aliases, protected storage."""

from __future__ import annotations

import random

import pytest

from tests.gpu_runtime.registry.parents import Parent
from warpack.gpu_runtime import BufferRegistry
from warpack.gpu_runtime.registry import Span
from warpack.solver import ManifestError


def spans(registry: BufferRegistry, parent: Parent) -> dict[str, Span]:
    layout = registry.layout_of(parent)
    assert layout is not None
    return dict(layout.shared)


def overlap(a: Span, b: Span) -> bool:
    return a.start < b.stop and b.start < a.stop


def test_buffers_whose_lifetimes_do_not_meet_share_bytes_and_the_proof_is_at_hand() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.set_phases(parent, ["a", "b", "c"])
    registry.register("first", parent, 10, "shared", lifetime=[["a", "a"]])
    registry.register("second", parent, 8, "shared", lifetime=[["b", "c"]])
    registry.register("always", parent, 2, "shared")
    assert registry.shared_buffer_size(parent) == 12
    layout = registry.layout_of(parent)
    assert layout is not None
    assert layout.solution is not None
    assert layout.solution.status == "optimal"


def test_without_lifetimes_nothing_shares_but_what_was_declared() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.register("a", parent, 10, "shared")
    registry.register("b", parent, 4, "shared", aliases="a")
    registry.register("c", parent, 4, "shared")
    found = spans(registry, parent)
    assert overlap(found["a"], found["b"])
    assert registry.shared_buffer_size(parent) == 14


def test_a_childs_window_is_free_outside_the_phases_in_which_the_child_runs() -> None:
    registry, parent, child = BufferRegistry("optimal"), Parent(), Parent()
    registry.register("work", child, 12, "shared")
    registry.register("kept", child, 2, "shared", persistent=True)
    registry.set_phases(parent, ["before", "call", "after"], loops=[[0, 3]])
    registry.register("scratch", parent, 10, "shared", lifetime=[["after", "after"]])
    registry.register_child(parent, child, "inner", called_in=["call"])
    assert registry.shared_buffer_size(parent) == 14
    found, inside = spans(registry, parent), spans(registry, child)
    start = found["inner_shared"].start
    kept = Span(start + inside["kept"].start, start + inside["kept"].stop)
    assert overlap(found["scratch"], found["inner_shared"])
    assert not overlap(found["scratch"], kept)


def test_a_childs_window_without_calls_is_always_live() -> None:
    registry, parent, child = BufferRegistry("optimal"), Parent(), Parent()
    registry.register("work", child, 12, "shared")
    registry.set_phases(parent, ["before", "call"])
    registry.register("scratch", parent, 10, "shared", lifetime=[["before", "before"]])
    registry.register_child(parent, child, "inner")
    assert registry.shared_buffer_size(parent) == 22


def test_protected_storage_is_kept_from_declared_aliases_too() -> None:
    registry, parent, child = BufferRegistry("optimal"), Parent(), Parent()
    registry.register("work", child, 6, "shared")
    registry.register("kept", child, 2, "shared", persistent=True)
    registry.register_child(parent, child, "inner")
    registry.register("alias", parent, 5, "shared", aliases="inner_shared")
    found, inside = spans(registry, parent), spans(registry, child)
    start = found["inner_shared"].start
    assert not overlap(found["alias"], Span(start + inside["kept"].start, start + inside["kept"].stop))
    declared = BufferRegistry("declared")
    declared.register("work", child, 6, "shared")
    declared.register("kept", child, 2, "shared", persistent=True)
    declared.register_child(parent, child, "inner")
    declared.register("alias", parent, 5, "shared", aliases="inner_shared")
    assert registry.shared_buffer_size(parent) == declared.shared_buffer_size(parent) == 8


def test_a_local_alias_comes_into_shared_memory_where_that_costs_no_byte() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.register("whole", parent, 10, "shared")
    registry.register("fits", parent, 10, "local", aliases="whole")
    registry.register("too_much", parent, 11, "local", aliases="whole")
    layout = registry.layout_of(parent)
    assert layout is not None
    assert set(layout.shared) == {"whole", "fits"}
    assert dict(layout.local) == {"too_much": 11}
    assert registry.shared_buffer_size(parent) == 10


def test_in_place_pairs_may_coincide() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    in_place = [{"phase": "b", "read": "stage", "write": "slope"}]
    registry.set_phases(parent, ["a", "b", "c"], in_place=in_place)
    registry.register("stage", parent, 6, "shared", lifetime=[["a", "b"]])
    registry.register("slope", parent, 6, "shared", lifetime=[["b", "c"]])
    assert registry.shared_buffer_size(parent) == 6


def test_parts_have_lifetimes_of_their_own() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.set_phases(parent, ["a", "b"])
    rows = [
        {"name": "row0", "offset": 0, "size": 4, "lifetime": [["a", "a"]]},
        {"name": "row1", "offset": 4, "size": 4, "lifetime": [["a", "b"]]},
    ]
    registry.register("rows", parent, 8, "shared", parts=rows)
    registry.register("late", parent, 4, "shared", lifetime=[["b", "b"]])
    assert registry.shared_buffer_size(parent) == 8


def test_elements_of_different_width_are_aligned_wherever_the_window_is_aligned() -> None:
    registry, parent = BufferRegistry("optimal"), Parent("float32")
    registry.register("one", parent, 1, "shared")
    registry.register("wide", parent, 2, "shared", dtype="float64")
    registry.register("flags", parent, 3, "shared", dtype="int8")
    found = spans(registry, parent)
    assert found["wide"].start % 8 == 0
    assert registry.shared_buffer_bytes(parent) == 24
    assert registry.shared_alignment_bytes(parent) == 8


def test_names_that_no_manifest_takes_are_no_obstacle() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.register("stage-store", parent, 4, "shared")
    registry.register("lambda", parent, 4, "shared", aliases="stage-store")
    assert registry.shared_buffer_size(parent) == 4


def test_a_change_of_phases_lifetimes_or_location_makes_a_new_layout() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.set_phases(parent, ["a", "b"])
    registry.register("first", parent, 10, "shared", lifetime=[["a", "a"]])
    registry.register("second", parent, 8, "shared", lifetime=[["b", "b"]])
    assert registry.shared_buffer_size(parent) == 10
    assert registry.update_buffer("second", parent, lifetime=[["a", "b"]]) == (True, True)
    assert registry.shared_buffer_size(parent) == 18
    registry.update(parent, first_location="local")
    assert registry.shared_buffer_size(parent) == 8


@pytest.mark.parametrize(("lifetime", "words"), [([["a", "z"]], "z"), ([[1, 1]], r"\[1, 1\]|empty"), ([[0, 9]], "9")])
def test_a_lifetime_that_is_wrong_is_told_when_the_layout_is_asked_for(
    lifetime: list[list[object]], words: str
) -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.set_phases(parent, ["a", "b"])
    registry.register("first", parent, 10, "shared", lifetime=lifetime)
    with pytest.raises(ManifestError, match=words):
        registry.shared_buffer_size(parent)


def test_an_alias_of_buffers_that_are_needed_together_is_an_error() -> None:
    registry, parent = BufferRegistry("optimal"), Parent()
    registry.set_phases(parent, ["a", "b"])
    registry.register("first", parent, 10, "shared", lifetime=[["a", "b"]])
    registry.register("second", parent, 10, "shared", aliases="first", lifetime=[["b", "b"]])
    with pytest.raises(ManifestError, match="alias"):
        registry.shared_buffer_size(parent)


def test_a_window_that_no_block_can_have_is_refused() -> None:
    registry, parent = BufferRegistry("optimal", compute_capability="7.5"), Parent()
    registry.register("huge", parent, 20_000, "shared")
    with pytest.raises(ValueError, match=r"80000 bytes.*7\.5"):
        registry.shared_buffer_size(parent)


def test_optimal_never_takes_more_than_declared() -> None:
    """Aliases of aliases aside: those overlap what nobody declared, and `optimal` takes no such leave."""
    for seed in range(60):
        choose = random.Random(seed)
        parent, registries = Parent(), (BufferRegistry("declared"), BufferRegistry("optimal"))
        plain: list[str] = []
        for index in range(choose.randint(2, 7)):
            target = choose.choice(plain) if plain and choose.random() < 0.4 else None
            plain += [f"b{index}"] if target is None else []
            arguments = (choose.randint(0, 12), choose.choice(["shared", "shared", "local"]), choose.random() < 0.2)
            for registry in registries:
                registry.register(f"b{index}", parent, *arguments, aliases=target)
        declared, optimal = (registry.shared_buffer_size(parent) for registry in registries)
        assert optimal <= declared, seed
