"""A layout in CuBIE's terms: one window per run, one persistent array per thread."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.gpu_runtime.adapters.cubie.registrations import buffer, collected, components, local
from warpack.gpu_runtime.adapters.cubie.errors import LayoutRefusedError
from warpack.gpu_runtime.adapters.cubie.pack import Packed, pack_collected
from warpack.gpu_runtime.adapters.cubie.table import Place, make_table
from warpack.gpu_runtime.adapters.cubie.trial import forced_together, pair_to_force

STATE = buffer("loop", "state", 5)
PROPOSED = buffer("loop", "proposed_state", 5)
SUMS = buffer("loop", "state_summary", 3)
COUNTERS = buffer("loop", "counters", 4, "int32")


def test_places_are_those_of_the_layout() -> None:
    packed = pack_collected(collected(components(STATE, PROPOSED, SUMS)))
    table = make_table(packed)
    assert packed.layout.launch is not None
    for placed in packed.layout.buffers:
        assert table.places[placed.full_name] == Place("shared", placed.offset_bytes or 0, placed.size_bytes)
    assert table.window_bytes == packed.layout.launch.stride_bytes
    assert table.threads_per_block == packed.layout.launch.threads_per_block


def test_only_what_must_read_zero_is_cleared_and_neighbours_are_cleared_together() -> None:
    table = make_table(pack_collected(collected(components(STATE, SUMS, COUNTERS))))
    cleared = [table.places["loop/state_summary"], table.places["loop/counters"]]
    assert sum(end - start for start, end in table.zero) == sum(place.size_bytes for place in cleared) == 28
    assert all(any(start <= place.offset_bytes < end for start, end in table.zero) for place in cleared)
    assert all(left[1] < right[0] for left, right in zip(table.zero, table.zero[1:], strict=False))
    assert not any(start <= table.places["loop/state"].offset_bytes < end for start, end in table.zero)


def test_persistent_local_buffers_get_whole_elements_widest_first() -> None:
    step = (
        local("loop/algorithm", "flag", 1, "int32", persistent=True),
        local("loop/algorithm", "theta", 3, "float64", persistent=True),
        local("loop/algorithm", "scratch", 3, "float64"),
    )
    table = make_table(pack_collected(collected(components(buffer("loop", "state", 2, "float64"), step=step), 8)))
    assert table.places["loop/algorithm/theta"] == Place("persistent", 0, 24)
    assert table.places["loop/algorithm/flag"] == Place("persistent", 24, 8)
    assert table.places["loop/algorithm/scratch"].where == "local"
    assert table.persistent_bytes == 32


def test_a_window_of_narrow_buffers_is_still_whole_elements_of_the_precision() -> None:
    found = collected(components(buffer("loop", "proposed_counters", 1, "int32")), element_bytes=8)
    assert found.manifest["buffers"][0]["alignment_bytes"] == 8
    assert make_table(pack_collected(found)).window_bytes % 8 == 0


def test_every_change_of_a_place_is_another_kernel() -> None:
    packed = pack_collected(collected(components(STATE, PROPOSED, SUMS)))
    table = make_table(packed)
    moved = forced_together(table, "loop/state", "loop/proposed_state")
    assert make_table(packed).sha256 == table.sha256 != moved.sha256
    assert replace(table, zero=()).sha256 != table.sha256


def test_the_control_moves_the_state_onto_a_buffer_that_is_live_beside_it() -> None:
    packed = pack_collected(collected(components(STATE, PROPOSED, COUNTERS)))
    table = make_table(packed)
    first, second = pair_to_force(packed, table)
    assert (first, second) == ("loop/state", "loop/proposed_state")
    assert forced_together(table, first, second).places[first].offset_bytes == table.places[second].offset_bytes


def test_a_stride_that_is_no_whole_number_of_elements_is_refused() -> None:
    packed = pack_collected(collected(components(STATE, PROPOSED)))
    narrow = Packed(replace(packed.collected, element_bytes=8), packed.manifest, packed.layout)
    with pytest.raises(LayoutRefusedError, match="whole elements of 8 bytes"):
        make_table(narrow)
