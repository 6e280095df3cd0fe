"""What the layout says about each struct of `allocators.cuh`, as `static_assert`s outside the header.

The header's own `static_assert`s compare its numbers with each other, so a header that agrees with itself but not with
the layout passes them. These here come from the layout and the manifest alone, and are compiled together with the
header.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from warpack.gpu_runtime.emitters.cuda_cpp.accessors import Accessor
from warpack.gpu_runtime.emitters.cuda_cpp.types import type_name
from warpack.solver.wire.dtypes import DType
from warpack.solver.wire.layout import LaunchFigures, Layout, PlacedBuffer
from warpack.solver.wire.manifest import Manifest
from warpack.solver.wire.units import Bytes

_HELPERS = """namespace claims {
constexpr __device__ bool same(const char* one, const char* other) {
    while (*one && *one == *other) ++one, ++other;
    return *one == *other;
}
template <class One, class Other> inline constexpr bool same_type = false;
template <class One> inline constexpr bool same_type<One, One> = true;

struct place { char region; unsigned first; int slots; unsigned pitch; };
template <class E, int C, unsigned O, unsigned A>
constexpr __device__ place of(const layout::memory::run_slice<E, C, O, A>*) { return {'r', O, 1, 0}; }
template <class E, int C, unsigned O, unsigned A>
constexpr __device__ place of(const layout::memory::block_slice<E, C, O, A>*) { return {'b', O, 1, 0}; }
template <class E, int C, unsigned O, unsigned A, auto Array, unsigned F>
constexpr __device__ place of(const layout::memory::persistent_slice<E, C, O, A, Array, F>*) { return {'p', F, 1, 0}; }
template <class E, int C, unsigned F, unsigned A, auto Array>
constexpr __device__ place of(const layout::memory::local_slice<E, C, F, A, Array>*) {
    return {'l', F * static_cast<unsigned>(sizeof(E)), 1, 0};
}"""

_RINGS = """template <class E, int C, unsigned O, unsigned A, int S, unsigned P>
constexpr __device__ place of(const layout::memory::run_ring<E, C, O, A, S, P>*) { return {'r', O, S, P}; }
template <class E, int C, unsigned O, unsigned A, int S, unsigned P>
constexpr __device__ place of(const layout::memory::block_ring<E, C, O, A, S, P>*) { return {'b', O, S, P}; }
template <class E, int C, unsigned O, unsigned A, int S, unsigned P, auto Array, unsigned F>
constexpr __device__ place of(const layout::memory::persistent_ring<E, C, O, A, S, P, Array, F>*) { return {'p', F, S, P}; }
template <class E, int C, unsigned A, int S, unsigned P, auto Array>
constexpr __device__ place of(const layout::memory::local_ring<E, C, A, S, P, Array>*) { return {'l', 0, S, P}; }"""

_AT = """template <class Struct> inline constexpr place at = of(static_cast<const Struct*>(nullptr));
}  // namespace claims"""

_LETTERS = {"run": "r", "block": "b", "persistent_local": "p", "local": "l"}


