"""Places of a kernel and the times at which threads come to them.

A *place* is a place of the source with the calls that led to it: device functions count as written out where they are
called. A *time* is a place together with the trips of all loops around it. Two times are compared as the program runs,
whatever thread they are of and in whatever order the threads ran.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import CodeType, FunctionType

from warpack.gpu_runtime.trace.positions import Path, Position
from warpack.gpu_runtime.trace.source.facts import FunctionFacts, Loop, Place, Spot
from warpack.gpu_runtime.trace.source.functions import facts_of

ENTRY = 0
"""The time before the kernel's first place."""


@dataclass(frozen=True, slots=True)
class LoopAt:
    """A loop as the kernel comes to it: with the calls that led there. `order`: its first place's order."""

    path: Path
    order: tuple[int, ...]
    loop: Loop = field(compare=False)


@dataclass(frozen=True, slots=True)
class PlaceAt:
    """A place with the calls that led to it. `order` sorts places as the program comes to them."""

    path: Path
    order: tuple[int, ...]
    loops: tuple[LoopAt, ...]
    conditional: bool


class Function:
    """A function as recorded: its facts, and the place of each instruction."""

    def __init__(self, function: FunctionType, code: CodeType) -> None:
        self.facts: FunctionFacts = facts_of(function)
        self.code = code
        self._spans = list(code.co_positions())
        self._known: dict[tuple[int, str], Place] = {}

    def place(self, offset: int, kind: str) -> Place:
        """`offset`: of the instruction that runs, in bytes."""
        found = self._known.get((offset, kind))
        if found is None:
            line, last_line, column, last_column = self._spans[offset // 2]
            span = (line or self.facts.line, column or 0, last_line or 0, last_column or 0)
            found = self._known[offset, kind] = self.facts.place(span, kind)
        return found


class Call:
    """One call of a function by one thread. `moment`: the time of the call; `trips`: of its loops, so far."""

    __slots__ = ("code", "function", "loops", "moment", "path", "trips", "turns")

    def __init__(self, function: Function, path: int, moment: int) -> None:
        self.function, self.code, self.path, self.moment = function, function.code, path, moment
        self.trips: dict[Spot, int] = {}
        self.turns: dict[Spot, int] = {}


class Moments:
    """The places and times of one kernel, each with a number. Place 0 is the kernel itself, time 0 its start."""

    def __init__(self) -> None:
        self.places: list[PlaceAt] = [PlaceAt((), (), (), False)]
        self.keys: list[tuple[int, ...]] = [()]
        self.place_of: list[int] = [0]
        self.trips: dict[Path, int] = {}
        self._places: dict[tuple[int, Place], int] = {}
        self._times: dict[tuple[object, ...], int] = {}

    def at(self, call: Call, offset: int, kind: str) -> int:
        """The time of an instruction of a call that runs now."""
        place = call.function.place(offset, kind)
        trips = call.trips
        key = (call.moment, place, *[trips[loop.spot] for loop in place.loops])
        found = self._times.get(key)
        return self._new_time(call, place, key) if found is None else found

    def enter(self, call: Call, spot: Spot) -> None:
        call.trips[spot] = 0
        call.turns[spot] = 0
        self._turned(call, spot)

    def turn(self, call: Call, spot: Spot) -> None:
        """A trip's body begins."""
        call.turns[spot] += 1
        self._turned(call, spot)

    def _turned(self, call: Call, spot: Spot) -> None:
        path = (*self.places[call.path].path, Position(call.function.facts.file, *spot))
        self.trips[path] = max(self.trips.get(path, 0), call.turns[spot])

    def _new_time(self, call: Call, place: Place, key: tuple[object, ...]) -> int:
        steps: list[int] = [*self.keys[call.moment]]
        for loop in place.loops:
            steps += (loop.order, call.trips[loop.spot])
        number = self._times[key] = len(self.keys)
        self.keys.append((*steps, place.order))
        self.place_of.append(self._place(call, place))
        return number

    def _place(self, call: Call, place: Place) -> int:
        found = self._places.get((call.path, place))
        if found is None:
            outer, file = self.places[call.path], call.function.facts.file
            inside = bool(outer.path)
            loops = [
                LoopAt((*outer.path, Position(file, *loop.spot)), (*outer.order, loop.order), loop)
                for loop in place.loops
            ]
            found = self._places[call.path, place] = len(self.places)
            self.places.append(
                PlaceAt(
                    (*outer.path, Position(file, *place.spot)),
                    (*outer.order, place.order),
                    (*outer.loops, *loops),
                    outer.conditional or place.conditional or (inside and place.after_return),
                )
            )
        return found


def ranks(moments: Moments) -> list[int]:
    """For each time how many come before it."""
    found = [0] * len(moments.keys)
    for rank, time in enumerate(sorted(range(len(found)), key=moments.keys.__getitem__)):
        found[time] = rank
    return found
