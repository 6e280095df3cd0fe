"""The plan of the search: which strategies there are, and on which kind of set they are asked in which order.

One region of up to 511 items is searched for like this. More items are packed by `large` alone (LARGE).

1. Reductions take out what need not be searched for. One packing is there at once: first fit, or lowest first where
   orders are bred.
2. FIRST is asked, each once.
3. The plan for the kind of set: its opening until it has no answer, then its cycle, again and again. A turn is about
   one capacity, and its strategies are asked one after another until one answers: a packing within the capacity, or
   proof that there is none. After each cycle without an answer the effort grows.
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
from warpack.solver.search.heuristics.guided_local_search import ejectable
from warpack.solver.search.lanes.both_ends import BothEnds
from warpack.solver.search.lanes.stacking import Stacking
from warpack.solver.search.preprocess.case import Case
from warpack.solver.search.strategy import Interval, Strategy

STRATEGIES: tuple[type[Strategy], ...] = (
    Breeding,  # orders for the lowest-first rule, by a genetic algorithm
    HeavyClique,  # a bound from items that may share no byte
    Tilings,  # packings without a hole, along their seams
    Skyline,  # the lowest valley first, waste counted
    Bitsets,  # depth first, 24 items at most
    Pairs,  # CP-SAT, a boolean for each way in which a pair may lie
    Stacking,  # CP-SAT along an order of the items; beside it, breeding and squeezing
    BothEnds,  # two lanes: the finder's packings, and destructive bounds
)

FIRST = ("breeding", "heavy clique")

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
    """`effort`: that of the first step, in about seconds of one core. `after_packing`: where in the cycle to go on
    after a packing."""

    cycle: tuple[Turn, ...]
    opening: tuple[Turn, ...] = ()
    effort: float = 0.5
    growth: float = 2.0
    after_packing: int = 0


_EXACT = ("tilings", "skyline", "bitsets", "pairs")
_STACK = ("tilings", "skyline", "stacking")
_PAIRS_TOO = Turn("below best", _EXACT, most_items=128)

PLANS = {
    "windows": Plan((Turn("below best", ("pairs",)), Turn("bound", ("pairs",)), Turn("half", ("pairs",)))),
    "few rigid rows": Plan(
        (Turn("below best", ("both ends",)),), opening=(Turn("below best", ("bitsets", "pairs")),), effort=0.02
    ),
    "rigid rows": Plan((Turn("below best", ("both ends",)),)),
    "few items": Plan((Turn("below best", _EXACT), Turn("bound", _EXACT), Turn("half", _EXACT))),
    "few intervals": Plan((Turn("bound", _EXACT), Turn("below best", _EXACT), Turn("half", _EXACT))),
    "many items": Plan(
        (Turn("bound", _STACK), Turn("bound", _STACK), Turn("bound", _STACK), _PAIRS_TOO), after_packing=1
    ),
    "many offsets": Plan(
        (Turn("bound", _STACK), Turn("half", _STACK), Turn("below best", _STACK), _PAIRS_TOO), after_packing=1
    ),
}

WHOLE = ("bitsets", "pairs")
"""Asked of the whole puzzle, where a packing of what a reduction left is none of the whole."""

_MANY = 40
"""Items of a core. Of fewer, booleans for each pair do better than stacking."""


def kind_of(case: Case, interval: Interval) -> str:
    """The kind of set, a key of PLANS. Many items have many offsets where these are too many to squeeze."""
    if case.hulls:
        return "windows"
    many, intervals = case.core.count >= _MANY, case.shared(skyline_of) is not None
    if case.has_rows and not intervals:
        return "rigid rows" if many else "few rigid rows"
    if not many:
        return "few intervals" if intervals else "few items"
    return "many items" if ejectable(case.core, case.room(interval.best.top)) else "many offsets"


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
