"""Generated kernels: valid manifests with what they promise in them."""

from __future__ import annotations

import pytest

from benchmarks.instances.kernels import kernel
from warpack.solver import optimize, verify
from warpack.solver.flatten import flatten

SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_kernel_is_a_valid_manifest_of_60_to_120_buffers(seed: int) -> None:
    manifest = kernel(seed).manifest(1.0)
    assert 60 <= len(manifest.buffers) <= 120
    assert 30 <= manifest.timeline.length <= 160
    assert max(component.path.count("/") for component in manifest.components) >= 1
    assert kernel(seed) == kernel(seed)


def test_between_them_kernels_have_every_feature_they_promise() -> None:
    manifests = [kernel(seed).manifest(1.0) for seed in SEEDS]
    buffers = [buffer for manifest in manifests for buffer in manifest.buffers]
    assert any(manifest.timeline.loops for manifest in manifests)
    assert any(barrier.scope == "run" for manifest in manifests for barrier in manifest.timeline.barriers)
    assert any(barrier.scope == "block" for manifest in manifests for barrier in manifest.timeline.barriers)
    assert {manifest.launch.threads_per_run for manifest in manifests} > {1}
    assert any(component.timeline for manifest in manifests for component in manifest.components)
    assert any(manifest.apart for manifest in manifests)
    assert all(manifest.in_place for manifest in manifests)
    assert any(len(buffer.parts) > 2 for buffer in buffers)
    assert {buffer.scope for buffer in buffers} == {"run", "block"}
    assert any(buffer.persistent for buffer in buffers)
    assert any(span.start >= span.end for buffer in buffers for span in buffer.lifetime or ())
    assert len({buffer.dtype.itemsize_bytes for buffer in buffers}) >= 4


def test_in_place_pairs_have_effect_where_one_thread_serves_a_run() -> None:
    manifests = [kernel(seed, 60).manifest(1.0) for seed in SEEDS]
    manifest = next(one for one in manifests if one.launch.threads_per_run == 1 and one.in_place)
    pairs = {(pair.read, pair.write) for pair in manifest.in_place}
    warned = [warning for warning in flatten(manifest).warnings if warning.type == "in_place_no_effect"]
    assert len(warned) < len(pairs)


def test_a_small_kernel_is_solved_and_verified() -> None:
    instance = kernel(4, buffers=12)
    manifest = instance.manifest(2.0)
    assert len(manifest.buffers) in (12, 13)
    assert verify(manifest, optimize(manifest)).passed
