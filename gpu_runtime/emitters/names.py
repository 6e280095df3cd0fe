"""Identifiers of the emitted code, made from the names in the manifest and from nothing else.

`loop/algorithm` + `stage_store` becomes `loop_algorithm_stage_store`, its part `row0`
`loop_algorithm_stage_store_row0`. A buffer's identifier depends on the set of names in the manifest, never on their
order.
"""

from __future__ import annotations

import hashlib
import keyword
import re
from collections import Counter

from warpack.gpu_runtime.emitters.errors import EmitError
from warpack.solver.wire.given import check_given
from warpack.solver.wire.manifest import Manifest

_IDENTIFIER = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_PART = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*|0|[1-9][0-9]*", re.ASCII)

_OWN = """
    cuda types intrinsic view_at thread_memory init thread_in_block threads_in_block run_in_block lane_in_run memory view run slot i
    view_with view_by_thread view_by_run view_by_block
    LAYOUT_SHA256 MANIFEST_SHA256 COMPUTE_CAPABILITY THREADS_PER_BLOCK RUNS_PER_BLOCK THREADS_PER_RUN
    DYNAMIC_SHARED_BYTES RUN_BYTES PADDING_BYTES STRIDE_BYTES BLOCK_REGION_BYTES REGION_GAP_BYTES BASE_ALIGNMENT_BYTES
    LOCAL_BYTES PERSISTENT_LOCAL_BYTES OPT_IN ALIGN IN_SIMULATOR
"""
_BUILTIN = """
    abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright
    credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash
    help hex id input int isinstance issubclass iter len license list locals map max memoryview min next object oct open
    ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type
    vars zip
"""

RESERVED = frozenset(_OWN.split()) | frozenset(_BUILTIN.split())
"""Names that the emitted module uses itself, and Python's built-in functions, which a kernel that imports the getters
by name still needs. The list is fixed, so that the same layout gives the same text under every Python."""

_DIGITS = (0, 8, 16, 32, 64)


def getter_names(manifest: Manifest) -> dict[str, str]:
    """The identifier of the getter of every buffer (by full name) and every part (by `full_name#part`), in manifest
    order.

    Two names that would give one identifier (`a/b` + `c`, `a` + `b_c`) both get the start of the SHA-256 of their full
    name as a suffix. A name that the emitted module needs itself gets `buffer_` before it. Raises EmitError for a name
    that is no identifier.
    """
    check_given("getter_names", manifest=manifest)
    wanted: dict[str, str] = {}
    for buffer in manifest.buffers:
        segments = [*(buffer.component.split("/") if buffer.component else ()), buffer.name]
        for segment in segments:
            _check(segment, _IDENTIFIER, buffer.full_name)
        _want(wanted, buffer.full_name, "_".join(segments))
        for part in buffer.parts:
            _check(part.name, _PART, buffer.full_name)
            _want(wanted, buffer.part_name(part), "_".join([*segments, part.name]))
    return _distinct(wanted)


def zero_name(identifier: str) -> str:
    """The identifier of the function that zeroes what the getter `identifier` hands out."""
    return f"zero_{identifier}"


def _check(segment: str, form: re.Pattern[str], full_name: str) -> None:
    if form.fullmatch(segment) is None or keyword.iskeyword(segment):
        raise EmitError(f"the name {segment!r} (buffer {full_name!r}) is no identifier that code may hold")


def _want(wanted: dict[str, str], full_name: str, identifier: str) -> None:
    if full_name in wanted:
        raise EmitError("the name is given twice", buffer=full_name)
    taken = identifier in RESERVED or identifier.startswith(("zero_", "ALIGN_")) or keyword.iskeyword(identifier)
    wanted[full_name] = f"buffer_{identifier}" if taken else identifier


def _distinct(wanted: dict[str, str]) -> dict[str, str]:
    """An identifier that only one name wants is given to it. The others try again with more and more digits of their
    hash."""
    given: dict[str, str] = {}
    waiting = wanted
    for digits in _DIGITS:
        tries = {name: _with_hash(name, identifier, digits) for name, identifier in waiting.items()}
        counts = Counter(tries.values())
        counts.update(given.values())
        given |= {name: identifier for name, identifier in tries.items() if counts[identifier] == 1}
        waiting = {name: identifier for name, identifier in waiting.items() if name not in given}
        if not waiting:
            return {name: given[name] for name in wanted}
    raise EmitError(f"no distinct identifiers for {', '.join(waiting)}")


def _with_hash(name: str, identifier: str, digits: int) -> str:
    return f"{identifier}_{hashlib.sha256(name.encode()).hexdigest()[:digits]}" if digits else identifier
