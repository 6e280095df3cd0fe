"""Normal patterns (Herz 1972): the offsets that are worth trying.

Take a packing within the capacity whose offsets have the least sum. In it, no item can move to a lower offset. So an
item that is not pinned lies at 0, or just above a difference that another item forbids. The offset of that other item
is explained in the same way. So every offset is a sum that starts from 0 or from a pin. For each of some distinct other
items, it adds the upper end of one forbidden interval.

This needs that no items hold one another up in a circle. If all conflicts are whole, there are no circles, because an
item lies above what holds it up. If all alignments are equal, the items of a circle could all move down together by
that alignment. If parts leave gaps and alignments differ, two interlocked items may be unable to move together. Then
every aligned offset has to be tried.
"""

from __future__ import annotations

from warpack.solver.search.core.puzzle import Puzzle


def offset_patterns(puzzle: Puzzle, capacity: int) -> list[int]:
    """For each item, the bit set of the offsets within `capacity` that a packing of least sum may give it."""
    if not _explained(puzzle):
        return [anywhere(puzzle, item, capacity) for item in range(puzzle.count)]
    steps = [_steps(puzzle, item) for item in range(puzzle.count)]
    bias = sum(-min(0, min(of_item, default=0)) for of_item in steps)
    width = (1 << (bias + capacity + bias + 1)) - 1
    start = 1 << bias
    for item in puzzle.pinned:
        start |= 1 << (bias + (puzzle.pins[item] or 0))
    domains = []
    for item, size in enumerate(puzzle.sizes):
        highest = capacity - size
        if highest < 0 or puzzle.pins[item] is not None:
            domains.append(anywhere(puzzle, item, capacity))
            continue
        reach = start
        for other, of_other in enumerate(steps):
            if other != item:
                added = reach
                for step in of_other:
                    added |= reach << step if step >= 0 else reach >> -step
                reach = added & width
        reach = (reach >> bias) & ((1 << (highest + 1)) - 1)
        domains.append(reach & multiples(puzzle.alignments[item], highest))
    return domains


def _explained(puzzle: Puzzle) -> bool:
    """Whether every offset of a packing of least sum is a normal pattern."""
    if len({puzzle.alignments[item] for item in range(puzzle.count) if puzzle.pins[item] is None}) <= 1:
        return True
    return all(len(whole) == len(row) for whole, row in zip(puzzle.whole, puzzle.forbidden, strict=True))


def anywhere(puzzle: Puzzle, item: int, capacity: int) -> int:
    """The bit set of all offsets of an item: its pin, or multiples of its alignment."""
    highest, pin = capacity - puzzle.sizes[item], puzzle.pins[item]
    if highest < 0 or (pin is not None and pin > highest):
        return 0
    return multiples(puzzle.alignments[item], highest) if pin is None else 1 << pin


def multiples(alignment: int, highest: int) -> int:
    """The bit set of the multiples of `alignment` from 0 to `highest`."""
    if alignment == 1:
        return (1 << (highest + 1)) - 1
    count = highest // alignment + 1
    return ((1 << (alignment * count)) - 1) // ((1 << alignment) - 1)


def _steps(puzzle: Puzzle, item: int) -> tuple[int, ...]:
    """How far this item can push another one up: the differences just above its forbidden ones, rounded up to the
    other's alignment."""
    steps: set[int] = set()
    for other, gaps in puzzle.forbidden[item].items():
        for _, high in gaps:
            steps.update(range(high + 1, high + 1 + puzzle.alignments[other]))
    return tuple(sorted(steps))
