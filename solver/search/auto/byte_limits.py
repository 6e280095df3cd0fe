"""How many bytes a run may take without costing threads, for every choice of `auto` buffers.

The stride, and so the threads, depend on three properties of the buffers on chip: their bytes, their largest alignment,
and their element widths with the accesses. The last two are the *class* of a choice. Within a class, fewer bytes never
give a launch of a lower rank (`warpack.solver.launch.ranking`). So bisection finds the most bytes.

If the widths agree on a stride whatever is on chip (`warpack.solver.launch.mixing`), accesses are left out of the
class. Then more widths only make a stride larger, and only a larger alignment may make it smaller. If they do not
agree, any stride may result from more buffers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from warpack.solver.launch.block import block_shape
from warpack.solver.launch.budget import budget_bytes
from warpack.solver.launch.mixing import accesses_decide
from warpack.solver.launch.ranking import Rank, rank
from warpack.solver.launch.region import RunRegion, Weights, run_region
from warpack.solver.launch.stride import stride_bytes
from warpack.solver.launch.threads import chosen_threads
from warpack.solver.search.core.known_choice import Order
from warpack.solver.wire.manifest import Buffer, Manifest
from warpack.solver.wire.units import Bytes

if TYPE_CHECKING:
    from warpack.solver.search.region.regions import Packed

Class = tuple[Bytes, Weights]
"""The largest alignment of the run buffers on chip, and their widths with the accesses (0 if accesses do not
matter)."""


def joined(first: Class, second: Class) -> Class:
    """The class of the buffers of both."""
    weights = dict(first[1])
    for width, accesses in second[1]:
        weights[width] = weights.get(width, 0) + accesses
    return max(first[0], second[0]), tuple(sorted(weights.items()))


@dataclass
class ByteLimits:
    """The limits for launches that are at least as good as `wanted`, with the block region of the packing `beside`.
    `base` is the class of the buffers that must be shared."""

    manifest: Manifest
    candidates: tuple[Buffer, ...]
    wanted: Rank
    beside: Packed
    _most: dict[Class, Bytes] = field(default_factory=dict)
    _reach: dict[Class, Bytes] = field(default_factory=dict)

    @cached_property
    def base(self) -> Class:
        """The class of the buffers that must be shared."""
        region = run_region(self.manifest)
        return region.run_alignment_bytes, tuple((width, self._weight(count)) for width, count in region.weights)

    def class_of(self, buffer: Buffer) -> Class:
        """The class of one buffer."""
        return buffer.alignment_bytes, ((buffer.dtype.itemsize_bytes, self._weight(buffer.accesses)),)

    def with_all(self, buffers: Iterable[Buffer]) -> Class:
        """The class of these buffers together with those that must be shared."""
        kind = self.base
        for buffer in buffers:
            kind = joined(kind, self.class_of(buffer))
        return kind

    def most(self, kind: Class) -> Bytes:
        """The most run bytes of a choice of this class: 0 with nothing on chip, -1 if even one byte is too many."""
        if kind not in self._most:
            self._most[kind] = self._halved(kind, self.manifest.launch.bank_conflicts) if kind[1] else 0
        return self._most[kind]

    def reach(self, kind: Class) -> Bytes:
        """The most for any class that this one may still grow into."""
        if kind not in self._reach:
            self._reach[kind] = (
                self._halved(kind, "ignore")
                if self._weighed and kind[1]
                else max(self.most(grown) for grown in self._grown(kind))
            )
        return self._reach[kind]

    def order(self, run_bytes: Bytes, kind: Class) -> Order:
        """The order (stride and run bytes) of so many run bytes in this class."""
        return self._stride(run_bytes, kind, self.manifest.launch.bank_conflicts), run_bytes

    def least_order(self, run_bytes: Bytes, kind: Class) -> Order:
        """A lower bound on the order of all choices with at least so many run bytes, in this class or in one that it
        may still grow into."""
        if self._weighed:
            return self._stride(run_bytes, kind, "ignore"), run_bytes
        return min(self.order(run_bytes, grown) for grown in self._grown(kind))

    def _grown(self, kind: Class) -> list[Class]:
        """The class itself, and the class joined with each one of a larger alignment. Any further buffers make no
        stride smaller."""
        larger = (one for one in self._classes if one[0] > kind[0] or not kind[1])
        return [kind, *(joined(kind, one) for one in larger)]

    @cached_property
    def _classes(self) -> list[Class]:
        return list(dict.fromkeys(self.class_of(buffer) for buffer in self.candidates))

    @cached_property
    def _weighed(self) -> bool:
        return accesses_decide(self.manifest)

    def _weight(self, accesses: int) -> int:
        return accesses if self._weighed else 0

    def _stride(self, run_bytes: Bytes, kind: Class, policy: Literal["avoid", "ignore"]) -> Bytes:
        return stride_bytes(run_bytes, self._region(kind), self.manifest.launch.threads_per_run, policy)

    def _region(self, kind: Class) -> RunRegion:
        weights = tuple((width, max(1, accesses)) for width, accesses in kind[1])
        return RunRegion(kind[0], weights, max(run_region(self.manifest).base_alignment_bytes, kind[0]))

    def _halved(self, kind: Class, policy: Literal["avoid", "ignore"]) -> Bytes:
        """The largest multiple of the alignment with which the launch is as good as wanted, by bisection."""
        alignment, region = kind[0], self._region(kind)

        def good(steps: int) -> bool:
            shape = block_shape(
                self.manifest,
                run_bytes=steps * alignment,
                block_region_bytes=self.beside.region_bytes,
                block_reach_bytes=self.beside.reach_bytes,
                region=region,
                bank_conflicts=policy,
            )
            threads = chosen_threads(self.manifest, shape)
            return threads is not None and rank(self.manifest, threads, shape.resident_threads(threads)) >= self.wanted

        if not good(1):
            return -1
        low, high = 1, budget_bytes(self.manifest) // alignment + 1
        while high - low > 1:
            middle = (low + high) // 2
            if good(middle):
                low = middle
            else:
                high = middle
        return low * alignment
