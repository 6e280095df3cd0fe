"""Windows of the runs and buffers of the block in one model: whether a block of so many runs fits into so many bytes.

The packings of the two regions one after the other leave some places out: a buffer of the block may lie where its
partners in the windows are not, or in the padding between two windows. Few buffers are asked exactly, one stride after
the other.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from warpack.solver.flatten.pairs import forbidden_differences
from warpack.solver.flatten.problem import FlatManifest, RegionProblem
from warpack.solver.launch.region import RunRegion
from warpack.solver.launch.stride import stride_bytes
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.exact.cpsat_model import new_solver, offsets_in_steps
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

MOST_ITEMS = 24
"""Of more items in both regions the question is not asked."""

_EFFORT = 2.0
"""CP-SAT's deterministic time for one stride."""

Closed = tuple[Bytes, Bytes]


@dataclass(frozen=True)
class JointPacking:
    """A layout of both kinds: offsets of the items of each region (those of the block from the start of its memory),
    where the first window begins, and the stride."""

    run: tuple[Bytes, ...]
    block: tuple[Bytes, ...]
    base_bytes: Bytes
    stride_bytes: Bytes


@dataclass(frozen=True)
class Answer:
    outcome: Literal["packed", "impossible", "unknown"]
    together: JointPacking | None = None


