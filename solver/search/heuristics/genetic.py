"""Better and better orders for the lowest-first rule, by a genetic algorithm with random keys (Gonçalves and Resende
2011).

An order is a vector of keys: the item with the lowest key comes first. A child takes the keys of items that are live
early from one parent, and those of items that are live late from the other, because each half of a packing is good by
itself. Or it takes single keys from each parent. Some keys also change by chance. A population that finds nothing
better for some time is set aside, and another begins. Later the best of several populations are bred together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.search.heuristics.lowest_first import LowestFirst

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_ITEMS = 48
"""Puzzles with fewer items are left to first fit and to the exact searches."""

_CHILDREN, _FEWEST, _MORE = 128, 40, 1.1
"""The most children of a generation; the number at first, when nearly every generation is better; and its growth."""

_PARENTS, _PARENTS_SHARE = 24, 0.25
"""How many of the best are parents: the most, and the share of the children."""

_BY_TIME, _BY_ITEM = 0.6, 0.2
"""The share of children whose parents are joined at a time, and the share that takes single keys from a second parent.
The others have one parent."""

_FROM_SECOND = 0.3
_CHANGED_ITEMS, _CHANGE, _SPREAD = 6, 1.0, 0.2
"""How many keys of a child change; the standard deviation of a change; and that of the first orders from the rules."""

_PATIENCE, _JOINED = 40, 3
"""Generations without a better packing before a population is set aside; and how many populations of the same rank are
joined."""


@dataclass(frozen=True)
class _Population:
    """Individuals, the best first. `costs`: the top, with the part of the bytes above the bound as its fraction.
    `children`: the size of the next generation. `rank`: how often the population was joined with others."""

    keys: NDArray[np.float64]
    offsets: NDArray[np.int64]
    costs: NDArray[np.float64]
    children: float = _FEWEST
    rank: int = 0


class Genetic:
    """One search, which every call continues. The same seed always gives the same course."""

    def __init__(self, puzzle: Puzzle, bound: int, seed: int) -> None:
        import numpy as np

        self._np, self._bound = np, bound
        self._random = np.random.default_rng(seed)
        self._rule = LowestFirst(puzzle)
        stretches, sizes = puzzle.stretches, self._rule.sizes
        width = max(one.bit_length() for one in stretches) // 8 + 1
        packed = np.frombuffer(b"".join(one.to_bytes(width, "little") for one in stretches), dtype=np.uint8)
        when = np.unpackbits(packed.reshape(puzzle.count, width), axis=1, bitorder="little")
        self._lengths = lengths = np.maximum(when.sum(axis=1), 1).astype(np.float64)
        self._middles = np.array([one.bit_length() + (one & -one).bit_length() for one in stretches])
        met = np.maximum((when * (sizes @ when)).max(axis=1), sizes).astype(np.float64)
        self._whole = float((lengths * sizes).sum()) * max(1, bound)
        area = np.log(lengths * sizes)
        self._rules = -np.stack(
            [
                area,
                6 * np.log(met) + 0.5 * area,
                20 * np.log(met) + np.log(lengths),
                2 * np.log(lengths) + 0.3 * np.log(sizes),
            ]
        )
        self._population: _Population | None = None
        self._aside: list[_Population] = []
        self._idle = 0

    @staticmethod
    def takes(puzzle: Puzzle) -> bool:
        """Whether the puzzle has enough items, and the lowest-first rule takes it."""
        return puzzle.count >= LEAST_ITEMS and bool(puzzle.stretches) and LowestFirst.takes(puzzle)

    @property
    def cost(self) -> int:
        """What the next generation costs, in looks of `guided_local_search`."""
        return max(1, 4 * len(self._rule.sizes) * self._children // _CHILDREN)

    @property
    def _children(self) -> int:
        return _FEWEST if self._population is None else int(self._population.children)

    @property
    def packings(self) -> list[list[int]]:
        """The packings of the population, lowest first."""
        found: list[list[int]] = [] if self._population is None else self._population.offsets.tolist()
        return found

    def generation(self) -> tuple[int, ...]:
        """Breeds one generation. Returns the offsets of the population's best packing."""
        np = self._np
        before, children = self._population, self._children
        keys = self._first(children) if before is None else self._bred(before.keys, children)
        offsets = self._rule.place(np.argsort(keys, axis=1, kind="stable"))
        costs = self._costs(offsets)
        rank = 0
        if before is not None:
            keys, offsets = np.concatenate((before.keys, keys)), np.concatenate((before.offsets, offsets))
            costs, rank = np.concatenate((before.costs, costs)), before.rank
        parents = min(_PARENTS, int(_PARENTS_SHARE * children))
        best = np.unique(costs, return_index=True)[1][
            :parents
        ]  # one of each cost, because equal parents breed nothing new
        more = min(_CHILDREN, _MORE * (_FEWEST if before is None else before.children))
        after = _Population(keys[best], offsets[best], costs[best], more, rank)
        self._idle = 0 if before is None or after.costs[0] < before.costs[0] else self._idle + 1
        self._population = after
        if self._idle >= _PATIENCE:
            self._set_aside(after)
        return tuple(after.offsets[0].tolist())

    def _costs(self, offsets: NDArray[np.int64]) -> NDArray[np.float64]:
        ends = offsets + self._rule.sizes
        above = self._np.maximum(ends - self._bound, 0) @ self._lengths
        costs: NDArray[np.float64] = ends.max(axis=1) + above / self._whole
        return costs

    def _first(self, children: int) -> NDArray[np.float64]:
        """The first keys: the rules, and disturbed rules."""
        shape = (children, self._rules.shape[1])
        drawn = self._random.integers(0, len(self._rules), children)
        keys: NDArray[np.float64] = self._rules[drawn] + self._random.normal(0.0, _SPREAD, shape)
        keys[: len(self._rules)] = self._rules
        return keys

    def _bred(self, parents: NDArray[np.float64], children: int) -> NDArray[np.float64]:
        random, shape = self._random, (children, parents.shape[1])
        one, other = (parents[random.integers(0, len(parents), children)] for _ in range(2))
        how, side = random.random(children)[:, None], random.random(children)[:, None] < 0.5
        cuts = random.random(children)[:, None] * self._middles.max()
        late, single = self._middles[None, :] < cuts, random.random(shape) < _FROM_SECOND
        second = self._np.where(how < _BY_TIME, late ^ side, single & (how < _BY_TIME + _BY_ITEM))
        changed = random.random(shape) < _CHANGED_ITEMS / shape[1]
        keys: NDArray[np.float64] = self._np.where(second, other, one) + changed * random.normal(0.0, _CHANGE, shape)
        return keys

    def _set_aside(self, population: _Population) -> None:
        """Sets a population aside, and begins a new one. If there are enough populations of one rank, it begins with
        the best of each of them."""
        self._aside.append(population)
        self._population, self._idle = None, 0
        last = self._aside[-_JOINED:]
        if len(last) < _JOINED or len({one.rank for one in last}) > 1:
            return
        del self._aside[-_JOINED:]
        share = _PARENTS // _JOINED
        keys, offsets, costs = (
            self._np.concatenate([part[:share] for part in parts])
            for parts in zip(*((one.keys, one.offsets, one.costs) for one in last), strict=True)
        )
        order = costs.argsort(kind="stable")
        self._population = _Population(keys[order], offsets[order], costs[order], _CHILDREN, last[0].rank + 1)


def first_packing(puzzle: Puzzle) -> tuple[int, ...]:
    """One packing in a few milliseconds, of a puzzle that `Genetic` takes. Long-lived and large items go first."""
    import numpy as np

    area = [size * stretch.bit_count() for size, stretch in zip(puzzle.sizes, puzzle.stretches, strict=True)]
    order = sorted(range(puzzle.count), key=lambda item: -area[item])
    return tuple(LowestFirst(puzzle).place(np.array([order]))[0].tolist())
