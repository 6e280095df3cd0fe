"""The fewest bytes of a region, proven: one CP-SAT model with every rule of the region in it, minimised to the end.

Offsets are whole bytes, every pair of pieces that conflict gets its own choice, and windows are hulls around their
members, which need not be packed first. Nothing is reduced, ordered or rounded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations
from typing import Any

from ortools.sat.python import cp_model

from tests.helpers.oracle.units import Rule, Unit, rules_between, units_of
from tests.helpers.processes import PATIENCE_S
from warpack.solver.verifier.story import Story
from warpack.solver.wire.manifest import Manifest, Scope


class NotSettled(RuntimeError):
    """The model was not solved to the end within its limit: no answer is better than half of one."""


LIMIT_S = PATIENCE_S

Rules = dict[tuple[int, int], list[Rule]]
"""By pair of unit numbers, smaller first; pairs without a rule are left out."""


def least_bytes(
    manifest: Manifest, story: Story, scope: Scope, on_chip: Collection[str] = (), *, split: bool = True
) -> int | None:
    """The fewest bytes that the buffers of `scope` in shared memory take (and the `auto` ones named in `on_chip`); None
    where pins and windows leave no packing at all. Raises NotSettled."""
    units = units_of(manifest, story, scope, on_chip, split=split)
    if not units:
        return 0
    rules = {
        (i, j): found
        for i, j in combinations(range(len(units)), 2)
        if (found := rules_between(story, units[i], units[j]))
    }
    room = enough_for_any(units)
    model = cp_model.CpModel()
    offsets = [_offset(model, unit, room) for unit in units]
    for (i, j), between in rules.items():
        if len(between) == len(units[i].pieces) * len(units[j].pieces) and not any(rule.cures for rule in between):
            between = [Rule((0, units[i].size_bytes), (0, units[j].size_bytes), ())]
        for rule in between:
            _keep_apart(model, offsets[i], offsets[j], rule)
    for component in manifest.components:
        if component.window == "contiguous":
            members = [i for i, unit in enumerate(units) if _belongs(unit.buffer.component, component.path)]
            if members:
                _keep_whole(model, units, offsets, rules, members, room)
    top = model.new_int_var(0, room, "")
    for unit, offset in zip(units, offsets, strict=True):
        model.add(top >= offset + unit.size_bytes)
    model.minimize(top)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = LIMIT_S
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        raise NotSettled(f"the {scope} region of {manifest.name}: {solver.status_name(status)}")
    return int(solver.value(top))


def enough_for_any(units: Sequence[Unit]) -> int:
    """Bytes within which some best packing lies, if there is any packing.

    Take one with the least sum of offsets. What a unit cannot go below by the largest alignment (so that the rest may
    go along with it) is byte 0 or a piece of another unit; so from byte 0 or a pin upwards each unit starts at most one
    size and one largest alignment above the end of what holds it up.
    """
    widest = max(unit.alignment_bytes for unit in units)
    pinned = max((unit.pin_bytes for unit in units if unit.pin_bytes is not None), default=0)
    return pinned + sum(unit.size_bytes + widest for unit in units)


def _offset(model: cp_model.CpModel, unit: Unit, room: int) -> Any:
    if unit.pin_bytes is not None:
        return model.new_constant(unit.pin_bytes)
    return model.new_int_var(0, (room - unit.size_bytes) // unit.alignment_bytes, "") * unit.alignment_bytes


def _keep_apart(model: cp_model.CpModel, first: Any, second: Any, rule: Rule) -> None:
    (start, size), (other_start, other_size) = rule.first, rule.second
    below, above = model.new_bool_var(""), model.new_bool_var("")
    model.add(first + start + size <= second + other_start).only_enforce_if(below)
    model.add(second + other_start + other_size <= first + start).only_enforce_if(above)
    model.add_bool_or([below, above, *_cured(model, first, second, rule)])


def _cured(model: cp_model.CpModel, first: Any, second: Any, rule: Rule) -> list[Any]:
    ways = []
    for difference in rule.cures:
        way = model.new_bool_var("")
        model.add(second - first == difference).only_enforce_if(way)
        ways.append(way)
    return ways


def _belongs(component: str, path: str) -> bool:
    return not path or component == path or component.startswith(f"{path}/")


def _keep_whole(
    model: cp_model.CpModel,
    units: Sequence[Unit],
    offsets: Sequence[Any],
    rules: Rules,
    members: Sequence[int],
    room: int,
) -> None:
    """A piece from outside that conflicts with one inside lies below the hull or above it, or else in place with all
    that it conflicts with inside."""
    start, end = model.new_int_var(0, room, ""), model.new_int_var(0, room, "")
    for member in members:
        model.add(start <= offsets[member])
        model.add(offsets[member] + units[member].size_bytes <= end)
    for other in range(len(units)):
        if other in members:
            continue
        of_piece: dict[tuple[int, int], list[Any]] = {}
        for member in members:
            i, j = min(member, other), max(member, other)
            for rule in rules.get((i, j), ()):
                ways = _cured(model, offsets[i], offsets[j], rule)
                of_piece.setdefault(rule.first if i == other else rule.second, []).append(ways)
        for (at, size), ways_in_place in of_piece.items():
            below, above, in_place = (model.new_bool_var("") for _ in range(3))
            model.add(offsets[other] + at + size <= start).only_enforce_if(below)
            model.add(end <= offsets[other] + at).only_enforce_if(above)
            for ways in ways_in_place:
                model.add_bool_or([*ways, ~in_place])
            model.add_bool_or([below, above, in_place])
