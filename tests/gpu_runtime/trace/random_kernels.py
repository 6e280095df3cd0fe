"""Random small kernels whose lifetimes are known: every statement touches whole arrays, each thread its own element or
its opposite's.

A kernel is a list of statements: a write, a read, an update, a barrier, a loop of a given number of trips, a branch.
Each is one line, so that a place is a line and, in it, first what is read and then what is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from random import Random

ARRAYS = 5
THREADS = 8
Place = tuple[int, str]
"""A line and 'read', 'write' or 'wait'."""


@dataclass
class Statement:
    """`kind`: 'write', 'read', 'update', 'wait', 'loop' or 'branch'. Of a branch the body is what `flag` lets run."""

    kind: str
    array: int = 0
    body: list[Statement] = field(default_factory=list)
    line: int = 0


@dataclass
class Kernel:
    name: str
    body: list[Statement]
    lines: list[str] = field(default_factory=list)


def random_kernels(seed: int, count: int) -> tuple[list[Kernel], str]:
    """Kernels, and the text of a script with them. `TRIPS` and `FLAG` are the trips of its loops and whether branches
    are taken."""
    random = Random(seed)
    text = ["import numpy as np", "from numba import cuda, float32", ""]
    kernels = []
    for number in range(count):
        kernel = Kernel(f"kernel_{number}", _statements(random, 2, random.randint(4, 9)))
        text += ["", "@cuda.jit", f"def {kernel.name}(result, trips, flag):"]
        text += [f"    a{array} = cuda.shared.array({THREADS}, float32)" for array in range(ARRAYS)]
        text += ["    t, x = cuda.threadIdx.x, float32(1)"]
        _write(kernel.body, text, 4)
        text += ["    result[t] = x", ""]
        kernels.append(kernel)
    text += ["", "result = np.zeros(8, np.float32)"]
    text += [f"{kernel.name}[1, {THREADS}](result, TRIPS, FLAG)" for kernel in kernels]
    return kernels, "\n".join(text) + "\n"


def together(kernel: Kernel, trips: int, flag: bool) -> set[frozenset[str]]:
    """The pairs of arrays that are needed at one place, by the plain definition: at every moment from a write to the
    last read before the next write."""
    moments = list(_run(kernel.body, trips, flag))
    live: dict[Place, set[int]] = {place: set() for place, _ in moments}
    for array in range(ARRAYS):
        since = -1
        wanted: set[int] = set()
        for now, (place, touched) in enumerate(moments):
            if touched != array:
                continue
            if place[1] == "read":
                wanted |= set(range(max(since, 0), now + 1))
            else:
                since = now
                wanted.add(now)
        for now in wanted:
            live[moments[now][0]].add(array)
    return {frozenset((f"a{one}", f"a{other}")) for found in live.values() for one, other in combinations(found, 2)}


def _run(body: list[Statement], trips: int, flag: bool) -> Iterator[tuple[Place, int | None]]:
    for one in body:
        match one.kind:
            case "loop":
                for _ in range(trips):
                    yield from _run(one.body, trips, flag)
            case "branch":
                if flag:
                    yield from _run(one.body, trips, flag)
            case "wait":
                yield (one.line, "wait"), None
            case _:
                if one.kind in ("read", "update"):
                    yield (one.line, "read"), one.array
                if one.kind in ("write", "update"):
                    yield (one.line, "write"), one.array


def _statements(random: Random, depth: int, count: int) -> list[Statement]:
    found = []
    for _ in range(count):
        kind = random.choice(["write", "write", "read", "read", "update", "wait", "loop", "branch"])
        if kind in ("loop", "branch"):
            if depth:
                found.append(Statement(kind, body=_statements(random, depth - 1, random.randint(2, 4))))
            continue
        found.append(Statement(kind, random.randrange(ARRAYS)))
    return found or [Statement("wait")]


def _write(body: list[Statement], text: list[str], indent: int) -> None:
    for one in body:
        one.line = len(text) + 1
        line = {
            "write": f"a{one.array}[t] = x",
            "read": f"x += a{one.array}[t]",
            "update": f"a{one.array}[t] += x",
            "wait": "cuda.syncthreads()",
            "loop": f"for _ in range(trips):  # {one.line}",
            "branch": "if flag:",
        }[one.kind]
        text.append(" " * indent + line)
        _write(one.body, text, indent + 4)
