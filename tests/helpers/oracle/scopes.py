"""The most threads of a tiny manifest with buffers of both scopes, by trying every place: what scopes that share bytes
are held against.

Conflicts come from the verifier's story; nothing of the optimiser is used but what a stride is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warpack.solver.verifier.banks import least_stride
from warpack.solver.verifier.story import Story, StoryPiece, derive
from warpack.solver.wire.manifest import Manifest

Placed = tuple[StoryPiece, int]


def most_runs(manifest: Manifest, most: int) -> int:
    """The most runs, up to `most`, that fit into the budget (an integer, no static bytes). Every buffer is one piece of
    a multiple of 4 bytes."""
    story = derive(manifest)
    budget = manifest.target.shared_budget_bytes
    assert isinstance(budget, int)
    pieces = [piece for piece in story.pieces if piece.size_bytes]
    run = [piece for piece in pieces if piece.scope == "run"]
    block = [piece for piece in pieces if piece.scope == "block"]
    alignment = {buffer.full_name: buffer.alignment_bytes for buffer in manifest.buffers}
    layouts: dict[frozenset[tuple[str, int]], tuple[Placed, ...]] = {}
    for placed in _packings(story, run, alignment, budget):
        layouts[frozenset((piece.name, at) for piece, at in placed)] = placed
    windows = sorted(layouts.values(), key=_top)
    for runs in range(most, 0, -1):
        if any(_fits(manifest, story, window, block, alignment, runs, budget) for window in windows):
            return runs
    return 0


def _top(placed: Sequence[Placed]) -> int:
    return max((at + piece.size_bytes for piece, at in placed), default=0)


def _fits(
    manifest: Manifest,
    story: Story,
    window: Sequence[Placed],
    block: Sequence[StoryPiece],
    alignment: dict[str, int],
    runs: int,
    budget: int,
) -> bool:
    run_alignment = max((alignment[piece.buffer] for piece, _ in window), default=1)
    accesses: dict[int, int] = {}
    for name in {piece.buffer for piece, _ in window}:
        buffer = manifest.by_name[name]
        accesses[buffer.dtype.itemsize_bytes] = accesses.get(buffer.dtype.itemsize_bytes, 0) + buffer.accesses
    avoid = manifest.launch.bank_conflicts == "avoid"
    stride = least_stride(_top(window), run_alignment, accesses, 1, avoid=avoid)
    if stride * runs > budget:
        return False
    if not window:
        return next(_packings(story, block, alignment, budget), None) is not None
    for base in range(0, budget - stride * runs + 1, run_alignment):
        every = range(budget // stride + 1)  # a block with more runs must not collide either
        below = tuple((piece, base + run * stride + at) for run in every for piece, at in window)
        if next(_packings(story, block, alignment, budget, below), None) is not None:
            return True
    return False


def _packings(
    story: Story,
    pieces: Sequence[StoryPiece],
    alignment: dict[str, int],
    capacity: int,
    placed: tuple[Placed, ...] = (),
) -> Iterator[tuple[Placed, ...]]:
    if not pieces:
        yield placed
        return
    piece, rest = pieces[0], pieces[1:]
    for start in range(0, capacity - piece.size_bytes + 1, max(4, alignment[piece.buffer])):
        if all(_agree(story, (piece, start), other) for other in placed):
            yield from _packings(story, rest, alignment, capacity, (*placed, (piece, start)))


def _agree(story: Story, one: Placed, other: Placed) -> bool:
    (a, at_a), (b, at_b) = one, other
    if at_a >= at_b + b.size_bytes or at_b >= at_a + a.size_bytes:
        return True
    conflict = story.conflict(a, b)
    return conflict is None or at_b - at_a in conflict.allowed_differences
