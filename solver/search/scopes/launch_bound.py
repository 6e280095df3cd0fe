"""The best launch that no bound rules out, if the block's and the runs' buffers share one memory.

A launch is ruled out in two cases. In some phase, the live bytes of the block and of all runs exceed its bytes. Or the
block-scoped buffers that fit neither inside nor between windows do not fit before the first window either.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from warpack.solver.flatten.problem import FlatManifest
from warpack.solver.launch.block import BlockShape
from warpack.solver.launch.stride import stride_bytes
from warpack.solver.launch.wanted import Wanted
from warpack.solver.search.bounds.max_live import max_live
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes


class LaunchBound:
    """The bounds that rule launches out. `run_bytes_at_least` and `block_bytes_at_least` are the proven bounds of both
    regions."""

    def __init__(
        self,
        manifest: Manifest,
        flat: FlatManifest,
        shape: BlockShape,
        run_bytes_at_least: Bytes,
        block_bytes_at_least: Bytes,
    ) -> None:
        self._flat, self._shape = flat, shape
        self._run, self._block = run_bytes_at_least, block_bytes_at_least
        self._stride = stride_bytes(
            run_bytes_at_least, shape.region, shape.threads_per_run, manifest.launch.bank_conflicts
        )
        self._used = max_live(flat.run).size_bytes
        self._columns = tuple(_live(flat)) if not _lenient(flat) else ()
        every = frozenset(range(len(flat.run.items)))
        self._full = [number for number, met in flat.crossing.items() if met == every] if every else []

    def allows(self, wanted: Wanted) -> bool:
        """Whether no bound rules this launch out."""
        runs, most = wanted.threads // self._shape.threads_per_run, wanted.dynamic_bytes_at_most
        windows = runs * self._stride
        if max(windows, self._block) > most:
            return False
        if any(block + runs * run > most for block, run in self._columns):
            return False
        if not self._used:
            return True
        beyond = (runs - 1) * self._stride + self._used
        hole = most - beyond if runs == 1 else (most - self._used) // (runs - 1) - self._used
        outside = [number for number in self._full if self._flat.block.items[number].size_bytes > hole]
        if not outside:
            return True
        needed = max_live(self._flat.block.restrict(outside))
        return needed.size_bytes + beyond <= most


def _lenient(flat: FlatManifest) -> bool:
    """Whether some pieces may share bytes although they are live at once."""
    return any(problem.in_place or problem.alias_permits for problem in (flat.run, flat.block))


def _live(flat: FlatManifest) -> Iterator[tuple[Bytes, Bytes]]:
    """For each stretch of alike phases, the accessed bytes of the block and of a run."""
    change: dict[int, list[Bytes]] = {}
    for kind, problem in enumerate((flat.block, flat.run)):
        for item in problem.items:
            for piece in item.pieces:
                for start, end in piece.accesses.spans:
                    change.setdefault(start, [0, 0])[kind] += piece.size_bytes
                    change.setdefault(end, [0, 0])[kind] -= piece.size_bytes
    total = [0, 0]
    for start, _ in pairwise(sorted(change)):
        for kind in range(2):
            total[kind] += change[start][kind]
        yield total[0], total[1]
