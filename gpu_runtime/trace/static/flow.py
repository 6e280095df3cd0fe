"""The ways through a function: its blocks that can run, their loops, and what depends on which branch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numba.core import controlflow

_CFGraph: Any = controlflow.CFGraph


@dataclass(frozen=True)
class Loop:
    header: int
    body: frozenset[int]
    latches: tuple[int, ...]


class Flow:
    """`edges`: label to the labels that may run next. Labels that nothing reaches are not in it."""

    def __init__(self, entry: int, edges: Mapping[int, tuple[int, ...]]) -> None:
        self.entry, self.edges = entry, edges
        graph = _CFGraph()
        for label in edges:
            graph.add_node(label)
        for label, targets in edges.items():
            for target in targets:
                graph.add_edge(label, target)
        graph.set_entry_point(entry)
        graph.process()
        self._graph = graph
        self.order: list[int] = list(graph.topo_order())
        self.before: dict[int, list[int]] = {label: [] for label in edges}
        for label, targets in edges.items():
            for target in targets:
                self.before[target].append(label)

    @cached_property
    def loops(self) -> dict[int, Loop]:
        """By header. Bodies of loops with one header are one loop."""
        bodies: dict[int, set[int]] = {}
        for loop in self._graph.loops().values():
            bodies.setdefault(loop.header, set()).update(loop.body)
        return {
            header: Loop(header, frozenset(body), tuple(label for label in self.before[header] if label in body))
            for header, body in bodies.items()
        }

    @cached_property
    def _dominators(self) -> dict[int, set[int]]:
        return dict(self._graph.dominators())

    def dominates(self, label: int, other: int) -> bool:
        return label in self._dominators[other]

    def innermost(self, label: int) -> Loop | None:
        around = [loop for loop in self.loops.values() if label in loop.body]
        return min(around, key=lambda loop: len(loop.body)) if around else None

    @cached_property
    def _post_dominators(self) -> dict[int, set[int]]:
        return dict(self._graph.post_dominators())

    def join_of(self, branch: int) -> int | None:
        """Where all ways from this block meet again, or None where they only end."""
        behind = self._post_dominators.get(branch, set()) - {branch}
        return max(behind, key=lambda label: len(self._post_dominators[label] & behind), default=None)

    def arm(self, start: int, join: int | None) -> frozenset[int]:
        """All blocks that a way from `start` meets before `join`."""
        found: set[int] = set()
        waiting = [start]
        while waiting:
            label = waiting.pop()
            if label != join and label not in found:
                found.add(label)
                waiting.extend(self.edges[label])
        return frozenset(found)

    def region(self, branch: int) -> frozenset[int]:
        """All blocks whose running, or number of runs, depends on what this block decides."""
        join = self.join_of(branch)
        return frozenset().union(*(self.arm(target, join) for target in self.edges[branch]))
