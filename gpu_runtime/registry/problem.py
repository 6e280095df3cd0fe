"""The buffers of one parent as a manifest: one run with its threads, and the objective `shared_bytes`."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from warpack.gpu_runtime.registry.entry import CUDABuffer
from warpack.gpu_runtime.registry.phases import Phases
from warpack.solver.wire.manifest import MANIFEST_SCHEMA

_IDENTIFIER = re.compile(r"(?!__)[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True)
class Options:
    """The settings of the optimiser: the architecture whose largest window is the limit, the time for one parent, and
    how many threads share a window."""

    compute_capability: str = "9.0"
    time_limit_s: float = 10.0
    threads_per_run: int = 1


def manifest_of(
    entries: Mapping[str, CUDABuffer], chosen: Iterable[str], phases: Phases, options: Options
) -> tuple[dict[str, Any], dict[str, str]]:
    """The manifest document of the `chosen` buffers, all in shared memory, and each one's name in it.

    Registered names that no manifest takes (`child_139…` is fine, `a-b` is not) become `buffer_` and their number.
    """
    order = list(entries)
    chosen = list(chosen)
    names = {
        name: name if _IDENTIFIER.fullmatch(name) and not keyword.iskeyword(name) else f"buffer_{order.index(name)}"
        for name in chosen
    }
    buffers = [_buffer(entries, entries[name], names, phases) for name in chosen]
    in_place = [
        {**pair, "read": _named(pair["read"], names), "write": _named(pair["write"], names)}
        for pair in phases.in_place
        if _owner(pair["read"]) in names and _owner(pair["write"]) in names
    ]
    document = {
        "schema": MANIFEST_SCHEMA,
        "target": {"compute_capability": options.compute_capability, "shared_budget_bytes": "opt-in"},
        "launch": {
            "threads_per_run": options.threads_per_run,
            "max_threads_per_block": options.threads_per_run,
            "threads_multiple": 1,
            "bank_conflicts": "ignore",
        },
        "timeline": phases.timeline(again=options.threads_per_run > 1),
        "buffers": buffers,
        "in_place": in_place,
        "objective": "shared_bytes",
        "solver": {"time_limit_s": options.time_limit_s},
    }
    return document, names


def _owner(reference: str) -> str:
    return reference.partition("#")[0]


def _named(reference: str, names: Mapping[str, str]) -> str:
    owner, mark, part = reference.partition("#")
    return names[owner] + mark + part


def _buffer(
    entries: Mapping[str, CUDABuffer], entry: CUDABuffer, names: Mapping[str, str], phases: Phases
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": names[entry.name],
        "size": entry.size,
        "dtype": entry.dtype.name,
        "alignment_bytes": entry.absolute_alignment_bytes,
        "location": "shared",
        "persistent": entry.persistent,
    }
    target = entries[entry.aliases] if entry.aliases is not None else None
    if target is not None and target.name in names and may_overlap(entry, target):
        document["aliases"] = names[target.name]
    if entry.protected and not entry.persistent:
        document["parts"] = list(_around(entry, phases))
    elif entry.parts:
        document["parts"] = [dict(part) for part in entry.parts]
    elif entry.lifetime is not None:
        document["lifetime"] = _lists(entry.lifetime)
    elif entry.accesses_in is not None:
        document["accesses_in"] = dict(entry.accesses_in)
    if entry.reentry != "kept":
        document["reentry"] = entry.reentry
    if entry.stages != 1:
        document["stages"] = entry.stages
    return document


def may_overlap(entry: CUDABuffer, target: CUDABuffer) -> bool:
    """Whether the alias permits all bytes of the two to overlap; persistent storage never may."""
    return not (entry.persistent or target.persistent or entry.protected or target.protected)


def _around(entry: CUDABuffer, phases: Phases) -> Iterator[dict[str, Any]]:
    """A child's window: its protected ranges are live in every phase, what lies between them while the child runs.

    Ranges are widened to whole elements of the window.
    """
    elsewhere = phases.every if entry.lifetime is None else _lists(entry.lifetime)
    scale, size = entry.parent_dtype.itemsize, entry.dtype.itemsize
    at = 0
    for start, stop in sorted(entry.protected):
        first = max(at, start * scale // size)
        last = min(entry.size, -(-stop * scale // size))
        if first > at:
            yield {"name": f"free{at}", "offset": at, "size": first - at, "lifetime": elsewhere}
        if last > first:
            yield {"name": f"kept{first}", "offset": first, "size": last - first, "lifetime": phases.every}
        at = max(at, last)
    if at < entry.size:
        yield {"name": f"free{at}", "offset": at, "size": entry.size - at, "lifetime": elsewhere}


def _lists(lifetime: Any) -> Any:
    """Intervals as in a manifest; the manifest's reader refuses anything else."""
    return [list(item) if isinstance(item, (list, tuple)) else item for item in lifetime]
