"""CP-SAT at a fixed capacity, by pairs: an offset variable for each item, a boolean for each way in which a pair may
lie.

For cores of real buffer sets, this model proves in milliseconds that nothing fits; no-overlap constraints need minutes.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.core.symmetry import alike_pairs
from warpack.solver.search.core.windows import Cut, Hull
from warpack.solver.search.exact.cpsat_model import keep_pair_apart, new_solver, offsets_in_steps
from warpack.solver.search.strategy import BaseStrategy, Better, Interval

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

_PRESOLVE_FROM = 12
"""Cores with fewer items are solved sooner without presolve (measured on CuBIE's sets)."""

_ASK_EVERY_S = 0.05
"""How often the watcher looks whether to stop."""

_PAIRS_BETWEEN_CHECKS = 1000


def search_cpsat(
    puzzle: Puzzle, capacity: int, *, effort: float, seed: int, stop: Stop, hulls: Sequence[Hull] = ()
) -> Attempt:
    """Packs the puzzle into `capacity` units, or proves that it has no such packing.

    `effort` limits the search in CP-SAT's deterministic time (about seconds of one core). So the outcome depends on the
    machine's speed only if `stop` ends it. May raise Stopped.
    """
    if any(size + (pin or 0) > capacity for size, pin in zip(puzzle.sizes, puzzle.pins, strict=True)):
        return Attempt("impossible")
    stop.check()
    from ortools.sat.python import cp_model  # takes 0.6 s, and most sets never need it

    model = cp_model.CpModel()
    offsets = offsets_in_steps(model, zip(puzzle.sizes, puzzle.alignments, puzzle.pins, strict=True), capacity)
    if not _keep_pairs_apart(model, puzzle, offsets, capacity, stop, symmetric=bool(hulls)):
        return Attempt("impossible", method="cp-sat")
    for hull in hulls:
        _keep_hull(model, puzzle, offsets, hull, capacity)
    solver = new_solver(effort, seed, stop)
    solver.parameters.cp_model_presolve = puzzle.count >= _PRESOLVE_FROM
    status = _solve_watched(solver, model, stop)
    nodes = solver.num_branches
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Attempt("packed", tuple(solver.value(offset) for offset in offsets), "cp-sat", nodes)
    if status == cp_model.INFEASIBLE:
        return Attempt("impossible", method="cp-sat", nodes=nodes)
    stop.check()
    return Attempt("unknown", method="cp-sat", nodes=nodes)


def _keep_pairs_apart(
    model: cp_model.CpModel, puzzle: Puzzle, offsets: list[Any], capacity: int, stop: Stop, *, symmetric: bool
) -> bool:
    """Adds the forbidden differences. False if a pair has no legal difference. `symmetric`: alike items are not put in
    order."""
    ordered = () if symmetric else alike_pairs(puzzle)
    for a, b in ordered:
        model.add(offsets[b] >= offsets[a])
    in_order = set(ordered)
    pairs = 0
    for i, row in enumerate(puzzle.forbidden):
        for j, gaps in row.items():
            if j < i:
                continue
            pairs += 1
            if pairs % _PAIRS_BETWEEN_CHECKS == 0:
                stop.check()
            lowest = 0 if (i, j) in in_order else puzzle.sizes[i] - capacity
            if not keep_pair_apart(model, offsets[j] - offsets[i], gaps, lowest, capacity - puzzle.sizes[j]):
                return False
    return True


def _keep_hull(model: cp_model.CpModel, puzzle: Puzzle, offsets: list[Any], hull: Hull, capacity: int) -> None:
    start, end = model.new_int_var(0, capacity, ""), model.new_int_var(0, capacity, "")
    for member in hull.members:
        model.add(offsets[member] >= start)
        model.add(offsets[member] + puzzle.sizes[member] <= end)
    for cut in (*(Cut(other, 0, puzzle.sizes[other]) for other in hull.outside), *hull.cuts):
        below, above = model.new_bool_var(""), model.new_bool_var("")
        model.add(offsets[cut.item] + cut.end <= start).only_enforce_if(below)
        model.add(offsets[cut.item] + cut.start >= end).only_enforce_if(above)
        ways = [below, above]
        if cut.cures:
            cured = model.new_bool_var("")
            ways.append(cured)
            for member, differences in cut.cures:
                met = [model.new_bool_var("") for _ in differences]
                for difference, one in zip(differences, met, strict=True):
                    model.add(offsets[cut.item] - offsets[member] == difference).only_enforce_if(one)
                model.add_bool_or([*met, ~cured])
        model.add_bool_or(ways)


def _solve_watched(solver: cp_model.CpSolver, model: cp_model.CpModel, stop: Stop) -> Any:
    """Solves, while a watcher thread looks whether to stop. If the caller cannot cancel, the time limit suffices."""
    if stop.cancelled is None:
        return solver.solve(model)
    done = Event()

    def watch() -> None:
        while not done.wait(_ASK_EVERY_S):
            if stop.now():
                solver.stop_search()

    watcher = Thread(target=watch, name="warpack-cancel", daemon=True)
    watcher.start()
    try:
        return solver.solve(model)
    finally:
        done.set()
        watcher.join()


class Pairs(BaseStrategy):
    """CP-SAT with a boolean for each way in which a pair may lie. It is the only model with hulls."""

    name = "pairs"

    def applies(self, interval: Interval, capacity: int) -> bool:
        return True

    def step(self, interval: Interval, capacity: int, effort: float, stop: Stop, better: Better) -> Interval:
        case = self.case
        attempt = search_cpsat(
            case.core, case.room(capacity), effort=effort, seed=case.seed, stop=stop, hulls=case.hulls
        )
        self.spent += effort
        return self.answered(interval, attempt, capacity)
