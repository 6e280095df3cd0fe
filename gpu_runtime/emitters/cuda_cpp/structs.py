"""One struct per buffer and part, in namespaces by component, each with its checks."""

from __future__ import annotations

from collections.abc import Iterator

from gpu_runtime.emitters.cuda_cpp.accessors import Accessor, Scope
from gpu_runtime.emitters.cuda_cpp.head import count
from gpu_runtime.emitters.cuda_cpp.types import type_name
from gpu_runtime.emitters.plan import Slot
from solver.wire.layout import Region

_WHERE: dict[Region, str] = {
    "run": "of the run's window",
    "block": "of the block region",
    "persistent_local": "of the persistent local region",
    "local": "of the local array",
}


def structs(scope: Scope) -> Iterator[str]:
    for accessor in scope.buffers:
        yield from ("", *_struct(accessor, accessor.slot, 0), *_checks(accessor))
    for name, inner in scope.inner.items():
        yield from ("", f"namespace {name} {{", *structs(inner), "", f"}}  // namespace {name}")


def _struct(accessor: Accessor, whole: Slot | None, level: int) -> Iterator[str]:
    indent = "    " * level
    yield f"{indent}/// {_describe(accessor)}"
    base = "" if accessor.slot is None else f" : {_base(accessor, accessor.slot, whole)}"
    if not accessor.parts:
        yield f"{indent}struct {accessor.name}{base} {{}};"
        return
    yield f"{indent}struct {accessor.name}{base} {{"
    for part in accessor.parts:
        yield from _struct(part, whole, level + 1)
    yield f"{indent}}};"


def _base(accessor: Accessor, slot: Slot, whole: Slot | None) -> str:
    element, elements, alignment = type_name(slot.dtype), count(slot), slot.alignment_bytes
    if not elements:
        return f"memory::empty_slice<{element}, {slot.offset_bytes or 0}, {alignment}>"
    first = slot.offset * slot.element.itemsize_bytes // slot.dtype.itemsize_bytes
    match slot.region:
        case "run" | "block":
            return f"memory::{slot.region}_slice<{element}, {elements}, {slot.offset_bytes}, {alignment}>"
        case "persistent_local":
            place = f"{slot.offset_bytes}, {alignment}, &persistent::array_{accessor.kept}, {first}"
            return f"memory::persistent_slice<{element}, {elements}, {place}>"
        case "local":
            array = slot if whole is None else whole
            return f"memory::local_slice<{element}, {elements}, {first}, {alignment}, {count(array)}, {array.alignment_bytes}>"


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
        end = {"run": "run_bytes", "block": "block_region_bytes"}.get(slot.region)
        if end is not None:
            yield f'static_assert({name}::offset_bytes + {name}::size_bytes <= {end}, "{slot.name} lies past the end of its region");'


def _describe(accessor: Accessor) -> str:
    slot = accessor.slot
    if slot is None:
        return f"{accessor.full_name}: its parts lie apart."
    said = f"{accessor.full_name}: {count(slot)} x {slot.dtype}"
    if not slot.count:
        return f"{said}, of no bytes."
    if slot.offset_bytes is not None:
        return f"{said}, bytes [{slot.offset_bytes}, {slot.offset_bytes + slot.size_bytes}) {_WHERE[slot.region]}."
    if slot.is_part:
        first = slot.offset * slot.element.itemsize_bytes
        return f"{said}, bytes [{first}, {first + slot.size_bytes}) {_WHERE[slot.region]}."
    return f"{said}, a local array."
