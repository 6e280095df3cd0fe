"""A packing of a region, with what is proven about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from warpack.solver.flatten.problem import RegionProblem
from warpack.solver.search.core.puzzle import Puzzle
from warpack.solver.wire.units import Bytes, Phase


@dataclass(frozen=True)
class LowerBound:
    """No packing has fewer than `size_bytes`. `phase` is None if the reason is not a phase, but one item alone or a
    pin. `pieces` are the names of the buffers or parts that must all lie apart."""

    size_bytes: Bytes
    phase: Phase | None = None
    pieces: tuple[str, ...] = ()
    kind: str = "max-live"


@dataclass(frozen=True)
class SearchProof:
    """An exhausted search: there is no packing within `capacity_bytes`. `core` are the buffers that it placed.
    `taken_out` share no byte with any other buffer, and were set aside at the region's bottom."""

    capacity_bytes: Bytes
    method: str
    nodes: int
    core: tuple[str, ...]
    taken_out: tuple[str, ...]


@dataclass(frozen=True)
class Packing:
    """`offsets` are in bytes, one for each item of the problem. No packing is smaller than `lower_bound_bytes`; the
    proof is `search` if there is one, else `bound`. `puzzle` is that of the problem, in units, if it was made."""

    offsets: tuple[Bytes, ...]
    size_bytes: Bytes
    lower_bound_bytes: Bytes
    bound: LowerBound
    search: SearchProof | None = None
    puzzle: Puzzle | None = field(default=None, repr=False, compare=False)

    @property
    def proven(self) -> bool:
        """Whether no packing is smaller."""
        return self.lower_bound_bytes >= self.size_bytes


def unclaimed(problem: RegionProblem, packing: Packing) -> Packing:
    """The packing with its bound weakened, if it would count as proven. It is for packings that follow a search ended
    by the clock. With more time another packing may come out, and nothing that depends on the time is called
    optimal."""
    if not packing.proven:
        return packing
    bound = packing.bound
    if bound.size_bytes >= packing.size_bytes:
        kept = heaviest(problem, bound.pieces)[:-1]
        names = frozenset(name for name, _ in kept)
        pieces = tuple(name for name in bound.pieces if name in names)
        bound = (
            replace(bound, size_bytes=sum(size for _, size in kept), pieces=pieces)
            if kept
            else LowerBound(0, kind="empty")
        )
    return replace(packing, lower_bound_bytes=bound.size_bytes, bound=bound, search=None)


def heaviest(problem: RegionProblem, names: tuple[str, ...]) -> list[tuple[str, Bytes]]:
    """The named pieces with their bytes, largest first."""
    wanted = frozenset(names)
    sizes = {piece.name: piece.size_bytes for item in problem.items for piece in item.pieces if piece.name in wanted}
    sizes |= {item.name: item.size_bytes for item in problem.items if item.name in wanted}
    return sorted(((name, sizes[name]) for name in names), key=lambda entry: (-entry[1], entry[0]))
