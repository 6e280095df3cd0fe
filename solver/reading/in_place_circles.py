"""In-place steps of one phase that form a cycle: each would have to be computed before the next."""

from __future__ import annotations

from typing import NamedTuple

from warpack.solver.reading.collector import Collector

NAMES_SHOWN = 8

_Node = tuple[str, str]
"""What is read or written: `"read"` or `"write"`, and the full name of a buffer or part."""


class Step(NamedTuple):
    """`at`: the pointer of the pair."""

    read: str
    write: str
    at: str


def check_circles(collector: Collector, steps: list[Step]) -> None:
    """A problem for each cycle among the steps of one phase. One step reads what another writes if both name the same
    buffer or part, or one names a part of the other."""
    follows: dict[_Node, set[_Node]] = {}
    parts: dict[str, list[str]] = {}
    reads = dict.fromkeys(step.read for step in steps)
    for name in reads:
        whole, mark, _ = name.partition("#")
        if mark:
            parts.setdefault(whole, []).append(name)
    for step in steps:
        follows.setdefault(("read", step.read), set()).add(("write", step.write))
    for name in {step.write for step in steps}:
        found = [name, *parts.get(name, ()), *([name.partition("#")[0]] if "#" in name else [])]
        follows[("write", name)] = {("read", one) for one in found if one in reads}
    order = {name: number for number, name in enumerate(reads)}
    at = {(step.read, step.write): step.at for step in steps}
    for circle in _circles(follows):
        names = [name for kind, name in circle if kind == "read"]
        first = min(range(len(names)), key=lambda number: order[names[number]])
        turned = names[first:] + names[:first]
        write = next(name for kind, name in circle[circle.index(("read", turned[0])) + 1 :] + circle if kind == "write")
        message = (
            f"In one phase these are computed in place of each other in a circle: {_trail(turned)}. Each would have to "
            "be written before the next is read: leave one step out, or name one more phase."
        )
        collector.error("in-place-circle", at[turned[0], write], message, *turned)


def _trail(names: list[str]) -> str:
    shown = names if len(names) <= NAMES_SHOWN else [*names[:NAMES_SHOWN], "…"]
    return " → ".join([*shown, names[0]])


def _circles(follows: dict[_Node, set[_Node]]) -> list[list[_Node]]:
    """Cycles, no two of which share a step: depth first, without recursion."""
    found: list[list[_Node]] = []
    done: set[_Node] = set()
    for root in follows:
        way: list[_Node] = []
        place: dict[_Node, int] = {}
        ahead = [iter((root,))]
        while ahead:
            node = next(ahead[-1], None)
            if node is None:
                ahead.pop()
                if way:
                    place.pop(way[-1])
                    done.add(way.pop())
            elif node in place:
                found.append(way[place[node] :])
            elif node not in done:
                place[node] = len(way)
                way.append(node)
                ahead.append(iter(sorted(follows.get(node, ()))))
    return found
