"""The registry's calls: both spellings, children, changes, and what is an error."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

from tests.gpu_runtime.registry.parents import Parent
from warpack.gpu_runtime import BufferRegistry


def test_precision_and_dtype_are_two_words_for_one_thing() -> None:
    registry, parent = BufferRegistry(), Parent("float32")
    registry.register("old", parent, 2, "shared", precision=np.float64)
    registry.register("new", parent, 2, "shared", dtype=np.float64)
    registry.register("parents", parent, 2, "shared")
    assert registry.shared_buffer_bytes(parent) == 40
    registry.update_buffer("old", parent, precision="float32")
    assert registry.shared_buffer_bytes(parent) == 32
    with pytest.raises(ValueError, match="'both' has a dtype and a precision"):
        registry.register("both", parent, 2, "shared", dtype=np.float64, precision=np.float64)


def test_sizes_come_in_elements_of_the_parent_and_in_bytes() -> None:
    registry, parent = BufferRegistry(), Parent("float64")
    registry.register("flags", parent, 3, "shared", dtype="int32")
    registry.register("kept", parent, 2, "local", persistent=True)
    registry.register("work", parent, 4, "local", dtype="int32")
    registry.register("nothing", parent, 0, "local")
    assert (registry.shared_buffer_size(parent), registry.shared_buffer_bytes(parent)) == (2, 16)
    assert (registry.persistent_local_buffer_size(parent), registry.persistent_local_buffer_bytes(parent)) == (2, 16)
    assert (registry.local_buffer_size(parent), registry.local_buffer_bytes(parent)) == (5, 24)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"name": ""}, ValueError, "cannot be empty"),
        ({"name": "b", "aliases": "b"}, ValueError, "cannot alias itself"),
        ({"name": "b", "aliases": "later"}, ValueError, "Register 'later' before 'b'"),
        ({"location": "texture"}, ValueError, "Must be 'shared' or 'local'"),
        ({"dtype": "datetime64"}, ValueError, "dtype must be one of"),
        ({"dtype": object}, ValueError, "dtype must be one of"),
        ({"size": -1}, ValueError, "at least 0"),
        ({"size": 1.5}, TypeError, "must be an integer"),
        ({"size": True}, TypeError, "must be an integer"),
        ({"persistent": 1}, TypeError, "True or False"),
        ({"aliases": 3}, TypeError, "must be a name"),
        ({"persistent": True, "lifetime": [[0, 1]]}, ValueError, "persistent, so that it has no lifetime"),
        ({"lifetime": [[0, 1]], "parts": [{"name": "a"}]}, ValueError, "give one of the two"),
    ],
)
def test_what_cannot_be_registered_is_refused_by_name(
    arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    registry, parent = BufferRegistry(), Parent()
    with pytest.raises(error, match=words):
        registry.register(**({"name": "b", "parent": parent, "size": 4, "location": "shared"} | arguments))
    assert registry.relocatable_buffer_names(parent) == ()


def test_unknown_parents_and_names_are_key_errors_for_allocators_and_nothing_for_questions() -> None:
    registry, parent = BufferRegistry(), Parent()
    with pytest.raises(KeyError, match="no registered buffer group"):
        registry.get_allocator("a", parent)
    assert registry.shared_buffer_size(parent) == registry.local_buffer_size(parent) == 0
    assert registry.persistent_local_buffer_bytes(parent) == 0
    assert registry.update_buffer("a", parent, size=3) == (False, False)
    assert registry.update(parent, a_location="shared") == set()
    registry.register("a", parent, 1)
    with pytest.raises(KeyError, match="'b' not registered"):
        registry.get_allocator("b", parent)
    assert registry.update_buffer("b", parent, size=3) == (False, False)


def test_update_takes_the_locations_that_it_knows_and_says_which() -> None:
    registry, parent = BufferRegistry(), Parent()
    registry.register("a", parent, 4, "local")
    registry.register("b", parent, 4, "local")
    known = registry.update(parent, {"a_location": "shared", "tolerance": 3, "c_location": "shared"}, b_location=None)
    assert known == {"a_location", "b_location"}
    assert registry.shared_buffer_size(parent) == 4
    with pytest.raises(ValueError, match="Invalid location 'global' for buffer 'a'"):
        registry.update(parent, a_location="global")


def test_update_buffer_says_whether_it_knew_the_buffer_and_whether_anything_changed() -> None:
    registry, parent = BufferRegistry(), Parent()
    registry.register("a", parent, 4, "shared")
    assert registry.update_buffer("a", parent, size=4) == (True, False)
    assert registry.update_buffer("a", parent, size=7) == (True, True)
    assert registry.shared_buffer_size(parent) == 7
    with pytest.raises(TypeError, match="has no colour"):
        registry.update_buffer("a", parent, colour="red")
    with pytest.raises(ValueError, match="Alias target 'z'"):
        registry.update_buffer("a", parent, aliases="z")


def test_a_childs_window_is_a_snapshot_that_registering_it_again_refreshes() -> None:
    registry, parent, child = BufferRegistry(), Parent(), Parent()
    registry.register("rows", child, 6, "shared")
    registry.register("kept", child, 2, "local", persistent=True)
    assert registry.register_child(parent, child, "inner") == ("inner_shared", "inner_persistent")
    assert (registry.shared_buffer_size(parent), registry.persistent_local_buffer_size(parent)) == (6, 2)
    registry.update_buffer("rows", child, size=9)
    assert registry.shared_buffer_size(parent) == 6
    registry.register_child(parent, child, "inner")
    assert registry.shared_buffer_size(parent) == 9
    assert registry.relocatable_buffer_names(parent) == ()
    assert registry.register_child(parent, child)[0] == f"child_{id(child)}_shared"


def test_persistent_storage_of_a_grandchild_is_protected_all_the_way_up() -> None:
    registry, top, middle, bottom = BufferRegistry(), Parent(), Parent(), Parent()
    registry.register("work", bottom, 3, "shared")
    registry.register("kept", bottom, 2, "shared", persistent=True)
    registry.register("first", middle, 4, "shared")
    registry.register_child(middle, bottom, "bottom")
    registry.register_child(top, middle, "middle")
    registry.register("alias", top, 8, "shared", aliases="middle_shared")
    layout = registry.layout_of(top)
    assert layout is not None
    assert (
        layout.shared["alias"].start == layout.shared["middle_shared"].stop
    )  # elements 7 and 8 of the window are kept
    registry.register("alias", top, 7, "shared", aliases="middle_shared")
    assert registry.shared_buffer_size(top) == 9


def test_a_childs_window_keeps_the_childs_own_element_type() -> None:
    registry, parent, child = BufferRegistry(), Parent("float32"), Parent("float64")
    registry.register("one", parent, 1, "shared")
    registry.register("rows", child, 3, "shared")
    registry.register_child(parent, child, "inner")
    layout = registry.layout_of(parent)
    assert layout is not None
    assert layout.shared["inner_shared"] == (8, 32)
    assert registry.shared_alignment_bytes(parent) == 8


def test_a_changed_precision_is_seen_at_the_next_registration() -> None:
    registry, parent = BufferRegistry(), Parent("float32")
    registry.register("a", parent, 3, "shared")
    parent.precision = "float64"
    assert registry.shared_buffer_bytes(parent) == 12
    registry.register("a", parent, 3, "shared")
    assert registry.shared_buffer_bytes(parent) == 24


def test_clearing_a_parent_clears_its_children_and_clearing_its_own_does_not() -> None:
    registry, parent, child = BufferRegistry(), Parent(), Parent()
    registry.register("rows", child, 6, "shared")
    registry.register_child(parent, child, "inner")
    registry.register_child(child, parent, "back")  # a circle
    registry.clear_own(parent)
    assert (registry.shared_buffer_size(parent), registry.shared_buffer_size(child)) == (0, 12)
    registry.register_child(parent, child, "inner")
    registry.clear_parent(parent)
    assert registry.shared_buffer_size(child) == 0
    registry.register("rows", child, 6, "shared")
    registry.reset()
    assert registry.layout_of(child) is None


def test_what_was_registered_for_an_object_goes_with_it() -> None:
    registry, parent, child = BufferRegistry(), Parent(), Parent()
    registry.register("rows", child, 6, "shared")
    registry.register_child(parent, child, "inner")
    registry.register_child(child, parent, "back")
    del parent, child
    gc.collect()
    assert len(registry._groups) == 0


def test_elements_of_a_tree_are_summed() -> None:
    registry, parent, child = BufferRegistry(), Parent(), Parent()
    registry.register("work", child, 3, "local")
    registry.register("kept", child, 2, "local", persistent=True)
    registry.register("rows", parent, 6, "shared")
    registry.register("alias", parent, 2, "shared", aliases="rows")
    registry.register_child(parent, child, "inner")
    assert registry.declared_local_elements(parent) == 5
    assert registry.declared_elements(parent) == 13
    assert registry.nonaliased_elements(parent, ("rows", "alias", "unknown")) == 6


def test_a_layout_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(ValueError, match="'declared' or 'optimal'"):
        BufferRegistry("best")  # type: ignore[arg-type]  # a bad value, on purpose
