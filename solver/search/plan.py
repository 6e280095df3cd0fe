"""The plan of the search: which strategies there are, and in which order each kind of set asks them.

A region of 512 items and more is packed by LARGE alone, in that order. A smaller region goes through three steps.

1. Preparation. Reductions take out items that need not be searched for. A first packing is made: by first fit; by
   lowest first, if "breeding" applies; with contiguous windows, of the windows as rigid blocks (`region/windows`).
2. Each strategy of ASKED_ONCE takes one step.
3. PLANS has the plan for the kind of set. Its turns follow one another until bound and best packing meet, the effort is
   spent, or it is time to stop.

A turn is about one capacity, its goal. It asks its strategies one after another, until one answers: with a packing
within the capacity, or with a proof that there is none. Strategies that are left out, or do not apply, are skipped. The
next turn is chosen like this; the kind of set is determined anew each time (`kind_of`):

- The turns of the opening come first, and then those of the cycle.
- After an answer, the opening or the cycle starts again, whichever the turn was in. After a packing it starts at its
  turn number `after_packing`.
- Without an answer, the next turn follows. After the last one, the cycle is repeated with more effort.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warpack.solver.search.bounds.heavy_clique import HeavyClique
from warpack.solver.search.core.options import SearchOptions
from warpack.solver.search.exact.bitset_dfs import Bitsets
from warpack.solver.search.exact.cpsat_pairs import Pairs
from warpack.solver.search.exact.tight_intervals import Skyline, Tilings, skyline_of
from warpack.solver.search.heuristics.breeding import Breeding
from warpack.solver.search.heuristics.guided_local_search import GuidedLocalSearch
from warpack.solver.search.heuristics.more_orders import MoreOrders
from warpack.solver.search.lanes.both_ends import BothEnds
from warpack.solver.search.lanes.stacking import Stacking
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.strategy import Interval, Strategy

STRATEGIES: tuple[type[Strategy], ...] = (
    Breeding,  # "breeding": orders for the lowest-first rule, by a genetic algorithm
    MoreOrders,  # "more orders": first fit, if items have rows
    HeavyClique,  # "heavy clique": a bound from items of which no two may share a byte
    Tilings,  # "tilings": packings without a hole, along their seams
    Skyline,  # "skyline": the lowest valley is filled first, and waste is counted
    Bitsets,  # "bitsets": depth first, for 24 items at most
    Pairs,  # "pairs": CP-SAT with a boolean for each way in which a pair may lie
    Stacking,  # "stacking": CP-SAT along an order of the items; breeding and squeezing run beside it
    BothEnds,  # "both ends": two lanes, the finder for packings and destructive bounds for proofs
)

ASKED_ONCE = ("breeding", "more orders", "heavy clique")

LARGE = ("skyline fill", "ejection chains", "large first fit")

PREPARATION = ("max live", "reduction", "first fit", "lowest first", "warm start")
"""These make the first bound and the first packing, and have accounts in the ledger too. Only "first fit" can be left
out; then a single order is tried."""

Goal = Literal["below best", "bound", "half"]
"""The capacity of a turn: one unit less than the best packing, the bound, or half-way between the two."""


@dataclass(frozen=True)
class Turn:
    """`most_items`: the turn is left out for cores with more items."""

    goal: Goal
    strategies: tuple[str, ...]
    most_items: int | None = None


@dataclass(frozen=True)
class Plan:
    """`effort` is that of each step up to the end of the first cycle, in about seconds of one core. Each further cycle
    has `growth` times as much; "both ends" makes its own rounds longer. `after_packing` is the number of the turn, in
    the cycle or the opening, that follows a packing."""

    cycle: tuple[Turn, ...]
    opening: tuple[Turn, ...] = ()
    effort: float = 0.5
    growth: float = 2.0
    after_packing: int = 0


_BY_PAIRS = ("tilings", "skyline", "bitsets", "pairs")
_BY_STACKING = ("tilings", "skyline", "stacking")
_PAIRS_TOO = Turn("below best", _BY_PAIRS, most_items=128)

_MANY = 40
"""From so many items after the reductions on, a kind is "many". With fewer, booleans for pairs do better than
stacking."""

PLANS = {
    # contiguous windows, if packing them as rigid blocks does not reach the bound of the packing without windows
    "windows": Plan((Turn("below best", ("pairs",)), Turn("bound", ("pairs",)), Turn("half", ("pairs",)))),
    # with rows: some item has bytes that are occupied at different times
    "few items with rows": Plan(
        (Turn("below best", ("both ends",)),), opening=(Turn("below best", ("bitsets", "pairs")),), effort=0.02
    ),
    "many items with rows": Plan((Turn("below best", ("both ends",)),)),
    # without rows: "few intervals" are 8 plain intervals and more (one span each, no pins, no alignments)
    "few items": Plan((Turn("below best", _BY_PAIRS), Turn("bound", _BY_PAIRS), Turn("half", _BY_PAIRS))),
    "few intervals": Plan((Turn("bound", _BY_PAIRS), Turn("below best", _BY_PAIRS), Turn("half", _BY_PAIRS))),
    "many items": Plan(
        (Turn("bound", _BY_STACKING), Turn("bound", _BY_STACKING), Turn("bound", _BY_STACKING), _PAIRS_TOO),
        after_packing=1,
    ),
    # the same, if guided local search does not take them: too many items times capacity, or a pin
    "many offsets": Plan(
        (Turn("bound", _BY_STACKING), Turn("half", _BY_STACKING), Turn("below best", _BY_STACKING), _PAIRS_TOO),
        after_packing=1,
    ),
}

WHOLE_PUZZLE = ("bitsets", "pairs")
"""These are asked about the puzzle without reductions in two cases: a packing of the reduced puzzle gives none of the
whole; or windows could not be packed as blocks, and any packing is wanted."""


def kind_of(case: Case, interval: Interval) -> str:
    """The kind of set, a key of PLANS. "many offsets" may become "many items" when better packings are found."""
    if case.hulls:
        return "windows"
    many, intervals = case.core.count >= _MANY, case.shared(skyline_of) is not None
    if case.has_rows and not intervals:
        return "many items with rows" if many else "few items with rows"
    if not many:
        return "few intervals" if intervals else "few items"
    return "many items" if GuidedLocalSearch.takes(case.core, case.room(interval.best.top)) else "many offsets"


def check_options(options: SearchOptions) -> None:
    """Raises ValueError for a name that cannot be left out. The message lists all names that can."""
    if not options.without:
        return
    known = can_be_left_out()
    unknown = sorted(options.without.difference(known))
    if unknown:
        names = ", ".join(map(repr, unknown))
        raise ValueError(f"no strategy is called {names}; what can be left out: {', '.join(known)}")


def can_be_left_out() -> tuple[str, ...]:
    """All names that `SearchOptions.without` takes: those of strategies and of their parts."""
    own = [name for one in STRATEGIES for name in (one.name, *one.parts)]
    return tuple(dict.fromkeys(("first fit", *own, *LARGE)))
