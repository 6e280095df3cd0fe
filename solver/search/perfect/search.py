"""Tilings without a hole: in every valley of the skyline, some item fits against each wall.

Every column is filled to the capacity. So at the foot of each wall an item within the valley must start (or end). The
foot with the fewest such items is filled first, wherever it is. Seams (see `seams`) say which items fit the wall. Items
that belong together in any case are joined before (see `folding`). The search is complete if all seams are certain. If
it is exhausted with guessed seams, that proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.perfect.folding import Folding
from warpack.solver.search.perfect.seams import Seam
from warpack.solver.search.perfect.skyline import PerfectSkyline

_NODES_PER_ITEM, _GROWTH, _TURNS_ALIKE = 4, 1.5, 48
"""The length of a search, in choices for each item, and the factor by which it grows after so many turns."""

_RISKS = (0.1, 0.3, 0.03, 1.0, 0.01, 0.0)
"""How much is guessed about seams in each turn."""

_SPARED, _TURNS_AS_GUESSED = 0.25, 6
"""The part of the edges at which nothing is guessed, other ones in each turn; and the turns before that, which use all
guesses. One wrong guess spoils a whole search."""

_NOISES = (0.0, 0.1, 0.5)
_ASK_EVERY = 64
_METHOD = "valley-filling"

Choice = tuple[int, bool, list[int]]
"""The first column of a valley, whether the foot is at its left wall, and the items that fit there."""


class Tiling:
    """Items over the columns `spans`. They fill every column that has items exactly to `capacity`."""

    def __init__(self, sizes: Sequence[int], spans: Sequence[tuple[int, int]], capacity: int) -> None:
        self._sizes, self._spans, self._capacity = sizes, spans, capacity
        self._edges = range(max(end for _, end in spans) + 1)
        self._boards: dict[float, tuple[_Board, Folding]] = {}

    def turn(self, number: int, seed: int, stop: Stop) -> Attempt:
        """One search. Its length, its order and its guesses depend on its number, and on the feet where nothing fitted
        in earlier searches. May raise Stopped."""
        stop.check()
        random = Random(seed * 1_000_003 + number)  # noqa: S311 - the same seed has to give the same layout
        risk = _RISKS[number % len(_RISKS)]
        if risk not in self._boards or (risk > 0 and number >= _TURNS_AS_GUESSED):
            part = 0.0 if number < _TURNS_AS_GUESSED else _SPARED
            folding = Folding(self._sizes, self._spans, [0.0 if random.random() < part else risk for _ in self._edges])
            self._boards[risk] = _Board(folding, self._capacity), folding
        board, folding = self._boards[risk]
        limit = int(_NODES_PER_ITEM * len(board.sizes) * _GROWTH ** (number // _TURNS_ALIKE))
        attempt = _Search(board, number, random).run(limit, stop)
        if attempt.verdict == "packed":
            return replace(attempt, offsets=folding.unfold(attempt.offsets))
        if attempt.verdict == "impossible" and risk > 0:
            return replace(attempt, verdict="unknown")
        return attempt


class _Board:
    """What all searches with the same guesses share. `weights` counts how often nothing fitted at a foot. An edge has
    two weights: its right side at twice its number, then its left side."""

    def __init__(self, folding: Folding, capacity: int) -> None:
        number = {item: place for place, item in enumerate(folding.items)}
        self.sizes = [folding.sizes[item] for item in folding.items]
        self.spans = [folding.spans[item] for item in folding.items]
        self.capacity = capacity
        self.seams = [
            Seam(seam.edge, seam.height, tuple(number[i] for i in seam.before), tuple(number[i] for i in seam.after))
            for seam in folding.seams
        ]
        width = max(end for _, end in self.spans)
        self.starting: list[list[int]] = [[] for _ in range(width + 1)]
        self.ending: list[list[int]] = [[] for _ in range(width + 1)]
        for item, (first, end) in enumerate(self.spans):
            self.starting[first].append(item)
            self.ending[end].append(item)
        self.weights = [1.0] * (2 * width + 2)


class _Search:
    def __init__(self, board: _Board, number: int, random: Random) -> None:
        sizes, spans = board.sizes, board.spans
        self._random, self._weights = random, board.weights
        self._by_walls, self._by_level = number % 2 == 0, number % 3 == 0
        self._first, self._end = [first for first, _ in spans], [end for _, end in spans]
        self._rank = _ranks(sizes, spans, number, random)
        self._starting = [sorted(items, key=self._rank.__getitem__) for items in board.starting]
        self._ending = [sorted(items, key=self._rank.__getitem__) for items in board.ending]
        self._foot = PerfectSkyline(sizes, spans, board.capacity, board.seams)
        self._twins = self._earlier_alike(sizes, spans)

    def _earlier_alike(self, sizes: Sequence[int], spans: Sequence[tuple[int, int]]) -> list[int]:
        """For each item, the alike item that must be placed before it; -1 if there is none."""
        twins, seen = [-1] * len(sizes), dict[tuple[object, ...], int]()
        for item in sorted(range(len(sizes)), key=lambda item: (self._rank[item], item)):
            kind = (spans[item], sizes[item], self._foot.seam_before[item], self._foot.seam_after[item])
            twins[item] = seen.get(kind, -1)
            seen[kind] = item
        return twins

    def run(self, node_limit: int, stop: Stop) -> Attempt:
        foot, count, nodes = self._foot, len(self._first), 0
        valley, at_left, items = self._choose()
        stack = [(0, valley, at_left, self._ordered(valley, at_left, items))]
        while stack:
            mark, valley, at_left, following = stack[-1]
            foot.undo(mark)
            item = next(following, None)
            if item is None:
                stack.pop()
                continue
            nodes += 1
            if nodes % _ASK_EVERY == 0:
                stop.check()
            if nodes > node_limit:
                return Attempt("unknown", method=_METHOD, nodes=nodes)
            foot.place(item, valley)
            if len(stack) == count:
                return Attempt("packed", tuple(foot.offsets), _METHOD, nodes)
            valley, at_left, items = self._choose()
            if items:
                stack.append((foot.mark, valley, at_left, self._ordered(valley, at_left, items)))
        return Attempt("impossible", method=_METHOD, nodes=nodes)

    def _choose(self) -> Choice:
        """The foot with the fewest fitting items, relative to how often nothing fitted there. A foot where nothing fits
        is returned at once."""
        foot, placed, weights, twins = self._foot, self._foot.placed, self._weights, self._twins
        first, end, fits = self._first, self._end, self._foot.fits
        best: Choice = (-1, True, [])
        fewest, best_tie = float("inf"), 0.0
        for valley in foot.valleys:
            level, wall = foot.level[valley], foot.run_end[valley]
            tie = level if self._by_level else self._random.random()
            items = [
                item
                for item in self._starting[valley]
                if not placed[item] and end[item] <= wall and placed[twins[item]] and fits(item, level)
            ]
            others = items and [
                item
                for item in self._ending[wall]
                if not placed[item] and first[item] >= valley and placed[twins[item]] and fits(item, level)
            ]
            for at_left, found, side in ((True, items, 2 * valley), (False, others, 2 * wall + 1)):
                if not found:
                    weights[side] += 1
                    return valley, at_left, found
                few = (len(found) - 1) / weights[side]
                if few < fewest or (few == fewest and tie < best_tie):
                    fewest, best_tie, best = few, tie, (valley, at_left, found)
        return best

    def _ordered(self, valley: int, at_left: bool, items: list[int]) -> Iterator[int]:
        """The items by rank. In every second turn, items come first that end level with a wall of the valley, or that
        span all of it."""
        if len(items) > 1 and self._by_walls:
            foot, first, end = self._foot, self._first, self._end
            level, wall = foot.level[valley], foot.run_end[valley]
            walls = {foot.level_before(valley), foot.level_after(wall)}

            def preference(item: int) -> tuple[int, float]:
                spans = first[item] == valley and end[item] == wall
                return -(spans + (level + foot.sizes[item] in walls)), self._rank[item]

            items.sort(key=preference)
        return iter(items)


def _ranks(sizes: Sequence[int], spans: Sequence[tuple[int, int]], number: int, random: Random) -> list[float]:
    """The ranks of the items, lowest first. In most turns long items come first, which finds tilings several times as
    often; in the others, high ones."""
    noise = _NOISES[number // len(_RISKS) % len(_NOISES)]
    high = number // len(_RISKS) % 4 == 3
    return [
        -(size if high else end - first) * (1 + random.uniform(-noise, noise))
        for size, (first, end) in zip(sizes, spans, strict=True)
    ]
