"""Reads `baseline`: the user's own layout, to compare with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warpack.solver.reading.collector import Collector, escaped, show, some, unquoted
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.references import Known, unknown_buffer
from warpack.solver.reading.settings import MOST_THREADS
from warpack.solver.wire.manifest import Buffer, HandLayout, Scope, Target
from warpack.solver.wire.units import Bytes

_POOL: tuple[tuple[Scope, str], ...] = (("run", "pool_bytes"),)
_REGIONS: tuple[tuple[Scope, str], ...] = (("run", "run_bytes"), ("block", "block_region_bytes"))


def read_hand_layout(
    collector: Collector,
    value: Any,
    buffers: Known,
    target: Target,
    threads_per_run: int | None,
    *,
    of_pool: bool = False,
) -> HandLayout | None:
    """None where there is none, or something in it is wrong. Only what cannot be compared at all is refused here. The
    layout says which of the manifest's rules the baseline breaks."""
    if value is None or (collector.problems and not buffers):
        return None
    before = len(collector.problems)
    regions = _POOL if of_pool else _REGIONS
    known = ("offsets_bytes", "block_region_bytes", "run_bytes", "threads_per_block", "pool_bytes")
    fields = Fields(collector, value, "/baseline", known, ("offsets_bytes",))
    for key in known[1:4] if of_pool else known[4:]:
        if fields.values.get(key) is not None:
            message = f"`{key}` is of {'a block' if of_pool else 'a pool'}, and this manifest is of the other kind: leave it out."
            collector.error("not-of-a-pool" if of_pool else "of-a-pool", fields.pointer(key), message)
    stated = {key: fields.optional_integer(key, 0) for _, key in regions}
    threads = None if of_pool else fields.optional_integer("threads_per_block", 1, MOST_THREADS)
    if threads is not None and threads_per_run is not None and threads % threads_per_run:
        message = f"{threads} threads are no whole number of runs of {threads_per_run} threads."
        collector.error("baseline-threads", fields.pointer("threads_per_block"), message)
    if any(buffer is not None and buffer.growth is not None for buffer in buffers.values()):
        if threads is None:
            message = "Sizes follow the block, so a layout to compare with needs the threads of its block: `threads_per_block`."
            collector.error("baseline-threads", fields.pointer("threads_per_block"), message)
            return None
        buffers = {name: buffer and buffer.in_block(threads) for name, buffer in buffers.items()}
    offsets = _offsets(fields, buffers)
    if len(collector.problems) > before or offsets is None:
        return None
    _check_complete(collector, offsets, buffers)
    ends = _ends(offsets, buffers)
    most = _most_bytes(target)
    sizes: dict[str, Bytes] = {}
    for scope, key in regions:
        last, end = ends[scope]
        sizes[key] = size = end if stated[key] is None else stated[key] or 0
        if size < end and not (
            scope == "block" and ends["run"][1]
        ):  # block-scoped buffers may lie over windows of runs
            message = f"{last} ends at byte {end}, beyond the {size} bytes that `{key}` gives the region."
            collector.error("baseline-too-short", fields.pointer(key), message, last)
        elif most is not None and max(size, end) > most:
            by_buffer = size <= end
            where = f"{fields.at}/offsets_bytes/{escaped(last)}" if by_buffer else fields.pointer(key)
            what = f"{last} ends at byte {end}" if by_buffer else f"`{key}` is {size}"
            message = f"{what}, but a block of compute capability {target.compute_capability} has at most {most} bytes of shared memory."
            collector.error("baseline-too-large", where, message, *([last] if by_buffer else []))
    if len(collector.problems) > before:
        return None
    placed = dict(sorted(offsets.items()))
    if of_pool:
        return HandLayout(placed, 0, 0, pool_bytes=sizes["pool_bytes"])
    return HandLayout(placed, sizes["run_bytes"], sizes["block_region_bytes"], threads)


def _most_bytes(target: Target) -> Bytes | None:
    from warpack.solver.devices import DEVICES

    known = DEVICES.get(target.compute_capability)
    return None if known is None else known.max_smem_per_block_optin


