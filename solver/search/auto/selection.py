"""The best choice of `auto` buffers for the free bytes: greedy first, then by branch and bound.

Phases give a lower bound on the bytes of a choice (`demand`). Branch and bound finds the choice with the most accesses,
and among equals that with the smallest stride and the fewest run bytes (`branch_and_bound`). Choices at the ends of
branches are packed (`trial_packings`). Packings get little effort first. If that leaves something undecided, they get
more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from warpack.solver.search.auto.branch_and_bound import BranchAndBound
from warpack.solver.search.auto.byte_limits import ByteLimits, Class, joined
from warpack.solver.search.auto.choice import Chosen, Members, Tried
from warpack.solver.search.auto.demand import Demand
from warpack.solver.search.auto.greedy import greedy_orders, taken_greedily
from warpack.solver.search.auto.likeness import likened
from warpack.solver.search.auto.trial_packings import Trial, TrialPackings
from warpack.solver.search.core.known_choice import Choice, Order
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.region.finish import finished
from warpack.solver.search.region.regions import Packed
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes

_NODES, _PACKINGS, _TIES = 8_000, 1_600, 40
"""The limits of one search for a choice: branches, packings, and packings that are only for a smaller stride with the
same accesses. Real buffer sets take a few dozen."""

_EFFORTS = (0.1, 1.0, 4.0)
"""The effort of one packing. A search that leaves something undecided is repeated with the next effort."""

_SHARE = 0.75
"""The largest share of the remaining time for the search. The last packing, which serves lesser wishes, has the
rest."""

_GREEDY_ITEMS = 100_000
"""The most items that the greedy choices place, which takes about two seconds."""


class Selection:
    """One search for the best choice of candidates. `wider`: see `promotion.promote`."""

    def __init__(
        self,
        manifest: Manifest,
        base: Packed,
        waiting: Sequence[Buffer],
        free: ByteLimits,
        trials: TrialPackings,
        stop: Stop,
        wider: Packed | None = None,
    ) -> None:
        self._manifest, self._base, self._free, self._trials, self._stop = manifest, base, free, trials, stop
        self._buffers = [buffer for buffer in waiting if not self._too_high(buffer)]
        self._names = [buffer.full_name for buffer in self._buffers]
        self._demand = Demand(trials.problem_of(self._names), self._names, trials.cliques(self._names))
        first = wider or base
        self._first = tuple(number for number, name in enumerate(self._names) if name in first.on_chip)
        self._found: dict[Members, Trial] = {self._first: Trial(first.run.size_bytes, offsets=first.offsets)}
        self._decided: dict[tuple[Members, Bytes], Tried] = {}
        self._effort = _EFFORTS[0]

    def run(self) -> Packed:
        """The packing with the best choice found."""
        searching = self._stop.within(_SHARE * self._stop.remaining_s)
        chosen = self._choose(self._greedy(searching), searching)
        for effort in _EFFORTS[1:]:
            if not chosen.undecided or searching.now():
                break
            self._effort = effort
            chosen = self._choose(chosen.members, searching)
        names = frozenset(self._names[number] for number in chosen.members)
        packed = finished(self._manifest, self._base, names, self._found[chosen.members].offsets, self._stop)
        kind = self._kind(chosen.members)
        choice = Choice(
            chosen.accesses,
            chosen.accesses_at_most,
            self._free.most(kind),
            chosen.nodes,
            self._others(chosen, self._free.order(packed.run.size_bytes, kind)),
            self._with_one_more(names),
        )
        return replace(packed, choice=choice)

    def _choose(self, start: Members, stop: Stop) -> Chosen:
        kinds = [self._free.class_of(buffer) for buffer in self._buffers]
        return BranchAndBound(
            candidates=likened(self._buffers, kinds, self._trials.problem),
            demand=self._demand,
            rooms=self._free,
            pack=self._pack,
            settle=self._settle,
            stop=stop,
            node_limit=_NODES,
            pack_limit=_PACKINGS,
            tie_limit=_TIES,
            start=start,
            start_bytes=self._found[start].run_bytes or 0,
        ).run()

    def _greedy(self, stop: Stop) -> Members:
        """The best of a few greedy choices and of the choice to begin with."""
        accesses = [buffer.accesses for buffer in self._buffers]
        left = _GREEDY_ITEMS

        def fits(members: Members) -> bool:
            nonlocal left
            if stop.now() or left <= 0 or not self._may_fit(members):
                return False
            left -= len(self._trials.problem.items)
            return self._pack(members, self._free.most(self._kind(members)), quickly=True).run_bytes is not None

        def worth(members: Members) -> int:
            return sum(accesses[number] for number in members)

        best = self._first
        for order in greedy_orders(accesses, self._demand):
            taken = tuple(sorted(taken_greedily(order, fits)))
            best = taken if worth(taken) > worth(best) else best
        return best

    def _may_fit(self, members: Members) -> bool:
        """Whether the bytes fit in every phase."""
        used, held = list(self._demand.start), self._demand.held
        for number in members:
            self._demand.add(used, held, number)
        return max(used, default=0) <= self._free.most(self._kind(members))

    def _too_high(self, buffer: Buffer) -> bool:
        """Whether the buffer's pin alone needs more bytes than there are."""
        end = (buffer.pinned_offset_bytes or 0) + buffer.size_bytes
        return end > self._free.reach(joined(self._free.base, self._free.class_of(buffer)))

    def _pack(self, members: Members, room: Bytes, *, quickly: bool = False) -> Tried:
        members = tuple(sorted(members))
        known = self._decided.get((members, room))
        if known is not None:
            return known
        on_chip = [self._names[number] for number in members]
        if quickly and not self._trials.problem.windows:
            return self._tried(members, room, self._trials.quick(on_chip, room))
        return self._tried(members, room, self._trials.within(on_chip, room, self._stop.with_effort(self._effort)))

    def _settle(self, members: Members) -> Tried:
        members = tuple(sorted(members))
        on_chip, room = [self._names[number] for number in members], self._free.most(self._kind(members))
        return self._tried(members, room, self._trials.tight(on_chip, room, self._stop.with_effort(self._effort)))

    def _tried(self, members: Members, room: Bytes, trial: Trial) -> Tried:
        tried = Tried(trial.run_bytes, trial.impossible, trial.at_least)
        if trial.run_bytes is None or trial.run_bytes > room:
            tried = replace(tried, run_bytes=None)
        else:
            known = self._found.get(members)
            if known is None or known.run_bytes is None or trial.run_bytes < known.run_bytes:
                self._found[members] = trial
        if tried.run_bytes is not None or tried.impossible:
            self._decided[members, room] = tried
        return tried

    def _kind(self, members: Members) -> Class:
        return self._free.with_all(self._buffers[number] for number in members)

    def _others(self, chosen: Chosen, order: Order) -> Order | None:
        """A lower bound on the orders of all choices that might be better than this one; None if there is none."""
        left = [one.order for one in chosen.left if one.order < order]
        return (min(one[0] for one in left), min(one[1] for one in left)) if left else None

    def _with_one_more(self, on_chip: frozenset[str]) -> dict[str, Bytes]:
        """For each buffer that stays local, run bytes that suffice with it on chip too, if one packing shows that."""
        found: dict[str, Bytes] = {}
        for name in sorted(self._trials.candidates - on_chip):
            if self._stop.now():
                break
            run_bytes = self._trials.quick((*on_chip, name)).run_bytes
            if run_bytes is not None:
                found[name] = run_bytes
        return found
