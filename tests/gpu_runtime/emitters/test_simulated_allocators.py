"""The emitted allocators, run in numba's CUDA simulator, against byte ranges worked out from the layout alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.python_programs import output_of
from warpack.solver.wire.layout import Layout, PlacedBuffer
from warpack.solver.wire.manifest import Manifest

POISON, FILLED = 0xA5, 0xFF


@pytest.fixture(scope="module")
def simulated() -> dict[str, Any]:
    report: dict[str, Any] = json.loads(output_of("-m", "tests.gpu_runtime.emitters.simulate", simulator=True))
    return report


def _pieces(manifest: Manifest, placed: PlacedBuffer) -> dict[str, list[int]]:
    """Bytes in the region of the buffer (unless its parts lie apart), of all slots if it is a ring, and of each of its
    parts, by name."""
    buffer = manifest.by_name[placed.full_name]
    if placed.parts is not None:
        return {
            f"{placed.full_name}#{part.name}": [*range(part.offset_bytes, part.offset_bytes + part.size_bytes)]
            for part in placed.parts
        }
    start, bytes_of = placed.offset_bytes or 0, buffer.dtype.bytes_of
    slots = [start + slot * buffer.slot_pitch_bytes for slot in range(buffer.stages)]
    pieces = {placed.full_name: [slot + byte for slot in slots for byte in range(bytes_of(buffer.size))]}
    for part in buffer.parts:
        first = start + bytes_of(part.offset)
        pieces[f"{placed.full_name}#{part.name}"] = [*range(first, first + bytes_of(part.size))]
    return pieces


def _bytes_of(layout: Layout, manifest: Manifest, name: str) -> set[int]:
    """The bytes of dynamic shared memory that all runs of the buffer or part have together."""
    launch = layout.launch
    assert launch is not None
    placed = layout.by_name[name.partition("#")[0]]
    own = _pieces(manifest, placed)[name]
    if placed.region == "block":
        return set(own)
    if placed.region != "run":
        return set()
    first = launch.block_region_bytes + launch.region_gap_bytes
    bases = [first + launch.stride_bytes * run for run in range(launch.runs_per_block)]
    return {base + byte for base in bases for byte in own}


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_getter_reaches_exactly_the_bytes_that_the_layout_gives_it(
    simulated: dict[str, Any], sample: str
) -> None:
    layout, manifest = SAMPLES[sample]
    for placed in layout.buffers:
        for name in _pieces(manifest, placed):
            image = simulated[sample]["images"][name]
            assert {offset for offset, byte in enumerate(image) if byte != POISON} == _bytes_of(layout, manifest, name)
            assert set(image) <= {POISON, FILLED}


@pytest.mark.parametrize("sample", SAMPLES)
def test_zero_functions_zero_their_buffer_and_nothing_else(simulated: dict[str, Any], sample: str) -> None:
    layout, manifest = SAMPLES[sample]
    for name, image in simulated[sample]["zeroed"].items():
        assert {offset for offset, byte in enumerate(image) if byte != POISON} == _bytes_of(layout, manifest, name)
        assert set(image) <= {POISON, 0}
    for name, values in simulated[sample]["local_zero"].items():
        assert set(values) == {0}, name


INITIAL = {
    "plain": ["loop/state"],
    "mixed": ["loop/state", "loop/flags", "store#row0", "table"],
    "opaque": ["wide"],
    "apart": [],
    "local_only": [],
    "rings": ["loop/stage", "tile"],
    "narrow": ["s4"],
    "together": ["store#head"],
    "over": ["state"],
}


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("launch", ["init", "init_in_two_dimensions"])
def test_init_zeroes_every_entry_range_and_nothing_else(simulated: dict[str, Any], sample: str, launch: str) -> None:
    layout, manifest = SAMPLES[sample]
    image = simulated[sample][launch]
    expected = set().union(*(_bytes_of(layout, manifest, name) for name in INITIAL[sample]))
    assert {offset for offset, byte in enumerate(image) if byte == 0} == expected
    assert set(image) <= {POISON, 0}


@pytest.mark.parametrize(
    ("sample", "name", "length", "dtype"),
    [
        ("mixed", "loop/flags", 3, "bool"),
        ("mixed", "half", 2, "float16"),
        ("mixed", "phasor", 2, "complex128"),
        ("mixed", "brain", 2, "uint16"),
        ("mixed", "table", 5, "int32"),
        ("mixed", "window", 5, "float32"),
        ("mixed", "rows#b", 3, "int64"),
        ("mixed", "kept_long", 3, "float64"),
        ("mixed", "nothing", 0, "float64"),
        ("mixed", "no_local", 0, "float64"),
        ("opaque", "a/b/item", 36, "uint8"),
        ("opaque", "tiny", 5, "uint8"),
        ("opaque", "wide", 2, "complex64"),
        ("apart", "store#tail", 3, "float32"),
        ("rings", "loop/stage", 3, "float32"),
        ("rings", "tile", 5, "float16"),
        ("rings", "work", 3, "int64"),
        ("rings", "memo", 2, "float64"),
        ("rings", "items", 24, "uint8"),
        ("rings", "none", 0, "float32"),
        ("narrow", "e8m0", 3, "uint8"),
        ("narrow", "e2m1", 5, "uint8"),
        ("narrow", "e2m1#b", 3, "uint8"),
        ("narrow", "s4", 3, "uint8"),
        ("narrow", "u4", 2, "uint8"),
    ],
)
def test_views_have_the_length_and_type_that_the_manifest_asks_for(
    simulated: dict[str, Any], sample: str, name: str, length: int, dtype: str
) -> None:
    assert simulated[sample]["lengths"][name] == length
    assert simulated[sample]["types"][name] == dtype


def test_a_buffer_whose_parts_lie_apart_has_no_getter_as_a_whole(simulated: dict[str, Any]) -> None:
    assert set(simulated["apart"]["images"]) == {"store#head", "store#tail", "state"}


def test_one_whose_parts_happen_to_lie_together_has_one(simulated: dict[str, Any]) -> None:
    assert set(simulated["together"]["images"]) == {"store", "store#head", "store#tail", "state"}
