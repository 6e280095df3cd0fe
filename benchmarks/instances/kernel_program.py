"""The program of a generated kernel: nested components, each called once or several times, some of them loops.

Every call is written out in phases, as a code generator inlines it. A component's body is the same in every call: its
own steps, with the calls of its children between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

_NAMES = ("loop", "algorithm", "solver", "linear", "controller", "output", "predictor", "filter")

_SHORTEST, _LONGEST = 30, 160
"""Phases of a whole program."""


@dataclass
class Part:
    """A component. `steps` phases of each call are its own (at least three); `called_after` are the children called
    after a step; `loops`: its body is repeated, so contents can be carried from its last steps to its first. `calls`:
    the phases of its own steps, call by call."""

    path: str
    loops: bool
    steps: int
    children: list[Part] = field(default_factory=list)
    called_after: list[tuple[int, Part]] = field(default_factory=list)
    calls: list[list[int]] = field(default_factory=list)

    def all(self) -> Iterator[Part]:
        yield self
        for child in self.children:
            yield from child.all()

    @property
    def length(self) -> int:
        """Phases of one call, those of its children included."""
        return self.steps + sum(child.length for _, child in self.called_after)


@dataclass
class Program:
    """`length` phases. `loops` are `[start, end)`; `parts` are the components, parents first."""

    length: int
    loops: list[list[int]]
    parts: list[Part]


def write_program(random: Random) -> Program:
    """Five to nine components, up to four deep, and 30 to 160 phases."""
    while True:
        root = _tree(random)
        if _SHORTEST <= root.length <= _LONGEST:
            break
    loops: list[list[int]] = []
    length = _call(root, 0, loops)
    return Program(length, loops, list(root.all()))


def _tree(random: Random) -> Part:
    root = Part("kernel", loops=False, steps=random.randint(4, 8))
    parts = [root]
    for name in _NAMES[: random.randint(4, len(_NAMES))]:
        parent = random.choice([part for part in parts if part.path.count("/") < 3])
        part = Part(f"{parent.path}/{name}", loops=random.random() < 0.4, steps=random.randint(3, 8))
        parent.children.append(part)
        for _ in range(random.choice((1, 1, 2, 3, 4))):
            parent.called_after.append((random.randrange(parent.steps - 1), part))
        parts.append(part)
    return root


def _call(part: Part, start: int, loops: list[list[int]]) -> int:
    """Writes out one call from phase `start` on; the phase after it."""
    own, end = [], start
    for step in range(part.steps):
        own.append(end)
        end += 1
        for after, child in part.called_after:
            if after == step:
                end = _call(child, end, loops)
    part.calls.append(own)
    if part.loops:
        loops.append([start, end])
    return end
