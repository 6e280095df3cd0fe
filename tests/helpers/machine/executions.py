"""Single executions: the threads of a small block, the choices they make, and the list of what each of them does.

Every choice is asked of a `choose` function by a key that says where it is made, in which trip, and by whom: threads
that must choose together ask with one key and so get one answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .threads import GroupKey
from .tree import Choice, Node, Repeat, Sequence, Step, Together, Wait

Choose = Callable[[tuple[Any, ...], int], int]
"""`choose(key, n)`: one of n ways."""

WIDTH = {None: 0, "run": 1, "track": 2, "block": 3}
"""How many choose together, in order: one thread, a run, a track, the block."""


@dataclass(frozen=True)
class Thread:
    number: int
    run: int
    tracks: Mapping[GroupKey, int]

    def side(self, scope: str, track: Any) -> tuple[Any, ...]:
        """Who waits or chooses with this thread, as part of a key."""
        return {"run": ("run", self.run), "track": ("track", track), "block": ("block",)}.get(
            scope, ("thread", self.number)
        )


@dataclass(frozen=True)
class Place:
    """Where a thread is: the trips of the loops around it, how many make the same way there, and whether leaving a loop
    that is left together is chosen together even where trips and arms on the way are not."""

    trips: tuple[int, ...] = ()
    width: int = 3
    track: Any = None


Event = tuple[int, bool] | Wait
"""A phase's beginning or (True) its end, or a barrier."""


class _Left(Exception):
    def __init__(self, loop: int) -> None:
        self.loop = loop


class Walker:
    """One thread's way through the program. `most`: trips of a loop. `strict`: arms and loops from which a wider loop
    may be left are chosen as widely as that loop."""

    def __init__(self, thread: Thread, choose: Choose, most: int, strict: bool) -> None:
        self.thread, self.choose, self.most, self.strict = thread, choose, most, strict
        self.events: list[Event] = []
        self.widths: dict[int, int] = {}

    def run(self, root: Sequence) -> list[Event]:
        self._sequence(root, Place())
        return self.events

    def _asks(self, key: tuple[Any, ...], ways: int, width: int, place: Place) -> int:
        scope = {number: name for name, number in WIDTH.items()}[width]
        return self.choose((*key, place.trips, self.thread.side(scope or "", place.track)), ways)

    def _sequence(self, items: Sequence, place: Place) -> None:
        for node in items.items:
            if isinstance(node, Step):
                self._step(node, place)
            elif isinstance(node, Repeat):
                self._repeat(node, place)
            elif isinstance(node, Choice):
                self._choice(node, place)
            else:
                self._together(node, place)

    def _step(self, node: Step, place: Place) -> None:
        self.events += [*node.before, (node.enter, False), (node.enter, True)]
        if node.callees:
            outer, lists = self.events, []
            for callee in node.callees:
                self.events = []
                self._sequence(callee, place)
                lists.append(self.events)
            self.events = outer
            self._merge(node, lists, place)
            self.events += [(node.exit, False), (node.exit, True)]
        for loop in node.leaves:
            width = self.widths[loop]
            if width <= place.width and self._asks(("leave", node.exit, loop), 2, width, place):
                raise _Left(loop)
        self.events += node.after

    def _merge(self, node: Step, lists: list[list[Event]], place: Place) -> None:
        width = max([scope_width(wait) for events in lists for wait in events if isinstance(wait, Wait)], default=0)
        turn = 0
        while any(lists):
            open_lists = [events for events in lists if events]
            taken = self._asks(("merge", node.enter, turn), len(open_lists), width, place) if len(open_lists) > 1 else 0
            self.events.append(open_lists[taken].pop(0))
            turn += 1

    def _repeat(self, node: Repeat, place: Place) -> None:
        width = self.widths[node.ident] = self._width(node, place)
        inside = replace(place, width=min(place.width, width) if width else 0)
        trip = 0
        try:
            while (
                node.endless
                or trip < node.at_least
                or (trip < self.most and self._asks(("trip", node.ident, trip), 2, width, place))
            ):
                if trip > self.most:
                    raise TooLong
                self._sequence(node.body, replace(inside, trips=(*place.trips, trip)))
                trip += 1
        except _Left as left:
            if left.loop != node.ident:
                raise

    def _choice(self, node: Choice, place: Place) -> None:
        width = max(self._width(node, place), WIDTH[node.uniform])
        taken = self._asks(("arm", node.ident), len(node.arms) + node.may_skip, width, place)
        if taken < len(node.arms):
            self._sequence(node.arms[taken], replace(place, width=min(place.width, width)))

    def _together(self, node: Together, place: Place) -> None:
        key, _, body = node.tracks[self.thread.tracks[node.tracks[0][0][:2]]]
        self._sequence(body, replace(place, track=key))

    def _width(self, node: Repeat | Choice, place: Place) -> int:
        inside = node.arms if isinstance(node, Choice) else (node.body,)
        steps = [step for items in inside for step in steps_of(items)]
        width = max((scope_width(wait) for step in steps for wait in (*step.before, *step.after)), default=0)
        if self.strict:
            width = max([width, *(self.widths[loop] for step in steps for loop in step.leaves if loop in self.widths)])
        return width


class TooLong(Exception):
    """An endless loop was not left in time."""


def scope_width(wait: Wait) -> int:
    return WIDTH[wait.scope]


def steps_of(items: Sequence) -> Iterator[Step]:
    """Every phase inside, those of calls too."""
    for node in items.items:
        for inner in _inner(node):
            yield from steps_of(inner)
        if isinstance(node, Step):
            yield node


def _inner(node: Node) -> Iterable[Sequence]:
    if isinstance(node, Step):
        return node.callees
    if isinstance(node, Repeat):
        return (node.body,)
    if isinstance(node, Choice):
        return node.arms
    return tuple(body for _, _, body in node.tracks)