def _offsets(fields: Fields, buffers: Known) -> dict[str, Bytes] | None:
    """The offsets, by full name, of buffers and parts on chip."""
    value, at = fields.values.get("offsets_bytes"), fields.pointer("offsets_bytes")
    if "offsets_bytes" not in fields:
        return None
    if not isinstance(value, dict):
        fields.collector.wrong_type(at, value, "an object of full buffer names and offsets")
        return None
    found: dict[str, Bytes] = {}
    for name, offset in value.items():
        pointer = f"{at}/{escaped(name)}"
        if type(offset) is not int:
            without = unquoted(offset, of_bytes=True)
            message = f"An offset must be an integer, and that of {name} is {show(offset)}.{without}"
            fields.collector.error("not-an-integer", pointer, message)
        elif not 0 <= offset <= fields.collector.largest:
            message = (
                f"An offset must lie between 0 and {fields.collector.largest}, and that of {name} is {show(offset)}."
            )
            fields.collector.error("out-of-range", pointer, message)
        elif _names_one(fields.collector, name, pointer, value, buffers):
            found[name] = offset
    return found


def _names_one(collector: Collector, reference: str, at: str, given: Mapping[str, Any], buffers: Known) -> bool:
    """Whether a buffer or part of that name may have a place of its own."""
    name, mark, part_name = reference.partition("#")
    if name not in buffers:
        unknown_buffer(collector, at, name, buffers)
        return False
    buffer = buffers[name]
    if buffer is None:  # it could not be read, which is reported already
        return False
    if buffer.location == "local":
        message = (
            f"{name} is local in this manifest, so that it has no place in shared memory: leave it out of the baseline."
        )
        collector.error("baseline-not-on-chip", at, message, name)
        return False
    if not mark:
        return True
    parts = [part.name for part in buffer.parts]
    if part_name not in parts:
        message = f"The buffer {name} has no part {show(part_name)}.{collector.hint(part_name, parts)}"
        collector.error("unknown-part", at, message, name)
    elif name in given:
        message = f"{name} is placed as a whole already: give the buffer one offset, or one to each of its parts."
        collector.error("baseline-twice", at, message, name)
    elif not _may_lie_apart(buffer):
        message = f"{name} lies in one piece (it is not `splittable`, or it is pinned): give the offset of {name}."
        collector.error("baseline-part-of-whole", at, message, name)
    else:
        return True
    return False


def _may_lie_apart(buffer: Buffer) -> bool:
    with_elements = sum(part.size > 0 for part in buffer.parts)
    return buffer.splittable and buffer.pinned_offset_bytes is None and with_elements > 1


def _check_complete(collector: Collector, offsets: Mapping[str, Bytes], buffers: Known) -> None:
    missing = [name for buffer in buffers.values() if buffer is not None for name in _missing(buffer, offsets)]
    if missing:
        message = f"The baseline has no offset for {some(missing)}: every buffer that must be shared has one."
        collector.error("baseline-missing", "/baseline/offsets_bytes", message, *missing[:4])


def _missing(buffer: Buffer, offsets: Mapping[str, Bytes]) -> Iterator[str]:
    if not buffer.size or buffer.full_name in offsets:
        return
    lacking = [name for part in buffer.parts if part.size and (name := buffer.part_name(part)) not in offsets]
    some_parts = any(buffer.part_name(part) in offsets for part in buffer.parts)
    if some_parts:
        yield from lacking
    elif buffer.location == "shared":
        yield buffer.full_name


def _ends(offsets: Mapping[str, Bytes], buffers: Known) -> dict[Scope, tuple[str, Bytes]]:
    """For each region, the buffer or part that ends last, and its end."""
    ends: dict[Scope, tuple[str, Bytes]] = {"run": ("", 0), "block": ("", 0)}
    for name, offset in offsets.items():
        full_name, _, part_name = name.partition("#")
        buffer = buffers[full_name]
        if buffer is None:
            continue
        size = buffer.size_bytes
        if part_name:
            size = next(buffer.dtype.bytes_of(part.size) for part in buffer.parts if part.name == part_name)
        if size and offset + size > ends[buffer.scope][1]:
            ends[buffer.scope] = (name, offset + size)
    return ends
