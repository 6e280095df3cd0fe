"""`auto` buffers into bytes that are free anyway: the third wish, after the threads per block and the resident threads.

How many bytes are free follows from the launch (`room`), what a choice of buffers needs at least from the phases (`demand`); a
branch and bound over the choices settles which has the most accesses (`choosing`), with real packings at its ends (`stock`). What is
too large for that is taken greedily: all of a list if it fits, else its first half, then its second half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from solver.flatten import flatten
from solver.launch.region import RunRegion
from solver.launch.stride import stride_bytes
from solver.launch.threads import launch_for
from solver.search.bound import lower_bound
from solver.search.choice import Choice
from solver.search.choosing import Candidate, Chooser, Members, Tried
from solver.search.demand import Demand
from solver.search.firstfit import PinsCollide
from solver.search.regions import Packed, pack_regions
from solver.search.room import Class, Rooms, Speed, class_of, joined, rooms, speed_of
from solver.search.stock import Stock, Trial
from solver.search.stop import Stop
from solver.search.widening import widening_autos
from solver.wire.layout import LaunchFigures
from solver.wire.manifest import Buffer, Manifest
from solver.wire.units import Bytes

_TRIAL_SHARE = 0.05
"""Of the time that is left, the most that one trial may take."""

_MOST_CANDIDATES = 200
"""Of more buffers no choice is searched for: a branch is as deep as there are candidates."""

_NODES, _PACKINGS, _TIES = 8_000, 1_600, 40
"""Limits of the search for a choice: branches, packings, and packings for a smaller stride with the same accesses. Real buffer
sets take a few dozen."""


def candidates(manifest: Manifest) -> list[Buffer]:
    """The `auto` buffers that have something to win, be it less padding, most accesses first, smaller ones first among equals."""
    wider = frozenset(widening_autos(manifest))
    autos = (
        buffer
        for buffer in manifest.buffers
        if buffer.location == "auto" and buffer.size_bytes and (buffer.accesses or buffer.full_name in wider)
    )
    return sorted(autos, key=lambda buffer: (-buffer.accesses, buffer.size_bytes, buffer.full_name))


def promote(manifest: Manifest, base: Packed, launch: LaunchFigures, stop: Stop, wider: Packed | None = None) -> Packed:
    """`base` with the `auto` buffers on chip that have the most accesses of any choice that leaves the threads per block of
    `launch`, and no fewer resident threads; among those, with the smallest stride and the fewest run bytes. `choice` says
    whether that is proven. `wider`: the packing that has this launch, where `base` itself has a worse one."""
    waiting = candidates(manifest)
    if not waiting:
        return wider or base
    wanted = speed_of(manifest, launch)
    free = rooms(manifest, waiting, wanted, base.block.size_bytes)
    stock = Stock.of(manifest, frozenset(buffer.full_name for buffer in waiting))
    if stock.many or len(waiting) > _MOST_CANDIDATES:
        used = [buffer for buffer in waiting if buffer.accesses]
        return _greedily(manifest, wider or base, used, wanted, free, stop)
    return _Search(manifest, base, waiting, free, stock, stop, wider).run()


class _Search:
    """One search for the best choice of a few candidates."""

    def __init__(
        self,
        manifest: Manifest,
        base: Packed,
        waiting: Sequence[Buffer],
        free: Rooms,
        stock: Stock,
        stop: Stop,
        wider: Packed | None = None,
    ) -> None:
        self._manifest, self._base, self._free, self._stock, self._stop = manifest, base, free, stock, stop
        self._buffers = [buffer for buffer in waiting if not self._too_high(buffer)]
        self._names = [buffer.full_name for buffer in self._buffers]
        first = wider or base
        self._first = tuple(number for number, name in enumerate(self._names) if name in first.on_chip)
        self._first_bytes = first.run.size_bytes
        self._offsets: dict[Members, dict[str, Bytes]] = {self._first: first.offsets}

    def run(self) -> Packed:
        demand = Demand(self._stock.problem_of(self._names), self._names, self._stock.cliques(self._names))
        chosen = Chooser(
            candidates=_likened(self._buffers, demand, self._stock),
            demand=demand,
            rooms=self._free,
            pack=self._pack,
            settle=self._settle,
            least_rank=self._least_rank,
            stop=self._stop.within(self._stop.remaining_s / 2),
            node_limit=_NODES,
            pack_limit=_PACKINGS,
            tie_limit=_TIES,
            start=self._first,
            start_rank=self._rank(self._first_bytes, self._kind(self._first)),
        ).run()
        names = frozenset(self._names[number] for number in chosen.members)
        kind = self._kind(chosen.members)
        at_most = self._free.most.get(kind, 0)
        choice = Choice(chosen.accesses, chosen.accesses_at_most, at_most, chosen.nodes, self._with_one_more(names))
        if not names:
            return replace(self._base, choice=choice)
        packed = pack_regions(
            self._manifest, stop=self._stop, on_chip=names, start=self._base.offsets | self._offsets[chosen.members]
        )
        return replace(packed, choice=choice)

    def _too_high(self, buffer: Buffer) -> bool:
        """Whether a pin alone takes more than there is room for."""
        end = (buffer.pinned_offset_bytes or 0) + buffer.size_bytes
        return end > self._free.reach[joined(self._free.base, class_of(buffer))]

    def _pack(self, members: Members, room: Bytes) -> Tried:
        on_chip = [self._names[number] for number in members]
        trial = self._stock.within(on_chip, room, self._stop.within(_TRIAL_SHARE * self._stop.remaining_s))
        return self._tried(members, room, trial)

    def _settle(self, members: Members) -> Tried:
        on_chip, room = [self._names[number] for number in members], self._free.most[self._kind(members)]
        trial = self._stock.tight(on_chip, room, self._stop.within(_TRIAL_SHARE * self._stop.remaining_s))
        return self._tried(members, room, trial)

    def _tried(self, members: Members, room: Bytes, trial: Trial) -> Tried:
        if trial.run_bytes is None or trial.run_bytes > room:
            return Tried(False, trial.impossible)
        self._offsets[tuple(sorted(members))] = trial.offsets
        return Tried(True, rank=self._rank(trial.run_bytes, self._kind(members)))

    def _kind(self, members: Members) -> Class:
        kind = self._free.base
        for number in members:
            kind = joined(kind, class_of(self._buffers[number]))
        return kind

    def _rank(self, run_bytes: Bytes, kind: Class) -> tuple[int, ...]:
        region = RunRegion(kind[0], (kind[1],), 1)
        launch = self._manifest.launch
        return stride_bytes(run_bytes, region, launch.threads_per_run, launch.bank_conflicts), run_bytes

    def _least_rank(self, run_bytes: Bytes) -> tuple[int, ...]:
        """A stride has at least the run's bytes."""
        return run_bytes, run_bytes

    def _with_one_more(self, on_chip: frozenset[str]) -> dict[str, Bytes]:
        """Run bytes that are enough for each buffer that stays local, where one packing shows it."""
        found: dict[str, Bytes] = {}
        for name in sorted(self._stock.candidates - on_chip):
            if self._stop.now():
                break
            run_bytes = self._stock.quick((*on_chip, name)).run_bytes
            if run_bytes is not None:
                found[name] = run_bytes
        return found


