"""The manifest back to JSON values: normalised, with every default written out, readable by `solver.load_manifest`."""

from __future__ import annotations

from collections.abc import Hashable
from operator import attrgetter
from typing import Any

from solver.wire.bulk import uncollected
from solver.wire.manifest import MANIFEST_SCHEMA, Buffer, Component, Lifetime, Manifest, Timeline
from solver.wire.rows import Rows, sha256_with


@uncollected()
def manifest_to_json(manifest: Manifest) -> dict[str, Any]:
    return _around_buffers(manifest) | {"buffers": [_buffer(buffer) for buffer in manifest.buffers]}


def manifest_sha256(manifest: Manifest) -> str:
    """Hash of everything that the layout depends on: canonical JSON with defaults, without name, time and validation."""
    document = _around_buffers(manifest)
    del document["name"], document["validation"], document["solver"]["time_limit_s"]
    return sha256_with(document, "buffers", manifest.buffers, _ROWS)


def _around_buffers(manifest: Manifest) -> dict[str, Any]:
    target, launch, options = manifest.target, manifest.launch, manifest.solver
    return {
        "schema": MANIFEST_SCHEMA,
        "name": manifest.name,
        "target": {
            "compute_capability": target.compute_capability,
            "shared_budget_bytes": target.shared_budget_bytes,
            "static_shared_bytes": target.static_shared_bytes,
            "registers_per_thread": target.registers_per_thread,
            "carveout": target.carveout,
        },
        "launch": {
            "threads_per_run": launch.threads_per_run,
            "threads_per_block": launch.threads_per_block,
            "max_threads_per_block": launch.max_threads_per_block,
            "threads_multiple": launch.threads_multiple,
            "bank_conflicts": launch.bank_conflicts,
        },
        "timeline": _timeline(manifest.timeline),
        "components": [_component(component) for component in manifest.components],
        "buffers": [],
        "in_place": [{"phase": pair.phase, "read": pair.read, "write": pair.write} for pair in manifest.in_place],
        "apart": [list(pair) for pair in manifest.apart],
        "objective": manifest.objective,
        "frontier": manifest.frontier,
        "solver": {
            "time_limit_s": options.time_limit_s,
            "seed": options.seed,
            "warm_start": None if options.warm_start is None else dict(options.warm_start),
        },
        "validation": manifest.validation,
    }


def _timeline(timeline: Timeline) -> dict[str, Any]:
    document: dict[str, Any] = (
        {"length": timeline.length} if timeline.names is None else {"phases": list(timeline.names)}
    )
    document["loops"] = [list(loop) for loop in timeline.loops]
    document["barriers"] = [{"before": barrier.before, "scope": barrier.scope} for barrier in timeline.barriers]
    return document


def _lifetime(lifetime: Lifetime) -> list[list[int]]:
    return [[interval.start, interval.end] for interval in lifetime]


def _component(component: Component) -> dict[str, Any]:
    document: dict[str, Any] = {"path": component.path, "window": component.window}
    if component.active is not None:
        document["active"] = _lifetime(component.active)
    if component.timeline is not None:
        document["timeline"] = _timeline(component.timeline)
        document["called_in"] = list(component.called_in)
    return document


def _buffer(buffer: Buffer) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": buffer.name,
        "component": buffer.component,
        "size": buffer.size,
        "dtype": buffer.dtype.to_json(),
        "scope": buffer.scope,
        "location": buffer.location,
        "persistent": buffer.persistent,
        "splittable": buffer.splittable,
        "alignment_bytes": buffer.alignment_bytes,
        "pinned_offset_bytes": buffer.pinned_offset_bytes,
        "aliases": list(buffer.aliases),
        "zero": False if buffer.zero == "none" else buffer.zero,
        "accesses": buffer.accesses,
    }
    if buffer.lifetime is not None:
        document["lifetime"] = _lifetime(buffer.lifetime)
    if buffer.parts:
        document["parts"] = [
            {"name": part.name, "offset": part.offset, "size": part.size, "lifetime": _lifetime(part.lifetime)}
            for part in buffer.parts
        ]
    return document


_alike = attrgetter(
    "component",
    "dtype",
    "scope",
    "location",
    "persistent",
    "splittable",
    "alignment_bytes",
    "pinned_offset_bytes",
    "aliases",
    "zero",
)


def _kind(buffer: Buffer) -> Hashable | None:
    plain = buffer.lifetime is not None and not buffer.parts and buffer.name.isidentifier()
    return _alike(buffer) if plain else None


def _gaps(buffer: Buffer) -> tuple[str | int, ...]:
    spans = ",".join([f"[{start},{end}]" for start, end in buffer.lifetime or ()])
    return buffer.accesses, f"[{spans}]", f'"{buffer.name}"', buffer.size


_ROWS = Rows(_buffer, ("accesses", "lifetime", "name", "size"), _kind, _gaps)
