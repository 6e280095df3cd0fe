"""The tables as source text: those that the device side reads, and those that sentences are made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from warpack.gpu_runtime.checked.names import call_constants, phase_constants
from warpack.gpu_runtime.checked.tables import Piece
from warpack.gpu_runtime.checked.ways import Ways
from warpack.gpu_runtime.emitters.names import zero_name
from warpack.gpu_runtime.emitters.plan import AllocatorPlan
from warpack.solver.verifier.story import Story
from warpack.solver.wire.layout import LaunchFigures, Layout

MOST_BARRIERS = 1000
"""The most pairs of pieces for which the table names the barrier that orders their hand-over."""


def constant_bytes(pieces: Sequence[Piece], ways: Ways) -> int:
    """The constant memory that the device side needs: eight bytes per number."""
    stretches = sum(len(piece.stretches) for piece in pieces)
    spans = 2 * len(ways.alone) + 3 * len(ways.beside)
    return 8 * (12 * len(pieces) + 3 * stretches + 4 * len(ways.nodes) + len(ways.edges) + spans)


def device_tables(
    plan: AllocatorPlan, story: Story, ways: Ways, pieces: Sequence[Piece], *, together: bool
) -> Iterator[str]:
    """Constants of phases, and the arrays."""
    yield "\n\n# The checks: phases, pieces of memory, and when each has contents."
    yield "import numpy as _checked_numpy\n"
    for name, number in phase_constants(story.phase_names, ways.enters):
        yield f"{name} = {number}"
    for name, number in call_constants(story.phase_names, ways.calls):
        yield f"{name} = {number}"
    yield f"_CHECKED_TOGETHER = {together}  # several threads share a buffer: the checks wait for all of the block"
    whole = any(slot.region == "block" and slot.zero and slot.count for slot in plan.slots)
    yield f"_CHECKED_WHOLE_BLOCK = {whole}  # buffers of the block are zeroed: by exactly THREADS_PER_BLOCK threads in allocators.py"
    yield f"_CHECKED_APART = {bool(ways.alone)}  # but not in phases that they run apart from one another"
    stretches: list[tuple[int, ...]] = []
    rows = []
    for piece in pieces:
        poison, first = piece.poison, len(stretches)
        stretches += piece.stretches
        rows.append(
            (
                *(piece.start_bytes, piece.size_bytes, int(piece.of_block)),
                *(poison.width, poison.pattern, poison.mask, poison.tag, poison.quiet),
                *(first, len(stretches), int(piece.shared), piece.loose),
            )
        )
    yield "# first byte, bytes, of the block, bytes of a unit of its poison, the poison, its mask and tag, a NaN's quiet bit,"
    yield "# stretches from, to, shared by threads, loose (2: and some of them may be ahead)"
    yield _array("_CHECKED_PIECES", rows, 12)
    yield "# phases [start, end), and what is there: 0 contents, 1 new ones from its first phase on, 2 perhaps some"
    yield _array("_CHECKED_STRETCHES", stretches, 3)
    yield "# the ways: stretches of phases [start, end), and which of them follow: edges from, to"
    yield _array("_CHECKED_NODES", ways.nodes, 4)
    yield _array("_CHECKED_EDGES", [(node,) for node in ways.edges], 1)
    yield f"_CHECKED_WORDS = {len(ways.nodes) // 32 + 1}"
    yield "# where threads of a block are in different phases; components that are called together: call, start, end"
    yield _array("_CHECKED_ALONE", ways.alone, 2)
    yield _array("_CHECKED_BESIDE", ways.beside, 3)
    yield f"_CHECKED_TRACKS = {_lines(map(repr, ways.tracks))}"


def host_tables(
    layout: Layout, launch: LaunchFigures, story: Story, plan: AllocatorPlan, pieces: Sequence[Piece], guards: int
) -> Iterator[str]:
    """Names and phases for sentences, and the bytes of the real layout."""
    yield f"PHASES = {_lines(map(repr, story.phase_names))}"
    yield f"_CHECKED_NAMES = {_lines(repr(piece.name) for piece in pieces)}"
    yield f"_CHECKED_LIVES = {_lines(repr(piece.live) for piece in pieces)}"
    yield f"_CHECKED_ACCESSES = {_lines(repr(piece.accesses) for piece in pieces)}"
    yield f"_CHECKED_DROPPED = {_lines(str(number) for number, piece in enumerate(pieces) if piece.dropped)}"
    yield f"_CHECKED_SLOTS = {_lines(repr(tuple(piece.slots)) for piece in pieces)}"
    yield f"_CHECKED_GUARDS = {guards}  # from this number on: bytes that belong to nobody"
    yield f"_CHECKED_REAL_STARTS = {_lines(str(piece.real_bytes) for piece in pieces)}"
    yield f"_CHECKED_REAL_WINDOWS = {launch.block_region_bytes + launch.region_gap_bytes}"
    yield f"_CHECKED_REAL_STRIDE = {launch.stride_bytes}"
    permitted, in_place = _agreed(story, pieces[:guards])
    yield f"_CHECKED_PERMITTED = {_dictionary((pair, True) for pair in permitted)}"
    yield f"_CHECKED_IN_PLACE = {_dictionary(in_place.items())}"
    yield f"_CHECKED_BARRIERS = {_dictionary(_barriers(layout, pieces).items())}"
    yield f"_CHECKED_WINDOWS = {len(plan.run_elements)}  # so many arrays of a thread's memory are windows of its run"
    getters = [slot.identifier for slot in plan.slots if slot.region == "block" and slot.count]
    yield f"_CHECKED_BLOCK_GETTERS = {_lines(map(repr, getters))}"
    zeros = [zero_name(slot.identifier) for slot in plan.slots if slot.region in ("run", "block") and slot.zero]
    yield f"_CHECKED_ZERO_FUNCTIONS = {_lines(map(repr, zeros))}"


_Pairs = dict[tuple[int, int], list[tuple[int, int]]]


def _agreed(story: Story, pieces: Sequence[Piece]) -> tuple[list[tuple[int, int]], _Pairs]:
    """Pairs, by their numbers in either order, that an alias lets share bytes; (read, write) with the phases in which
    they are in place."""
    buffers: dict[str, list[int]] = {}
    for number, piece in enumerate(pieces):
        buffers.setdefault(piece.name.partition("#")[0], []).append(number)
    permitted = []
    for first, second in sorted(tuple(sorted(pair)) for pair in story.aliases if len(pair) == 2):
        for a in buffers.get(first, ()):
            for b in buffers.get(second, ()):
                if story.permits(story.piece_by_name[pieces[a].name], story.piece_by_name[pieces[b].name]):
                    permitted += [(a, b), (b, a)]
    in_place: _Pairs = {}
    for ranges in story.in_place:
        for a in buffers.get(ranges.read, ()):
            for b in buffers.get(ranges.write, ()):
                in_place.setdefault((a, b), []).extend(ranges.spans)
    return permitted, in_place


def _barriers(layout: Layout, pieces: Sequence[Piece]) -> dict[tuple[int, int], str]:
    """The barriers that order the layout's hand-overs from one piece to another."""
    numbers = {piece.name: number for number, piece in enumerate(pieces)}
    found: dict[tuple[int, int], list[str]] = {}
    for handoff in layout.handoffs:
        pair = numbers.get(handoff.source, -1), numbers.get(handoff.destination, -1)
        if handoff.ordered_by == "barrier" and -1 not in pair and (pair in found or len(found) < MOST_BARRIERS):
            words = f"{handoff.side} {handoff.barrier_name}"
            if words not in found.setdefault(pair, []):
                found[pair].append(words)
    return {pair: " or ".join(words) for pair, words in found.items()}


def _lines(items: Iterable[str]) -> str:
    listed = [f"    {item}," for item in items]
    return "\n".join(["(", *listed, ")"]) if listed else "()"


def _dictionary(items: Iterable[tuple[object, object]]) -> str:
    listed = [f"    {key!r}: {value!r}," for key, value in items]
    return "\n".join(["{", *listed, "}"]) if listed else "{}"


def _array(name: str, rows: Sequence[tuple[int, ...]], columns: int) -> str:
    """An array of int64, never empty: a single row of zeros stands for no rows."""
    listed = [f"        {', '.join(map(str, row))}," for row in rows or [(-1,) * columns]]
    body = "\n".join(listed)
    return f"{name} = _checked_numpy.array(\n    [\n{body}\n    ],\n    _checked_numpy.int64,\n).reshape(-1, {columns})"