def header_claims(layout: Layout, manifest: Manifest, every: Sequence[Accessor]) -> Iterator[str]:
    """Lines for a source that has included the header. `every`: its accessors; for those without bytes only the count
    is checked."""
    if layout.launch is None:
        raise ValueError("an infeasible layout has no header")
    yield _HELPERS
    if any(buffer.stages > 1 for buffer in manifest.buffers):
        yield _RINGS
    yield _AT
    yield from _constants(layout, manifest, layout.launch)
    starts = _array_starts(layout, manifest)
    placed = layout.by_name
    for accessor in every:
        owner = accessor.full_name.partition("#")[0]
        buffer = manifest.by_name[owner]
        part = next((part for part in buffer.parts if buffer.part_name(part) == accessor.full_name), None)
        size = buffer.size if part is None else part.size
        path = f"layout::{accessor.path}"
        items = size // buffer.dtype.per_item
        yield _claim(f"{path}::count == {items:d}", f"{accessor.full_name} has {size} elements")
        if not size:
            continue
        inside = 0 if part is None else buffer.dtype.bytes_of(part.offset)
        first = _first_byte(placed[owner], None if part is None else part.name, inside)
        region = placed[owner].region
        if region == "persistent_local":
            first -= starts[buffer.dtype]
        kind = type_name(buffer.dtype)
        kind = f"layout::{kind}" if kind.startswith("memory::") else kind
        place = f"claims::at<{path}>"
        yield _claim(f"{place}.region == '{_LETTERS[region]}'", f"{accessor.full_name} lies in region {region}")
        yield _claim(f"{place}.first == {first:d}u", f"{accessor.full_name} begins at byte {first}")
        yield _claim(f"{place}.slots == {buffer.stages:d}", f"{accessor.full_name} has {buffer.stages} slots")
        if buffer.stages > 1:
            pitch = buffer.slot_pitch_bytes
            yield _claim(f"{place}.pitch == {pitch:d}u", f"slots of {accessor.full_name} are {pitch} bytes apart")
        yield _claim(f"claims::same_type<{path}::value_type, {kind}>", f"{accessor.full_name} is of {buffer.dtype}")


def _constants(layout: Layout, manifest: Manifest, launch: LaunchFigures) -> Iterator[str]:
    for name, text in {
        "layout_sha256": layout.sha256,
        "manifest_sha256": manifest.sha256,
        "compute_capability": manifest.target.compute_capability,
    }.items():
        yield _claim(f"claims::same(layout::{name}, {json.dumps(text)})", f"{name} is {text}")
    for name, number in {
        "threads_per_block": launch.threads_per_block,
        "runs_per_block": launch.runs_per_block,
        "threads_per_run": manifest.launch.threads_per_run,
        "dynamic_shared_bytes": launch.dynamic_shared_bytes,
        "run_bytes": launch.run_bytes,
        "padding_bytes": launch.padding_bytes,
        "stride_bytes": launch.stride_bytes,
        "block_region_bytes": launch.block_region_bytes,
        "region_gap_bytes": launch.region_gap_bytes,
        "run_base_bytes": launch.block_region_bytes + launch.region_gap_bytes,
        "base_alignment_bytes": launch.base_alignment_bytes,
        "local_bytes": layout.local.local_bytes,
        "persistent_local_bytes": layout.local.persistent_local_bytes,
    }.items():
        yield _claim(f"layout::{name} == {number:d}{'u' if name.endswith('_bytes') else ''}", f"{name} is {number}")
    yield _claim(f"layout::opt_in == {str(launch.opt_in).lower()}", f"opt_in is {launch.opt_in}")


def _claim(condition: str, right: str) -> str:
    return f"static_assert({condition}, {json.dumps(f'not as the layout says: {right}')});"


def _first_byte(placed: PlacedBuffer, part: str | None, inside: Bytes) -> Bytes:
    """Where the buffer or part begins in its region, or in its own array where it is a plain local one."""
    if placed.parts is not None and part is None:  # they fill it, or it would have no accessor
        return min(each.offset_bytes for each in placed.parts)
    if placed.parts is not None:
        return next(each.offset_bytes for each in placed.parts if each.name == part)
    return (placed.offset_bytes or 0) + inside


def _array_starts(layout: Layout, manifest: Manifest) -> dict[DType, Bytes]:
    """The first byte of the persistent local region that lies in each dtype's array."""
    starts: dict[DType, Bytes] = {}
    for placed in layout.buffers:
        if placed.region == "persistent_local" and placed.size_bytes:
            dtype = manifest.by_name[placed.full_name].dtype
            firsts = [part.offset_bytes for part in placed.parts or () if part.size_bytes]
            starts[dtype] = min([starts.get(dtype, 1 << 31), *(firsts or [placed.offset_bytes or 0])])
    return starts
