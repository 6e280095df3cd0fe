"""A function as a graph of steps, made once however often it is called: ways, certain writes, loops, parted threads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from numba.core import ir

from warpack.gpu_runtime.trace.positions import Position
from warpack.gpu_runtime.trace.static.effects import Step
from warpack.gpu_runtime.trace.static.evaluate import Evaluated
from warpack.gpu_runtime.trace.static.flow import Loop
from warpack.gpu_runtime.trace.static.source import loop_statement
from warpack.gpu_runtime.trace.static.values import Elements
from warpack.gpu_runtime.trace.static.written import Facts, Written


@dataclass
class Node:
    """A step, or, without one, a place where ways meet. `kills`: what is overwritten here for certain; `known`: what
    was written before it in this trip. `regions` by index. `some_threads`: not all threads come here together."""

    step: Step | None
    regions: tuple[int, ...]
    some_threads: bool = False
    kills: tuple[Elements, ...] = ()
    known: tuple[Elements, ...] = ()
    next: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Region:
    """Steps within which elements stay needed that only all of them together overwrite: a loop, the arms of a branch,
    the function itself. `loop` is the loop's key; `trips` where they are fixed."""

    loop: Any = None
    position: Position | None = None
    trips: int | None = None


@dataclass(kw_only=True)
class Template:
    """`nodes[0]` is where it starts, `end` where it returns; `position` of the function.

    `parted`: of each branch at which threads part, the nodes that only some of them run, and those that only the others
    run. `late`: (node, region): what the region writes as a whole is certainly overwritten at the node. `exits`: what
    is certainly written when it returns.
    """

    nodes: list[Node]
    end: int
    regions: list[Region]
    parted: list[tuple[frozenset[int], frozenset[int]]]
    late: list[tuple[int, int]]
    exits: Facts
    position: Position


