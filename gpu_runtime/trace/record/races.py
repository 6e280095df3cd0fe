"""Accesses of one element by two threads, one of them writing, that no barrier orders.

Clocks, not luck: it does not matter in which order the threads ran. Atomic operations do not race with one another; an
atomic operation and a plain access do. All accesses here are of the time between two barriers of the block, which
order everything; within it only barriers of warps do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from warpack.gpu_runtime.trace.record.elements import WRITE


class Access(NamedTuple):
    """`clock`: how many barriers of its warp the thread has passed since the last one of the block."""

    time: int
    thread: int
    kind: int
    atomic: bool
    clock: int


class Race(NamedTuple):
    """Two kinds of access that race, by their places, the earlier in the program first."""

    first: int
    second: int
    first_writes: bool
    second_writes: bool


class Example(NamedTuple):
    """`element` of `block` that `first` and `second`, threads, both touched."""

    block: int
    element: int
    first: int
    second: int


Races = dict[Race, tuple[int, Example]]
"""Each with how many elements it was seen on, and the first example."""

Knows = Callable[[int, int, int, int], bool]
"""Whether thread, at its clock, has waited for another at that one's clock."""


def find(accesses: Sequence[Access], at: tuple[int, int], knows: Knows, place_of: Sequence[int], races: Races) -> None:
    """Adds the races of one element, `at` block and number. `accesses`: in order of time."""
    if not any(access.kind == WRITE for access in accesses):
        return
    distinct = list(dict.fromkeys(accesses))
    seen: dict[Race, Example] = {}
    for index, second in enumerate(distinct):
        for first in distinct[:index]:
            if first.thread == second.thread or (first.kind != WRITE and second.kind != WRITE):
                continue
            if (first.atomic and second.atomic) or _ordered(first, second, knows):
                continue
            race = Race(place_of[first.time], place_of[second.time], first.kind == WRITE, second.kind == WRITE)
            seen.setdefault(race, Example(*at, first.thread, second.thread))
    for race, example in seen.items():
        count, before = races.get(race, (0, example))
        races[race] = (count + 1, min(before, example))


def _ordered(first: Access, second: Access, knows: Knows) -> bool:
    return knows(second.thread, second.clock, first.thread, first.clock) or knows(
        first.thread, first.clock, second.thread, second.clock
    )
