"""Where sizes depend on the threads of the block: whether the layout's block is the best by the objective, as far as
bounds tell."""

from __future__ import annotations

from math import lcm

from warpack.solver.devices.table import device
from warpack.solver.verifier.blocks import Block, must_be_shared
from warpack.solver.verifier.certificates import Outcome
from warpack.solver.verifier.findings import Findings
from warpack.solver.verifier.pieces import StoryPiece
from warpack.solver.verifier.story import Story, derive
from warpack.solver.verifier.weighing import residents_first
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import Layout
from warpack.solver.wire.manifest import Manifest, Scope
from warpack.solver.wire.units import Bytes, align_up


def smallest_block(manifest: Manifest) -> int:
    """The fewest threads that a block may have: the number that is given, or whole runs that are enough for every
    track."""
    per_run = manifest.launch.threads_per_run
    return manifest.launch.threads_per_block or align_up(max(per_run, manifest.least_threads), per_run)


def check_block_size(manifest: Manifest, layout: Layout, findings: Findings) -> Outcome:
    """`manifest` is the one that was posted. Returns how it is known that no better block fits: "checked" where there
    is no better block, or the next better one needs too many bytes in one phase. If the layout's block is not a whole
    multiple, the smallest multiple is the next better one."""
    if layout.launch is None:
        return "checked"
    threads, given = layout.launch.threads_per_block, manifest.launch.threads_per_block
    if given is not None:
        return "checked"
    step = lcm(manifest.launch.threads_per_run, manifest.launch.threads_multiple)
    first = first_multiple(manifest)
    if threads % step and threads > first:
        told = number_of(threads, "thread")
        message = f"a block of {told} is no multiple of {step}, and more than {first}: then that many fit too"
        findings.add("threads", message)
        return "wrong"
    if residents_first(manifest):
        return "by search"
    if manifest.objective == "shared_bytes":
        alike = (size for size in block_sizes(manifest) if (size % step == 0) == (threads % step == 0))
        return "by search" if any(size < threads for size in alike) else "checked"
    better = next_larger(manifest, threads)
    return "checked" if better is None or not _may_fit(manifest, better) else "by search"


def next_larger(manifest: Manifest, threads: int) -> int | None:
    """The smallest block size that is better than one of `threads` threads: if it does not fit, no better one does."""
    rules = manifest.launch
    most = min(rules.max_threads_per_block, device(manifest.target.compute_capability).max_threads_per_block)
    step = lcm(rules.threads_per_run, rules.threads_multiple)
    larger = threads + (step if threads % step == 0 else rules.threads_per_run)
    return larger if larger <= most else None


def first_multiple(manifest: Manifest) -> int:
    """The smallest block that is a whole multiple and has as many threads as its tracks take."""
    step = lcm(manifest.launch.threads_per_run, manifest.launch.threads_multiple)
    return -(-manifest.least_threads // step) * step


def block_sizes(manifest: Manifest) -> list[int]:
    """All block sizes: whole multiples, then whole runs below the first of them; smallest first."""
    rules = manifest.launch
    most = min(rules.max_threads_per_block, device(manifest.target.compute_capability).max_threads_per_block)
    step = lcm(rules.threads_per_run, rules.threads_multiple)
    first, per_run = first_multiple(manifest), rules.threads_per_run
    sizes = [*range(first, most + 1, step), *range(per_run, min(first, most + 1), per_run)]
    return [size for size in sizes if size >= manifest.least_threads]


def _may_fit(asked: Manifest, threads: int) -> bool:
    """Whether the buffers that are accessed in one phase, and share nothing, leave room for a block of so many
    threads."""
    manifest = asked.in_block(threads)
    story = derive(manifest)
    shared = must_be_shared(manifest)
    run, block = (_apart_at_once(manifest, story, scope) for scope in ("run", "block"))
    launch = Block.of(manifest, shared, run, 0 if run else block)
    total = launch.static + max(launch.dynamic(threads, launch.stride(avoid=False)), block)
    return total <= launch.budget and launch.fits(threads, launch.stride(avoid=False))


def _apart_at_once(manifest: Manifest, story: Story, scope: Scope) -> Bytes:
    """The most bytes of pieces of one scope that are accessed in one phase and must all lie apart."""
    pieces = [
        piece
        for buffer in manifest.buffers
        if buffer.scope == scope and buffer.location == "shared"
        for piece in story.pieces_of.get(buffer.full_name, ())
    ]
    phases = sorted({start for piece in pieces for start, _ in piece.accesses})
    return max((_apart(story, pieces, phase) for phase in phases), default=0)


def _apart(story: Story, pieces: list[StoryPiece], phase: int) -> Bytes:
    here = [piece for piece in pieces if any(start <= phase < end for start, end in piece.accesses)]
    chosen: list[StoryPiece] = []
    for piece in sorted(here, key=lambda one: (-one.size_bytes, one.name)):
        if all(_are_apart(story, piece, other) for other in chosen):
            chosen.append(piece)
    return sum(piece.size_bytes for piece in chosen)


def _are_apart(story: Story, a: StoryPiece, b: StoryPiece) -> bool:
    if a.buffer == b.buffer:
        return True
    conflict = story.conflict(a, b)
    return conflict is not None and not conflict.allowed_differences
