"""The instances of a run of the suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from benchmarks.instances.files import manifests
from benchmarks.instances.instance import Instance
from benchmarks.instances.kernels import kernel
from benchmarks.instances.programs import program
from benchmarks.instances.tilings import guillotine, pinwheel

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"

TILES = (10, 25, 50, 100, 200, 400)
"""The numbers of buffers of the tilings."""

KERNELS = 6
"""Kernels of each kind a seed of the suite: seed s has the kernels s * KERNELS to (s + 1) * KERNELS - 1."""


def built_in(seeds: int) -> Iterator[Instance]:
    """The examples; and for each of `seeds` seeds a tiling of each size and kind, and some kernels of either kind."""
    yield from manifests(EXAMPLES, "examples")
    for family, make in (("guillotine", guillotine), ("pinwheel", pinwheel)):
        for seed in range(seeds):
            yield from (make(count, seed).instance(family, seed) for count in TILES)
    yield from (kernel(seed) for seed in range(seeds * KERNELS))
    yield from (program(seed) for seed in range(seeds * KERNELS))
