"""The comment at the head of the emitted code that draws where everything lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from warpack.gpu_runtime.emitters.plan import AllocatorPlan, Slot
from warpack.solver.wire.layout import Region

_MOST_NAMED = 8


def memory_map(plan: AllocatorPlan, mark: str = "#", what: Callable[[Slot], str] | None = None) -> Iterator[str]:
    """Comment lines: each region with its buffers and (indented) parts by offset. Bytes are half-open ranges.

    `mark`: the start of a comment; `what`: describes a slot and its elements in the target language.
    """
    return (f"{mark} {line}" for line in _lines(plan, what or _what))


def sharing(slot: Slot) -> list[str]:
    """The buffers with which a slot shares bytes, the first few by name; empty where there are none."""
    if not slot.shares:
        return []
    more = len(slot.shares) - _MOST_NAMED
    named = ", ".join(slot.shares[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return [f"shares bytes with {named}"]


def _lines(plan: AllocatorPlan, what: Callable[[Slot], str]) -> Iterator[str]:
    launch, start = plan.launch, plan.run_base_bytes
    over = plan.over_windows
    yield f"Dynamic shared memory of one block: {launch.dynamic_shared_bytes} bytes, base aligned to {launch.base_alignment_bytes}"
    yield f"  block region   [0, {launch.block_region_bytes})" + (
        "; buffers of the block, from its start" if over else ""
    )
    yield from _ranges(plan, "block", what, over)
    if launch.region_gap_bytes:
        yield f"  gap            [{launch.block_region_bytes}, {start})"
    yield (
        f"  window of run r, r < {launch.runs_per_block}: {launch.run_bytes} bytes "
        f"from {start} + {launch.stride_bytes} * r, then {launch.padding_bytes} of padding; in it"
    )
    yield from _ranges(plan, "run", what)
    if not plan.shares_listed:
        yield "  Buffers share bytes, but so many that the layout does not list which."
    yield f"Memory of one thread: {plan.local_bytes} bytes in local arrays, {plan.persistent_local_bytes} in persistent ones"
    for slot in plan.slots:
        if slot.region == "local":
            yield f"  {'  ' * slot.is_part}{what(slot)}{_ring(slot)}"
    yield from _ranges(plan, "persistent_local", what)


def _ranges(
    plan: AllocatorPlan, region: Region, what: Callable[[Slot], str], over: frozenset[str] = frozenset()
) -> Iterator[str]:
    slots = [(slot.offset_bytes or 0, index, slot) for index, slot in enumerate(plan.slots) if slot.region == region]
    for offset, _, slot in sorted(slots, key=lambda entry: entry[:2]):
        said = [f"{what(slot)}{_ring(slot)}", *(["over windows of runs"] if slot.name in over else []), *sharing(slot)]
        yield f"    [{offset:>6}, {offset + slot.size_bytes:>6})  {'  ' * slot.is_part}{', '.join(said)}"


def _ring(slot: Slot) -> str:
    return f", {slot.stages} slots {slot.pitch_bytes} bytes apart" if slot.is_ring else ""


def _what(slot: Slot) -> str:
    return f"{slot.name}  {slot.count} x {slot.element.name}"
