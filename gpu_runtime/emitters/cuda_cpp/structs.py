"""One struct per buffer and part, in namespaces by component, each with its checks."""

from __future__ import annotations

from collections.abc import Iterator

from warpack.gpu_runtime.emitters.cuda_cpp.accessors import Accessor, Scope
from warpack.gpu_runtime.emitters.cuda_cpp.head import count, elements
from warpack.gpu_runtime.emitters.cuda_cpp.types import type_name
from warpack.gpu_runtime.emitters.memory_map import sharing
from warpack.gpu_runtime.emitters.plan import Slot, refusal_of
from warpack.solver.wire.layout import Region

_WHERE: dict[Region, str] = {
    "run": "of the run's window",
    "block": "of the block's memory",
    "persistent_local": "of the persistent local region",
    "local": "of the local array",
}

_ENDS: dict[Region, tuple[str, str]] = {
    "run": ("run_bytes", "the run's window"),
    "block": ("dynamic_shared_bytes", "the block's memory"),
}
"""The end that a buffer of a region must not exceed. A block-scoped buffer may lie over windows of runs."""


def structs(scope: Scope) -> Iterator[str]:
    for accessor in scope.buffers:
        yield from ("", *_struct(accessor, 0), *_checks(accessor))
    for name, inner in scope.inner.items():
        yield from ("", f"namespace {name} {{", *structs(inner), "", f"}}  // namespace {name}")


def _struct(accessor: Accessor, level: int) -> Iterator[str]:
    indent = "    " * level
    yield f"{indent}/// {_describe(accessor)}"
    base = "" if accessor.slot is None else f" : {_base(accessor, accessor.slot)}"
    if not accessor.parts:
        yield f"{indent}struct {accessor.name}{base} {{}};"
        return
    yield f"{indent}struct {accessor.name}{base} {{"
    for part in accessor.parts:
        yield from _struct(part, level + 1)
    if accessor.slot is None:
        yield from (f"{indent}    {line}" for line in _whole(accessor))
    yield f"{indent}}};"


def _base(accessor: Accessor, slot: Slot) -> str:
    element, items, alignment = type_name(slot.dtype), count(slot), slot.alignment_bytes
    if not items:
        return f"memory::empty_slice<{element}, {slot.offset_bytes or 0}, {alignment}>"
    kind, ring = ("ring", f", {slot.stages}, {slot.pitch_bytes}") if slot.is_ring else ("slice", "")
    first_byte = slot.offset * slot.element.itemsize_bytes
    match slot.region:
        case "run" | "block":
            return f"memory::{slot.region}_{kind}<{element}, {items}, {slot.offset_bytes}, {alignment}{ring}>"
        case "persistent_local":
            place = f"{slot.offset_bytes}, {alignment}{ring}, &persistent::array_{accessor.array}, {first_byte}"
            return f"memory::persistent_{kind}<{element}, {items}, {place}>"
        case "local" if slot.is_ring:
            return f"memory::local_ring<{element}, {items}, {alignment}{ring}, &thread_memory::array_{accessor.array}>"
        case "local":
            first = first_byte // slot.dtype.itemsize_bytes
            return (
                f"memory::local_slice<{element}, {items}, {first}, {alignment}, &thread_memory::array_{accessor.array}>"
            )


def _whole(accessor: Accessor) -> Iterator[str]:
    """What a buffer whose parts lie apart has instead of a view."""
    parts = ", ".join(f"{accessor.name}::{part.name}::get(memory)" for part in accessor.parts)
    yield from (
        "template <class T = void>",
        "static __device__ __forceinline__ T* get(const thread_memory&) {",
        f'    static_assert(memory::never<T>, "{refusal_of(accessor.full_name)}: take {parts}");',
        "    return nullptr;",
        "}",
    )
    zeros = [part for part in accessor.parts if part.slot is not None and part.slot.zero]
    if accessor.zeroes and zeros:
        yield "static __device__ __forceinline__ void zero(const thread_memory& memory) {"
        yield from (f"    {part.name}::zero(memory);" for part in zeros)
        yield "}"


def _checks(accessor: Accessor) -> Iterator[str]:
    for each in accessor.every():
        slot = each.slot
        if slot is None or not slot.count:
            continue
        name = each.path.removeprefix(f"{accessor.path.rpartition('::')[0]}::") if "::" in accessor.path else each.path
        rule = {"run": "aligned_in_runs", "block": "aligned_in_block", "local": "aligned"}.get(slot.region)
        if rule is not None:
            yield f'static_assert(memory::{rule}<{name}>, "{slot.name} is misaligned");'
        yield f'static_assert({name}::size_bytes == {slot.size_bytes:d}u, "{slot.name}: its elements are of another size");'
        if slot.region in _ENDS:
            end, what = _ENDS[slot.region]
            yield f'static_assert({name}::offset_bytes + {name}::size_bytes <= {end}, "{slot.name} lies past the end of {what}");'


def _describe(accessor: Accessor) -> str:
    slot = accessor.slot
    if slot is None:
        return f"{accessor.full_name}: its parts lie apart."
    said = f"{accessor.full_name}: {elements(slot)}"
    if slot.is_ring:
        said += f" in each of {slot.stages} slots"
    if not slot.count:
        return f"{said}, of no bytes."
    if slot.offset_bytes is not None:
        said += f", bytes [{slot.offset_bytes}, {slot.offset_bytes + slot.size_bytes}) {_WHERE[slot.region]}"
        return ", ".join([said, *(f"{shares}: not __restrict__" for shares in sharing(slot))]) + "."
    if slot.is_part:
        first = slot.offset * slot.element.itemsize_bytes
        return f"{said}, bytes [{first}, {first + slot.size_bytes}) {_WHERE[slot.region]}."
    return f"{said}, a local array."
