"""Small random puzzles, and the answer to them by trying everything."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.conflicts import mirrored
from warpack.solver.search.core.puzzle import Gaps, Puzzle, Solution
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.exact.cpsat_strips import StripsSearch
from warpack.solver.search.heuristics.first_fit import construct


def make_puzzle(
    sizes: list[int],
    forbidden: dict[tuple[int, int], Gaps],
    alignments: list[int] | None = None,
    pins: dict[int, int] | None = None,
) -> Puzzle:
    """`forbidden` for pairs (smaller, larger)."""
    rows: list[dict[int, Gaps]] = [{} for _ in sizes]
    for (i, j), gaps in forbidden.items():
        rows[i][j], rows[j][i] = gaps, mirrored(gaps)
    given = pins or {}
    return Puzzle(
        tuple(sizes),
        tuple(alignments or [1] * len(sizes)),
        tuple(given.get(i) for i in range(len(sizes))),
        tuple(rows),
    )


def whole(sizes: list[int], i: int, j: int) -> Gaps:
    """The two may share no byte."""
    return ((1 - sizes[j], sizes[i] - 1),)


def clique(sizes: list[int]) -> Puzzle:
    """No two of them may share a byte."""
    pairs = [(i, j) for i in range(len(sizes)) for j in range(i + 1, len(sizes))]
    return make_puzzle(sizes, {(i, j): whole(sizes, i, j) for i, j in pairs})


def puzzles(*, with_pins: bool = True) -> st.SearchStrategy[Puzzle]:
    return st.randoms(use_true_random=False).map(lambda random: random_puzzle(random, with_pins=with_pins))


def random_puzzle(random: Random, *, with_pins: bool = True) -> Puzzle:
    count = random.randint(1, 4)
    sizes = [random.randint(1, 5) for _ in range(count)]
    alignments = [random.choice([1, 1, 1, 2, 4]) for _ in range(count)]
    pins = {}
    if with_pins and random.random() < 0.3:
        item = random.randrange(count)
        pins[item] = alignments[item] * random.randint(0, 2)
    forbidden = {}
    for i in range(count):
        for j in range(i + 1, count):
            way = random.choice(["free", "whole", "whole", "rigid"])
            if way == "whole":
                forbidden[i, j] = whole(sizes, i, j)
            elif way == "rigid" and (gaps := _some_of(random, 1 - sizes[j], sizes[i] - 1)):
                forbidden[i, j] = gaps
    return make_puzzle(sizes, forbidden, alignments, pins)


def _some_of(random: Random, low: int, high: int) -> Gaps:
    chosen = [difference for difference in range(low, high + 1) if random.random() < 0.7]
    gaps: list[tuple[int, int]] = []
    for difference in chosen:
        if gaps and gaps[-1][1] == difference - 1:
            gaps[-1] = (gaps[-1][0], difference)
        else:
            gaps.append((difference, difference))
    return tuple(gaps)


def fits(puzzle: Puzzle, capacity: int, placed: tuple[int, ...] = ()) -> bool:
    """Whether some offsets within the capacity keep every rule: one item after the other, at every offset."""
    item = len(placed)
    if item == puzzle.count:
        return True
    rows = puzzle.forbidden[item]
    closed = [
        range(placed[o] - high, placed[o] - low + 1) for o, gaps in rows.items() if o < item for low, high in gaps
    ]
    for offset in range(0, capacity - puzzle.sizes[item] + 1, puzzle.alignments[item]):
        if puzzle.pins[item] not in (None, offset):
            continue
        if not any(offset in ranges for ranges in closed) and fits(puzzle, capacity, (*placed, offset)):
            return True
    return False


def least(puzzle: Puzzle) -> int:
    """The least capacity that is enough."""
    capacity = max(size + (pin or 0) for size, pin in zip(puzzle.sizes, puzzle.pins, strict=True))
    while not fits(puzzle, capacity):
        capacity += 1
    return capacity


def intervals(rows: list[tuple[int, int, int]], alignment: int = 1) -> Puzzle:
    """A puzzle of plain intervals (start, end, size)."""
    forbidden = tuple(
        {
            j: ((1 - other[2], row[2] - 1),)
            for j, other in enumerate(rows)
            if j != i and row[0] < other[1] and other[0] < row[1]
        }
        for i, row in enumerate(rows)
    )
    stretches = tuple((1 << end) - (1 << start) for start, end, _ in rows)
    count = len(rows)
    return Puzzle(tuple(size for _, _, size in rows), (alignment,) * count, (None,) * count, forbidden, stretches)


def prove_the_least(puzzle: Puzzle) -> Attempt:
    """What fitting says just below the least capacity, after it has said the right thing there and at that capacity."""
    capacity = least(puzzle)
    fitter, stop = StripsSearch(puzzle), Stop.after(3600)
    packed = fitter.prove(capacity, effort=1, seed=0, stop=stop)
    assert packed.verdict == "packed"
    assert puzzle.allows(packed.offsets)
    below = fitter.prove(capacity - 1, effort=1, seed=0, stop=stop)
    assert below.verdict == "impossible"
    return below


def crowd(count: int, random: Random) -> tuple[Puzzle, int]:
    """Random intervals, and the largest sum of sizes in one phase: no packing is lower."""
    rows = []
    for _ in range(count):
        start = random.randrange(40)
        rows.append((start, min(48, start + random.randint(3, 20)), random.randint(1, 60)))
    return intervals(rows), max(sum(size for a, b, size in rows if a <= t < b) for t in range(48))


def first_fitted(puzzle: Puzzle, bound: int) -> Solution:
    """The packing of first fit over some orders."""
    return construct(puzzle, good_enough=bound, tries=10, random=Random(0), stop=Stop(float("inf")))
