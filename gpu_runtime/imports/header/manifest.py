"""A struct of shared storage as a manifest: a start to be edited.

Members are buffers of the block. The alternatives of a union take turns, so each has a phase; a union inside an
alternative cuts its phase. Unions side by side turn independently of one another, so each combination is a phase, and
what does not overlap in the struct conflicts. The struct says nothing about time: the order of phases is that of the
declarations, with a barrier before each.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.imports.header.compiling import ANCHOR, debug_information
from warpack.gpu_runtime.imports.header.members import Field, Parts, Turn, Union
from warpack.gpu_runtime.imports.header.records import DebugTypes, Record
from warpack.gpu_runtime.imports.names import Names
from warpack.gpu_runtime.imports.outcome import Imported, ImportFailed

MOST_PHASES = 256

DEFAULT_BUDGET = 49152

Way = tuple[Turn, ...]
"""Which alternative every union has, as far as it is there at all."""


def import_header(
    header: Path,
    *,
    struct: str | None = None,
    compute_capability: str = "8.0",
    compiler: str | None = None,
    options: Sequence[str] = (),
) -> Imported:
    """The manifest of a struct in a header. `struct`: its name as C++ spells it; None where the header has one. Raises
    ImportFailed."""
    try:
        types = DebugTypes(debug_information(header, struct, compiler, options))
    except ImportFailed as failed:
        if struct is not None:
            _refuse(struct, failed, header, compiler, options)
        raise
    record = types.behind(ANCHOR) if struct is not None else _only(types.declared_in(header.name), header)
    parts = Parts(record)
    ways = _ways(parts.unions)
    buffers, offsets = _buffers(parts.fields, ways)
    names = [_phase_name(way) for way in ways]
    manifest: dict[str, Any] = {
        "schema": "warpack/manifest/1",
        "name": struct or record.name,
        "target": {"compute_capability": compute_capability},
        "timeline": {"phases": names, "barriers": "every"} if len(ways) > 1 else {"phases": names},
        "buffers": buffers,
        "objective": "shared_bytes",
        "baseline": {"offsets_bytes": offsets, "block_region_bytes": record.size_bytes},
    }
    if record.size_bytes > DEFAULT_BUDGET:
        manifest["target"]["shared_budget_bytes"] = "opt-in"
    return Imported(manifest, (*parts.notes, *_notes(parts, compute_capability)))


def _refuse(struct: str, failed: ImportFailed, header: Path, compiler: str | None, options: Sequence[str]) -> None:
    """Raises ImportFailed with the structs that there are, if the header without this one compiles."""
    try:
        found = DebugTypes(debug_information(header, None, compiler, options)).declared_in(header.name)
    except ImportFailed:
        return
    declared = ", ".join(one.name for one in found) or "no struct that is no template"
    said = failed.faults[1:]
    raise ImportFailed(f"{header.name} has no struct {struct} that compiles; it declares {declared}", *said) from None


def _only(found: list[Record], header: Path) -> Record:
    if len(found) == 1:
        return found[0]
    if not found:
        raise ImportFailed(f"{header.name} declares no struct; of a template, name an instance with --struct")
    names = ", ".join(one.name for one in found)
    raise ImportFailed(f"{header.name} declares {names}: say with --struct which of them is the shared storage")


def _ways(unions: Sequence[Union], above: tuple[Turn, ...] = ()) -> list[Way]:
    """Every combination of alternatives, in the order of their declaration."""
    here = [union for union in unions if union.turns == above]
    of_each: list[list[Way]] = []
    for union in here:
        ways: list[Way] = []
        for name in union.alternatives:
            turn: Turn = (union.path, name)
            ways += [(turn, *way) for way in _ways(unions, (*above, turn))]
        of_each.append(ways)
        total = 1
        for one in of_each:
            total *= len(one)
        if total > MOST_PHASES:
            raise ImportFailed(
                f"unions side by side give more than {MOST_PHASES} combinations of alternatives: import the structs in "
                "them one by one"
            )
    return [tuple(turn for part in way for turn in part) for way in product(*of_each)]


def _phase_name(way: Way) -> str:
    return "+".join(name for _, name in way) if way else "all"


def _buffers(fields: Sequence[Field], ways: Sequence[Way]) -> tuple[list[dict[str, Any]], dict[str, int]]:
    components = Names("c")
    names: dict[str, Names] = {}
    buffers, offsets = [], {}
    for field in fields:
        *outer, last = field.path or ("storage",)
        component = "/".join(components.of(step) for step in outer)
        name = names.setdefault(component, Names("m")).of(last)
        buffer: dict[str, Any] = {"name": name} | ({"component": component} if component else {})
        buffer |= {"size": field.size, "dtype": field.dtype, "scope": "block"}
        buffer["alignment_bytes"] = field.alignment_bytes
        if field.turns:
            phases = [number for number, way in enumerate(ways) if set(field.turns) <= set(way)]
            buffer["lifetime"] = [[start, end] for start, end in _runs(phases)]
        buffers.append(buffer)
        offsets[f"{component}/{name}" if component else name] = field.offset_bytes
    return buffers, offsets


def _runs(phases: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for phase in phases:
        if found and found[-1][1] == phase:
            found[-1] = (found[-1][0], phase + 1)
        else:
            found.append((phase, phase + 1))
    return found


def _notes(parts: Parts, compute_capability: str) -> list[str]:
    told = [f"a header does not name the architecture: the manifest is for {compute_capability} (--arch)"]
    if parts.unions:
        told.append(
            "a union says that its alternatives take turns, not in which order, how often or when: phases are in the "
            "order of declaration, each alternative is needed in the whole of its phase, and a barrier is assumed "
            "before each"
        )
    else:
        told.append("there is no union, so every member is needed throughout: give lifetimes to let members share")
    return told
