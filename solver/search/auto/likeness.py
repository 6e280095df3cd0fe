"""Finds `auto` buffers that are interchangeable in a choice."""

from __future__ import annotations

from collections.abc import Sequence

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.auto.byte_limits import Class
from warpack.solver.search.auto.choice import Candidate
from warpack.solver.wire.manifest import Buffer


def likened(buffers: Sequence[Buffer], kinds: Sequence[Class], problem: RegionProblem) -> list[Candidate]:
    """The candidates, with equal `likeness` for alike ones. `kinds` has the class of each buffer. Buffers are alike if
    they have the same lifetime, size and accesses, and no rule of their own."""
    special = {index for pair in (*problem.apart, *problem.alias_permits) for index in pair}
    special |= {index for entry in problem.in_place for index in (entry.read, entry.write)}
    special |= {index for window in problem.windows for index in window.items}
    special |= {index for index, item in enumerate(problem.items) if item.pinned_offset_bytes is not None}
    own = {problem.items[index].buffer for index in special}
    known: dict[object, int] = {}
    found = []
    pieces = {
        item.name: tuple((piece.offset_bytes, piece.size_bytes, piece.occupied) for piece in item.pieces)
        for item in problem.items
    }
    for buffer, kind in zip(buffers, kinds, strict=True):
        shape: object = (buffer.accesses, kind, pieces.get(buffer.full_name, buffer.full_name))
        key = buffer.full_name if buffer.full_name in own else shape
        found.append(Candidate(buffer.accesses, kind, known.setdefault(key, len(known))))
    return found