class JointModel:
    """The questions of one manifest. `region` tells alignments and widths of what is on chip."""

    def __init__(self, manifest: Manifest, flat: FlatManifest, region: RunRegion, run_bytes_at_least: Bytes) -> None:
        self._flat, self._region, self._launch = flat, region, manifest.launch
        self._least = run_bytes_at_least
        self._seed = manifest.solver.seed
        self._crossing = _crossing(manifest, flat)

    @property
    def possible(self) -> bool:
        """Whether there are few enough items to ask, and none in contiguous windows."""
        run, block = self._flat.run, self._flat.block
        return len(run.items) + len(block.items) <= MOST_ITEMS and not run.windows and not block.windows

    def ask(self, threads: int, dynamic_bytes_at_most: Bytes, stop: Stop) -> Answer:
        """Whether a block of `threads` threads fits."""
        runs = threads // self._launch.threads_per_run
        stride, open_ = self._stride(self._least), False
        while stride * runs <= dynamic_bytes_at_most:
            if stop.now():
                return Answer("unknown")
            found = self._at(stride, runs, dynamic_bytes_at_most, stop)
            if found.outcome == "packed":
                return found
            open_ = open_ or found.outcome == "unknown"
            stride = self._stride(stride + 1)
        return Answer("unknown" if open_ else "impossible")

    def _stride(self, run_bytes: Bytes) -> Bytes:
        launch = self._launch
        return stride_bytes(run_bytes, self._region, launch.threads_per_run, launch.bank_conflicts)

    def _at(self, stride: Bytes, runs: int, capacity: Bytes, stop: Stop) -> Answer:
        """Whether it does with this stride: run bytes that no smaller stride would hold."""
        from ortools.sat.python import cp_model  # takes 0.6 s, and most manifests never need it

        run, block = self._flat.run, self._flat.block
        if any(item.size_bytes > stride for item in run.items) or any(i.size_bytes > capacity for i in block.items):
            return Answer("impossible")
        model = cp_model.CpModel()
        alignment = self._region.run_alignment_bytes
        base = model.new_int_var(0, (capacity - stride * runs) // alignment, "base") * alignment
        inside = _offsets(model, run, stride)
        above = _offsets(model, block, capacity)
        _keep_apart(model, run, inside, stride)
        _keep_apart(model, block, above, capacity)
        for i, j, upper, lower in self._crossing:
            start = above[i] + upper[0] - base - inside[j] - lower[0]
            _keep_off_windows(model, start, upper[1], lower[1], stride, capacity)
        self._needs_stride(model, inside, stride)
        _begin_behind(model, block, above, base, alignment)
        solver = new_solver(_EFFORT, self._seed, stop)
        solver.parameters.symmetry_level = 2  # nothing in this model keeps alike items in order
        status = solver.solve(model)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            told = JointPacking(
                tuple(solver.value(one) for one in inside),
                tuple(solver.value(one) for one in above),
                solver.value(base),
                stride,
            )
            return Answer("packed", told)
        return Answer("impossible" if status == cp_model.INFEASIBLE else "unknown")

    def _needs_stride(self, model: cp_model.CpModel, inside: list[Any], stride: Bytes) -> None:
        """The run's bytes are more than the next smaller stride holds."""
        # More bytes never have a smaller stride, so halving finds the last with one that is smaller.
        smaller = bisect_left(range(stride), stride, lo=self._least, key=self._stride) - 1
        if smaller < self._least:
            return
        ends = []
        for item, offset in zip(self._flat.run.items, inside, strict=True):
            high = model.new_bool_var("")
            model.add(offset + item.size_bytes > smaller).only_enforce_if(high)
            ends.append(high)
        model.add_bool_or(ends)


def _offsets(model: cp_model.CpModel, problem: RegionProblem, capacity: Bytes) -> list[Any]:
    items = ((item.size_bytes, item.alignment_bytes, item.pinned_offset_bytes) for item in problem.items)
    return offsets_in_steps(model, items, capacity)


def _begin_behind(model: cp_model.CpModel, block: RegionProblem, above: list[Any], base: Any, alignment: Bytes) -> None:
    """The windows begin at the start of the block's memory, or at the first multiple of their alignment behind the end
    of the block region: a piece ends there, or goes on over the windows."""
    ways = [model.new_bool_var("")]
    model.add(base == 0).only_enforce_if(ways[0])
    for item, offset in zip(block.items, above, strict=True):
        ways.append(model.new_bool_var(""))
        model.add(offset < base).only_enforce_if(ways[-1])
        model.add(offset + item.size_bytes > base - alignment).only_enforce_if(ways[-1])
    model.add_bool_or(ways)


def _keep_apart(model: cp_model.CpModel, problem: RegionProblem, offsets: list[Any], capacity: Bytes) -> None:
    """Differences of two offsets lie in none of the forbidden intervals."""
    from ortools.sat.python import cp_model

    for j in range(len(problem.items)):
        for i in range(j):
            allowed, low = [], -capacity
            for first, last in forbidden_differences(problem, i, j):
                allowed.append((low, first - 1))
                low = last + 1
            if low > -capacity:
                allowed.append((low, capacity))
                domain = cp_model.Domain.from_intervals([span for span in allowed if span[0] <= span[1]])
                model.add_linear_expression_in_domain(offsets[j] - offsets[i], domain)


def _keep_off_windows(
    model: cp_model.CpModel, start: Any, above: Bytes, below: Bytes, stride: Bytes, capacity: Bytes
) -> None:
    """A piece of `above` bytes that begins `start` bytes behind a piece of the first window, which has `below` bytes,
    overlaps it in no window, however many there are: it ends before the first, or lies between two."""
    if above + below > stride:
        model.add(start + above <= 0)
        return
    before, window = model.new_bool_var(""), model.new_int_var(0, capacity // stride, "")
    model.add(start + above <= 0).only_enforce_if(before)
    model.add(start >= window * stride + below).only_enforce_if(~before)
    model.add(start + above <= (window + 1) * stride).only_enforce_if(~before)


def _crossing(manifest: Manifest, flat: FlatManifest) -> list[tuple[int, int, Closed, Closed]]:
    """Pairs of items of both kinds whose pieces (start and size inside the item) may not have a byte in common."""
    relation, uses = flat.relation, flat.uses
    if relation is None:
        raise ValueError("a flattened manifest without its relation cannot be asked")
    kept_apart = {frozenset(pair) for pair in manifest.apart}
    found = []
    for (i, upper), (j, lower) in product(enumerate(flat.block.items), enumerate(flat.run.items)):
        if j not in flat.crossing.get(i, ()):
            continue
        apart = frozenset((upper.buffer, lower.buffer)) in kept_apart
        for p, q in product(upper.pieces, lower.pieces):
            if apart or relation.conflict(uses[p.name], uses[q.name]):
                found.append((i, j, (p.offset_bytes, p.size_bytes), (q.offset_bytes, q.size_bytes)))
    return found
