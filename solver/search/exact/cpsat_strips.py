"""Questions to CP-SAT about strips: do the items fit into a capacity? Ask from a thread of its own.

Finding walks along an order of the items, and places each as low as it can lie. Proving tries several models. The first
lets CP-SAT choose, after probing. If there are few offsets, the next asks where each item may be at all (see
`cpsat_positions`). The last asks which strip lies above which (see `cpsat_ordering`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.core.strips import stacks_of
from warpack.solver.search.core.symmetry import alike_pairs
from warpack.solver.search.exact.cpsat_model import (
    new_solver,
    offset_variables,
    stacked_model,
    walk_along,
    without_relaxation,
)
from warpack.solver.search.exact.cpsat_ordering import Orders
from warpack.solver.search.exact.cpsat_positions import Positions

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

_METHOD, _POSITIONS_METHOD = "cp-sat-strips", "cp-sat-positions"

_STACKED_SHARE, _STACKED_MOST = 0.5, 0.01
"""The share of a proof's effort for the model with one no-overlap constraint for each stretch of phases, and the most
deterministic seconds for it. If it proves anything, it does so in probing, without a conflict."""

_ORDERED_LEAST = 0.005
"""With less effort, a proof tries that model alone, because making another one takes longer."""

_POSITIONS_MOST, _POSITIONS_FROM, _POSITIONS_EFFORT, _POSITIONS_RATE = 5000, 0.01, 0.06, 25.0
"""Of the model of positions: the most offsets of all items together; the least effort of a proof that tries it; the
least effort that it counts; and how many of its deterministic seconds take as long as one of the other models."""

_PIVOTS = 1_000_000
"""The most steps of a linear program. It must be allowed to end, because an unfinished one tells nothing."""


class StripsSearch:
    """Asks about one puzzle. `halt` ends the question in progress, and all later ones."""

    def __init__(self, puzzle: Puzzle) -> None:
        self.puzzle = puzzle
        self._stacks = stacks_of(puzzle)
        self._alike = alike_pairs(puzzle)
        self._halted = Event()
        self._solver: cp_model.CpSolver | None = None
        self.spent = 0.0
        """The deterministic seconds of all questions so far."""

    @property
    def halted(self) -> bool:
        """Whether `halt` was called."""
        return self._halted.is_set()

    def halt(self) -> None:
        """Ends the question in progress, and all later ones. Another thread may call it."""
        self._halted.set()
        if self._solver is not None:
            self._solver.stop_search()

    def find(self, capacity: int, order: Sequence[int], pool: int, *, effort: float, seed: int, stop: Stop) -> Attempt:
        """Looks for a packing along `order`. `pool`: see `walk_along`."""
        model = self._stacked(capacity)
        if model is None:
            return Attempt("impossible", method=_METHOD)
        solver = without_relaxation(new_solver(effort, seed, stop))
        walk_along(model, solver, order, pool)
        return self._solve(model, solver)

    def prove(self, capacity: int, *, effort: float, seed: int, stop: Stop) -> Attempt:
        """Tries to prove that there is no packing; may find one instead. Tries one model after another, each with a
        part of the effort, because one often proves at once what the others do not prove at all."""
        stacked = self._stacked(capacity)
        if stacked is None:
            return Attempt("impossible", method=_METHOD)
        share = effort if effort < _ORDERED_LEAST else min(_STACKED_SHARE * effort, _STACKED_MOST)
        attempt = self._solve(stacked, without_relaxation(new_solver(share, seed, stop)))
        if attempt.verdict != "unknown" or effort < _ORDERED_LEAST or stop.now():
            return attempt
        by_position = self._prove_by_position(capacity, effort=effort, seed=seed, stop=stop)
        attempt = replace(by_position, nodes=attempt.nodes + by_position.nodes)
        if attempt.verdict != "unknown" or stop.now():
            return attempt
        ordered = self._ordered(capacity)
        if ordered is None:
            return Attempt("impossible", method=_METHOD, nodes=attempt.nodes)
        after = self._solve(ordered, without_relaxation(new_solver(effort - share, seed, stop)))
        return replace(after, nodes=attempt.nodes + after.nodes)

    def _prove_by_position(self, capacity: int, *, effort: float, seed: int, stop: Stop) -> Attempt:
        """Does what `prove` does, by the linear relaxation of the model of positions. "unknown" at once if there are
        too many offsets."""
        if effort < _POSITIONS_FROM or self.puzzle.count * capacity > _POSITIONS_MOST:
            return Attempt("unknown")
        positions = Positions(self.puzzle, capacity)
        solver = new_solver(max(_POSITIONS_EFFORT, effort) * _POSITIONS_RATE, seed, stop)
        solver.parameters.cp_model_presolve = False
        solver.parameters.linearization_level = 2
        solver.parameters.add_lp_constraints_lazily = False
        solver.parameters.root_lp_iterations = _PIVOTS
        attempt = self._solve(positions.model, solver, positions.offsets, rate=_POSITIONS_RATE)
        kept = attempt.verdict != "packed" or self.puzzle.allows(attempt.offsets)
        return replace(attempt if kept else Attempt("unknown"), method=_POSITIONS_METHOD)

    def _solve(
        self,
        model: cp_model.CpModel,
        solver: cp_model.CpSolver,
        read: Callable[[Sequence[int]], Sequence[int]] = tuple,
        rate: float = 1.0,
    ) -> Attempt:
        """`read` makes offsets of a solution's values; the default takes all values. `rate`: deterministic seconds that
        count as one."""
        from ortools.sat.python import cp_model

        self._solver = solver
        if self._halted.is_set():
            return Attempt("unknown", method=_METHOD)
        status = solver.solve(model)
        self._solver = None
        self.spent += solver.response_proto.deterministic_time / rate
        nodes = solver.num_branches
        if status == cp_model.INFEASIBLE:
            return Attempt("impossible", method=_METHOD, nodes=nodes)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return Attempt("unknown", method=_METHOD, nodes=nodes)
        offsets = tuple(read(solver.response_proto.solution)[: self.puzzle.count])
        return Attempt("packed", offsets, _METHOD, nodes)

    def _ordered(self, capacity: int) -> cp_model.CpModel | None:
        """The model of `cpsat_ordering`: a boolean for each side on which a pair may lie. None if there is no place."""
        from ortools.sat.python import cp_model

        model = cp_model.CpModel()
        offsets = offset_variables(model, self.puzzle, capacity)
        if offsets is None:
            return None
        orders = Orders(model, self.puzzle, offsets, capacity)
        orders.keep_apart(self._alike)
        orders.fill(self._stacks)
        return model if orders.possible else None

    def _stacked(self, capacity: int) -> cp_model.CpModel | None:
        """The model with one no-overlap constraint for each stretch of phases. None if an item or a pair has no place
        at all."""
        return stacked_model(self.puzzle, self._stacks, self._alike, capacity)
