"""The optimiser's recipe: a manifest in, a layout with its proof out.

1. Flatten the manifest to one packing problem a region, in bytes and phases (`warpack.solver.flatten`).
2. Pack the block region and the run region, each into as few bytes as can be, with a proven lower bound
   (`warpack.solver.search`): the max-live bound; items that must be apart from all others set aside; first fit over
   many orders; then exact search at falling capacities until nothing smaller is left.
3. Fewer bytes never allow fewer threads. So the fewest bytes of both regions decide the launch
   (`warpack.solver.launch`), and lower bounds on the bytes bound the threads. One exception is the padding, which an
   `auto` buffer may reduce (`warpack.solver.search.auto.stride_widening`).
4. Promote `auto` buffers into the bytes that are free anyway: the choice with the most accesses. Where the registers
   are known, they may also take bytes that cost resident threads, if that is worth it
   (`warpack.solver.search.auto.weighing`).
5. Where the manifest asks for it, the frontier: what fewer threads would have on chip (`warpack.solver.frontier`).
6. Write the layout, with proofs, hand-overs, baselines and advice (`warpack.solver.answer`).

A pool has neither launch nor `auto` buffers: it ends with step 2 (`warpack.solver.answer.pool`).

Where buffer sizes depend on the threads of the block, all this is done for some block sizes (`warpack.solver.growing`).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from warpack.solver.answer.assemble import assemble
from warpack.solver.answer.pool import assemble_pool
from warpack.solver.growing import best_block
from warpack.solver.launch.threads import launch_for
from warpack.solver.launch.weighing import weighs
from warpack.solver.search.auto.promotion import candidates, promote
from warpack.solver.search.auto.stride_widening import launch_of, threads_settled, widened, worth
from warpack.solver.search.auto.weighing import weigh
from warpack.solver.search.core.options import SearchOptions
from warpack.solver.search.core.packing import Packing
from warpack.solver.search.core.pins import PinsCollide
from warpack.solver.search.core.stop import Stop, Stopped
from warpack.solver.search.plan import check_options
from warpack.solver.search.region.regions import Better, Packed, pack_regions
from warpack.solver.search.scopes.joint_packing import apply_to, together
from warpack.solver.wire.layout import LaunchFigures, Layout
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.problems import ManifestError, Problem
from warpack.solver.wire.run_info import RunInfo
from warpack.solver.wire.units import Bytes

_LAYOUT_SHARE = 2 / 3
"""The share of the time limit that the layout itself may take, where a frontier is searched for as well."""

_BASE_EFFORT, _BASE_SHARE = 2.0, 0.5
"""Where there are `auto` buffers: the effort of the packing without them once it has the threads that its bounds allow;
and until then, its share of the time that is left."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The best packing of the run region so far and the proven lower bound, `seconds` after the start.
    `threads_per_block` is what the packing allows; None where it does not fit. Of a pool both are of its bytes, and
    there are no threads."""

    seconds: float
    run_bytes: Bytes
    lower_bound_bytes: Bytes
    threads_per_block: int | None


def optimize(
    manifest: Manifest,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    search: SearchOptions | None = None,
) -> Layout:
    """The best layout that `solver.time_limit_s` allows, with what is proven about it.

    `on_progress` gets each better packing and each better bound. `cancelled` is asked about every 0.1 s of a long
    search. Once it returns True, the best layout so far is returned, `feasible` unless it was already proven. All but
    `run_info` depends on the manifest, the seed and the versions alone, and on time only where the status is
    `feasible`.

    `search`: another seed, or strategies to leave out. `run_info.search` of the layout says what each achieved.

    Raises ManifestError where pinned buffers and windows leave no place at all, ValueError for a strategy that is not
    known.
    """
    options = search or SearchOptions()
    check_options(options)
    stop = Stop.after(manifest.solver.time_limit_s, cancelled, options)
    asked, seed = manifest, manifest.solver.seed if options.seed is None else options.seed
    if seed != manifest.solver.seed:
        asked = replace(manifest, solver=replace(manifest.solver, seed=seed))
    if asked.grows:
        layout = best_block(asked, lambda one: _optimize(one, stop, on_progress))
    else:
        layout = _optimize(asked, stop, on_progress)
    if asked is manifest and not asked.grows and not asked.frontier:
        return layout  # as it is, its ledger is whole
    told = layout.run_info
    run_info = RunInfo(told.seconds, told.seed, told.versions, stop.ledger.accounts)
    return replace(layout, manifest_sha256=manifest.sha256, run_info=run_info)


def _optimize(manifest: Manifest, whole: Stop, on_progress: Callable[[Progress], None] | None) -> Layout:
    """The layout of a manifest whose sizes are numbers."""
    stop = whole.within(_LAYOUT_SHARE * whole.remaining_s) if _traced(manifest) else whole
    better = None if on_progress is None else _reporter(manifest, on_progress, stop)
    try:
        base = _without_autos(manifest, stop, better)
    except PinsCollide:
        _refuse(manifest, "the pinned buffers leave no packing: give other offsets, or unpin one")
    except Stopped:
        _refuse(
            manifest, "no packing was found in time round buffers that are pinned in contiguous windows: unpin some"
        )
    if not manifest.of_pool and apply_to(manifest, base):
        base = together(manifest, base, stop)
    if manifest.of_pool:
        return assemble_pool(manifest, base, whole.elapsed_s, whole.ledger.accounts)
    wider = widened(manifest, base, stop)
    packed = base
    if wider:
        packed = max((base, *wider), key=lambda one: worth(manifest, one.run.size_bytes, one, one.on_chip))
    launch = launch_of(manifest, packed)
    if launch is None:
        packed = base
    elif manifest.objective != "shared_bytes":
        best = weigh if weighs(manifest) else promote
        packed = best(manifest, base, launch, stop, packed)
        base = base if packed.on_chip else packed
        launch = launch_of(manifest, packed)
    if not manifest.frontier:
        return assemble(manifest, base, packed, launch, whole.elapsed_s, wider, whole.ledger.accounts)
    return _with_frontier(manifest, base, packed, launch, whole, wider)


def _without_autos(manifest: Manifest, stop: Stop, better: Better | None) -> Packed:
    """Both regions with every `auto` buffer local. Where some `auto` buffers may come on chip later, only the threads
    have to be decided here."""
    start = manifest.solver.warm_start
    if manifest.objective in ("shared_bytes", "pool_bytes") or not candidates(manifest):
        return pack_regions(manifest, stop=stop, start=start, better=better)
    with suppress(Stopped):
        quick = pack_regions(manifest, stop=stop.with_effort(_BASE_EFFORT), start=start, better=better)
        if stop.now() or threads_settled(manifest, quick):
            return quick
    return pack_regions(manifest, stop=stop.within(_BASE_SHARE * stop.remaining_s), start=start, better=better)


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
    from warpack.solver.frontier.points import trace

    if launch is None:
        return replace(assemble(manifest, base, packed, launch, stop.elapsed_s, wider), frontier=())
    frontier = trace(manifest, base, packed, launch, stop)
    chosen = replace(frontier.chosen.packed, weighing=packed.weighing)
    layout = assemble(manifest, base, chosen, launch_of(manifest, chosen), stop.elapsed_s, wider)
    return replace(layout, frontier=frontier.to_json(), warnings=(*layout.warnings, *frontier.warnings))


def _reporter(
    manifest: Manifest, on_progress: Callable[[Progress], None], stop: Stop
) -> Callable[[Packing, Bytes, Bytes], None]:
    best, bound = None, 0

    def report(block: Packing, run_bytes: Bytes, lower_bound_bytes: Bytes) -> None:
        """A search that begins again reports nothing until it is better than the one before."""
        nonlocal best, bound
        if best is not None and run_bytes >= best and lower_bound_bytes <= bound:
            return
        best, bound = run_bytes if best is None else min(best, run_bytes), max(bound, lower_bound_bytes)
        run_bytes, lower_bound_bytes = best, bound
        if manifest.of_pool:
            on_progress(Progress(stop.elapsed_s, run_bytes, lower_bound_bytes, None))
            return
        launch = launch_for(manifest, run_bytes=run_bytes, block_region_bytes=block.size_bytes)
        threads = None if launch is None else launch.threads_per_block
        on_progress(Progress(stop.elapsed_s, run_bytes, lower_bound_bytes, threads))

    return report


def _refuse(manifest: Manifest, message: str) -> NoReturn:
    """There is no packing: only pins can cause that."""
    names = tuple(buffer.full_name for buffer in manifest.buffers if buffer.pinned_offset_bytes is not None)
    raise ManifestError((Problem("pinned-overlap", "/buffers", message, names),)) from None
