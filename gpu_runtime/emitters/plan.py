"""What is to be emitted, in elements: the layout joined with the manifest, every number checked, no target language
yet.

The emitter does not check what the probe can find: overlaps, ends past the window, a wrong stride. If it repaired
those, it would hide them. It refuses what typed arrays cannot express.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from warpack.gpu_runtime.emitters.elements import Element
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.layout import LaunchFigures
from warpack.solver.wire.units import Bytes, Elements

SlotRegion = Literal["block", "run", "local", "persistent_local"]
"""The regions of a block's layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One getter: `count` elements at `offset` elements from the start of the typed memory that it slices.

    `name` is a full name, or that of a part. `offset_bytes` counts from the start of the region and is None for a plain
    local array; for a part of one, `offset` counts inside the array, which is that of the buffer `owner`. A ring has
    `stages` such slots, `pitch` elements apart, and its getter takes the number of the slot. `shares`: full names of
    the buffers that have bytes in common with this one. `zero`: a zero function is wanted; `entry`: `init` calls it.
    """

    name: str
    identifier: str
    region: SlotRegion
    dtype: DType
    element: Element
    offset: Elements
    count: Elements
    offset_bytes: Bytes | None
    alignment_bytes: Bytes
    note: str = ""
    is_part: bool = False
    zero: bool = False
    entry: bool = False
    stages: int = 1
    pitch: Elements = 0
    shares: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """The full name of the buffer."""
        return self.name.partition("#")[0]

    @property
    def is_ring(self) -> bool:
        return self.stages > 1

    @property
    def extent(self) -> Elements:
        """Elements from the first to the last, with every slot of a ring and what lies between them."""
        return (self.stages - 1) * self.pitch + self.count

    @property
    def size_bytes(self) -> Bytes:
        return self.extent * self.element.itemsize_bytes

    @property
    def pitch_bytes(self) -> Bytes:
        return self.pitch * self.element.itemsize_bytes


def refusal_of(name: str) -> str:
    """The message for a call of the whole of a buffer whose parts lie apart."""
    return f"{name}: its parts lie apart in this layout, so there is no view of the whole"


@dataclass(frozen=True, slots=True)
class Scattered:
    """A splittable buffer whose parts lie apart, or in another order: there is no view of the whole. `parts`: the
    identifiers of their getters. `zeros`: those of the parts that its own zero function zeroes; none where it has no
    such function."""

    name: str
    identifier: str
    parts: tuple[str, ...]
    zeros: tuple[Slot, ...] = ()

    @property
    def refusal(self) -> str:
        return refusal_of(self.name)


@dataclass(frozen=True, slots=True)
class LocalArray:
    """The persistent local storage of one dtype of the manifest: one array per thread."""

    dtype: DType
    element: Element
    count: Elements
    alignment_bytes: Bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocatorPlan:
    """Everything that a target needs. `slots` are in manifest order, a buffer before its parts. `run_elements` are the
    element types of the run's windows, and `kept` the arrays of persistent local storage, by dtype. A thread's memory
    has both in this order, and then the arrays of `local`."""

    layout_sha256: str
    manifest_sha256: str
    compute_capability: str
    threads_per_run: int
    launch: LaunchFigures
    local_bytes: Bytes
    persistent_local_bytes: Bytes
    slots: tuple[Slot, ...]
    run_elements: tuple[Element, ...]
    kept: tuple[LocalArray, ...]
    scattered: tuple[Scattered, ...] = ()
    shares_listed: bool = True
    """False where so many buffers share bytes that the layout does not list them."""

    @property
    def over_windows(self) -> frozenset[str]:
        """The names of block-scoped buffers and parts with bytes in the windows of runs, or in the padding between
        them."""
        start = self.run_base_bytes
        end = start + self.launch.stride_bytes * self.launch.runs_per_block
        return frozenset(
            slot.name
            for slot in self.slots
            if slot.region == "block"
            and slot.count
            and max(start, slot.offset_bytes or 0) < min(end, (slot.offset_bytes or 0) + slot.size_bytes)
        )

    @property
    def run_base_bytes(self) -> Bytes:
        """Where run 0's window starts, from the base of dynamic shared memory."""
        return self.launch.block_region_bytes + self.launch.region_gap_bytes

    @property
    def local(self) -> tuple[Slot, ...]:
        """The plain local buffers with elements: each is an array of its own, which compilers can keep in registers."""
        return tuple(slot for slot in self.slots if slot.region == "local" and not slot.is_part and slot.extent)

    @property
    def initial(self) -> tuple[Slot, ...]:
        """What `init` zeroes."""
        return tuple(slot for slot in self.slots if slot.entry)