class _Builder:
    def __init__(self, evaluated: Evaluated, steps: dict[int, list[Step]], exits: dict[int, Facts]) -> None:
        self.at, self.flow, self.steps = evaluated, evaluated.flow, steps
        self.written = Written(evaluated, steps, exits)
        self.nodes = [Node(None, (0,))]
        self.regions = [Region()]
        self.late: list[tuple[int, int]] = []
        self.heads: dict[int, int] = {}
        self.tails: dict[int, int] = {}
        self.of_block: dict[int, list[int]] = {}

    def build(self) -> Template:
        loops = {header: self._loop_region(loop) for header, loop in self.flow.loops.items()}
        around = {
            label: (0, *(loops[h] for h, loop in self.flow.loops.items() if label in loop.body))
            for label in self.flow.edges
        }
        guards = self._guards(around)
        for label in self.flow.order:
            self._block(label, around[label], guards.get(label))
        self.nodes[0].next.append(self.heads[self.flow.entry])
        end = self._node(None, (0,))
        for label, targets in self.flow.edges.items():
            for target in targets:
                self._edge(label, target, loops, around)
            if isinstance(self.at.code.blocks[label][-1], ir.Return):
                self.nodes[self.tails[label]].next.append(end)
        returns = [
            facts
            for label in self.flow.edges
            if isinstance(self.at.code.blocks[label][-1], ir.Return)
            and (facts := self.written.after(label)) is not None
        ]
        exits = frozenset.intersection(*returns) if returns else frozenset()
        own = frozenset(replace(fact, guard=None) for fact in exits if not self._is_own(fact))
        return Template(
            nodes=self.nodes,
            end=end,
            regions=self.regions,
            parted=list(self._parted()),
            late=self.late,
            exits=own,
            position=self.at.code.start,
        )

    def _is_own(self, fact: Elements) -> bool:
        """Whether it speaks of the trip of a loop of this function, which means nothing outside."""
        return any(isinstance(s.loop, tuple) and s.loop[0] == self.at.key for s, _ in fact.free)

    def _node(self, step: Step | None, regions: tuple[int, ...], **more: Any) -> int:
        self.nodes.append(Node(step, regions, **more))
        return len(self.nodes) - 1

    def _loop_region(self, loop: Loop) -> int:
        code = self.at.code
        ends = [code.position(code.blocks[latch][-1]) for latch in loop.latches]
        head = self.written.head(loop)
        places = [code.position(_first_real(code.blocks[head])), *ends]
        counted = self.written.counted(loop)
        leaving = {label for label in loop.body for target in self.flow.edges[label] if target not in loop.body}
        trips = counted.trips if counted and leaving <= {head} else None  # none where it may be left early
        self.regions.append(Region(self.written.key(loop), loop_statement(places), trips))
        return len(self.regions) - 1

    def _guards(self, around: dict[int, tuple[int, ...]]) -> dict[int, int]:
        """By block at which ways meet behind a guard that adds certain writes: the region of the guard's arms."""
        found = {}
        for join in self.flow.edges:
            if not self.written.by_guards(join):
                continue
            self.regions.append(Region())
            found[join] = len(self.regions) - 1
            for label in self.at.parting:
                if self.flow.join_of(label) == join:
                    for inside in self.flow.region(label):
                        around[inside] = (*around[inside], found[join])
        return found

    def _block(self, label: int, regions: tuple[int, ...], guard: int | None) -> None:
        current = self.heads[label] = self._node(None, regions)
        self.of_block[label] = [current]
        if guard is not None:
            killed = self.written.by_guards(label)
            current = self._then(current, self._node(None, regions, kills=_settled(killed)), label)
            self.late.append((current, guard))
        some = bool(self.written.depends[label])
        known = {fact for fact in self.written.before[label] or () if _in_a_trip(fact)}
        for step in self.steps[label]:
            facts = tuple(self.written.of_step(label, step))
            kills = _settled(facts) if step.call is None else ()
            seen = tuple(known) if step.reads or step.call else ()
            node = self._node(step, regions, some_threads=some, kills=kills, known=seen)
            current = self._then(current, node, label)
            known.update(fact for fact in facts if _in_a_trip(fact))
        self.tails[label] = current

    def _then(self, current: int, node: int, label: int) -> int:
        self.nodes[current].next.append(node)
        self.of_block[label].append(node)
        return node

    def _edge(self, label: int, target: int, loops: dict[int, int], around: dict[int, tuple[int, ...]]) -> None:
        loop = self.flow.loops.get(label)
        if loop and target not in loop.body and self.written.runs_out(loop) == target:
            before = self.written.before[label] or frozenset()
            if kills := _settled(self.written.by_loop(loop) - before):
                node = self._node(None, tuple(r for r in around[label] if r != loops[label]), kills=kills)
                self.late.append((node, loops[label]))
                self.nodes[self.tails[label]].next.append(node)
                self.nodes[node].next.append(self.heads[target])
                return
        self.nodes[self.tails[label]].next.append(self.heads[target])

    def _parted(self) -> Iterable[tuple[frozenset[int], frozenset[int]]]:
        for label in self.at.parting:
            join = self.flow.join_of(label)
            arms = [self.flow.arm(target, join) for target in self.flow.edges[label]]
            if len(arms) == 2 and arms[0] - arms[1] and arms[1] - arms[0]:
                yield self._nodes_of(arms[0] - arms[1]), self._nodes_of(arms[1] - arms[0])

    def _nodes_of(self, labels: Iterable[int]) -> frozenset[int]:
        return frozenset(node for label in labels for node in self.of_block[label])


def build(evaluated: Evaluated, steps: dict[int, list[Step]], exits: dict[int, Facts]) -> Template:
    return _Builder(evaluated, steps, exits).build()


def _settled(facts: Iterable[Elements]) -> tuple[Elements, ...]:
    """Those of which it is known which elements they are, once the threads are."""
    return tuple(fact for fact in facts if all(symbol.threads and symbol.loop is None for symbol, _ in fact.free))


def _in_a_trip(fact: Elements) -> bool:
    """Whether no kill can stand for it: it speaks of one trip, or of the threads that run it."""
    return bool(fact.free) and not (fact.by_all and all(s.threads and s.loop is None for s, _ in fact.free))


def _first_real(statements: list[Any]) -> Any:
    """The first statement that is not numba's own."""
    real = [
        s for s in statements if not (isinstance(s, ir.Assign) and isinstance(s.value, ir.Expr) and s.value.op == "phi")
    ]
    return real[0] if real else statements[0]
