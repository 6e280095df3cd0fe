"""The constants by which a kernel names its phases."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from warpack.solver.verifier import tree


def phase_constants(names: Sequence[str], enters: Collection[int] = ()) -> Iterator[tuple[str, int]]:
    """`PHASE_` names of phases, and of the first phase of each call of a component. A name that two phases would have
    is given to neither: such a phase is `PHASE_` and its number. `enters`: the phases that come before a call, and are
    not of it."""
    wanted: dict[str, list[int]] = {}
    previous: list[str] = []
    for number, name in enumerate(names):
        path = name.split("/")
        outside = len(path) - 2 if number in enters else len(path) - 1
        for depth in range(1, len(path) + 1):
            if depth == len(path) or (depth <= outside and path[:depth] != previous[:depth]):
                wanted.setdefault(_identifier(path[:depth]), []).append(number)
        previous = path[:outside] if number in enters else path
    taken = {name: numbers[0] for name, numbers in wanted.items() if len(numbers) == 1}
    named = set()
    for name, number in sorted(taken.items(), key=lambda item: item[1]):
        named.add(number)
        yield f"PHASE_{name}", number
    for number in range(len(names)):
        if number not in named and str(number) not in taken:
            yield f"PHASE_{number}", number


def call_constants(names: Sequence[str], calls: Sequence[tree.Call]) -> Iterator[tuple[str, int]]:
    """`CALL_` names, made of the calling phase and the component: the first of the component's phases in that call. A
    name that two would have is given to neither."""
    wanted: dict[str, list[int]] = {}
    for call in calls:
        caller = names[call.start].split("/")[:-1]
        for path, (start, _) in zip(call.paths, call.component_spans, strict=True):
            wanted.setdefault(_identifier([*caller, path.rpartition("/")[2]]), []).append(start)
    for name, numbers in sorted(wanted.items(), key=lambda item: item[1]):
        if len(numbers) == 1:
            yield f"CALL_{name}", numbers[0]


def _identifier(path: Sequence[str]) -> str:
    return re.sub(r"\W", "_", "_".join(path), flags=re.ASCII)
