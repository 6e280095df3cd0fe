"""Solves the kernels of the zoo: bytes by hand and Warpack's, what that means for a multiprocessor, and the time."""

from __future__ import annotations

import time
from dataclasses import dataclass

import warpack
from examples.zoo.entries import Entry

TRIALS = 5


@dataclass(frozen=True)
class Result:
    """`seconds`: of processor time, the least of TRIALS solves. A busy machine changes it least."""

    entry: Entry
    manifest: warpack.Manifest
    layout: warpack.Layout
    seconds: float

    @property
    def of_runs(self) -> bool:
        """Whether the bytes are those of one run's window, and not those of the whole block."""
        return bool(self.layout.launch and self.layout.launch.run_bytes)

    @property
    def before(self) -> int:
        own = self.layout.baselines["by_hand"]
        return own.run_bytes if self.of_runs else own.block_region_bytes

    @property
    def now(self) -> int:
        launch = self.layout.launch
        assert launch is not None
        return launch.run_bytes if self.of_runs else launch.block_region_bytes

    @property
    def hand_is_optimal(self) -> bool:
        """Proven: no layout of these buffers has fewer bytes than the project's own, or more threads."""
        return self.layout.advice.get("by_hand") == {"optimal": True}

    @property
    def threads(self) -> tuple[int, int]:
        """Threads per block, by hand and now."""
        launch = self.layout.launch
        assert launch is not None
        return self.layout.baselines["by_hand"].threads_per_block, launch.threads_per_block

    @property
    def blocks(self) -> tuple[int, int]:
        """Blocks on a multiprocessor, by hand and now."""
        launch = self.layout.launch
        assert launch is not None
        return self.layout.baselines["by_hand"].blocks_per_sm, launch.occupancy.blocks_per_sm


class NotProvenError(Exception):
    """A kernel of the zoo breaks what the page says of all of them."""


def solve(entry: Entry, trials: int = TRIALS) -> Result:
    """Raises NotProvenError where the layout is not verified or not proven, or the hand-made one breaks a rule."""
    manifest = warpack.load_manifest(entry.path)
    seconds = []
    for _ in range(trials):
        start = time.process_time()
        layout = warpack.optimize(manifest)
        seconds.append(time.process_time() - start)
    own = layout.baselines.get("by_hand")
    if own is None:
        raise NotProvenError(f"{entry.name} states no layout of its own")
    if own.broken:
        raise NotProvenError(f"{entry.name}: the layout by hand breaks a rule: {own.broken[0].message}")
    if layout.status != "optimal" or not warpack.verify(manifest, layout).passed:
        raise NotProvenError(f"{entry.name} is {layout.status}")
    return Result(entry, manifest, layout, min(seconds))
