"""`init`: zeroes what must read zero at the kernel's start, with one loop for each contiguous range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from warpack.gpu_runtime.emitters.names import zero_name
from warpack.gpu_runtime.emitters.numba_cuda.expressions import Places, device_function
from warpack.gpu_runtime.emitters.numba_cuda.views import view
from warpack.gpu_runtime.emitters.numba_cuda.zero import zero_call
from warpack.gpu_runtime.emitters.plan import AllocatorPlan, Slot
from warpack.gpu_runtime.emitters.promise import promise
from warpack.solver.wire.units import Bytes, align_up


@dataclass(slots=True)
class _Piece:
    """Bytes [start, end) of one typed memory, and whose they are."""

    start: Bytes
    end: Bytes
    slots: list[Slot] = field(default_factory=list)


def init_function(plan: AllocatorPlan, places: Places) -> Iterator[str]:
    """Always emitted, so that a kernel can call it whatever the layout holds. Buffers that lie one behind the other are
    zeroed together: a loop for each of some hundred would be more than numba compiles."""
    lines: list[str] = []
    for piece in _pieces(plan):
        loops = list(_cover(piece.start, piece.end, _by_width(piece)))
        calls = [f"{zero_name(slot.identifier)}(memory)" for slot in piece.slots]
        if len(loops) >= len(calls):
            lines += [call for call in calls if call not in lines]  # one call zeroes every slot of a ring
            continue
        lines.append(f"# {', '.join(dict.fromkeys(slot.name for slot in piece.slots))}")
        for start, end, slot in loops:
            size = slot.element.itemsize_bytes
            count = (end - start) // size
            whole = view(places.memory(slot), start // size, count)
            lines.append(zero_call(whole, count, slot, plan.threads_per_run))
    yield from device_function(
        "init", "memory", promise(plan, "cuda.syncthreads()", "cuda.syncwarp()"), lines or ["return"]
    )


def _pieces(plan: AllocatorPlan) -> list[_Piece]:
    """In the manifest's order of the first buffer of each."""
    by_memory: dict[object, list[_Piece]] = {}
    for slot in plan.initial:
        size = slot.element.itemsize_bytes
        memory = {"run": "run", "block": "block", "persistent_local": slot.dtype, "local": slot.name}[slot.region]
        for stage in range(slot.stages):
            first = (slot.offset + stage * slot.pitch) * size
            by_memory.setdefault(memory, []).append(_Piece(first, first + slot.count * size, [slot]))
    order = {slot.name: number for number, slot in enumerate(plan.initial)}
    merged = [piece for pieces in by_memory.values() for piece in _merged(pieces)]
    return sorted(merged, key=lambda piece: min(order[slot.name] for slot in piece.slots))


def _merged(pieces: list[_Piece]) -> list[_Piece]:
    """Ranges that touch are merged."""
    found: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.start, piece.end)):
        if found and piece.start <= found[-1].end and piece.end > piece.start:
            found[-1].end = max(found[-1].end, piece.end)
            found[-1].slots += piece.slots
        else:
            found.append(piece)
    return found


def _by_width(piece: _Piece) -> list[Slot]:
    """One slot of each width of elements, the widest first."""
    return sorted(
        {slot.element.itemsize_bytes: slot for slot in piece.slots}.values(),
        key=lambda slot: -slot.element.itemsize_bytes,
    )


def _cover(start: Bytes, end: Bytes, slots: list[Slot]) -> Iterator[tuple[Bytes, Bytes, Slot]]:
    """Zero is zero in every type. The widest type zeroes as much as it can, and narrower ones zero the rest on either
    side. Widths are powers of two, and the narrowest divides both ends."""
    if start >= end:
        return
    slot, *narrower = slots
    size = slot.element.itemsize_bytes
    low, high = align_up(start, size), end // size * size
    if low >= high:
        yield from _cover(start, end, narrower)
        return
    yield from _cover(start, low, narrower)
    yield low, high, slot
    yield from _cover(high, end, narrower)
