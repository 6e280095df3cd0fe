"""Placement by Warpack's optimiser, with the lifetimes that were registered.

A buffer without a lifetime is live in every phase, which is always safe. Declared aliases are permissions, as before.
Persistent local storage and plain local arrays are placed as `declared` places them: nothing is shared there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from warpack.gpu_runtime.registry.declared import declared_layout
from warpack.gpu_runtime.registry.entry import CUDABuffer
from warpack.gpu_runtime.registry.layouts import GroupLayout, Span
from warpack.gpu_runtime.registry.phases import Phases
from warpack.gpu_runtime.registry.problem import Options, manifest_of
from warpack.solver.wire.layout import Layout

Entries = Mapping[str, CUDABuffer]


def optimal_layout(entries: Entries, phases: Phases, options: Options) -> GroupLayout:
    """Never takes more shared bytes than `declared`, if that keeps every alignment and every pair that overlaps is a
    declared alias.

    A plain local buffer that names a shared one as its alias comes into shared memory where that costs no byte. Raises
    ValueError (ManifestError) for lifetimes that are wrong, and where no block of the architecture has that much
    memory.
    """
    declared = declared_layout(entries)
    chosen = [entry.name for entry in entries.values() if entry.is_shared]
    best, shared = _solve(entries, chosen, phases, options)
    if declared.shared_bytes <= best.shared_bytes and _is_certain(entries, declared):
        proof = best.solution if declared.shared_bytes == best.shared_bytes else None
        return replace(declared, solution=proof)  # the order of registration, where it costs nothing
    for entry in entries.values():
        if entry.is_local and entry.aliases in shared and entry.name in declared.shared:
            found, spans = _solve(entries, [*shared, entry.name], phases, options)
            if found.shared_bytes <= best.shared_bytes:
                best, shared = found, spans
    rest = declared_layout({name: _without_alias(entry) for name, entry in entries.items() if name not in shared})
    return replace(best, persistent=rest.persistent, local=rest.local)


def _without_alias(entry: CUDABuffer) -> CUDABuffer:
    return replace(entry, aliases=None)


def _solve(
    entries: Entries, chosen: Sequence[str], phases: Phases, options: Options
) -> tuple[GroupLayout, dict[str, Span]]:
    from warpack.solver import (  # the front door: the optimiser's own rooms stay closed to this one
        load_manifest,
        optimize,
    )

    if not chosen:
        return GroupLayout({}, {}, {}), {}
    document, names = manifest_of(entries, chosen, phases, options)
    solution = optimize(load_manifest(document))
    if solution.status == "infeasible":
        raise ValueError(
            f"The shared buffers need {solution.minimum_budget_bytes} bytes; a block of compute capability "
            f"{options.compute_capability} cannot have that many. Move some to 'local'."
        )
    spans = {name: _span(solution, names[name]) for name in chosen}
    return GroupLayout(spans, {}, {}, solution), spans


def _span(solution: Layout, name: str) -> Span:
    placed = solution.by_name[name]
    start = placed.offset_bytes or 0
    return Span(start, start + placed.size_bytes)


def _is_certain(entries: Entries, declared: GroupLayout) -> bool:
    """Whether the author declared every overlap of the declared layout (an alias of an alias overlaps a buffer that
    nobody named), and every address is aligned wherever the window is."""
    spans = declared.shared
    if any(span.start % entries[name].absolute_alignment_bytes for name, span in spans.items()):
        return False
    names = list(spans)
    for index, name in enumerate(names):
        for other in names[index + 1 :]:
            if spans[name].start < spans[other].stop and spans[other].start < spans[name].stop:
                a, b = entries[name], entries[other]
                if b.aliases != a.name and a.aliases != b.name:
                    return False
    return True
