"""The emitted allocators, run in numba's CUDA simulator, against byte ranges worked out from the layout alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from solver.wire.layout import Layout, PlacedBuffer
from solver.wire.manifest import Manifest
from tests.gpu_runtime.emitters.samples import SAMPLES

POISON, FILLED = 0xA5, 0xFF


@pytest.fixture(scope="module")
def simulated() -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "tests.gpu_runtime.emitters.simulate"],
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    report: dict[str, Any] = json.loads(run.stdout)
    return report


def _pieces(manifest: Manifest, placed: PlacedBuffer) -> dict[str, tuple[int, int]]:
    """Bytes in the region of the buffer (unless its parts lie apart) and of each of its parts, by name."""
    buffer = manifest.by_name[placed.full_name]
    pieces: dict[str, tuple[int, int]] = {}
    if placed.parts is not None:
        return {f"{placed.full_name}#{part.name}": (part.offset_bytes, part.size_bytes) for part in placed.parts}
    start = placed.offset_bytes or 0
    pieces[placed.full_name] = (start, placed.size_bytes)
    for part in buffer.parts:
        item = buffer.dtype.itemsize_bytes
        pieces[f"{placed.full_name}#{part.name}"] = (start + part.offset * item, part.size * item)
    return pieces


def _bytes_of(layout: Layout, manifest: Manifest, name: str) -> set[int]:
    """The bytes of dynamic shared memory that all runs of the buffer or part have together."""
    launch = layout.launch
    assert launch is not None
    placed = layout.by_name[name.partition("#")[0]]
    start, size = _pieces(manifest, placed)[name]
    if placed.region == "block":
        return set(range(start, start + size))
    if placed.region != "run":
        return set()
    first = launch.block_region_bytes + launch.region_gap_bytes
    bases = [first + launch.stride_bytes * run for run in range(launch.runs_per_block)]
    return {base + start + byte for base in bases for byte in range(size)}


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
    ],
)
def test_views_have_the_length_and_type_that_the_manifest_asks_for(
    simulated: dict[str, Any], sample: str, name: str, length: int, dtype: str
) -> None:
    assert simulated[sample]["lengths"][name] == length
    assert simulated[sample]["types"][name] == dtype


def test_a_buffer_whose_parts_lie_apart_has_no_getter_as_a_whole(simulated: dict[str, Any]) -> None:
    assert set(simulated["apart"]["images"]) == {"store#head", "store#tail", "state"}
