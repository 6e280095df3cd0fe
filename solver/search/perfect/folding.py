"""Folding: items of a tiling that must or may lie side by side are joined to larger ones before the search.

If the seams (see `seams`) are right, so are these three rules. They are applied until none fits any longer. Two items
that are a whole seam become one item over the columns of both. Items over the same columns, between the same two walls,
can be moved on top of one another. Four blades round a centre become a rectangle, if two seams share the centre: the
blades have no other place, except for the mirror image.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from warpack.solver.search.perfect.seams import Seam, seams_at

Span = tuple[int, int]
Parts = tuple[tuple[int, int], ...]
"""The members of a joined item, each with its height in it."""


class Folding:
    """`items` are those that remain. `sizes` and `spans` have them, and all that they were joined from, by number.
    `seams` are those between the remaining items. `risks` says how much may be guessed at each edge."""

    def __init__(self, sizes: Sequence[int], spans: Sequence[Span], risks: Sequence[float]) -> None:
        self.sizes, self.spans = list(sizes), list(spans)
        self._given, self._risks = len(sizes), risks
        self._parts: dict[int, Parts] = {}
        self._left = set(range(len(sizes)))
        self._known: dict[int, tuple[list[int], list[int], list[Seam]]] = {}
        self.seams = self._seams()
        while self._fold():
            self.seams = self._seams()
        self.items = sorted(self._left)

    def unfold(self, offsets: Sequence[int]) -> tuple[int, ...]:
        """The offsets of the original items, from those of the remaining ones."""
        placed = [0] * len(self.sizes)
        for item, offset in zip(self.items, offsets, strict=True):
            placed[item] = offset
        for item in range(len(self.sizes) - 1, self._given - 1, -1):
            for part, height in self._parts[item]:
                placed[part] = placed[item] + height
        return tuple(placed[: self._given])

    def _seams(self) -> list[Seam]:
        width = max(end for _, end in self.spans)
        before: list[list[int]] = [[] for _ in range(width + 1)]
        after: list[list[int]] = [[] for _ in range(width + 1)]
        for item in sorted(self._left):
            first, end = self.spans[item]
            after[first].append(item)
            before[end].append(item)
        seams: list[Seam] = []
        for edge in range(1, width):
            known = self._known.get(edge)
            if known is None or known[0] != before[edge] or known[1] != after[edge]:
                found = seams_at(edge, before[edge], after[edge], self.sizes, self._risks[edge])
                known = self._known[edge] = before[edge], after[edge], found
            seams += known[2]
        self._walls_before, self._walls_after = self._walls(before, after, seams)
        return seams

    def _walls(
        self, before: list[list[int]], after: list[list[int]], seams: Sequence[Seam]
    ) -> tuple[dict[int, int], dict[int, int]]:
        """The walls at which items start and end: seams by number, and edges without items on the other side."""
        starts, ends = dict[int, int](), dict[int, int]()
        for edge, (left, right) in enumerate(zip(before, after, strict=True)):
            if not left:
                starts |= dict.fromkeys(right, -1 - edge)
            if not right:
                ends |= dict.fromkeys(left, -1 - edge)
        for number, seam in enumerate(seams):
            starts |= dict.fromkeys(seam.after, number)
            ends |= dict.fromkeys(seam.before, number)
        return starts, ends

    def _fold(self) -> bool:
        """One pass of all rules, in which each item is joined at most once. Returns whether any was."""
        used: set[int] = set()
        for parts in (*self._pairs(), *self._stacks(), *self._pinwheels()):
            members = {item for item, _ in parts}
            if not members & used:
                used |= members
                self._join(parts)
        return bool(used)

    def _join(self, parts: Parts) -> None:
        members = [item for item, _ in parts]
        self._parts[len(self.sizes)] = parts
        self._left.difference_update(members)
        self._left.add(len(self.sizes))
        self.sizes.append(max(height + self.sizes[item] for item, height in parts))
        self.spans.append((min(self.spans[i][0] for i in members), max(self.spans[i][1] for i in members)))

    def _pairs(self) -> Iterator[Parts]:
        for seam in self.seams:
            if len(seam.before) == len(seam.after) == 1:
                yield (seam.before[0], 0), (seam.after[0], 0)

    def _stacks(self) -> Iterator[Parts]:
        alike: dict[tuple[Span, int, int], list[int]] = {}
        for item in sorted(self._walls_before.keys() & self._walls_after.keys()):
            key = self.spans[item], self._walls_before[item], self._walls_after[item]
            alike.setdefault(key, []).append(item)
        for items in alike.values():
            if len(items) > 1:
                heights = [sum(self.sizes[other] for other in items[:place]) for place in range(len(items))]
                yield tuple(zip(items, heights, strict=True))

    def _pinwheels(self) -> Iterator[Parts]:
        sizes, spans = self.sizes, self.spans
        for seam in self.seams:
            if (len(seam.before), len(seam.after)) != (1, 2):
                continue
            for centre, upper in (seam.after, seam.after[::-1]):
                beyond = self._walls_after.get(centre, -1)
                if beyond < 0 or (len(self.seams[beyond].before), len(self.seams[beyond].after)) != (2, 1):
                    continue
                (left,), (right,) = seam.before, self.seams[beyond].after
                lower = next(item for item in self.seams[beyond].before if item != centre)
                if spans[lower][0] == spans[left][0] and spans[upper][1] == spans[right][1]:
                    raised = sizes[lower]
                    yield (lower, 0), (right, 0), (left, raised), (centre, raised), (upper, raised + sizes[centre])
