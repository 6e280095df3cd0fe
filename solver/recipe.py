"""The optimiser's recipe: a manifest in, a layout with its proof out.

1. Flatten the manifest to one packing problem a region, in bytes and phases (`solver.flatten`).
2. Pack the block region and the run region, each into as few bytes as can be, with a proven lower bound (`solver.search`):
   the max-live bound; items that must be apart from all others set aside; first fit over many orders; then exact search
   at falling capacities until nothing smaller is left.
3. Fewer bytes never allow fewer threads, so the least bytes of both regions settle the launch (`solver.launch`), and the
   bytes' lower bounds bound the threads; but for the padding, which a wider `auto` buffer may lessen (`solver.search.widening`).
4. Promote `auto` buffers into the bytes that are free anyway: the choice with the most accesses.
5. Where the manifest asks for it, the frontier: what fewer threads would have on chip (`solver.frontier`).
6. Write the layout, with proofs, hand-overs, baselines and advice (`solver.answer`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NoReturn

from solver.answer.assemble import assemble
from solver.launch.threads import launch_for
from solver.search.firstfit import PinsCollide
from solver.search.pack import Packing
from solver.search.promotion import promote
from solver.search.regions import Packed, pack_regions
from solver.search.stop import Stop, Stopped
from solver.search.widening import launch_of, widened, worth
from solver.wire.layout import LaunchFigures, Layout
from solver.wire.manifest import Manifest
from solver.wire.problems import ManifestError, Problem
from solver.wire.units import Bytes

_LAYOUT_SHARE = 2 / 3
"""Of the time limit, what the layout itself may take where a frontier is to be searched for as well."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The best packing of the run region so far and the proven lower bound, `seconds` after the start. `threads_per_block` is
    what the packing allows; None where it does not fit."""

    seconds: float
    run_bytes: Bytes
    lower_bound_bytes: Bytes
    threads_per_block: int | None


def optimize(
    manifest: Manifest,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Layout:
    """The best layout that `solver.time_limit_s` allows, with what is proven about it.

    `on_progress` gets each better packing and each better bound. `cancelled` is asked at least every 0.1 s or so of a long search;
    once it says True, the best layout so far comes back, `feasible` unless it was already proven. All but `run_info`
    depends on the manifest, the seed and the versions alone, and on time only where the status is `feasible`.

    Raises ManifestError where pinned buffers and windows leave no place at all.
    """
    whole = Stop.after(manifest.solver.time_limit_s, cancelled)
    stop = whole.within(_LAYOUT_SHARE * whole.remaining_s) if _traced(manifest) else whole
    better = None if on_progress is None else _reporter(manifest, on_progress, stop)
    try:
        base = pack_regions(manifest, stop=stop, start=manifest.solver.warm_start, better=better)
    except PinsCollide:
        _refuse(manifest, "the pinned buffers leave no packing: give other offsets, or unpin one")
    except Stopped:
        _refuse(
            manifest, "no packing was found in time round buffers that are pinned in contiguous windows: unpin some"
        )
    wider = widened(manifest, base, stop)
    packed = base
    if wider:
        packed = max((base, *wider), key=lambda one: worth(manifest, one.run.size_bytes, one, one.on_chip))
    launch = launch_of(manifest, packed)
    if launch is None:
        packed = base
    elif manifest.objective != "shared_bytes":
        packed = promote(manifest, base, launch, stop, packed)
        if packed.on_chip:
            launch = launch_of(manifest, packed)
    if not manifest.frontier:
        return assemble(manifest, base, packed, launch, whole.elapsed_s, wider)
    return _with_frontier(manifest, base, packed, launch, whole, wider)


def _traced(manifest: Manifest) -> bool:
    """Whether there is a frontier to search for: without `auto` buffers it takes no search."""
    return manifest.frontier and any(buffer.location == "auto" for buffer in manifest.buffers)


def _with_frontier(
    manifest: Manifest,
    base: Packed,
    packed: Packed,
    launch: LaunchFigures | None,
    stop: Stop,
    wider: tuple[Packed, ...],
) -> Layout:
    """No points where nothing fits."""
    from solver.frontier.points import trace

    if launch is None:
        return replace(assemble(manifest, base, packed, launch, stop.elapsed_s, wider), frontier=())
    frontier = trace(manifest, base, packed, launch, stop)
    chosen = frontier.chosen.packed
    layout = assemble(manifest, base, chosen, launch_of(manifest, chosen), stop.elapsed_s, wider)
    return replace(layout, frontier=frontier.to_json(), warnings=(*layout.warnings, *frontier.warnings))


def _reporter(
    manifest: Manifest, on_progress: Callable[[Progress], None], stop: Stop
) -> Callable[[Packing, Bytes, Bytes], None]:
    def report(block: Packing, run_bytes: Bytes, lower_bound_bytes: Bytes) -> None:
        launch = launch_for(manifest, run_bytes=run_bytes, block_region_bytes=block.size_bytes)
        threads = None if launch is None else launch.threads_per_block
        on_progress(Progress(stop.elapsed_s, run_bytes, lower_bound_bytes, threads))

    return report


def _refuse(manifest: Manifest, message: str) -> NoReturn:
    """No packing at all: only pins can do that."""
    names = tuple(buffer.full_name for buffer in manifest.buffers if buffer.pinned_offset_bytes is not None)
    raise ManifestError((Problem("pinned-overlap", "/buffers", message, names),)) from None
