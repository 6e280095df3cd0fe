"""Run windows and block-scoped buffers in one model: whether a block of so many runs fits into so many bytes.

Packing the two regions one after the other misses some places. A block-scoped buffer may lie in bytes of the windows
where nothing conflicts with it, or in the padding between two windows. For few buffers this is searched exactly, one
stride after the other.
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
"""The most items of both regions together for which the model is used."""

_EFFORT = 2.0
"""CP-SAT's deterministic time for one stride."""

Closed = tuple[Bytes, Bytes]


@dataclass(frozen=True)
class JointPacking:
    """A packing of both regions: the offsets of the run's items in their window, those of the block's items in its
    memory, the start of the first window, and the stride."""

    run: tuple[Bytes, ...]
    block: tuple[Bytes, ...]
    base_bytes: Bytes
    stride_bytes: Bytes


@dataclass(frozen=True)
class Answer:
    """The answer of the model. `together` is given if it was packed."""

    outcome: Literal["packed", "impossible", "unknown"]
    together: JointPacking | None = None


class JointModel:
    """Asks about one manifest. `region` has the alignments and widths of the buffers on chip."""

    def __init__(self, manifest: Manifest, flat: FlatManifest, region: RunRegion, run_bytes_at_least: Bytes) -> None:
        self._flat, self._region, self._launch = flat, region, manifest.launch
        self._least = run_bytes_at_least
        self._seed = manifest.solver.seed
        self._crossing = _crossing(manifest, flat)

    @property
    def possible(self) -> bool:
        """Whether there are few enough items, and none in contiguous windows."""
        run, block = self._flat.run, self._flat.block
        return len(run.items) + len(block.items) <= MOST_ITEMS and not run.windows and not block.windows

    def ask(self, threads: int, dynamic_bytes_at_most: Bytes, stop: Stop) -> Answer:
        """Whether a block of `threads` threads fits into `dynamic_bytes_at_most`."""
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
        """Whether it fits with this stride. The run's bytes must be too many for any smaller stride."""
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
        solver.parameters.symmetry_level = 2  # this model does not put alike items in order
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
        """Adds that the run's bytes do not fit the next smaller stride."""
        # More bytes never have a smaller stride, so bisection finds the most bytes with a smaller one.
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
    """Adds where the windows begin: at the start of the block's memory, or at the first multiple of their alignment
    behind the block region. A block-scoped piece ends there, or lies over the windows."""
    ways = [model.new_bool_var("")]
    model.add(base == 0).only_enforce_if(ways[0])
    for item, offset in zip(block.items, above, strict=True):
        ways.append(model.new_bool_var(""))
        model.add(offset < base).only_enforce_if(ways[-1])
        model.add(offset + item.size_bytes > base - alignment).only_enforce_if(ways[-1])
    model.add_bool_or(ways)


def _keep_apart(model: cp_model.CpModel, problem: RegionProblem, offsets: list[Any], capacity: Bytes) -> None:
    """Adds that no difference of two offsets is forbidden."""
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
    """Adds that a block-scoped piece of `above` bytes overlaps a run's piece of `below` bytes in no window, however
    many there are. It begins `start` bytes behind that piece in the first window. It must end before the first, or lie
    between two."""
    if above + below > stride:
        model.add(start + above <= 0)
        return
    before, window = model.new_bool_var(""), model.new_int_var(0, capacity // stride, "")
    model.add(start + above <= 0).only_enforce_if(before)
    model.add(start >= window * stride + below).only_enforce_if(~before)
    model.add(start + above <= (window + 1) * stride).only_enforce_if(~before)


def _crossing(manifest: Manifest, flat: FlatManifest) -> list[tuple[int, int, Closed, Closed]]:
    """The pairs of a run's and a block's item with pieces (start and size in the item) that may share no byte."""
    relation, uses = flat.relation, flat.uses
    if relation is None:
        raise ValueError("the flattened manifest has no relation")
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
