"""Compares a layout with its baselines, before and after: the user's own layout, and simpler rules."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.service.render.figures import Figure
from warpack.solver.launch.budget import budget_bytes
from warpack.solver.launch.weighing import by_residents
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import Baseline, LaunchFigures, Layout
from warpack.solver.wire.manifest import Manifest

_NAMES = {"by_hand": "your layout", "no_sharing": "no sharing", "declared_aliases": "declared aliases only"}
_UNFIT = {
    "by_hand": "your layout does not fit",
    "no_sharing": "no sharing does not fit",
    "declared_aliases": "declared aliases only do not fit",
}
_MOST_BROKEN = 3


def unfit(manifest: Manifest, name: str) -> str:
    """Of a baseline that has no launch."""
    threads = manifest.launch.threads_per_block
    block = "a block" if threads is None else f"a block of {number_of(threads, 'thread')}"
    return f"{_UNFIT.get(name, f'{name} does not fit')} {block}"


def compared(manifest: Manifest, layout: Layout) -> list[Figure]:
    """For each baseline, its bytes and launch and those of the layout. Then the rule by which all their launches were
    chosen, and what is wrong with the user's own layout. An infeasible layout has none of these."""
    launch = layout.launch
    if layout.pool is not None:
        return _of_pool(layout, layout.pool.pool_bytes)
    if launch is None or not layout.baselines:
        return []
    figures = [
        (f"against {_NAMES.get(name, name)}", "; ".join(_changes(base, launch, unfit(manifest, name))))
        for name, base in layout.baselines.items()
    ]
    own = layout.baselines.get("by_hand")
    return [*figures, ("compared by", _rule(manifest, own)), *(() if own is None else _wrong(manifest, own))]


def _of_pool(layout: Layout, pool_bytes: int) -> list[Figure]:
    figures = [
        (
            f"against {_NAMES.get(name, name)}",
            f"{base.pool_bytes} -> {pool_bytes} bytes, {_less(base.pool_bytes, pool_bytes, '')}",
        )
        for name, base in layout.baselines.items()
    ]
    own = layout.baselines.get("by_hand")
    return [*figures, *(() if own is None else _broken(own))]


def _changes(base: Baseline, launch: LaunchFigures, unfit: str) -> Iterator[str]:
    if base.run_bytes or launch.run_bytes:
        yield f"{base.run_bytes} -> {launch.run_bytes} run bytes, {_less(base.run_bytes, launch.run_bytes, ' a run')}"
    if base.block_region_bytes or launch.block_region_bytes:
        before, after = base.block_region_bytes, launch.block_region_bytes
        yield f"{before} -> {after} bytes of the block region, {_less(before, after, '')}"
    if not base.threads_per_block:
        yield unfit
        return
    yield (
        f"{base.threads_per_block} -> {number_of(launch.threads_per_block, 'thread')} per block, "
        f"{base.blocks_per_sm} -> {number_of(launch.occupancy.blocks_per_sm, 'block')} and "
        f"{base.resident_threads} -> {number_of(launch.occupancy.resident_threads, 'resident thread')} a multiprocessor"
    )


def _less(before: int, after: int, of: str) -> str:
    less = before - after
    if not less:
        return "the same"
    share = f" ({less / before:.1%})" if before else ""
    return f"{less} bytes{of} saved{share}" if less > 0 else f"{-less} bytes{of} more"


def _rule(manifest: Manifest, own: Baseline | None) -> str:
    rules = manifest.launch
    if rules.threads_per_block is not None:
        text = f"one rule: blocks of {number_of(rules.threads_per_block, 'thread')}, as the manifest says"
    else:
        most = "the most threads per block"
        if by_residents(manifest):
            smallest = manifest.objective == "resident_threads"
            most = f"the most resident threads, then the {'smallest' if smallest else 'largest'} block"
        multiple = f"multiples of {rules.threads_multiple}" + (
            f" and {rules.threads_per_run}" if rules.threads_per_run > 1 else ""
        )
        text = f"one rule: {most}, in {multiple}"
    if (
        own is None
        or manifest.baseline is None
        or manifest.baseline.threads_per_block in (None, rules.threads_per_block)
    ):
        return text
    return f"{text}; your layout with its own {number_of(manifest.baseline.threads_per_block, 'thread')}"


def _wrong(manifest: Manifest, own: Baseline) -> Iterator[Figure]:
    if own.over_budget:
        told = "and no block of this architecture can have it"
        if own.threads_per_block:
            told = "the figures are those with all that the architecture has"
        yield "", f"your layout takes more than the budget of {budget_bytes(manifest)} bytes: {told}"
    yield from _broken(own)


def _broken(own: Baseline) -> Iterator[Figure]:
    if own.broken:
        count = len(own.broken)
        several = "a rule" if count == 1 else f"{count} rules"
        yield "your layout", f"breaks {several} of the manifest"
        yield from (("", f"{one.rule}: {one.message}") for one in own.broken[:_MOST_BROKEN])
        if count > _MOST_BROKEN:
            yield "", f"and {count - _MOST_BROKEN} more (--json lists them)"
