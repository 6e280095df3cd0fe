"""`warpack trace --against`: a kernel's trace held against a manifest or a layout that exists."""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONDecodeError, loads
from pathlib import Path
from typing import Any

from warpack.gpu_runtime.trace.against import Comparison, compared, overwritten, scopes_stated
from warpack.gpu_runtime.trace.errors import TraceError
from warpack.gpu_runtime.trace.manifest import manifest_of
from warpack.gpu_runtime.trace.proof.placement import placement_of
from warpack.gpu_runtime.trace.proof.proving import prove
from warpack.gpu_runtime.trace.summary.model import Summary
from warpack.gpu_runtime.trace.timeline.timeline import Timeline, timeline_of
from warpack.service.cli.exits import BAD_INPUT, DONE, CommandFailed
from warpack.service.cli.inputs import read_layout, read_manifest
from warpack.service.cli.terminal import complain, out
from warpack.service.render.text import plain
from warpack.solver import load_manifest, optimize
from warpack.solver.wire.counts import number_of
from warpack.solver.wire.layout import LAYOUT_SCHEMA, Layout
from warpack.solver.wire.manifest import Manifest

_TAKEN_OVER = ("target", "launch", "objective", "solver")
"""Fields of a manifest that say nothing about lifetimes: the trace is solved with those of the user's."""


def against(path: Path, kernels: Mapping[str, Summary], script: str, arguments: list[str]) -> int:
    """2 where the kernel does what the file does not allow, each time on standard error; else 0."""
    try:
        document = loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, JSONDecodeError) as error:
        raise CommandFailed(f"cannot read {path}: {error}", BAD_INPUT) from None
    is_layout = isinstance(document, dict) and document.get("schema") == LAYOUT_SCHEMA
    try:
        if is_layout:
            layout = read_layout(str(path))
            name, summary = _kernel(kernels, layout.name, path)
            violations = _against_layout(layout, name, summary, script, arguments)
        else:
            manifest = read_manifest(str(path))
            name, summary = _kernel(kernels, manifest.name, path)
            violations = _against_manifest(manifest, document, summary)
    except TraceError as error:
        raise CommandFailed(str(error), BAD_INPUT) from None
    for violation in violations:
        complain(violation)
    if not violations:
        out().print(plain(f"{name} keeps to {path}."))
    return BAD_INPUT if violations else DONE


def _kernel(kernels: Mapping[str, Summary], wanted: str, path: Path) -> tuple[str, Summary]:
    """The kernel that a file is about: the one with its name, or the only one with work arrays."""
    packed = {name: summary for name, summary in kernels.items() if summary.arrays}
    if wanted in packed:
        return wanted, packed[wanted]
    if len(packed) == 1:
        return next(iter(packed.items()))
    names = ", ".join(packed) or "none with work arrays"
    raise CommandFailed(f"which kernel is {path} about? The script launches {names}: use --kernel", BAD_INPUT)


def _against_layout(layout: Layout, name: str, summary: Summary, script: str, arguments: list[str]) -> list[str]:
    """The script runs on the layout: what it reads that others wrote, and what comes out otherwise."""
    regions = {buffer.name: buffer.region for buffer in layout.buffers}
    if found := list(overwritten(summary, regions)):
        return found  # the kernel is on a layout already, and what it hands on there has no place of its own
    shared = [array.site.name for array in summary.arrays if array.site.space == "shared"]
    of_run = [name for name in shared if regions.get(name) == "run"]
    of_block = [name for name in shared if regions.get(name) == "block"]
    timeline = timeline_of(summary, of_run, of_block)
    missing = [site.name for site in timeline.packed if site.name not in regions]
    if missing:
        return [f"{one} is a work array of the kernel, and the layout does not have it" for one in missing]
    trial = prove(script, arguments, [placement_of(name, summary, timeline, layout)])[name]
    return [*trial.faults, *trial.differences]


def _against_manifest(manifest: Manifest, document: Mapping[str, Any], summary: Summary) -> list[str]:
    timeline = timeline_of(summary, *scopes_stated(summary, manifest))
    traced = manifest_of(summary, timeline, manifest.target.compute_capability)
    traced |= {field: document[field] for field in _TAKEN_OVER if field in document}
    found = compared(summary, timeline, load_manifest(traced), manifest)
    if found.needless:
        _tell_needless(found, manifest, document, traced, timeline)
    for name in found.unknown:
        out().print(plain(f"{name}: the kernel made no such array in this run"))
    return list(found.violations())


def _tell_needless(
    found: Comparison, manifest: Manifest, document: Mapping[str, Any], traced: Mapping[str, Any], timeline: Timeline
) -> None:
    console = out()
    for one, other in found.needless:
        console.print(plain(f"{one} and {other} are kept apart, and were never seen to be needed at once"))
    stated = optimize(manifest)
    console.print(plain(f"as stated: {_figures(stated)}"))
    console.print(plain(f"with the lifetimes of the trace: {_figures(optimize(load_manifest(dict(traced))))}"))
    if [phase.name for phase in timeline.phases] != document.get("timeline", {}).get("phases"):
        return
    lifetimes = {buffer["name"]: buffer["lifetime"] for buffer in traced["buffers"]}
    for name in sorted({name for pair in found.needless for name in pair}):
        buffers = [
            {**buffer, "lifetime": lifetimes[name]} if buffer["name"] == name else buffer
            for buffer in document["buffers"]
        ]
        shorter = optimize(load_manifest({**document, "buffers": buffers}))
        if _figures(shorter) != _figures(stated):
            console.print(plain(f"with the lifetime of {name} as traced: {_figures(shorter)}"))


def _figures(layout: Layout) -> str:
    launch = layout.launch
    if launch is None:
        return "no block fits the budget"
    return (
        f"{launch.run_bytes} run bytes, {launch.block_region_bytes} bytes of the block region, "
        f"{number_of(launch.threads_per_block, 'thread')} per block, {launch.occupancy.resident_threads} resident"
    )
