"""The obvious CP-SAT model: a box for each buffer, phases by bytes; no two boxes may overlap; the highest end is
minimised.

There is one box for each piece and stretch of phases, and all boxes of a buffer have one offset. Boxes cannot express
in-place pairs and aliases: such pairs stay apart, which is safe.
"""

from __future__ import annotations

import time
from typing import Any

from ortools.sat.python import cp_model

from benchmarks.attempt import Attempt
from benchmarks.peers.question import Packed, Question, attempt
from warpack.solver.flatten.problem import RegionProblem

NAME = "plain CP-SAT"


def solve(question: Question) -> Attempt:
    flat, limit_s, threads = question.flat, question.limit_s, question.threads
    block, run = (_pack(problem, limit_s, threads) for problem in (flat.block, flat.run))
    return attempt(NAME, question, run, block)


def _pack(problem: RegionProblem, limit_s: float, threads: int) -> Packed:
    if not problem.items:
        return Packed((), 0.0)
    started = time.perf_counter()
    model, offsets = _model(problem)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = threads
    solver.parameters.max_time_in_seconds = max(0.01, limit_s - (time.perf_counter() - started))
    watch = _Watch(started)
    status = solver.solve(model, watch)
    seconds = time.perf_counter() - started
    exact = not (problem.in_place or problem.alias_permits or problem.windows)
    bound = max(0, round(solver.best_objective_bound)) if exact else 0
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Packed(None, seconds, (), bound)
    found = [int(solver.value(offset)) for offset in offsets]
    return Packed(found, seconds, tuple(watch.curve), bound, exact and status == cp_model.OPTIMAL)


def _model(problem: RegionProblem) -> tuple[cp_model.CpModel, list[Any]]:
    model = cp_model.CpModel()
    most = sum(item.size_bytes + item.alignment_bytes for item in problem.items)
    most = max([most, *((item.pinned_offset_bytes or 0) + item.size_bytes for item in problem.items)])
    top = model.new_int_var(0, most, "")
    offsets: list[Any] = []
    across, along = [], []
    for item in problem.items:
        offset = model.new_int_var(0, most // item.alignment_bytes, "") * item.alignment_bytes
        offsets.append(offset)
        model.add(offset + item.size_bytes <= top)
        if item.pinned_offset_bytes is not None:
            model.add(offset == item.pinned_offset_bytes)
        for piece in item.pieces:
            for start, end in piece.occupied.spans:
                across.append(model.new_fixed_size_interval_var(start, end - start, ""))
                along.append(model.new_fixed_size_interval_var(offset + piece.offset_bytes, piece.size_bytes, ""))
    model.add_no_overlap_2d(across, along)
    for one, other in problem.apart:
        first = model.new_bool_var("")
        model.add(offsets[one] + problem.items[one].size_bytes <= offsets[other]).only_enforce_if(first)
        model.add(offsets[other] + problem.items[other].size_bytes <= offsets[one]).only_enforce_if(~first)
    model.minimize(top)
    return model, offsets


class _Watch(cp_model.CpSolverSolutionCallback):
    """Records the time of each better packing."""

    def __init__(self, started: float) -> None:
        super().__init__()
        self.started = started
        self.curve: list[tuple[float, int]] = []

    def on_solution_callback(self) -> None:
        self.curve.append((time.perf_counter() - self.started, round(self.objective_value)))
