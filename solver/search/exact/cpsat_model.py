"""What the CP-SAT searches share: the solver's parameters, offset variables, and the model of stacked items.

A solver has one worker and a seed. So within one version of OR-tools, the same model always takes the same course.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from warpack.solver.search.core.puzzle import Gaps, Puzzle
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.core.strips import Place, Stacks
from warpack.solver.search.core.symmetry import keep_in_order

if TYPE_CHECKING:
    from ortools.sat.python import cp_model


def new_solver(effort: float, seed: int, stop: Stop) -> cp_model.CpSolver:
    """A solver that spends at most `effort` deterministic seconds, and ends at `stop`'s deadline. Its settings are
    CP-SAT's own, except that it does not look for symmetries: the model has those that matter (`symmetry`)."""
    from ortools.sat.python import cp_model  # takes 0.6 s, and most sets never need it

    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = 1
    parameters.catch_sigint_signal = False  # the program handles signals; CP-SAT's handler would abort other threads
    parameters.random_seed = seed
    parameters.max_deterministic_time = effort
    parameters.max_time_in_seconds = max(stop.remaining_s, 1e-3)
    parameters.symmetry_level = 0
    return solver


def without_relaxation(solver: cp_model.CpSolver) -> cp_model.CpSolver:
    """The solver without a linear relaxation, which says next to nothing about no-overlap constraints and costs most of
    the time."""
    solver.parameters.linearization_level = 0
    return solver


def walk_along(model: cp_model.CpModel, solver: cp_model.CpSolver, order: Sequence[int], pool: int) -> None:
    """Makes the search place the item that can lie lowest first, at its lowest offset. `order` breaks ties. With a
    `pool`, each choice is made by chance among so many of the best items (0: always the best)."""
    from ortools.sat.python import cp_model

    steps = [model.get_int_var_from_proto_index(item) for item in order]
    model.add_decision_strategy(steps, cp_model.CHOOSE_LOWEST_MIN, cp_model.SELECT_MIN_VALUE)
    solver.parameters.search_branching = cp_model.FIXED_SEARCH
    solver.parameters.cp_model_probing_level = 0
    if pool:
        solver.parameters.search_random_variable_pool_size = pool


def offset_variables(model: cp_model.CpModel, puzzle: Puzzle, capacity: int) -> list[Any] | None:
    """The offset variables of the items, in their order. A domain has all offsets that the item may have. None if an
    item has none."""
    from ortools.sat.python import cp_model

    offsets: list[Any] = []
    for size, alignment, pin in zip(puzzle.sizes, puzzle.alignments, puzzle.pins, strict=True):
        if size + (pin or 0) > capacity:
            return None
        if pin is not None:
            offsets.append(model.new_int_var(pin, pin, ""))
        elif alignment == 1:
            offsets.append(model.new_int_var(0, capacity - size, ""))
        else:
            places = cp_model.Domain.from_values(list(range(0, capacity - size + 1, alignment)))
            offsets.append(model.new_int_var_from_domain(places, ""))
    return offsets


def offsets_in_steps(model: cp_model.CpModel, items: Iterable[tuple[int, int, int | None]], capacity: int) -> list[Any]:
    """The offset of each item (size, alignment, pin), as an expression of a variable that counts steps of its
    alignment. It is for models that compare offsets, where long domains with holes would only cost time. Every item
    must have a place."""
    offsets: list[Any] = []
    for size, alignment, pin in items:
        if pin is not None:
            offsets.append(model.new_constant(pin))
        elif alignment == 1:
            offsets.append(model.new_int_var(0, capacity - size, ""))
        else:
            offsets.append(model.new_int_var(0, (capacity - size) // alignment, "") * alignment)
    return offsets


def stacked_model(
    puzzle: Puzzle, stacks: Stacks, alike: Sequence[tuple[int, int]], capacity: int, *, whole: bool = False
) -> cp_model.CpModel | None:
    """The model of stacked items. Variable i is the offset of item i. None if an item or a pair has no place at all.
    `whole`: every item is one strip."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    offsets = offset_variables(model, puzzle, capacity)
    if offsets is None:
        return None
    spans: dict[Place, Any] = {}

    def span(place: Place) -> Any:
        if place not in spans:
            item, start, size = place
            spans[place] = model.new_fixed_size_interval_var(offsets[item] + start, size, "")
        return spans[place]

    for item, size in enumerate(puzzle.sizes if whole else ()):
        span((item, 0, size))
    for one in stacks.sets:
        model.add_no_overlap([span(place) for place in one])
    for i, j in stacks.pairs:
        lowest, highest = puzzle.sizes[i] - capacity, capacity - puzzle.sizes[j]
        if not keep_pair_apart(model, offsets[j] - offsets[i], puzzle.forbidden[i][j], lowest, highest):
            return None
    keep_in_order(model, puzzle, offsets, alike)
    return model


def keep_pair_apart(model: cp_model.CpModel, difference: Any, gaps: Gaps, lowest: int, highest: int) -> bool:
    """Keeps `difference`, which lies in [lowest, highest], out of the `gaps`. There is a boolean for each closed
    interval that the gaps leave. False if they leave none."""
    legal = complement(gaps, lowest, highest)
    if not legal:
        return False
    if len(legal) == 1:
        model.add(difference >= legal[0][0])
        model.add(difference <= legal[0][1])
        return True
    ways = []
    for low, high in legal:
        way = model.new_bool_var("")
        ways.append(way)
        if low == high:
            model.add(difference == low).only_enforce_if(way)
            continue
        if low > lowest:
            model.add(difference >= low).only_enforce_if(way)
        if high < highest:
            model.add(difference <= high).only_enforce_if(way)
    model.add_exactly_one(ways)
    return True


def complement(gaps: Gaps, low: int, high: int) -> Gaps:
    """The closed intervals of [low, high] that the gaps leave."""
    legal, start = [], low
    for first, last in gaps:
        if first > high:
            break
        if first > start:
            legal.append((start, first - 1))
        start = max(start, last + 1)
    if start <= high:
        legal.append((start, high))
    return tuple(legal)
