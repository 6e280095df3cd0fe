"""The plan of a probe: pure Python, from the manifest's story, the layout's places and the emitter's list of getters.

Every back end runs the same plan. It is data: lists of integers, which can be sent to a child process or a GPU worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from warpack.gpu_runtime.emitters import Getter, getters
from warpack.gpu_runtime.probe.kernel.getter_calls import Calls
from warpack.gpu_runtime.probe.kernel.instructions import Op, Row, Sharing
from warpack.gpu_runtime.probe.kernel.primes import distinct_multipliers, prime_above
from warpack.gpu_runtime.probe.plan.cell_groups import Group, lingering_groups, plain_groups
from warpack.gpu_runtime.probe.plan.cells import Cell, cells_of
from warpack.gpu_runtime.probe.plan.conflict_edges import Edges, edges_of
from warpack.gpu_runtime.probe.plan.in_place_takeovers import Takeovers
from warpack.gpu_runtime.probe.plan.launch_shape import Shape, shape_of
from warpack.gpu_runtime.probe.plan.memory_windows import Windows
from warpack.gpu_runtime.probe.plan.row_writer import RowWriter
from warpack.gpu_runtime.probe.plan.script import Script, ScriptWriter, uncovered
from warpack.gpu_runtime.probe.plan.uses_by_phase import UsesByPhase
from warpack.gpu_runtime.probe.ways.covering_ways import Ways, ways_of
from warpack.gpu_runtime.probe.ways.program_outline import Outline, ProbeTooLargeError, Step
from warpack.gpu_runtime.probe.ways.thread_teams import Teams
from warpack.gpu_runtime.probe.ways.trace import straight
from warpack.solver.verifier.story import Story, derive
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import Manifest

_LEAST_PRIME = 4093


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that a back end needs to run the probe, and everything needed to check what it did. `ways` are those
    of the program; where some script lingers, one more follows that has all phases in order. `met`: how many conflict
    edges some way of the program covers."""

    story: Story
    cells: tuple[Cell, ...]
    edges: Edges
    windows: Windows
    teams: Teams
    ways: tuple[tuple[Step, ...], ...]
    choices: Ways
    scripts: tuple[Script, ...]
    getters: Mapping[str, Getter]
    calls: Calls
    shape: Shape
    prime: int
    multipliers: tuple[int, ...]
    met: int
    uncovered: tuple[int, ...]

    @property
    def edges_covered(self) -> int:
        return self.edges.count - _pairs(self.uncovered)

    @property
    def words_per_pass(self) -> tuple[int, ...]:
        """By script: elements that one pass reads back and compares, over all blocks and runs."""
        return tuple(
            sum(row.count * self.copies(row) for rows in script.steps for row in rows if row.op == Op.CHECK)
            for script in self.scripts
        )

    def copies(self, row: Row) -> int:
        """How many copies of a row's elements its team has, over all blocks."""
        if row.sharing == Sharing.BLOCK:
            return len(self.shape.active)
        return sum(self.shape.active_runs(self.teams, row.team))


MOST_CALLS = 16384
"""Every thread notes where each getter's view is: 256 KB of the 512 KB that its local memory may have."""


def plan_probe(manifest: Manifest, layout: Layout) -> Plan:
    """Raises EmitError where the layout cannot be emitted, ProbeTooLargeError where it cannot be probed, ValueError
    where it is infeasible."""
    if layout.launch is None:
        raise ValueError("the layout is infeasible: there is nothing to probe")
    manifest = sized_for(manifest, layout)
    story = derive(manifest)
    cells = cells_of(manifest, layout, story)
    found = getters(layout, manifest)
    calls = Calls.of(found.values())
    if len(calls.names) > MOST_CALLS:
        raise ProbeTooLargeError(
            f"{len(calls.names)} getters, each slot of a ring counted, of which at most {MOST_CALLS} can be probed"
        )
    windows = Windows.of(layout.launch)
    takeovers = Takeovers(story, cells, windows.overlap)
    uses = UsesByPhase(cells)
    teams = Teams(layout.launch.threads_per_block, manifest.launch.threads_per_run)
    outline = Outline.of(story.tree, story.fences, {*uses.marks(), *takeovers.phases})
    choices = ways_of(outline, teams)
    ways = list(choices.steps)
    edges = edges_of(story, cells, windows)
    numbers = {name: number for number, name in enumerate(calls.elements)}
    writer = RowWriter(found, calls.refs, numbers, takeovers.leaders())

    def script(group: Group, way: int) -> Script:
        return ScriptWriter(cells, uses, teams, group, writer, takeovers).write(way, ways[way])

    groups = plain_groups(cells, edges) or (Group(0, lingering=False),)
    scripts = [script(group, way) for way in range(len(ways)) for group in groups]
    left = uncovered(edges.conflicts, scripts)
    lingering = lingering_groups(cells, left, windows.overlap)
    if lingering:
        ways.append(straight(outline, story.length))
        scripts += [script(group, len(ways) - 1) for group in lingering]
    of_block = [cell for cell in cells if cell.region == "block"]
    shape = shape_of(
        layout.launch,
        teams,
        all_lanes=any(cell.zero != "none" and cell.region == "run" for cell in cells),
        helpers=_helpers(cells, found),
        under={run for cell in of_block for run in windows.under(cell)},
        block_end_bytes=max((cell.end_bytes for cell in of_block), default=0),
    )
    copies = (len(shape.slots) + 1) * len(shape.active)
    largest = max([_LEAST_PRIME, *(cell.count for cell in cells), *(script.tokens for script in scripts)])
    prime = prime_above(largest + copies)
    return Plan(
        story=story,
        cells=cells,
        edges=edges,
        windows=windows,
        teams=teams,
        ways=tuple(ways),
        choices=choices,
        scripts=tuple(scripts),
        getters=found,
        calls=calls,
        shape=shape,
        prime=prime,
        multipliers=tuple(distinct_multipliers(copies, prime)),
        met=edges.count - _pairs(left),
        uncovered=uncovered(edges.conflicts, scripts),
    )


def _pairs(graph: tuple[int, ...]) -> int:
    return sum(mask.bit_count() for mask in graph) // 2


def _helpers(cells: tuple[Cell, ...], found: Mapping[str, Getter]) -> int:
    """What the threads that do not work are needed for: see `Shape.helpers`."""
    if any(cell.zero == "interval" and cell.region == "block" for cell in cells):
        return 2
    return int(any(getter.at_entry and getter.region == "block" for getter in found.values()))
