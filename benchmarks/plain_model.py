"""A second opinion: a plain CP-SAT model of a manifest's region, straight from the verifier's story.

It shares nothing with the optimiser: no unit, no reduction, no order of equal buffers, no forbidden differences. There
is one variable per buffer; one choice for two buffers that may share nothing at all, else one for each pair of their
pieces that conflict.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from typing import Any, Literal

from ortools.sat.python import cp_model

from warpack.solver.verifier.story import StoryPiece, derive
from warpack.solver.wire.manifest import Buffer, Manifest, Scope

Verdict = Literal["fits", "impossible", "unanswered"]


def fits_within(
    manifest: Manifest,
    capacity_bytes: int,
    *,
    scope: Scope = "run",
    on_chip: Collection[str] = (),
    limit_s: float = 10.0,
) -> Verdict:
    """Whether the buffers of `scope` in shared memory (and the `auto` ones in `on_chip`) fit into `capacity_bytes`
    bytes."""
    story = derive(manifest)
    buffers = {
        buffer.full_name: buffer
        for buffer in manifest.buffers
        if buffer.scope == scope and buffer.size_bytes and (buffer.location == "shared" or buffer.full_name in on_chip)
    }
    if any(buffer.size_bytes > capacity_bytes for buffer in buffers.values()):
        return "impossible"
    model = cp_model.CpModel()
    offsets = {name: _offset(model, buffer, capacity_bytes) for name, buffer in buffers.items()}
    pieces = {name: story.pieces_of[name] for name in buffers}
    conflicting: set[frozenset[str]] = set()
    for one, other in combinations(buffers, 2):
        pairs = [(a, b, story.conflict(a, b)) for a in pieces[one] for b in pieces[other]]
        if any(conflict is not None for *_, conflict in pairs):
            conflicting.add(frozenset((one, other)))
        if all(conflict is not None and not conflict.allowed_differences for *_, conflict in pairs):
            sizes = buffers[one].size_bytes, buffers[other].size_bytes
            _choose(model, (offsets[one], sizes[0]), (offsets[other], sizes[1]), ())
            continue
        for a, b, conflict in pairs:
            if conflict is not None:
                _choose(model, _at(offsets, a), _at(offsets, b), conflict.allowed_differences)
    _add_hulls(model, manifest, offsets, capacity_bytes, conflicting)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = limit_s
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return "impossible"
    return "fits" if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else "unanswered"


def _offset(model: cp_model.CpModel, buffer: Buffer, capacity_bytes: int) -> Any:
    highest = capacity_bytes - buffer.size_bytes
    if buffer.pinned_offset_bytes is not None:
        offset = model.new_int_var(0, highest, "")
        model.add(offset == buffer.pinned_offset_bytes)
        return offset
    return model.new_int_var(0, highest // buffer.alignment_bytes, "") * buffer.alignment_bytes


def _at(offsets: dict[str, Any], piece: StoryPiece) -> tuple[Any, int]:
    return offsets[piece.buffer] + piece.offset_bytes, piece.size_bytes


def _choose(model: cp_model.CpModel, a: tuple[Any, int], b: tuple[Any, int], differences: tuple[int, ...]) -> None:
    """One of: a below b, b below a, or at a difference at which they may share bytes. Both as (offset, size)."""
    below, above = model.new_bool_var(""), model.new_bool_var("")
    model.add(a[0] + a[1] <= b[0]).only_enforce_if(below)
    model.add(b[0] + b[1] <= a[0]).only_enforce_if(above)
    ways = [below, above]
    for difference in differences:
        ways.append(model.new_bool_var(""))
        model.add(b[0] - a[0] == difference).only_enforce_if(ways[-1])
    model.add_bool_or(ways)


def _add_hulls(
    model: cp_model.CpModel,
    manifest: Manifest,
    offsets: dict[str, Any],
    capacity_bytes: int,
    conflicts: set[frozenset[str]],
) -> None:
    """Contiguous windows: a buffer from outside that conflicts with one inside lies below or above them all."""
    component_of = {buffer.full_name: buffer.component for buffer in manifest.buffers}
    for component in manifest.components:
        if component.window != "contiguous":
            continue
        inside = {
            name for name in offsets if not component.path or f"{component_of[name]}/".startswith(f"{component.path}/")
        }
        if not inside:
            continue
        start, end = model.new_int_var(0, capacity_bytes, ""), model.new_int_var(0, capacity_bytes, "")
        for name in inside:
            model.add(offsets[name] >= start)
            model.add(offsets[name] + manifest.by_name[name].size_bytes <= end)
        for name in offsets.keys() - inside:
            if any(frozenset((name, member)) in conflicts for member in inside):
                below = model.new_bool_var("")
                model.add(offsets[name] + manifest.by_name[name].size_bytes <= start).only_enforce_if(below)
                model.add(offsets[name] >= end).only_enforce_if(~below)
