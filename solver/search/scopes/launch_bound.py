"""The best launch that no bound rules out, if the block's and the runs' buffers share one memory.

A launch is ruled out in two cases. In some phase, the accessed bytes of the block and of all runs exceed its bytes,
without those that an alias or an in-place pair may let share. Or the block-scoped buffers that fit neither inside nor
between windows do not fit before the first window either.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from warpack.solver.flatten.crossing import MOST_PAIRS
from warpack.solver.flatten.permissions import declared_aliases
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
        peak = max_live(flat.run)
        self._used = peak.size_bytes
        lenient = _lenient(manifest, flat)
        self._columns = tuple(_accessed(flat, lenient))
        self._full = list(_kept_from(manifest, flat, frozenset(peak.pieces), lenient)) if self._used else []

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


def _lenient(manifest: Manifest, flat: FlatManifest) -> frozenset[str]:
    """The buffers that may share bytes with some other although both are accessed at once."""
    aliased = {one.full_name for pair in declared_aliases(manifest) for one in pair}
    in_place = {
        problem.items[number].buffer
        for problem in (flat.run, flat.block)
        for pair in problem.in_place
        for number in (pair.read, pair.write)
    }
    return frozenset(aliased | in_place)


def _kept_from(manifest: Manifest, flat: FlatManifest, used: frozenset[str], lenient: frozenset[str]) -> Iterator[int]:
    """The items of the block that can lie over none of the pieces of a run that are named in `used`, with no byte."""
    relation, apart = flat.relation, {frozenset(pair) for pair in manifest.apart}
    if relation is None or len(flat.crossing) * len(used) > MOST_PAIRS:
        return
    below = [
        (flat.uses[piece.name], item.buffer) for item in flat.run.items for piece in item.pieces if piece.name in used
    ]
    for number in flat.crossing:
        item = flat.block.items[number]
        uses = [flat.uses[piece.name] for piece in item.pieces]
        if all(
            frozenset((item.buffer, buffer)) in apart
            or (not {item.buffer, buffer} <= lenient and all(relation.conflict(one, other) for one in uses))
            for other, buffer in below
        ):
            yield number


def _accessed(flat: FlatManifest, lenient: frozenset[str]) -> Iterator[tuple[Bytes, Bytes]]:
    """For each stretch of alike phases, the accessed bytes of the block and of a run, without those that are
    lenient."""
    change: dict[int, list[Bytes]] = {}
    for kind, problem in enumerate((flat.block, flat.run)):
        for item in problem.items:
            for piece in item.pieces if item.buffer not in lenient else ():
                for start, end in piece.accesses.spans:
                    change.setdefault(start, [0, 0])[kind] += piece.size_bytes
                    change.setdefault(end, [0, 0])[kind] -= piece.size_bytes
    total = [0, 0]
    for start, _ in pairwise(sorted(change)):
        for kind in range(2):
            total[kind] += change[start][kind]
        yield total[0], total[1]
