"""Random timelines: phases with and without names, nested loops, barriers, components with timelines of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any


def chance(random: Random, probability: float) -> bool:
    """True with this probability. The simplest choices of hypothesis (zeros) say False: documents shrink to few
    features."""
    return random.random() >= 1 - probability


@dataclass
class Clock:
    """A timeline that lifetimes can count in, and the components whose buffers count in it. `active`: components whose
    intervals must start in the phases given."""

    length: int
    names: list[str] | None
    loops: list[tuple[int, int]]
    components: list[str] = field(default_factory=list)
    active: dict[str, tuple[int, int]] = field(default_factory=dict)


def random_clocks(random: Random) -> tuple[list[Clock], list[dict[str, Any]], dict[str, Any] | None]:
    """The clocks (the root's first), the components of the document, and its timeline (None: one phase)."""
    if chance(random, 0.05):
        root, timeline = Clock(1, None, []), None
    else:
        root, timeline = _clock(random, longest=9)
    root.components.append("")
    clocks, components = [root], []
    for path in ("loop", "loop/step", "tail")[: random.randint(0, 3)]:
        component: dict[str, Any] = {"path": path}
        parent = next(clock for clock in clocks if path.rpartition("/")[0] in clock.components)
        if timeline is not None and chance(random, 0.3):
            own, component["timeline"] = _clock(random, longest=4)
            calls = random.sample(range(parent.length), min(parent.length, random.randint(1, 2)))
            component["called_in"] = [_phase(random, parent, phase) for phase in sorted(calls)]
            own.components.append(path)
            clocks.append(own)
        else:
            parent.components.append(path)
            if chance(random, 0.2):
                start = random.randrange(parent.length)
                end = random.randint(start + 1, parent.length)
                component["active"] = [[start, end]]
                parent.active[path] = (start, end)
        components.append(component)
    return clocks, components, timeline


def _clock(random: Random, longest: int) -> tuple[Clock, dict[str, Any]]:
    length = random.randint(1, longest)
    names = [f"p{index}" for index in range(length)] if chance(random, 0.5) else None
    loops: list[tuple[int, int]] = []
    if chance(random, 0.6):
        start = random.randrange(length)
        end = random.randint(start + 1, length)
        loops.append((start, end))
        if end - start > 2 and chance(random, 0.4):
            inner = random.randrange(start, end - 1)
            loops.append((inner, random.randint(inner + 1, end - (inner == start))))
    clock = Clock(length, names, loops)
    document: dict[str, Any] = {"phases": names} if names else {"length": length}
    if loops:
        document["loops"] = [list(loop) for loop in loops]
    if chance(random, 0.15):
        document["barriers"] = "every"
    elif chance(random, 0.6):
        before = random.sample(range(length), random.randint(0, length))
        document["barriers"] = [
            {"before": _phase(random, clock, phase), "scope": random.choice(["block", "run"])}
            for phase in sorted(before)
        ]
    return clock, document


def _phase(random: Random, clock: Clock, phase: int) -> int | str:
    """A phase as its index or, where it has one, by its name."""
    return clock.names[phase] if clock.names and chance(random, 0.5) else phase
