"""What the header's functions do, where the probe cannot look: it runs the Python allocators alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.gpu_runtime.emitters.header_program import LAUNCHES, run_header
from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.manifests import random_manifest
from warpack.solver import load_manifest, optimize
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Buffer, Manifest, Part

_SEEDS = (3, 14, 27)


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_accessor_of_every_sample_reaches_the_bytes_that_the_layout_names(sample: str, tmp_path: Path) -> None:
    layout, manifest = SAMPLES[sample]
    _compare(layout, manifest, run_header(layout, manifest, tmp_path))


@pytest.mark.parametrize("seed", _SEEDS)
def test_so_does_every_accessor_of_a_random_layout(seed: int, tmp_path: Path) -> None:
    document = random_manifest(seed)
    document["solver"] = {"time_limit_s": 2}
    manifest = load_manifest(document)
    layout = optimize(manifest)
    assert layout.status != "infeasible", "take another seed"
    _compare(layout, manifest, run_header(layout, manifest, tmp_path))


def _compare(layout: Layout, manifest: Manifest, found: dict[str, Any]) -> None:
    launch = layout.launch
    assert launch is not None
    windows = launch.block_region_bytes + launch.region_gap_bytes
    runs = [windows + launch.stride_bytes * run for run in range(launch.runs_per_block)]
    kept: dict[str, tuple[int, Buffer, int]] = {}
    for name, buffer, part in _everything(manifest):
        placed = layout.by_name[buffer.full_name]
        bytes_of = buffer.dtype.bytes_of
        size = bytes_of(buffer.size if part is None else part.size)
        slots = [slot * buffer.slot_pitch_bytes for slot in range(buffer.stages)]
        own_bytes = [slot + byte for slot in slots for byte in range(size)]
        if placed.region == "local" or not size or (part is None and placed.parts is not None and name not in found):
            assert name not in found
            continue
        if placed.parts is not None and part is None:
            first = min(each.offset_bytes for each in placed.parts)
        elif placed.parts is not None and part is not None:
            first = next(each.offset_bytes for each in placed.parts if each.name == part.name)
        else:
            first = (placed.offset_bytes or 0) + (0 if part is None else bytes_of(part.offset))
        at, zeros = found[name]["at"], found[name]["zeros"]
        if placed.region == "persistent_local":
            assert at == [at[0] + slot for slot in slots for _ in range(launch.threads_per_block)], name
            assert zeros == [at[0] + byte for byte in own_bytes], name
            kept[name] = (at[0], buffer, first)
            continue
        origins = runs if placed.region == "run" else [0]
        threads = manifest.launch.threads_per_run
        own = [runs[t // threads] if placed.region == "run" else 0 for t in range(launch.threads_per_block)]
        assert at == [origin + first + slot for slot in slots for origin in own], name
        assert zeros == sorted({origin + first + byte for origin in origins for byte in own_bytes}), name
    _compare_kept(kept)
    half_is_enough = launch.dynamic_shared_bytes == 0
    assert found["launch"] == [*list(LAUNCHES.values())[:-1], int(half_is_enough)]
    _compare_init(layout, manifest, found)


def _compare_kept(kept: dict[str, tuple[int, Buffer, int]]) -> None:
    """Buffers of one dtype lie in one array, as far from each other as in the layout; those of two dtypes do not
    meet."""
    for one_at, one, one_first in kept.values():
        for other_at, other, other_first in kept.values():
            if one.dtype == other.dtype:
                assert one_at - other_at == one_first - other_first
            else:
                assert one_at + one.size_bytes <= other_at or other_at + other.size_bytes <= one_at


def _compare_init(layout: Layout, manifest: Manifest, found: dict[str, Any]) -> None:
    """All that the buffers without parts ask for is cleared, and nothing that no buffer with `entry` may clear."""
    must: list[set[int]] = [set(), set()]
    may: list[set[int]] = [set(), set()]
    for name, buffer, part in _everything(manifest):
        if buffer.zero == "entry" and name in found:
            side = 1 if layout.by_name[buffer.full_name].region == "persistent_local" else 0
            may[side] |= set(found[name]["zeros"])
            if part is None and not buffer.parts:
                must[side] |= set(found[name]["zeros"])
    for side in (0, 1):
        assert must[side] <= set(found["init"][side]) <= may[side]


def _everything(manifest: Manifest) -> list[tuple[str, Buffer, Part | None]]:
    found: list[tuple[str, Buffer, Part | None]] = []
    for buffer in manifest.buffers:
        found.append((buffer.full_name, buffer, None))
        found += [(buffer.part_name(part), buffer, part) for part in buffer.parts]
    return found
