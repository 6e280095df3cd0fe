"""Reads when a buffer is needed: a lifetime or accesses for all of it, or for each of its parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from warpack.solver.reading.clock import Clock
from warpack.solver.reading.collector import show
from warpack.solver.reading.components import ComponentTree
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.intervals import held, holds
from warpack.solver.reading.parts import Statement, read_parts
from warpack.solver.reading.statements import read_lifetime
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.manifest import Accesses, Lifetime, Part, Reentry, Span
from warpack.solver.wire.units import Phase

_ACCESSES = ("writes", "updates", "reads")


class Lives(NamedTuple):
    """`given`: the user wrote a lifetime, accesses or parts."""

    lifetime: Lifetime | None
    accesses: Accesses | None
    parts: tuple[Part, ...]
    given: bool
    sound: bool = True

    def starts(self, *, updates: bool) -> frozenset[Phase]:
        """The phases in which an interval starts, or every element is written; with `updates` also those in which some
        are written."""
        found: set[Phase] = set()
        statements = [(self.lifetime, self.accesses), *((part.lifetime, part.accesses_in) for part in self.parts)]
        for lifetime, accesses in statements:
            if lifetime is None and accesses is None and self.parts:  # a part that is needed in every phase
                found.add(0)
            found.update(interval.start for interval in lifetime or ())
            if accesses is not None:
                found.update(accesses.writes, accesses.updates if updates else ())
        return frozenset(found)


_UNSOUND = Lives(None, None, (), True, sound=False)
_NOT_GIVEN = Lives(None, None, (), False)


def read_lives(
    fields: Fields,
    component: str,
    tree: ComponentTree,
    elements: tuple[int, DType] | None,
    persistent: bool,
    reentry: Reentry,
) -> Lives:
    """`elements`: how many and of what, if that is known; `reentry`: the buffer's own, for parts that say nothing."""
    collector = fields.collector
    given = [key for key in ("lifetime", "accesses_in", "parts") if key in fields.values]
    if persistent and given:
        message = f"A persistent buffer is live in every phase: it has no `{given[0]}`."
        collector.error("persistent-with-lifetime", fields.pointer(given[0]), message)
    elif len(given) > 1:
        collector.error(*_two_statements(fields, given))
    if persistent or len(given) > 1:
        _look_at(fields, component, tree, elements, reentry)
        return _UNSOUND if given else _NOT_GIVEN
    if not given:
        return _NOT_GIVEN
    if given != ["parts"]:
        lifetime, accesses = read_statement(fields, component, tree)
        return _UNSOUND if lifetime is None and accesses is None else Lives(lifetime, accesses, (), True)
    parts = read_parts(fields, elements, reentry, lambda part: read_statement(part, component, tree))
    return _UNSOUND if parts is None else Lives(None, None, parts, True)


def _look_at(
    fields: Fields, component: str, tree: ComponentTree, elements: tuple[int, DType] | None, reentry: Reentry
) -> None:
    """Reports what is wrong inside statements of which one is too many."""
    if "lifetime" in fields:
        _lifetime(fields, component, tree)
    if "accesses_in" in fields:
        _accesses(fields, component, tree)
    if "parts" in fields:
        read_parts(fields, elements, reentry, lambda part: read_statement(part, component, tree))


def _two_statements(fields: Fields, given: Sequence[str]) -> tuple[str, str, str]:
    """Type, pointer and message for a buffer or part that states twice when it is needed."""
    if "parts" in given:
        message = f"A buffer has either `{given[0]}` or `parts` that each say when they are needed, not both."
        return (
            ("lifetime-and-parts" if given[0] == "lifetime" else "accesses-and-parts"),
            fields.pointer("parts"),
            message,
        )
    message = (
        "Either `lifetime` or `accesses_in` says when it is needed, not both: the lifetime follows from the accesses."
    )
    return "lifetime-and-accesses", fields.pointer("accesses_in"), message


def read_statement(fields: Fields, component: str, tree: ComponentTree) -> Statement:
    """What a buffer or part states under `lifetime` or `accesses_in`. None twice (and problems) where it is wrong."""
    if "accesses_in" in fields:
        if "lifetime" in fields:
            fields.collector.error(*_two_statements(fields, ["lifetime", "accesses_in"]))
            _lifetime(fields, component, tree)
            _accesses(fields, component, tree)
            return None, None
        return None, _accesses(fields, component, tree)
    return _lifetime(fields, component, tree), None


def _accesses(fields: Fields, component: str, tree: ComponentTree) -> Accesses | None:
    """The phases of each kind; where the component has active phases, it writes in no others."""
    collector, clock = fields.collector, tree.clock(component)
    given = Fields(collector, fields.values["accesses_in"], fields.pointer("accesses_in"), _ACCESSES)
    if not given.is_object:
        return None
    read = [clock.phases(given.values[key], given.pointer(key)) if key in given else () for key in _ACCESSES]
    writes, updates, reads = read
    if writes is None or updates is None or reads is None:
        return None
    if tree.active(component) is None or not clock.sound:
        return Accesses(writes, updates, reads)
    active = tree.active_phases(component)
    for key in ("writes", "updates"):
        for index, value in enumerate(given.values.get(key, ())):
            phase = clock.phase(value, "")
            if phase is not None and not holds(active, phase):
                message = f"{component} is not active in phase {show(value)}, so nothing can be written there."
                collector.error("starts-while-inactive", f"{given.pointer(key)}/{index}", message, component)
    return Accesses(writes, updates, reads)


def _lifetime(fields: Fields, component: str, tree: ComponentTree) -> Lifetime | None:
    """The lifetime under the key `lifetime` of a buffer or part: a list of intervals, or "active"."""
    collector, pointer = fields.collector, fields.pointer("lifetime")
    value = fields.values["lifetime"]
    active = tree.active(component)
    if value == "active":
        if active is None and tree.sound:
            message = f'"active" means the active phases of the component, and {component or "the root"} gives none.'
            collector.error("no-active-phases", pointer, message, component)
        return active
    clock = tree.clock(component)
    lifetime = read_lifetime(clock, value, pointer)
    if lifetime is None or active is None or not clock.sound:
        return lifetime
    return lifetime if _starts_active(fields, value, clock, lifetime, component, tree) else None


def _starts_active(
    fields: Fields, values: list[Any], clock: Clock, lifetime: Lifetime, component: str, tree: ComponentTree
) -> bool:
    """An interval starts in an active phase, or at the head of a loop whose back edge carries the contents."""
    spans = tree.active_phases(component)
    live: list[Span] | None = None
    fine = True
    for index, value in enumerate(values):
        start = value[0] if type(value[0]) is int else clock.phase(value[0], "")
        if start is None or holds(spans, start):
            continue
        live = live or sorted(span for interval in lifetime for span in held(clock.tree, interval).spans)
        if not any(holds(live, edge) for edge in clock.edges_to(start)):
            fine = False
            message = f"{component} is not active in phase {show(value[0])}, so nothing can be written there."
            fields.collector.error("starts-while-inactive", f"{fields.pointer('lifetime')}/{index}", message, component)
    return fine
