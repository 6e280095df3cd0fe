"""Which differences of two items' offsets make them overlap where they must not."""

from __future__ import annotations

from collections.abc import Iterable

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.flatten.spans import meet
from warpack.solver.wire.units import Bytes

Closed = tuple[Bytes, Bytes]


def forbidden_differences(problem: RegionProblem, i: int, j: int) -> tuple[Closed, ...]:
    """Closed intervals [low, high] of `offset_j - offset_i`, in bytes, that no layout may have: sorted, disjoint, not
    touching. Empty if the two items never conflict. The points where in-place pairs coincide are cut out already."""
    a, b = problem.items[i], problem.items[j]
    pair = (i, j) if i < j else (j, i)
    if pair in problem.apart:
        return ((1 - b.size_bytes, a.size_bytes - 1),)
    if pair in problem.alias_permits:
        return ()
    permissions = problem.in_place_by_pair.get(pair, ())
    forbidden: list[Closed] = []
    for p in a.pieces:
        for q in b.pieces:
            if not meet(p.occupied, q.occupied):
                continue
            low = p.offset_bytes - q.offset_bytes - q.size_bytes + 1
            high = p.offset_bytes + p.size_bytes - q.offset_bytes - 1
            if not permissions:
                forbidden.append((low, high))
                continue
            cured: list[Bytes] = []
            for permission in permissions:
                read, write = (p, q) if permission.read == i else (q, p)
                if (
                    permission.read_range[0] <= read.offset_bytes
                    and read.offset_bytes + read.size_bytes <= permission.read_range[1]
                    and permission.write_range[0] <= write.offset_bytes
                    and write.offset_bytes + write.size_bytes <= permission.write_range[1]
                ):
                    cured.append(permission.difference_bytes if permission.read == i else -permission.difference_bytes)
            for point in sorted(cured):
                if low <= point <= high:
                    if low < point:
                        forbidden.append((low, point - 1))
                    low = point + 1
            if low <= high:
                forbidden.append((low, high))
    return joined(forbidden) if len(forbidden) > 1 else tuple(forbidden)


def conflict(problem: RegionProblem, i: int, j: int) -> bool:
    """Whether some difference of the two items' offsets is forbidden."""
    pair = (i, j) if i < j else (j, i)
    if pair in problem.apart:
        return True
    if pair in problem.alias_permits:
        return False
    others = [q.occupied for q in problem.items[j].pieces]
    return any(meet(p.occupied, other) for p in problem.items[i].pieces for other in others)


def joined(intervals: Iterable[Closed]) -> tuple[Closed, ...]:
    """Closed intervals in order; those that overlap or touch are one."""
    found: list[Closed] = []
    for low, high in sorted(intervals):
        if found and low <= found[-1][1] + 1:
            if high > found[-1][1]:
                found[-1] = (found[-1][0], high)
        else:
            found.append((low, high))
    return tuple(found)
