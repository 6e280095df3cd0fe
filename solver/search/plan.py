"""The plan of the search: which strategies there are, and on which kind of set they are asked in which order.

One region of up to 511 items is searched like this. More items are packed by `large` alone (LARGE, in that order).

1. Reductions take out items that need not be searched for. There is a first packing: by first fit; by lowest first
   where orders are bred; with contiguous windows, the windows packed as rigid blocks (`region/windows`).
2. Each strategy of FIRST is asked once.
3. Then the plan for the kind of set (`kind_of`, asked anew before each turn), until bound and packing meet, the effort
   is spent, or it is time to stop:
   - A turn is about one capacity. Its strategies are asked one after another until one answers: with a packing within
     the capacity, or with proof that there is none. Those that are left out or do not apply (`applies`) are skipped.
   - After an answer the opening starts again, or, once it is over, the cycle. After a packing the cycle starts again at
     turn `after_packing`. Without an answer the next turn comes; after a whole cycle, the cycle with more effort.
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
    Breeding,  # orders for the lowest-first rule, by a genetic algorithm
    MoreOrders,  # first fit, where items have rows
    HeavyClique,  # a bound from items that may share no byte
    Tilings,  # packings without a hole, along their seams
    Skyline,  # the lowest valley first, waste counted
    Bitsets,  # depth first, 24 items at most
    Pairs,  # CP-SAT, a boolean for each way in which a pair may lie
    Stacking,  # CP-SAT along an order of the items; beside it, breeding and squeezing
    BothEnds,  # two lanes: the finder's packings, and destructive bounds
)

FIRST = ("breeding", "more orders", "heavy clique")

LARGE = ("skyline fill", "ejection chains", "large first fit")

OTHERS = ("max live", "reduction", "first fit", "lowest first", "warm start")
"""They have an account too: the bound and the packing to begin with. Where first fit is left out, one order is laid;
the others cannot be left out."""

Goal = Literal["below best", "bound", "half"]
"""The capacity of a turn: one unit less than the best packing; the bound; half-way between."""


@dataclass(frozen=True)
class Turn:
    """`most_items`: cores of more items are not asked."""

    goal: Goal
    strategies: tuple[str, ...]
    most_items: int | None = None


@dataclass(frozen=True)
class Plan:
    """`opening`: turns before the cycle. `effort`: that of each step until the first cycle is over, in about seconds of
    one core; each further cycle has `growth` times as much ("both ends" counts its rounds itself). `after_packing`: the
    turn of the cycle that follows a packing."""

    cycle: tuple[Turn, ...]
    opening: tuple[Turn, ...] = ()
    effort: float = 0.5
    growth: float = 2.0
    after_packing: int = 0


_EXACT = ("tilings", "skyline", "bitsets", "pairs")
_STACK = ("tilings", "skyline", "stacking")
_PAIRS_TOO = Turn("below best", _EXACT, most_items=128)

PLANS = {
    # at least one contiguous window, and its blocks do not reach the bound of the packing without windows
    "windows": Plan((Turn("below best", ("pairs",)), Turn("bound", ("pairs",)), Turn("half", ("pairs",)))),
    # some item has bytes that are occupied at different times (rows), and it is not a set of plain intervals
    "few rigid rows": Plan(
        (Turn("below best", ("both ends",)),), opening=(Turn("below best", ("bitsets", "pairs")),), effort=0.02
    ),
    "rigid rows": Plan((Turn("below best", ("both ends",)),)),
    # neither rows nor 8 plain intervals and more (one stretch of phases each, no pins, no alignments)
    "few items": Plan((Turn("below best", _EXACT), Turn("bound", _EXACT), Turn("half", _EXACT))),
    "few intervals": Plan((Turn("bound", _EXACT), Turn("below best", _EXACT), Turn("half", _EXACT))),
    # plain intervals, or anything else without rows
    "many items": Plan(
        (Turn("bound", _STACK), Turn("bound", _STACK), Turn("bound", _STACK), _PAIRS_TOO), after_packing=1
    ),
    "many offsets": Plan(
        (Turn("bound", _STACK), Turn("half", _STACK), Turn("below best", _STACK), _PAIRS_TOO), after_packing=1
    ),
}

WHOLE = ("bitsets", "pairs")
"""Asked about the whole puzzle, for the same capacity, right after a packing of the reduced one that is none of the
whole; and for any packing at all, where windows could not be packed as blocks."""

_MANY = 40
""""many" and "rigid rows": so many items and more are left after the reductions; "few": fewer. Of fewer, booleans for
each pair do better than stacking."""


def kind_of(case: Case, interval: Interval) -> str:
    """The kind of set, a key of PLANS. "many offsets": items times capacity is too much for guided local search
    (`GuidedLocalSearch.takes`), or an item is pinned. It may become "many items" as better packings are found."""
    if case.hulls:
        return "windows"
    many, intervals = case.core.count >= _MANY, case.shared(skyline_of) is not None
    if case.has_rows and not intervals:
        return "rigid rows" if many else "few rigid rows"
    if not many:
        return "few intervals" if intervals else "few items"
    return "many items" if GuidedLocalSearch.takes(case.core, case.room(interval.best.top)) else "many offsets"


def check_options(options: SearchOptions) -> None:
    """Raises ValueError, with all that can be left out, where a name is none of these."""
    if not options.without:
        return
    known = can_be_left_out()
    unknown = sorted(options.without.difference(known))
    if unknown:
        names = ", ".join(map(repr, unknown))
        raise ValueError(f"no strategy is called {names}; what can be left out: {', '.join(known)}")


def can_be_left_out() -> tuple[str, ...]:
    """The names of all strategies and of their parts that `SearchOptions.without` takes."""
    own = [name for one in STRATEGIES for name in (one.name, *one.parts)]
    return tuple(dict.fromkeys(("first fit", *own, *LARGE)))
