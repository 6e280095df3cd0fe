"""A Triton kernel's shared memory as a manifest: every buffer of its compiler, at the offsets that this gave them.

A phase is an operation that accesses a buffer, or at which one begins or ends to be live. Triton puts barriers
wherever bytes pass from one buffer to another, after it has allocated them, so there is one before every phase.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import gcd
from typing import Any

from warpack.gpu_runtime.imports.names import Names
from warpack.gpu_runtime.imports.outcome import Imported, ImportFailed
from warpack.gpu_runtime.imports.triton.buffers import Allocation, allocations_of, loops_of
from warpack.gpu_runtime.imports.triton.dump import chosen
from warpack.gpu_runtime.imports.triton.ir import Function, Module, parse_module

_TARGET = re.compile(r'ttg\.target = "cuda:(\d+)"')
_COUNT = re.compile(r'"?ttg\.(num-ctas|num-warps|total-num-warps|threads-per-warp)"? = (\d+)')
_LONGEST_PHASE = 120


def import_triton(dump: str, *, kernel: str | None = None) -> Imported:
    """The manifest of a kernel in a dump. `kernel`: its name, where the dump has several. Raises ImportFailed, also
    where the buffers found do not end where Triton says that its shared memory ends."""
    allocated = chosen(dump, kernel)
    module = parse_module(allocated.text, allocated.first_line)
    target, counts = _target(module)
    function = next(one for one in module.functions if one.public)
    found = allocations_of(module, function)
    peak = max((one.offset_bytes + one.storage.size_bytes for one in found), default=0)
    states = _warp_states(function, counts)
    if peak + states != allocated.shared_bytes:
        raise ImportFailed(
            f"the buffers found end at byte {peak + states}, and Triton says {allocated.shared_bytes}: something in this dump is not "
            "understood"
        )
    phases = sorted({op for one in found for op in (one.first, one.end - 1, one.op.number, *one.accesses)})
    names = Names("b")
    buffers = [_buffer(one, phases, names) for one in found]
    offsets = {names.of(one.name): one.offset_bytes for one in found}
    if states:
        name = names.of("warp_states")
        buffers.append({"name": name, "size": states, "dtype": "uint8", "scope": "block", "persistent": True})
        offsets[name] = peak
    threads = counts.get("total-num-warps", counts["num-warps"]) * counts["threads-per-warp"]
    manifest: dict[str, Any] = {
        "schema": "warpack/manifest/1",
        "name": allocated.kernel,
        "target": {"compute_capability": target, "shared_budget_bytes": "opt-in"},
        "launch": {"threads_per_block": threads},
        "timeline": _timeline(module, function, phases),
        "buffers": buffers,
        "objective": "shared_bytes",
        "baseline": {"offsets_bytes": offsets, "block_region_bytes": peak + states},
    }
    apart = [[names.of(a.name), names.of(b.name)] for a, b in _side_by_side(found)]
    if apart:
        manifest["apart"] = apart
    return Imported(manifest, tuple(_notes(found, allocated.shared_bytes)))


def _target(module: Module) -> tuple[str, dict[str, int]]:
    """The compute capability, and how many warps and blocks of a cluster there are."""
    found = _TARGET.search(module.attributes)
    if found is None:
        raise ImportFailed("the module is for no NVIDIA GPU: it has no ttg.target of the form cuda:90")
    counts = {key: int(value) for key, value in _COUNT.findall(module.attributes)}
    if counts.get("num-ctas", 1) > 1:
        raise ImportFailed(f"num_ctas is {counts['num-ctas']}: buffers that a cluster shares out are not supported")
    if not {"num-warps", "threads-per-warp"} <= counts.keys():
        raise ImportFailed("the module does not say how many warps there are")
    number = found[1]
    return f"{number[:-1]}.{number[-1]}", counts


def _warp_states(function: Function, counts: dict[str, int]) -> int:
    """Where warps of their own wait to be told which region they run, each has a byte, behind all that is allocated."""
    specialised = any(op.name == "ttg.warp_specialize" for op in function.ops)
    return max(0, counts.get("total-num-warps", 0) - counts["num-warps"]) if specialised else 0


def _buffer(one: Allocation, phases: Sequence[int], names: Names) -> dict[str, Any]:
    storage = one.storage
    buffer: dict[str, Any] = {
        "name": names.of(one.name),
        "size": storage.size,
        "dtype": storage.dtype,
        "scope": "block",
        "alignment_bytes": gcd(storage.alignment_bytes, 1024),
        "lifetime": [[bisect_left(phases, one.first), bisect_left(phases, one.end)]],
    }
    return buffer


def _timeline(module: Module, function: Function, phases: Sequence[int]) -> dict[str, Any]:
    if not phases:
        return {"length": 1}
    ops = {op.number: op for op in function.ops}
    timeline: dict[str, Any] = {
        "phases": [
            f"{ops[number].line}: {' '.join([*ops[number].results[:1], ops[number].name])}"[:_LONGEST_PHASE]
            for number in phases
        ],
        "barriers": "every",
    }
    spans = {(bisect_left(phases, low), bisect_left(phases, high)) for low, high in loops_of(module, function)}
    loops = [span for span in sorted(spans, key=lambda span: (span[0], -span[1])) if span[0] < span[1]]
    if loops and _nested(loops):
        timeline["loops"] = [list(span) for span in loops]
    return timeline


def _nested(spans: Sequence[tuple[int, int]]) -> bool:
    return all(b[0] >= a[1] or b[1] <= a[1] for a, b in combinations(spans, 2))


def _side_by_side(found: Sequence[Allocation]) -> Iterator[tuple[Allocation, Allocation]]:
    """Pairs in regions that run beside one another, although their operations stand one after the other."""
    if not any(one.lanes for one in found):
        return
    for a, b in combinations(found, 2):
        if a.end <= b.first or b.end <= a.first:
            beside = any(one != other and one[0] == other[0] for one in a.lanes for other in b.lanes)
            if beside:
                yield a, b


def _notes(found: Sequence[Allocation], shared_bytes: int) -> Iterator[str]:
    scratch = sum(one.scratch for one in found)
    yield f"{len(found) - scratch} buffers and {scratch} of scratch, {shared_bytes} bytes as Triton has them"
    copied = sum(one.copied for one in found)
    if copied:
        yield f"{copied} buffers are written by asynchronous copies, and live until these have been waited for"
    yield "one phase is one operation of the dump, by its line; Triton's own barriers follow the layout, so every phase has one"
