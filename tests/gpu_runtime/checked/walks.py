"""Random ways through a program, as scripts that every thread of a block can follow: phases and barriers, and where
threads part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal, NamedTuple

from warpack.solver.verifier import tree
from warpack.solver.verifier.story import Story

MOST_TRIPS = 12


class Phase(NamedTuple):
    number: int


class Wait(NamedTuple):
    scope: str


class Parted(NamedTuple):
    """Several scripts, each for some of the threads: by their track, their run, or each for itself."""

    by: Literal["track", "run", "thread"]
    threads: tuple[int | None, ...]
    scripts: tuple[tuple[Any, ...], ...]


Script = tuple[Any, ...]


class TooLongError(Exception):
    """No break is taken, however often the loop is gone round."""


@dataclass
class Walker:
    """`random` makes the choices; loops run up to twice, longer where only a break ends them."""

    story: Story
    random: Random
    _before: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    _after: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    _breaks: dict[int, list[tree.Loop]] = field(default_factory=lambda: defaultdict(list))
    _left: tree.Loop | None = None

    def script(self) -> Script:
        for fence in self.story.fences:
            (self._after if fence.after else self._before)[fence.phase].append(fence.scope)
        return tuple(self._sequence(self.story.tree))

    def _sequence(self, sequence: tree.Sequence) -> Iterator[Any]:
        for item in sequence:
            yield from self._item(item)
            if self._left is not None:
                return

    def _item(self, item: tree.Item) -> Iterator[Any]:
        if isinstance(item, tree.Phases):
            for phase in range(item.start, item.end):
                yield from self._phase(phase)
                if self._left is not None:
                    return
        elif isinstance(item, tree.Loop):
            yield from self._loop(item)
        elif isinstance(item, tree.Branch):
            yield from self._branch(item)
        elif isinstance(item, tree.Tracks):
            yield Parted("track", item.threads, tuple(tuple(self._sequence(track)) for track in item.tracks))
        else:
            yield from self._call(item)

    def _phase(self, phase: int) -> Iterator[Any]:
        yield from map(Wait, self._before[phase])
        yield Phase(phase)
        for loop in self._breaks[phase]:
            if self.random.random() < 0.4:
                self._left = loop
                return
        yield from map(Wait, self._after[phase])

    def _loop(self, loop: tree.Loop) -> Iterator[Any]:
        for phase in loop.breaks:
            self._breaks[phase].append(loop)
        trips = MOST_TRIPS if loop.endless else self.random.randint(loop.at_least, 2)
        for _ in range(trips):
            yield from self._sequence(loop.body)
            if self._left is not None:
                break
        if loop.endless and self._left is None:
            raise TooLongError
        if self._left is loop:
            self._left = None
        for phase in loop.breaks:
            self._breaks[phase].remove(loop)

    def _branch(self, branch: tree.Branch) -> Iterator[Any]:
        arms: list[tree.Sequence] = [*branch.arms, *([()] if branch.may_skip else [])]
        held = any(branch.start <= phase < branch.end for phase in (*self._waits, *self._breaks))
        if branch.uniform == "block" or held or self.random.random() < 0.3:
            yield from self._sequence(self.random.choice(arms))
            return
        scripts = tuple(tuple(self._sequence(arm)) for arm in self.random.sample(arms, len(arms)))
        yield Parted("run" if branch.uniform == "run" else "thread", (), scripts)

    @property
    def _waits(self) -> set[int]:
        return {fence.phase for fence in self.story.fences}

    def _call(self, call: tree.Call) -> Iterator[Any]:
        """Components that are called together take turns by chance."""
        yield from self._phase(call.start)
        left = [list(self._sequence(component)) for component in call.components]
        while any(left):
            yield self.random.choice([script for script in left if script]).pop(0)
        yield from self._phase(call.end - 1)


def steps(script: Script) -> int:
    """Phases in all."""
    return sum(sum(map(steps, one.scripts)) if isinstance(one, Parted) else isinstance(one, Phase) for one in script)


def followed(script: Script, thread: int, run: int, threads_in_block: int) -> Iterator[Phase | Wait]:
    """What one thread of the block does."""
    for one in script:
        if not isinstance(one, Parted):
            yield one
            continue
        number = (run if one.by == "run" else thread) % len(one.scripts)
        if one.by == "track":
            rest = threads_in_block - sum(threads or 0 for threads in one.threads)
            end = 0
            for number, threads in enumerate(one.threads):  # noqa: B007  (where it stops is the answer)
                end += rest if threads is None else threads
                if thread < end:
                    break
        yield from followed(one.scripts[number], thread, run, threads_in_block)
