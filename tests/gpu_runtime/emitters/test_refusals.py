"""Layouts that cannot be said in typed arrays are refused, with the buffer and the number; others are emitted as they
are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from warpack.gpu_runtime.emitters import EmitError, emit
from warpack.solver.wire.layout import Layout


def _moved(layout: Layout, full_name: str, /, **fields: Any) -> Layout:
    buffers = tuple(replace(one, **fields) if one.full_name == full_name else one for one in layout.buffers)
    return replace(layout, buffers=buffers)


def _launched(layout: Layout, **fields: Any) -> Layout:
    assert layout.launch is not None
    return replace(layout, launch=replace(layout.launch, **fields))


@pytest.mark.parametrize(
    ("name", "offset", "says"),
    [
        ("loop/state", 2, "offset 2 bytes is no multiple of its alignment 4"),
        ("loop/algorithm/error", 12, "offset 12 bytes is no multiple of its alignment 8"),
        ("phasor", 40, "offset 40 bytes is no multiple of its alignment 16"),
        ("half", 33, "offset 33 bytes is no multiple of its alignment 2"),
        ("table", 3, "offset 3 bytes is no multiple of its alignment 4"),
        ("store", 82, "offset 82 bytes is no multiple of its alignment 4"),
        ("loop/flags", -1, "offset -1 is below 0"),
    ],
)
def test_a_misaligned_offset_is_refused_with_buffer_and_number(name: str, offset: int, says: str) -> None:
    layout, manifest = SAMPLES["mixed"]
    with pytest.raises(EmitError, match=says) as refused:
        emit(_moved(layout, name, offset_bytes=offset), manifest)
    assert refused.value.buffer == name
    assert refused.value.number == offset


@pytest.mark.parametrize(
    ("fields", "says", "number"),
    [
        ({"stride_bytes": 108}, "stride 108 bytes is no multiple of its alignment 8", 108),
        ({"stride_bytes": 111}, "stride 111 bytes is no multiple of its alignment 4", 111),
        ({"region_gap_bytes": 0}, "start of the run windows 23 bytes is no multiple", 23),
        ({"region_gap_bytes": 1}, "start of the run windows 24 bytes is no multiple of its alignment 16", 24),
        ({"base_alignment_bytes": 24}, "base_alignment_bytes is 24, no power of two", 24),
        ({"base_alignment_bytes": 8}, "base_alignment_bytes is 8", 8),
        ({"stride_bytes": -112}, "stride_bytes is -112, below 0", -112),
        ({"threads_per_block": 0}, "threads_per_block is 0, below 1", 0),
    ],
)
def test_a_misaligned_stride_or_base_is_refused_with_its_number(fields: dict[str, int], says: str, number: int) -> None:
    layout, manifest = SAMPLES["mixed"]
    with pytest.raises(EmitError, match=says) as refused:
        emit(_launched(layout, **fields), manifest)
    assert refused.value.number == number


def test_a_base_below_the_alignment_of_a_buffer_is_refused() -> None:
    layout, manifest = SAMPLES["opaque"]
    with pytest.raises(EmitError, match=r"wide: base alignment 64 bytes is no multiple of its alignment 128"):
        emit(_launched(layout, base_alignment_bytes=64), manifest)


def test_an_alignment_that_was_asked_for_counts_like_the_natural_one() -> None:
    manifest = make_manifest(make_buffer("bytes", 4, "uint8", alignment_bytes=4), make_buffer("more", 2, "uint8"))
    assert emit(make_layout(manifest, {"bytes": 4, "more": 1}), manifest)
    with pytest.raises(EmitError, match="offset 2 bytes is no multiple of its alignment 4"):
        emit(make_layout(manifest, {"bytes": 2, "more": 0}, stride_bytes=8), manifest)
    with pytest.raises(EmitError, match="stride 6 bytes is no multiple of its alignment 4"):
        emit(make_layout(manifest, {"bytes": 0, "more": 4}), manifest)


def test_a_part_that_lies_apart_must_be_aligned_too() -> None:
    layout, manifest = SAMPLES["apart"]
    parts = layout.by_name["store"].parts
    assert parts is not None
    moved = _moved(layout, "store", parts=(replace(parts[0], offset_bytes=18), parts[1]))
    with pytest.raises(EmitError, match=r"store#head: offset 18 bytes"):
        emit(moved, manifest)


def test_persistent_local_offsets_count_from_the_start_of_their_array() -> None:
    layout, manifest = SAMPLES["mixed"]
    assert "view_at(memory[3], 0, 3)" in emit(_moved(layout, "kept_long", offset_bytes=20), manifest)
    two = make_manifest(*(make_buffer(name, 2, location="local", persistent=True) for name in ("a", "b")))
    with pytest.raises(EmitError, match=r"b: offset 10 bytes is no multiple"):
        emit(make_layout(two, {"a": 4, "b": 14}), two)


def _without(layout: Layout, name: str) -> Layout:
    return replace(layout, buffers=tuple(one for one in layout.buffers if one.full_name != name))


def test_a_layout_that_does_not_belong_to_the_manifest_is_refused() -> None:
    layout, manifest = SAMPLES["plain"]
    other = replace(layout, manifest_sha256="0" * 64)
    with pytest.raises(EmitError, match="is of manifest 000"):
        emit(other, manifest)
    with pytest.raises(EmitError, match="loop/state: the layout does not place it"):
        emit(_without(layout, "loop/state"), manifest)
    with pytest.raises(EmitError, match="loop/state: placed twice"):
        emit(replace(layout, buffers=(*layout.buffers, layout.by_name["loop/state"])), manifest)
    with pytest.raises(EmitError, match="loop/new: placed, but the manifest has no such buffer"):
        emit(_moved(layout, "loop/state", name="new"), manifest)
    with pytest.raises(EmitError, match="loop/state: size 44 bytes, the manifest says 40"):
        emit(_moved(layout, "loop/state", size_bytes=44), manifest)
    with pytest.raises(EmitError, match="loop/state: region 'heap' is none of"):
        emit(_moved(layout, "loop/state", region="heap"), manifest)
    with pytest.raises(EmitError, match="loop/state: it has no offset"):
        emit(_moved(layout, "loop/state", offset_bytes=None), manifest)


def test_parts_that_lie_apart_must_be_those_of_the_manifest() -> None:
    layout, manifest = SAMPLES["apart"]
    parts = layout.by_name["store"].parts
    assert parts is not None
    with pytest.raises(EmitError, match="store#tail: the layout does not place it"):
        emit(_moved(layout, "store", parts=parts[:1]), manifest)
    with pytest.raises(EmitError, match="store#neck: placed, but the buffer has no such part"):
        emit(_moved(layout, "store", parts=(replace(parts[0], name="neck"), parts[1])), manifest)
    with pytest.raises(EmitError, match="store#head: size 4 bytes, the manifest says 8"):
        emit(_moved(layout, "store", parts=(replace(parts[0], size_bytes=4), parts[1])), manifest)


def test_an_infeasible_layout_has_no_allocators() -> None:
    layout, manifest = SAMPLES["plain"]
    with pytest.raises(EmitError, match="infeasible"):
        emit(replace(layout, status="infeasible", launch=None, buffers=()), manifest)


def test_an_aligned_overlap_end_or_stride_that_is_wrong_is_emitted_faithfully() -> None:
    """What the simulated probe must be able to see may not be repaired or refused here."""
    layout, manifest = SAMPLES["plain"]
    assert "view_at(memory[0], 5, 10)" in emit(_moved(layout, "loop/state", offset_bytes=20), manifest)
    assert "view_at(memory[0], 7, 10)" in emit(_moved(layout, "loop/state", offset_bytes=28), manifest)
    assert ", 0 + 16 * run, 16)" in emit(_launched(layout, stride_bytes=64), manifest)
    assert ", 0 + 15 * run, 15)" in emit(_launched(layout, run_bytes=60, stride_bytes=60), manifest)


def test_a_layout_that_shares_with_a_buffer_of_another_manifest_is_refused() -> None:
    layout, manifest = SAMPLES["over"]
    with pytest.raises(EmitError, match="state: shares bytes with a buffer that the manifest does not have"):
        emit(_moved(layout, "state", shares_bytes_with=('"; import os',)), manifest)
