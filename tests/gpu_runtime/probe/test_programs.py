"""Random programs with every construct: right layouts pass, and a buffer laid over one that it must not share bytes
with is found."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.gpu_runtime.probe.batched import simulated
from tests.gpu_runtime.probe.forced import broken, fitted
from tests.helpers.machine.programs import random_programs
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import align_up

pytestmark = pytest.mark.slow

SEED, PROGRAMS, MOST_THREADS, MOST_BYTES = 20, 16, 48, 2000


def small() -> Iterator[tuple[Manifest, Layout, int]]:
    """Programs, their right layouts, and where the windows of those start."""
    for number, (_, manifest) in enumerate(random_programs(SEED, 3 * PROGRAMS)):
        apart = align_up(sum(buffer.size_bytes + 32 for buffer in manifest if buffer.scope == "block"), 16)
        for base in (16 * (number % 4), apart):
            layout = fitted(manifest, base=base)
            launch = layout.launch
            if launch and launch.threads_per_block <= MOST_THREADS and launch.dynamic_shared_bytes <= MOST_BYTES:
                yield manifest, layout, base
                break


def test_right_layouts_pass_and_forced_overlaps_are_found() -> None:
    chosen = [one for one, _ in zip(small(), range(PROGRAMS), strict=False)]
    wrong = [(manifest, broken(manifest, layout, Random(0), base=base)) for manifest, layout, base in chosen]
    forced = [(manifest, pair[0]) for manifest, pair in wrong if pair is not None]
    seen = simulated([*((manifest, layout) for manifest, layout, _ in chosen), *forced])
    assert seen[: len(chosen)] == [{}] * len(chosen)
    missed = [one for one, found in zip(forced, seen[len(chosen) :], strict=True) if not found]
    assert [manifest.timeline for manifest, _ in missed] == []
    assert len(forced) > PROGRAMS // 2
