"""Tests bounds that rest on a search: a second, independent model is asked whether anything better exists.

    for trial in prove(manifest, layout, limit_s=60): print(trial.what, trial.verdict)

Every question allows more than a layout may do (contiguous windows are ignored). So the answer "there is none" confirms
a bound. A packing refutes a bound only where nothing was ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import lcm
from time import monotonic
from typing import Literal

from warpack.solver.devices.table import device
from warpack.solver.verifier.block_size import next_larger, smallest_block
from warpack.solver.verifier.blocks import Block, must_be_shared
from warpack.solver.verifier.exact import Answer, Item, fits, items_of
from warpack.solver.verifier.report import verify
from warpack.solver.verifier.story import Story, derive
from warpack.solver.verifier.weighing import residents_first
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import LaunchFigures, Layout, sized_for
from warpack.solver.wire.manifest import Buffer, Manifest, Scope
from warpack.solver.wire.units import Bytes

DEFAULT_LIMIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Trial:
    """The outcome for one bound. `bound`: what the layout claims; `note`: what was asked, or why nothing could be
    asked. `offsets`: the packing that refutes it, by the names of buffers and parts."""

    what: str
    bound: int
    verdict: Literal["confirmed", "refuted", "open"]
    note: str
    seconds: float = 0.0
    offsets: dict[str, Bytes] | None = None


def prove(manifest: Manifest, layout: Layout, *, limit_s: float = DEFAULT_LIMIT_S) -> tuple[Trial, ...]:
    """A trial of every bound of the layout that `verify` reports as resting on a search. `limit_s` is for each. Of an
    infeasible layout that is whether the smallest block fits."""
    asked, launch = manifest, layout.launch
    if launch is not None:
        manifest = sized_for(manifest, layout)
    elif manifest.grows:
        manifest = manifest.in_block(smallest_block(manifest))
    story = derive(manifest)
    trials = []
    for what in verify(asked, layout).by_search:
        started = monotonic()
        if what in ("run_bytes", "block_region_bytes", "pool_bytes"):
            trial = _of_bytes(manifest, layout, story, what, limit_s)
        elif launch is None:
            trial = _of_smallest(asked, manifest, story, limit_s)
        elif what == "threads_per_block" and asked.grows:
            trial = _of_block_sizes(asked, layout, limit_s)
        elif what == "threads_per_block":
            trial = _of_threads(manifest, layout, story, launch, limit_s)
        else:
            trial = Trial(what, _bound(layout, what), "open", "this kind of bound cannot be put to the test yet")
        trials.append(_timed(trial, started))
    return tuple(trials)


def _these(items: Sequence[Item]) -> str:
    return "one buffer fits" if len(items) == 1 else f"{len(items)} buffers and parts fit"


def _timed(trial: Trial, started: float) -> Trial:
    return Trial(trial.what, trial.bound, trial.verdict, trial.note, monotonic() - started, trial.offsets)


def _bound(layout: Layout, what: str) -> int:
    bound = getattr(layout.proof, what)
    return int(getattr(bound, "lower_bound_bytes", 0) or getattr(bound, "upper_bound", 0))


def _of_bytes(manifest: Manifest, layout: Layout, story: Story, what: str, limit_s: float) -> Trial:
    scope: Scope = "block" if what == "block_region_bytes" else "run"
    bound = _bound(layout, what)
    items = items_of(story, _on_chip(manifest, layout, scope))
    note = ""
    if scope == "block" and _windows(manifest, layout):
        items = [item for item in items if _held_before_windows(manifest, layout, story, item)]
        note = "without those that may lie over the windows of runs"
    answer = fits(story, items, bound - 1, limit_s)
    asked = f"whether {_these(items)} into {number_of(bound - 1, 'byte')}"
    return _judged(manifest, what, bound, answer, ", ".join(part for part in (asked, note) if part), relaxed=bool(note))


def _judged(manifest: Manifest, what: str, bound: int, answer: Answer, note: str, *, relaxed: bool) -> Trial:
    if answer.verdict == "impossible":
        return Trial(what, bound, "confirmed", note)
    if answer.verdict == "open":
        return Trial(what, bound, "open", f"{note}: not settled in time")
    if relaxed or any(component.window == "contiguous" for component in manifest.components):
        return Trial(what, bound, "open", f"{note}: yes, but the question allows more than a layout may have")
    return Trial(what, bound, "refuted", note, offsets=answer.offsets)


def _of_threads(manifest: Manifest, layout: Layout, story: Story, launch: LaunchFigures, limit_s: float) -> Trial:
    """Whether the runs of some larger block fit. Block-scoped buffers, and `auto` ones that change the stride, are not
    considered."""
    what, bound = "threads_per_block", layout.proof.threads_per_block.upper_bound
    if residents_first(manifest):
        return Trial(what, bound, "open", "resident threads cannot be put to the test yet")
    shared = must_be_shared(manifest)
    if any(buffer.scope == "block" for buffer in shared):
        return Trial(what, bound, "open", "with block-scoped buffers this cannot be put to the test yet")
    if any(_widens(buffer, shared) for buffer in manifest.buffers if buffer.location == "auto"):
        return Trial(what, bound, "open", "an `auto` buffer on chip would change the stride")
    items = items_of(story, shared)
    capacity = next(iter(_larger(manifest, shared, bound)), None)
    if capacity is None:
        return Trial(what, bound, "confirmed", f"no run of any size fits more than {bound} times")
    answer = fits(story, items, capacity, limit_s)
    note = f"whether {_these(items)} into {number_of(capacity, 'byte')}, so that a larger block could start"
    return _judged(manifest, what, bound, answer, note, relaxed=False)


def _of_smallest(asked: Manifest, manifest: Manifest, story: Story, limit_s: float) -> Trial:
    """Where no block is said to fit: whether the smallest one does."""
    what = "threads_per_block"
    shared = must_be_shared(manifest)
    if asked.grows or len({buffer.scope for buffer in shared}) > 1:
        return Trial(
            what, 0, "open", "with buffers of both scopes, or sizes that grow, this cannot be put to the test yet"
        )
    if any(_widens(buffer, shared) for buffer in manifest.buffers if buffer.location == "auto"):
        return Trial(what, 0, "open", "an `auto` buffer on chip would change the stride")
    threads = smallest_block(manifest)
    if any(buffer.scope == "run" for buffer in shared):
        capacity = _most_run_bytes(manifest, shared, threads)
    else:
        block = Block.of(manifest, shared, 0, 0)
        capacity = block.budget - block.static if block.fits(threads, 0) else -1
    if capacity < 0:
        return Trial(
            what, 0, "confirmed", f"no block of {number_of(threads, 'thread')} can start, whatever its buffers take"
        )
    items = items_of(story, shared)
    answer = fits(story, items, capacity, limit_s)
    room, block_of = number_of(capacity, "byte"), number_of(threads, "thread")
    note = f"whether {_these(items)} into {room}, so that a block of {block_of} could start"
    return _judged(manifest, what, 0, answer, note, relaxed=False)


def _of_block_sizes(asked: Manifest, layout: Layout, limit_s: float) -> Trial:
    """Where sizes depend on the threads of the block: whether the block-scoped buffers of the next larger block fit. If
    not, no larger block fits."""
    what, bound = "threads_per_block", layout.proof.threads_per_block.upper_bound
    larger = next_larger(asked, bound)
    if larger is None:
        return Trial(what, bound, "confirmed", "no larger block is allowed")
    if residents_first(asked):
        return Trial(what, bound, "open", "resident threads cannot be put to the test yet")
    if asked.objective != "threads_per_block":
        return Trial(what, bound, "open", f"with the objective {asked.objective} this cannot be put to the test yet")
    manifest = asked.in_block(larger)
    shared = must_be_shared(manifest)
    if any(buffer.scope == "run" for buffer in shared):
        return Trial(what, bound, "open", "with run-scoped buffers beside them this cannot be put to the test yet")
    story, block = derive(manifest), Block.of(manifest, shared, 0, 0)
    items, capacity = items_of(story, shared), block.budget - block.static
    answer = fits(story, items, capacity, limit_s)
    note = f"whether {_these(items)} into {number_of(capacity, 'byte')} in a block of {number_of(larger, 'thread')}"
    return _judged(manifest, what, bound, answer, note, relaxed=False)


def _widens(auto: Buffer, shared: list[Buffer]) -> bool:
    """Whether the buffer on chip might reduce the padding: its alignment is larger than that of the others, or the
    widths do not all have the same best strides. Where one thread serves a run (only there is `auto` legal), all powers
    of two up to 16 that divide the alignment have the same best strides."""
    if not auto.size_bytes:
        return False
    aligned = max((buffer.alignment_bytes for buffer in shared), default=0)
    widths = {buffer.dtype.itemsize_bytes for buffer in (*shared, auto)}
    plain = all(width in (1, 2, 4, 8, 16) and width <= aligned for width in widths)
    return auto.alignment_bytes > aligned or not (plain or len(widths) == 1)


def _larger(manifest: Manifest, shared: list[Buffer], bound: int) -> Iterator[Bytes]:
    """The most run bytes with which a block that is better than one of `bound` threads can start, if there is one."""
    rules = manifest.launch
    most = min(rules.max_threads_per_block, device(manifest.target.compute_capability).max_threads_per_block)
    step = lcm(rules.threads_per_run, rules.threads_multiple)
    if rules.threads_per_block is not None:
        return
    if bound % step == 0:
        better = range(bound + step, most + 1, step)
    else:  # any whole multiple is better, and so is a larger block that is none
        better = range(min(bound + rules.threads_per_run, step), most + 1, rules.threads_per_run)
    best = -1
    for threads in better:
        if threads % step and (bound % step == 0 or threads <= bound):
            continue
        best = max(best, _most_run_bytes(manifest, shared, threads))
    if best >= 0:
        yield best


def _most_run_bytes(manifest: Manifest, shared: list[Buffer], threads: int) -> Bytes:
    """The most run bytes with which a block of so many threads can start; -1 where none can. The stride only grows with
    the bytes."""
    low, high = -1, device(manifest.target.compute_capability).max_smem_per_block_optin
    avoid = manifest.launch.bank_conflicts == "avoid"
    while low < high:
        middle = (low + high + 1) // 2
        block = Block.of(manifest, shared, middle, 0)
        low, high = (middle, high) if block.fits(threads, block.stride(avoid=avoid)) else (low, middle - 1)
    return low


def _on_chip(manifest: Manifest, layout: Layout, scope: Scope) -> list[Buffer]:
    if layout.launch is None and layout.pool is None:
        return [buffer for buffer in must_be_shared(manifest) if buffer.scope == scope]
    placed = layout.by_name
    return [
        buffer
        for buffer in manifest.buffers
        if buffer.scope == scope and buffer.size_bytes and placed[buffer.full_name].location == "shared"
    ]


def _windows(manifest: Manifest, layout: Layout) -> bool:
    if layout.launch is None and layout.pool is None:
        return bool(_on_chip(manifest, layout, "run"))
    return layout.launch is not None and layout.launch.stride_bytes > 0 and layout.launch.runs_per_block > 0


def _held_before_windows(manifest: Manifest, layout: Layout, story: Story, item: Item) -> bool:
    """Whether a block-scoped item conflicts with something in the windows."""
    return any(
        story.conflict(piece, other) is not None
        for buffer in _on_chip(manifest, layout, "run")
        for other in story.pieces_of.get(buffer.full_name, ())
        for piece in item.pieces
    )
