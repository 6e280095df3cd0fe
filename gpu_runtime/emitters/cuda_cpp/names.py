"""Names of the C++ header: a namespace per component, a struct per buffer, a nested struct per part.

Names in a scope never collide. The scope's own declarations come first, then components, then buffers. A name gets a
suffix if it is taken, is a macro of some compiler, or is reserved for the implementation; and digits of its hash where
that is not enough.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable

from warpack.gpu_runtime.emitters.errors import EmitError

_TOP = """
    layout_sha256 manifest_sha256 compute_capability threads_per_block runs_per_block threads_per_run
    dynamic_shared_bytes run_bytes padding_bytes stride_bytes block_region_bytes region_gap_bytes run_base_bytes
    base_alignment_bytes local_bytes persistent_local_bytes opt_in
    shared_base thread_in_block threads_in_block run_in_block lane_in_run persistent thread_memory check_launch init memory
"""
_MEMBERS = """
    value_type count size_bytes alignment_bytes offset_bytes slots slot_pitch_bytes get zero one T run lane kept i
"""
_OTHERS = """
    linux unix i386 assert min max NULL EOF INFINITY NAN HUGE_VAL signbit errno stdin stdout stderr
    threadIdx blockIdx blockDim gridDim warpSize float2 double2 float4 half std cuda nv
"""

TOP = frozenset(_TOP.split())
"""What the header's own namespace declares."""

MEMBERS = frozenset(_MEMBERS.split())
"""What every buffer's struct declares (in a struct named `get`, `get` would be the constructor), and names in its
functions."""

_KEPT_FREE = frozenset(_OTHERS.split())
"""Macros of compilers in GNU mode and of common headers, and names of CUDA that a kernel inside a component's namespace
still needs."""

_RESERVED = re.compile(r"_[A-Z].*|.*__.*|WARPACK_.*")


def distinct(names: Iterable[str], taken: frozenset[str], suffix: str) -> dict[str, str]:
    """A distinct name in one scope for each of `names`. It depends on the set of names, never on their order."""
    wanted = {name: _safe(name, taken, suffix) for name in sorted(names)}
    given: dict[str, str] = {name: safe for name, safe in wanted.items() if name == safe}
    used = taken | set(given.values())
    for name, safe in wanted.items():
        if name in given:
            continue
        digest = hashlib.sha256(name.encode()).hexdigest()
        tries = [safe, *(f"{safe}_{digest[:digits]}" for digits in (8, 16, 32, 64))]
        free = next((each for each in tries if each not in used), None)
        if free is None:
            raise EmitError(f"no distinct C++ name for {name!r}")
        given[name] = free
        used = used | {free}
    return given


def _safe(name: str, taken: frozenset[str], suffix: str) -> str:
    if name.isdigit():
        return f"{suffix}_{name}"
    if _RESERVED.fullmatch(name):
        return f"{suffix}_{re.sub('_+', '_', name).strip('_')}"
    return f"{name}_{suffix}" if name in taken | _KEPT_FREE else name
