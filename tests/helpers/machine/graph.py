"""Threads run: all that one thread, or two threads of a barrier's scope together, may do next at each point of the
program.

A runner has points; a move from a point to another is an event (a phase by the first thread, the second, or both; or a
barrier that both wait at). Two threads walk the tree together: in a branch that they do not choose together, and in two
tracks, the first runs its arm and then the second its own, which is as good as any order because no barrier of theirs
stands inside. Exits of loops that hold a branch they do not choose together are taken by both or by none: whoever would
go first could as well have run on.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from .threads import GroupKey, Sharing
from .tree import Choice, Node, Program, Repeat, Sequence, Step, Together, Wait

FIRST, SECOND, BOTH = 1, 2, 3

Event = tuple[int, int] | Wait
"""A phase with the threads that run it, or a barrier."""


@dataclass(frozen=True)
class Runner:
    """`moves[point]`: each event possible there and where it leads; `final`: points at which the program may be over;
    `overlaps`: phases of components called in one phase that may run at once."""

    start: int
    moves: list[list[tuple[Event, int]]]
    final: frozenset[int]
    overlaps: frozenset[tuple[int, int]]


class Compiler:
    """Compiles a program for one pair of threads; `single`: for one thread alone."""

    def __init__(self, program: Program, sharing: Sharing, whole: frozenset[GroupKey], single: bool) -> None:
        self.program, self.sharing, self.whole, self.single = program, sharing, whole, single
        self.skips: list[list[int]] = []
        self.moves: list[list[tuple[Event, int]]] = []
        self.overlaps: set[tuple[int, int]] = set()
        self.start = self.end = self.point()

    def whole_program(self) -> Compiler:
        """The kernel, its start an event of its own."""
        begun = self.event(self.start, (len(self.program.names), BOTH))
        self.end = self.sequence(self.program.root, begun, BOTH, {})
        return self

    def runner(self, keep: Callable[[Wait], bool]) -> Runner:
        """The moves with everything silent left out: barriers that `keep` does not want, too."""
        return _Silencer(self, keep).runner()

    def point(self) -> int:
        self.skips.append([])
        self.moves.append([])
        return len(self.skips) - 1

    def event(self, at: int, event: Event) -> int:
        after = self.point()
        self.moves[at].append((event, after))
        return after

    def skip(self, at: int, to: int) -> None:
        self.skips[at].append(to)

    def sequence(self, items: Sequence, at: int, who: int, exits: dict[int, int]) -> int:
        for node in items.items:
            at = self.node(node, at, who, exits)
        return at

    def node(self, node: Node, at: int, who: int, exits: dict[int, int]) -> int:
        if isinstance(node, Step):
            return self.step(node, at, who, exits)
        if isinstance(node, Repeat):
            return self.repeat(node, at, who, exits)
        if isinstance(node, Choice):
            return self.choice(node, at, who, exits)
        return self.together(node, at, who)

    def step(self, node: Step, at: int, who: int, exits: dict[int, int]) -> int:
        at = self.event(self.waits(node.before, at, who), (node.enter, who))
        if node.callees:
            called = (
                self.sequence(node.callees[0], at, who, {}) if len(node.callees) == 1 else self.beside(node, at, who)
            )
            at = self.event(called, (node.exit, who))
        for loop in node.leaves:
            if loop in exits:
                self.skip(at, exits[loop])
        return self.waits(node.after, at, who)

    def waits(self, waits: tuple[Wait, ...], at: int, who: int) -> int:
        for wait in waits:
            if who == BOTH and (self.single or self.sharing.covered_by(wait, self.whole)):
                at = self.event(at, wait)
        return at

    def repeat(self, node: Repeat, at: int, who: int, exits: dict[int, int]) -> int:
        body, out = self.point(), self.point()
        self.skip(at, body)
        end = self.sequence(node.body, body, who, {**exits, node.ident: out})
        self.skip(end, body)
        if not node.endless:
            self.skip(end if node.at_least else body, out)
        return out

    def choice(self, node: Choice, at: int, who: int, exits: dict[int, int]) -> int:
        out = self.point()
        arms = [*node.arms, *([Sequence(())] if node.may_skip else [])]
        for arm in arms:
            self.skip(self.sequence(arm, at, who, exits), out)
        if who == BOTH and not self.single and not self.sharing.choose_together(node.uniform):
            for first, second in itertools.permutations(arms, 2):
                self.apart(first, second, at, out, exits)
        return out

    def apart(self, first: Sequence, second: Sequence, at: int, out: int, exits: dict[int, int]) -> None:
        """The first thread runs the one way, the second the other; both go on to `out`, or both leave the same loop."""
        leaving = {loop: self.point() for loop in exits}
        end = self.sequence(first, at, FIRST, leaving)
        self.skip(self.sequence(second, end, SECOND, {}), out)
        for loop, left in leaving.items():
            if any(left in targets for targets in self.skips):
                self.sequence(second, left, SECOND, {loop: exits[loop]})

    def together(self, node: Together, at: int, who: int) -> int:
        out = self.point()
        for one, other in dict.fromkeys(self.sharing.tracks(node.tracks[0][0][:2], len(node.tracks))):
            if who != BOTH or self.single:
                self.skip(self.sequence(node.tracks[other if who == SECOND else one][2], at, who, {}), out)
            elif one != other:
                end = self.sequence(node.tracks[one][2], at, FIRST, {})
                self.skip(self.sequence(node.tracks[other][2], end, SECOND, {}), out)
            elif not self.sharing.several or node.tracks[one][1] != 1:
                self.skip(self.sequence(node.tracks[one][2], at, BOTH, {}), out)
        return out

    def beside(self, node: Step, at: int, who: int) -> int:
        """Components called in one phase: each at a point of its own, and any of them makes the next move."""
        runners = []
        for callee in node.callees:
            inner = Compiler(self.program, self.sharing, self.whole, self.single)
            inner.overlaps = self.overlaps
            inner.end = inner.sequence(callee, inner.start, who, {})
            runners.append(inner.runner(lambda wait: True))
        out = self.point()
        first = tuple(runner.start for runner in runners)
        points, waiting = {first: at}, [first]
        while waiting:
            here = waiting.pop()
            if all(point in runner.final for point, runner in zip(here, runners, strict=True)):
                self.skip(points[here], out)
            running: list[set[int]] = []
            for number, runner in enumerate(runners):
                running.append(set())
                for event, to in runner.moves[here[number]]:
                    there = (*here[:number], to, *here[number + 1 :])
                    if there not in points:
                        points[there] = self.point()
                        waiting.append(there)
                    self.moves[points[here]].append((event, points[there]))
                    if not isinstance(event, Wait):
                        running[-1].add(event[0])
            for one, other in itertools.permutations(running, 2):
                self.overlaps.update(itertools.product(one, other))
        return out


class _Silencer:
    def __init__(self, compiler: Compiler, keep: Callable[[Wait], bool]) -> None:
        self.compiler, self.keep = compiler, keep

    def heard(self, point: int) -> tuple[dict[tuple[Event, int], None], bool]:
        """The next events that count from a point on, and whether the end comes without one."""
        found: dict[tuple[Event, int], None] = {}
        seen, waiting, final = {point}, [point], False
        while waiting:
            at = waiting.pop()
            final = final or at == self.compiler.end
            silent = list(self.compiler.skips[at])
            for event, to in self.compiler.moves[at]:
                if isinstance(event, Wait) and not self.keep(event):
                    silent.append(to)
                else:
                    found[event, to] = None
            for to in silent:
                if to not in seen:
                    seen.add(to)
                    waiting.append(to)
        return found, final

    def runner(self) -> Runner:
        numbers, waiting, finals = {self.compiler.start: 0}, [self.compiler.start], set()
        moves: list[list[tuple[Event, int]]] = []
        for point in waiting:
            heard, final = self.heard(point)
            if final:
                finals.add(numbers[point])
            here = []
            for event, to in heard:
                if to not in numbers:
                    numbers[to] = len(numbers)
                    waiting.append(to)
                here.append((event, numbers[to]))
            moves.append(here)
        return Runner(0, moves, frozenset(finals), frozenset(self.compiler.overlaps))
