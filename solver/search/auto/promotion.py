"""Puts `auto` buffers into bytes that are free. This is the third wish, after threads per block and resident threads.

The launch tells how many bytes are free (`byte_limits`). A search finds the choice with the most accesses in them
(`selection`). With too many buffers for that, the choice is greedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from warpack.solver.flatten import flatten
from warpack.solver.launch.ranking import Rank, rank_of
from warpack.solver.search.auto.byte_limits import ByteLimits
from warpack.solver.search.auto.choice import Members
from warpack.solver.search.auto.greedy import taken_greedily
from warpack.solver.search.auto.selection import Selection
from warpack.solver.search.auto.stride_widening import launch_beside, widening_autos
from warpack.solver.search.auto.trial_packings import TrialPackings
from warpack.solver.search.bounds.max_live import lower_bound
from warpack.solver.search.core.known_choice import Choice
from warpack.solver.search.core.pins import PinsCollide
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.finish import finished
from warpack.solver.search.region.regions import Packed, pack_regions
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes

_TRIAL_SHARE = 0.05
"""The largest share of the remaining time for one trial of the greedy choice."""

_MOST_CANDIDATES = 200
"""The most buffers for which a choice is searched, because a branch is as deep as there are candidates."""


def candidates(manifest: Manifest) -> list[Buffer]:
    """The `auto` buffers that may gain something, if only less padding. Those with the most accesses come first, and
    among equals the smaller ones."""
    wider = frozenset(widening_autos(manifest))
    autos = (
        buffer
        for buffer in manifest.buffers
        if buffer.location == "auto" and buffer.size_bytes and (buffer.accesses or buffer.full_name in wider)
    )
    return sorted(autos, key=lambda buffer: (-buffer.accesses, buffer.size_bytes, buffer.full_name))


def promote(manifest: Manifest, base: Packed, launch: LaunchFigures, stop: Stop, wider: Packed | None = None) -> Packed:
    """`base` with the best choice of `auto` buffers on chip. It keeps the threads per block of `launch`, and has no
    fewer resident threads. Among these choices it has the most accesses, then the smallest stride, then the fewest run
    bytes. `choice` says what of that is proven. `wider`: the packing that has this launch, if `base` itself has a worse
    one."""
    return promote_to(manifest, base, rank_of(manifest, launch), stop, wider)


def promote_to(manifest: Manifest, base: Packed, wanted: Rank, stop: Stop, wider: Packed | None = None) -> Packed:
    """The same for any launch that is at least as good as `wanted`."""
    waiting = candidates(manifest)
    if not waiting:
        return wider or base
    free = ByteLimits(manifest, tuple(waiting), wanted, base)
    trials = TrialPackings.of(manifest, frozenset(buffer.full_name for buffer in waiting))
    if trials.many or len(waiting) > _MOST_CANDIDATES:
        used = [buffer for buffer in waiting if buffer.accesses]
        return _greedily(manifest, wider or base, used, wanted, free, stop)
    return Selection(manifest, base, waiting, free, trials, stop, wider).run()


def _greedily(
    manifest: Manifest, base: Packed, buffers: Sequence[Buffer], wanted: Rank, free: ByteLimits, stop: Stop
) -> Packed:
    """A greedy choice (see `greedy`). Nothing is known of other choices."""
    packed = base

    def fits(members: Members) -> bool:
        nonlocal packed
        on_chip = base.on_chip | {buffers[number].full_name for number in members}
        trial = None if stop.now() else _try(manifest, packed, on_chip, wanted, stop)
        packed = packed if trial is None else trial
        return trial is not None

    taken_greedily(range(len(buffers)), fits)
    packed = finished(manifest, packed, packed.on_chip, packed.offsets, stop)
    chosen = [buffer for buffer in buffers if buffer.full_name in packed.on_chip]
    accesses = sum(buffer.accesses for buffer in chosen)
    everything = sum(buffer.accesses for buffer in buffers)
    others = None
    if accesses < everything or widening_autos(manifest):
        least = packed.run.lower_bound_bytes if accesses == everything else base.run.lower_bound_bytes
        others = least, least
    return replace(
        packed, choice=Choice(accesses, everything, free.most(free.with_all(chosen)), others_at_least=others)
    )


def _try(manifest: Manifest, packed: Packed, on_chip: frozenset[str], wanted: Rank, stop: Stop) -> Packed | None:
    flat = flatten(manifest, on_chip, warned=False)
    if not _kept(manifest, wanted, on_chip, lower_bound(flat.run).size_bytes, packed):
        return None
    try:
        trial = pack_regions(
            manifest, stop=stop.within(_TRIAL_SHARE * stop.remaining_s), on_chip=on_chip, beside=packed
        )
    except PinsCollide:
        return None
    return trial if _kept(manifest, wanted, on_chip, trial.run.size_bytes, trial) else None


def _kept(manifest: Manifest, wanted: Rank, on_chip: frozenset[str], run_bytes: Bytes, beside: Packed) -> bool:
    """Whether so many run bytes, with the block region of `beside`, allow a launch as good as wanted."""
    found = launch_beside(manifest, run_bytes, beside, on_chip)
    return found is not None and rank_of(manifest, found) >= wanted
