"""Puts a peer's offsets into a layout and has it verified, by the same rules as Warpack's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from warpack.solver import Manifest, verify
from warpack.solver.answer.assemble import assemble
from warpack.solver.flatten.problem import FlatManifest, RegionProblem
from warpack.solver.launch.threads import launch_for
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.packing import Packing
from warpack.solver.search.region.regions import Packed
from warpack.solver.verifier.story import StoryPiece, derive


@dataclass(frozen=True)
class Judged:
    """`fault` None: every rule is kept. `threads_per_block`: the number that the bytes allow, 0 where not one run
    fits."""

    run_bytes: int
    threads_per_block: int
    fault: str | None


def judge(
    manifest: Manifest, flat: FlatManifest, run: Sequence[int], block: Sequence[int], on_chip: frozenset[str]
) -> Judged:
    """Offsets in bytes, in the order of the regions' items."""
    packed = Packed(flat, _packing(flat.run, run), _packing(flat.block, block), on_chip)
    run_bytes, block_bytes = packed.run.size_bytes, packed.block.size_bytes
    launch = launch_for(manifest, run_bytes=run_bytes, block_region_bytes=block_bytes, on_chip=on_chip)
    if launch is None:  # then there is no layout to verify
        return Judged(run_bytes, 0, first_overlap(manifest, packed.offsets))
    report = verify(manifest, assemble(manifest, packed, packed, launch, 0.0))
    fault = None if report.passed else report.findings[0].message
    return Judged(run_bytes, launch.threads_per_block, fault)


def first_overlap(manifest: Manifest, offsets: dict[str, int]) -> str | None:
    """The first two pieces that conflict and share bytes, in words; offsets by full name of buffers placed whole."""
    story = derive(manifest)
    placed = [piece for piece in story.pieces if piece.buffer in offsets]
    for at, one in enumerate(placed):
        for other in placed[:at]:
            start, end = _bytes(one, offsets)
            its_start, its_end = _bytes(other, offsets)
            if start < its_end and its_start < end:
                conflict = story.conflict(one, other)
                if conflict is not None and its_start - start not in conflict.allowed_differences:
                    return f"{one.name} and {other.name} conflict and share bytes"
    return None


def _bytes(piece: StoryPiece, offsets: dict[str, int]) -> tuple[int, int]:
    start = offsets[piece.buffer] + piece.offset_bytes
    return start, start + piece.size_bytes


def _packing(problem: RegionProblem, offsets: Sequence[int]) -> Packing:
    bound = lower_bound(problem)
    top = max((offset + item.size_bytes for offset, item in zip(offsets, problem.items, strict=True)), default=0)
    return Packing(tuple(offsets), top, bound.size_bytes, bound)
