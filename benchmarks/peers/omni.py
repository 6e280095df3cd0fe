"""omnimalloc (from the package index): every allocator of its registry at the same limit, the best of them counted.

It takes a size and one interval per buffer. So a buffer is one box from its first occupied phase to its last, sizes are
rounded up to the region's largest alignment, and buffers that must never share bytes get each other's phases too. All
of this is safe.
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from benchmarks.attempt import Attempt
from benchmarks.peers.question import Packed, Question, attempt
from warpack.solver.flatten.problem import RegionProblem

NAME = "omnimalloc"

_LEFT_OUT = frozenset(("naive", "minimalloc", "genetic"))
"""Allocators that are left out: one that shares nothing, and those that need packages which omnimalloc does not
install."""


def installed() -> bool:
    return find_spec("omnimalloc") is not None


def solve(question: Question) -> Attempt:
    flat, limit_s, threads = question.flat, question.limit_s, question.threads
    block, run = (_pack(problem, limit_s, threads) for problem in (flat.block, flat.run))
    return attempt(NAME, question, run, block)


@dataclass(frozen=True)
class _Boxes:
    """`boxes` by item: start, end, size in units of `unit_bytes`. Items that are never used have none and lie at 0.
    `exact`: whether the boxes express the region exactly."""

    boxes: dict[int, tuple[int, int, int]]
    unit_bytes: int
    exact: bool

    @property
    def bound(self) -> int:
        """Most units live at once: no packing of the boxes is smaller."""
        changes = sorted(
            change for start, end, size in self.boxes.values() for change in ((start, 1, size), (end, 0, -size))
        )
        live = most = 0
        for _, _, size in changes:
            live += size
            most = max(most, live)
        return most


def _boxes(problem: RegionProblem) -> _Boxes:
    unit = max(item.alignment_bytes for item in problem.items)
    exact = not (problem.in_place or problem.alias_permits or problem.windows or problem.apart)
    hulls: dict[int, tuple[int, int]] = {}
    for index, item in enumerate(problem.items):
        spans = [span for piece in item.pieces for span in piece.occupied.spans]
        if spans:
            hulls[index] = min(start for start, _ in spans), max(end for _, end in spans)
        whole = len(item.pieces) == 1 and len(spans) <= 1
        exact = exact and whole and item.size_bytes % unit == 0 and item.pinned_offset_bytes is None
    for pair in problem.apart:
        known = [hulls[index] for index in pair if index in hulls]
        joined = min((start for start, _ in known), default=0), max((end for _, end in known), default=1)
        hulls |= dict.fromkeys(pair, joined)
    boxes = {index: (*hull, -(-problem.items[index].size_bytes // unit)) for index, hull in hulls.items()}
    return _Boxes(boxes, unit, exact)


def _pack(problem: RegionProblem, limit_s: float, threads: int) -> Packed:
    if not problem.items:
        return Packed((), 0.0)
    if any(item.pinned_offset_bytes is not None for item in problem.items):
        return Packed(None, 0.0, detail="pinned buffers were not given to it")
    boxes = _boxes(problem)
    if not boxes.boxes:
        return Packed((0,) * len(problem.items), 0.0)
    import omnimalloc

    wanted = tuple(
        omnimalloc.Allocation(id=index, size=size, start=start, end=end)
        for index, (start, end, size) in boxes.boxes.items()
    )
    best: tuple[int, float, Any, str] | None = None
    curve: list[tuple[float, int]] = []
    for name, allocator in _allocators(limit_s, threads):
        started = time.perf_counter()
        placed = allocator.allocate(wanted)
        seconds = time.perf_counter() - started
        top = max(one.offset + one.size for one in placed)
        curve.append((seconds, top * boxes.unit_bytes))
        if best is None or (top, seconds) < best[:2]:
            best = top, seconds, placed, name
        if top <= boxes.bound:
            break  # no other can do better
    if best is None:
        return Packed(None, 0.0)
    top, seconds, placed, name = best
    offsets = dict.fromkeys(range(len(problem.items)), 0) | {one.id: one.offset * boxes.unit_bytes for one in placed}
    return Packed(
        [offsets[index] for index in range(len(problem.items))],
        seconds,
        tuple(sorted(curve)),
        lower_bound_bytes=boxes.bound * boxes.unit_bytes if boxes.exact else 0,
        proven=boxes.exact and top <= boxes.bound,
        detail=name,
    )


def _allocators(limit_s: float, threads: int) -> Iterator[tuple[str, Any]]:
    """Every allocator of the registry, with the limit and otherwise its own settings; those that search longest come
    last."""
    from omnimalloc.allocators import BaseAllocator

    timed: list[tuple[str, Any]] = []
    rest: list[tuple[str, Any]] = []
    for name, kind in BaseAllocator.registry().items():
        if name in _LEFT_OUT:
            continue
        takes = inspect.signature(kind).parameters
        settings: dict[str, Any] = {}
        if "timeout" in takes:
            settings["timeout"] = limit_s
        if "num_threads" in takes:
            settings["num_threads"] = threads
        (timed if "timeout" in takes else rest).append((name, kind(**settings)))
    yield from rest
    yield from timed
