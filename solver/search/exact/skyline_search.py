"""Packs plain intervals that leave hardly any room: the lowest valley of the skyline is filled first, and waste is
counted.

Each stretch of phases is a column. Its slack is the capacity minus the items that are live in it. Every packing can be
pushed down, and built in rising order of offsets. So at the lowest column there are two choices. Either one of its
items starts here; or the column waits, and loses a unit of slack for each unit by which the level rises meanwhile.
Without slack an item must start, so that tilings without a hole are found almost by deduction alone. The search is
complete: if it is exhausted, there is no packing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from warpack.solver.search.core.attempt import Attempt
from warpack.solver.search.core.puzzle import Puzzle, Span
from warpack.solver.search.core.stop import Stop
from warpack.solver.search.perfect.search import Tiling

_NODES_PER_ITEM, _GROWTH, _TURNS_ALIKE = 4, 1.5, 24
"""The default length of a search, in choices for each item, and the factor by which it grows after so many turns."""

_TILING_TURNS = 6
"""A turn has so many turns of the search for tilings, which are short."""

_ASK_EVERY = 64
_METHOD = "valley-filling"
_NEVER = 1 << 62
"""The level of columns that are not to be filled: those that wait, and those without items left to place."""


@dataclass(frozen=True, slots=True)
class _State:
    """`tops` are the heights of the columns; `levels` are the same, but _NEVER for columns that are not to be filled.
    `slack` is what each column may still waste; `left` is the number of its items still to place. `starting` and
    `ending` are sums of sizes of items still to place: those that start at a column, and those that end before it."""

    tops: list[int]
    levels: list[int]
    slack: list[int]
    left: list[int]
    starting: list[int]
    ending: list[int]
    placed: bytearray
    waiting: tuple[int, ...]


class SkylineSearch:
    """One puzzle of plain intervals, at any capacity."""

    def __init__(self, puzzle: Puzzle, spans: Sequence[Span]) -> None:
        self._sizes, self._spans = puzzle.sizes, spans
        self._width = max(end for _, end in spans)
        self._load = [0] * self._width
        self._over: list[list[int]] = [[] for _ in range(self._width)]
        for item, (first, end) in enumerate(spans):
            for column in range(first, end):
                self._load[column] += self._sizes[item]
                self._over[column].append(item)
        self._tiling: Tiling | None = None
        """The search for tilings. Only one capacity leaves no hole, so there is one at most."""
        self._kinds = [(span, size) for span, size in zip(spans, self._sizes, strict=True)]
        self._turns = 0

    def next_turns(self, count: int) -> range:
        """The numbers of the next turns."""
        turns = range(self._turns, self._turns + count)
        self._turns = turns.stop
        return turns

    def fill(self, capacity: int) -> float:
        """The part of the area under `capacity` that the items fill. Columns without items do not count. A tiling has
        1."""
        area = capacity * sum(1 for load in self._load if load)
        return sum(self._load) / area if area else 0.0

    def search(
        self, capacity: int, turns: range, *, seed: int, stop: Stop, nodes_per_item: int = _NODES_PER_ITEM
    ) -> Attempt:
        """Packs the items into `capacity` units, or proves that they do not fit. Each turn is a short search with its
        own order of preference, because early luck matters more than patience. Later turns are longer. May raise
        Stopped."""
        if max(self._load) > capacity:
            return Attempt("impossible", method=_METHOD)
        if self.fill(capacity) == 1:
            return self._tile(capacity, turns, seed=seed, stop=stop)
        nodes = 0
        for turn in turns:
            limit = int(nodes_per_item * len(self._sizes) * _GROWTH ** (turn // _TURNS_ALIKE))
            attempt = self._turn(capacity, limit, turn, seed, stop)
            nodes += attempt.nodes
            if attempt.verdict != "unknown":
                return replace(attempt, nodes=nodes)
        return Attempt("unknown", method=_METHOD, nodes=nodes)

    def _tile(self, capacity: int, turns: range, *, seed: int, stop: Stop) -> Attempt:
        """The same without a hole, with `_TILING_TURNS` turns of the search for tilings in each turn."""
        if self._tiling is None:
            self._tiling = Tiling(self._sizes, self._spans, capacity)
        nodes = 0
        for turn in range(turns.start * _TILING_TURNS, turns.stop * _TILING_TURNS):
            attempt = self._tiling.turn(turn, seed, stop)
            nodes += attempt.nodes
            if attempt.verdict != "unknown":
                return replace(attempt, nodes=nodes)
        return Attempt("unknown", method=_METHOD, nodes=nodes)

    def _turn(self, capacity: int, node_limit: int, turn: int, seed: int, stop: Stop) -> Attempt:
        rank = self._ranks(turn, seed)
        offsets = [0] * len(self._sizes)
        state = _State(
            [0] * self._width,
            [0 if over else _NEVER for over in self._over],
            [capacity - load for load in self._load],
            [len(over) for over in self._over],
            self._edges(0),
            self._edges(1),
            bytearray(len(self._sizes)),
            (),
        )
        nodes, stack = 1, [self._choices(state, rank, turn % 2 == 0, offsets)]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                continue
            nodes += 1
            if nodes % _ASK_EVERY == 0:
                stop.check()
            if following.placed.count(0) == 0:
                return Attempt("packed", tuple(offsets), _METHOD, nodes)
            if nodes > node_limit:
                return Attempt("unknown", method=_METHOD, nodes=nodes)
            stack.append(self._choices(following, rank, turn % 2 == 0, offsets))
        return Attempt("impossible", method=_METHOD, nodes=nodes)

    def _choices(self, state: _State, rank: Sequence[float], by_walls: bool, offsets: list[int]) -> Iterator[_State]:
        """The states after each choice at the lowest valley."""
        levels, tops = state.levels, state.tops
        level = min(levels)
        if any(level - tops[column] > state.slack[column] for column in state.waiting):
            return
        first = levels.index(level)
        end = first + 1
        while end < self._width and levels[end] == level:
            end += 1
        column, candidates = first, self._starting(state, first, level)
        if end - first > 1 and len(candidates) > 1:
            others = self._starting(state, end - 1, level)
            if len(others) < len(candidates):
                column, candidates = end - 1, others
        candidates.sort(key=self._preference(state, level, (first, end), rank, by_walls))
        for item in candidates:
            following = self._place(state, item, level)
            if following is not None:
                offsets[item] = level
                yield following
        if state.slack[column] > 0:
            yield self._wait(state, column)

    def _starting(self, state: _State, column: int, level: int) -> list[int]:
        """The items over `column` that could lie at `level`. Of alike items there is one."""
        found: list[int] = []
        kinds: set[tuple[Span, int]] = set()
        tops, placed = state.tops, state.placed
        for item in self._over[column]:
            if placed[item] or self._kinds[item] in kinds:
                continue
            first, end = self._spans[item]
            if max(tops[first:end]) <= level and not self._must_wait(state, first, end, column):
                kinds.add(self._kinds[item])
                found.append(item)
        return found

    @staticmethod
    def _must_wait(state: _State, first: int, end: int, column: int) -> bool:
        """Whether a column of the span already waits at its present height. Then nothing may start there."""
        level = state.tops[column]
        return any(first <= one < end and state.tops[one] == level for one in state.waiting)

    def _place(self, state: _State, item: int, level: int) -> _State | None:
        """The state with the item at `level`. None if the items to come could not fill the step beside it."""
        first, end = self._spans[item]
        top = level + self._sizes[item]
        tops, levels, left = state.tops.copy(), state.levels.copy(), state.left.copy()
        slack, waiting = state.slack, state.waiting
        if any(first <= column < end for column in waiting):
            slack = slack.copy()
            for column in waiting:
                if first <= column < end:
                    slack[column] -= level - tops[column]
            waiting = tuple(column for column in waiting if not first <= column < end)
        tops[first:end] = [top] * (end - first)
        for column in range(first, end):
            left[column] -= 1
            levels[column] = top if left[column] else _NEVER
        starting, ending = state.starting.copy(), state.ending.copy()
        starting[first] -= self._sizes[item]
        ending[end] -= self._sizes[item]
        if not (
            self._can_fill_step(first, tops, slack, starting, ending)
            and self._can_fill_step(end, tops, slack, starting, ending)
        ):
            return None
        placed = state.placed.copy()
        placed[item] = 1
        return _State(tops, levels, slack, left, starting, ending, placed, waiting)

    def _can_fill_step(
        self, edge: int, tops: list[int], slack: list[int], starting: list[int], ending: list[int]
    ) -> bool:
        """Whether the items that end or start at this edge can fill the step of the skyline there, with the slack. No
        other items can lie there."""
        if not 0 < edge < self._width:
            return True
        step = tops[edge - 1] - tops[edge]
        if step > 0:
            return starting[edge] + slack[edge] >= step
        return ending[edge] + slack[edge - 1] >= -step

    def _edges(self, side: int) -> list[int]:
        sums = [0] * (self._width + 1)
        for span, size in self._kinds:
            sums[span[side]] += size
        return sums

    def _preference(
        self, state: _State, level: int, valley: Span, rank: Sequence[float], by_walls: bool
    ) -> Callable[[int], tuple[int, float]]:
        """The sort key of candidates. With `by_walls`, items come first that end level with a wall of the valley, or
        that span all of it."""
        if not by_walls:
            return lambda item: (0, rank[item])
        tops, (first, end) = state.tops, valley
        walls = {tops[first - 1] if first else _NEVER, tops[end] if end < self._width else _NEVER}

        def preference(item: int) -> tuple[int, float]:
            fits = (self._spans[item] == valley) + (level + self._sizes[item] in walls)
            return (-fits, rank[item])

        return preference

    @staticmethod
    def _wait(state: _State, column: int) -> _State:
        levels = state.levels.copy()
        levels[column] = _NEVER
        return replace(state, levels=levels, waiting=(*state.waiting, column))

    def _ranks(self, turn: int, seed: int) -> list[float]:
        """The ranks of items that could start, the lowest first: by area, by length, by height, then the same
        disturbed."""
        random = Random(seed * 1_000_003 + turn)  # noqa: S311 - the same seed has to give the same layout
        noise = 0.0 if turn < 6 else (0.1, 0.3, 0.9)[turn // 6 % 3]
        ranks = []
        for (first, end), size in self._kinds:
            length = end - first
            value = (length * size, length, size)[turn // 2 % 3]
            ranks.append(-value * (1 + random.uniform(-noise, noise)))
        return ranks