def _likened(buffers: Sequence[Buffer], demand: Demand, stock: Stock) -> list[Candidate]:
    """Buffers that lie in the same phases, are as large and as often used, and have no rule of their own, are alike."""
    problem = stock.problem
    special = {index for pair in (*problem.apart, *problem.alias_permits) for index in pair}
    special |= {index for entry in problem.in_place for index in (entry.read, entry.write)}
    special |= {index for window in problem.windows for index in window.items}
    special |= {index for index, item in enumerate(problem.items) if item.pinned_offset_bytes is not None}
    own = {problem.items[index].buffer for index in special}
    known: dict[object, int] = {}
    found = []
    pieces = {
        item.name: tuple((piece.offset_bytes, piece.size_bytes, piece.occupied) for piece in item.pieces)
        for item in problem.items
    }
    for buffer in buffers:
        shape: object = (buffer.accesses, class_of(buffer), pieces.get(buffer.full_name, buffer.full_name))
        key = buffer.full_name if buffer.full_name in own else shape
        found.append(Candidate(buffer.accesses, class_of(buffer), known.setdefault(key, len(known))))
    return found


def _greedily(
    manifest: Manifest, base: Packed, buffers: Sequence[Buffer], wanted: Speed, free: Rooms, stop: Stop
) -> Packed:
    packed = base
    waiting: list[Sequence[Buffer]] = [buffers]
    while waiting and not stop.now():
        batch = waiting.pop()
        if not batch:
            continue
        trial = _try(manifest, packed, batch, wanted, stop.within(_TRIAL_SHARE * stop.remaining_s))
        if trial is not None:
            packed = trial
        elif len(batch) > 1:
            half = (len(batch) + 1) // 2
            waiting += [batch[half:], batch[:half]]
    if packed.on_chip and not packed.run.proven:
        packed = pack_regions(manifest, stop=stop, on_chip=packed.on_chip, start=packed.offsets)
    kind = free.base
    for buffer in buffers:
        if buffer.full_name in packed.on_chip:
            kind = joined(kind, class_of(buffer))
    accesses = sum(buffer.accesses for buffer in buffers if buffer.full_name in packed.on_chip)
    everything = sum(buffer.accesses for buffer in buffers)
    return replace(packed, choice=Choice(accesses, everything, free.most.get(kind, 0)))


def _try(manifest: Manifest, packed: Packed, batch: Sequence[Buffer], wanted: Speed, stop: Stop) -> Packed | None:
    on_chip = packed.on_chip | {buffer.full_name for buffer in batch}
    flat = flatten(manifest, on_chip)
    if not _kept(manifest, wanted, on_chip, lower_bound(flat.run).size_bytes, packed.block.size_bytes):
        return None
    try:
        trial = pack_regions(manifest, stop=stop, on_chip=on_chip)
    except PinsCollide:
        return None
    return trial if _kept(manifest, wanted, on_chip, trial.run.size_bytes, trial.block.size_bytes) else None


def _kept(manifest: Manifest, wanted: Speed, on_chip: frozenset[str], run_bytes: Bytes, block_bytes: Bytes) -> bool:
    """Whether so many bytes allow a launch as good as wanted."""
    found = launch_for(manifest, run_bytes=run_bytes, block_region_bytes=block_bytes, on_chip=on_chip)
    return found is not None and speed_of(manifest, found) >= wanted
