"""The plan of a probe: pure Python, from the manifest's story, the layout's places and the emitter's list of getters.

Every back end runs the same plan. It is data: integers in lists, which a child process or a GPU worker can be handed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gpu_runtime.emitters import Getter, getters
from gpu_runtime.probe.calls import Calls
from gpu_runtime.probe.cells import Cell, cells_of
from gpu_runtime.probe.edges import Edges, edges_of
from gpu_runtime.probe.groups import Group, lingering_groups, plain_groups
from gpu_runtime.probe.primes import distinct_multipliers, prime_above
from gpu_runtime.probe.rows import Op
from gpu_runtime.probe.script import Script, ScriptWriter, uncovered
from gpu_runtime.probe.shape import Shape, shape_of
from gpu_runtime.probe.takeovers import Takeovers
from gpu_runtime.probe.trace import Step, trace
from gpu_runtime.probe.writing import RowWriter
from solver.verifier.story import Story, derive
from solver.wire.layout import Layout
from solver.wire.manifest import Manifest

_LEAST_PRIME = 4093


@dataclass(frozen=True)
class Plan:
    """Everything that a back end needs to run the probe, and everything to judge by what it did."""

    story: Story
    cells: tuple[Cell, ...]
    edges: Edges
    steps: tuple[Step, ...]
    scripts: tuple[Script, ...]
    calls: Calls
    shape: Shape
    prime: int
    multipliers: tuple[int, ...]
    uncovered: tuple[int, ...]

    @property
    def edges_covered(self) -> int:
        return self.edges.count - sum(mask.bit_count() for mask in self.uncovered) // 2

    @property
    def words_per_pass(self) -> tuple[int, ...]:
        """By script: elements that one pass reads back and compares, over all blocks and runs."""
        runs = sum(self.shape.active)
        blocks = len(self.shape.active)
        return tuple(
            sum(
                row.count * (blocks if self.cells[row.cell].region == "block" else runs)
                for rows in script.steps
                for row in rows
                if row.op == Op.CHECK
            )
            for script in self.scripts
        )

    def barrier_codes(self) -> list[int]:
        """By step: 0 none, 1 a run's threads wait, 2 the block's do, 3 the probe's own barrier before the closing check."""
        codes = []
        for step in self.steps:
            scopes = self.story.barriers.get(step.phase, frozenset())
            codes.append(2 if "block" in scopes else 1 if scopes else 0)
        return [*codes, 3]


def plan_probe(manifest: Manifest, layout: Layout) -> Plan:
    """Raises EmitError where the layout cannot be emitted, ProbeTooLargeError where it cannot be probed, ValueError where
    it is infeasible."""
    if layout.launch is None:
        raise ValueError("the layout is infeasible: there is nothing to probe")
    story = derive(manifest)
    cells = cells_of(manifest, layout, story)
    found = getters(layout, manifest)
    calls = Calls.of(found, found)
    takeovers = Takeovers(story, cells)
    steps = trace(story.length, story.loops, _marks(story, cells, takeovers))
    edges = edges_of(story, cells)
    writer = RowWriter(found, calls.refs, {name: number for number, name in enumerate(calls.elements)})

    def script(group: Group) -> Script:
        return ScriptWriter(story, cells, group, writer, takeovers).write(steps)

    scripts = [script(group) for group in plain_groups(cells, edges) or (Group(0, lingering=False),)]
    left = uncovered(edges.conflicts, scripts)
    scripts += [script(group) for group in lingering_groups(cells, left)]
    shape = shape_of(
        layout.launch,
        manifest.launch.threads_per_run,
        all_lanes=any(cell.zero != "none" and cell.region == "run" for cell in cells),
        helpers=_helpers(cells, found),
    )
    largest = max([_LEAST_PRIME, *(cell.count for cell in cells), *(script.tokens for script in scripts)])
    prime = prime_above(largest + (len(shape.slots) + 1) * len(shape.active))
    return Plan(
        story, cells, edges, steps, tuple(scripts), calls, shape, prime,
        tuple(distinct_multipliers((len(shape.slots) + 1) * len(shape.active), prime)), uncovered(edges.conflicts, scripts),
    )  # fmt: skip


def _marks(story: Story, cells: tuple[Cell, ...], takeovers: Takeovers) -> set[int]:
    """The phases in which something happens: contents begin, a barrier stands, an in-place pair takes over."""
    begins = {segment.start for cell in cells for segment in cell.piece.segments}
    return begins | set(story.barriers) | takeovers.phases


def _helpers(cells: tuple[Cell, ...], found: Mapping[str, Getter]) -> int:
    """What threads that do not work are needed for: see `Shape.helpers`."""
    if any(cell.zero == "interval" and cell.region == "block" for cell in cells):
        return 2
    return int(any(getter.at_entry and getter.region == "block" for getter in found.values()))
