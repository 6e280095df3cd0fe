"""The skyline of a partial tiling: runs of columns with equal heights. Every step can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warpack.solver.search.perfect.seams import Seam

NEVER = 1 << 62
"""The level of columns without items, and beyond the first and the last."""


class PerfectSkyline:
    """`valleys` are the runs with both neighbours higher, each by its first column. For a run that starts at `first`,
    `run_end[first]` is its end and `level[first]` its height. For a run that ends at `end`, `run_start[end]` is its
    start."""

    def __init__(
        self, sizes: Sequence[int], spans: Sequence[tuple[int, int]], capacity: int, seams: Sequence[Seam]
    ) -> None:
        self.sizes, self._spans, self._capacity = sizes, spans, capacity
        self._width = max(end for _, end in spans)
        self.placed = bytearray(len(sizes) + 1)
        self.placed[-1] = 1
        self.offsets = [0] * len(sizes)
        self.valleys: set[int] = set()
        self._trail: list[tuple[Any, int, int]] = []
        self.seam_before, self.seam_after = [-1] * len(sizes), [-1] * len(sizes)
        for number, seam in enumerate(seams):
            for item in seam.before:
                self.seam_after[item] = number
            for item in seam.after:
                self.seam_before[item] = number
        self._heights = [seam.height for seam in seams]
        self._base = [-1] * len(seams)
        self._put = [0] * (2 * len(seams))
        """How much of each seam is filled. A seam has two entries: its left side at twice its number, then its right
        side."""
        self._sewn = [0] * (self._width + 1)
        """The end of the last seam that was begun at each edge."""
        self.run_end, self.run_start = [0] * (self._width + 1), [0] * (self._width + 1)
        self.level = [NEVER] * (self._width + 1)
        self._lay_out()

    def _lay_out(self) -> None:
        covered = bytearray(self._width)
        for first, end in self._spans:
            covered[first:end] = b"\x01" * (end - first)
        first = 0
        for end in range(1, self._width + 1):
            if end == self._width or covered[end] != covered[first]:
                self.run_end[first], self.run_start[end] = end, first
                if covered[first]:
                    self.level[first] = 0
                    self.valleys.add(first)
                first = end

    @property
    def mark(self) -> int:
        """A mark of the skyline as it is now, for `undo`."""
        return len(self._trail)

    def level_before(self, first: int) -> int:
        """The level left of the run that starts at `first`."""
        return self.level[self.run_start[first]] if first else NEVER

    def level_after(self, end: int) -> int:
        """The level right of the run that ends at `end`."""
        return self.level[end] if end < self._width else NEVER

    def fits(self, item: int, level: int) -> bool:
        """Whether the seams at both ends of the item let it lie at this level. A seam that was begun must go on without
        a gap, and another one must start above it."""
        first, end = self._spans[item]
        seam = self.seam_before[item]
        if seam < 0 or self._base[seam] < 0:
            if level < self._sewn[first]:
                return False
        elif self._base[seam] + self._put[2 * seam + 1] != level:
            return False
        seam = self.seam_after[item]
        if seam < 0 or self._base[seam] < 0:
            return level >= self._sewn[end]
        return self._base[seam] + self._put[2 * seam] == level

    def place(self, item: int, valley: int) -> None:
        """Places the item on the floor of a valley, against one of its walls or both."""
        first, end = self._spans[item]
        floor, wall = self.level[valley], self.run_end[valley]
        top = floor + self.sizes[item]
        self.offsets[item] = floor
        self._set(self.placed, item, 1)
        self._fill_seam(self.seam_before[item], 1, first, floor, item)
        self._fill_seam(self.seam_after[item], 0, end, floor, item)
        self._valley(valley, here=False)
        left = self.run_start[first] if first == valley and first else -1
        right = wall if end == wall and wall < self._width else -1
        begin, finish = first, end
        if left >= 0 and self.level[left] == top:
            begin = left
        if right >= 0 and self.level[right] == top:
            finish, right = self.run_end[right], -1
        self._run(begin, finish, top)
        if first > valley:
            self._run(valley, first, floor)
            self._valley(valley, here=True)
        if end < wall:
            self._run(end, wall, floor)
            self._valley(end, here=True)
        for run in (begin, left, right):
            if run >= 0 and run not in self.valleys and self._is_valley(run):
                self._valley(run, here=True)

    def undo(self, mark: int) -> None:
        """Takes all steps since the mark back."""
        trail, valleys = self._trail, self.valleys
        while len(trail) > mark:
            values, index, value = trail.pop()
            if values is not None:
                values[index] = value
            elif value:
                valleys.add(index)
            else:
                valleys.discard(index)

    def _is_valley(self, first: int) -> bool:
        level = self.level[first]
        if level >= self._capacity:
            return False
        return self.level_before(first) > level and self.level_after(self.run_end[first]) > level

    def _fill_seam(self, seam: int, side: int, edge: int, level: int, item: int) -> None:
        if seam < 0:
            return
        if self._base[seam] < 0:
            self._set(self._base, seam, level)
            self._set(self._sewn, edge, level + self._heights[seam])
        self._set(self._put, 2 * seam + side, self._put[2 * seam + side] + self.sizes[item])

    def _run(self, first: int, end: int, level: int) -> None:
        self._set(self.run_end, first, end)
        self._set(self.run_start, end, first)
        self._set(self.level, first, level)

    def _set(self, values: Any, index: int, value: int) -> None:
        self._trail.append((values, index, values[index]))
        values[index] = value

    def _valley(self, first: int, *, here: bool) -> None:
        self._trail.append((None, first, 0 if here else 1))
        if here:
            self.valleys.add(first)
        else:
            self.valleys.discard(first)
