"""`load_manifest`: takes a document; returns a `Manifest` that keeps every rule, or reports every problem at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from warpack.solver.reading.buffer_rows import Row, read_row
from warpack.solver.reading.buffers import read_buffer
from warpack.solver.reading.collector import Collector, show
from warpack.solver.reading.components import ComponentTree, read_components
from warpack.solver.reading.cross_checks import check_flattened
from warpack.solver.reading.fields import Fields
from warpack.solver.reading.hand_layout import read_hand_layout
from warpack.solver.reading.in_place import read_in_place
from warpack.solver.reading.pool import NO_TARGET, check_total, refuse_fields, widen
from warpack.solver.reading.references import Known, check_alias_graph, read_aliases, read_apart
from warpack.solver.reading.settings import read_launch, read_solver_options, read_target
from warpack.solver.reading.source import MOST_MANIFEST_BYTES, Source, read_source, refuse_other
from warpack.solver.reading.texts.places import placed
from warpack.solver.reading.timelines import read_timeline
from warpack.solver.wire.bulk import uncollected
from warpack.solver.wire.manifest import (
    MANIFEST_SCHEMA,
    Buffer,
    Component,
    InPlace,
    Level,
    Manifest,
    Objective,
    Required,
)
from warpack.solver.wire.problems import ManifestError, Problem

MOST_BUFFERS = 65536
LONGEST_LABEL = 1000

_KNOWN = (
    "$schema",  # for editors; no part of the manifest
    "schema",
    "name",
    "target",
    "launch",
    "timeline",
    "components",
    "buffers",
    "in_place",
    "apart",
    "objective",
    "frontier",
    "solver",
    "validation",
    "baseline",
)


@uncollected()
def load_manifest(source: Source) -> Manifest:
    """Read a manifest from JSON values, bytes of JSON, or the path of a file (str or Path): JSON, or by the end of its
    name YAML (.yaml, .yml; needs PyYAML) or TOML (.toml).

    Raises ManifestError with every problem found, each with its JSON pointer and, from a file, its line and column.
    What is allowed but worth knowing is in `Manifest.warnings`; `warpack.solver.flatten.flatten` adds the warnings that
    only flattened phases show.
    """
    collector = Collector()
    document = read_source(collector, source, MOST_MANIFEST_BYTES)
    if document is None and collector.problems:
        raise ManifestError(tuple(collector.problems))
    if refuse_other(collector, document, "manifest"):
        raise ManifestError(placed(collector.problems, collector.written))
    flagged = {problem.pointer for problem in collector.problems}
    of_source = len(collector.problems)
    manifest = _read(collector, document)
    if collector.problems:
        later = [problem for problem in collector.problems[of_source:] if problem.pointer not in flagged]
        raise ManifestError(placed((*collector.problems[:of_source], *later), collector.written))
    if manifest.warnings and collector.written is not None:
        return replace(manifest, warnings=placed(manifest.warnings, collector.written))
    return manifest


def _read(collector: Collector, document: Any) -> Manifest:
    if not isinstance(document, dict):
        collector.wrong_type("", document, "an object: the manifest")
        return Manifest(read_target(Collector(), {}))
    of_pool = document.get("objective") == "pool_bytes"
    fields = Fields(collector, document, "", _KNOWN, ("schema", *(() if of_pool else ("target",)), "buffers"))
    _check_schema(fields)
    name = _label(fields)
    if of_pool:
        widen(collector)
        refuse_fields(collector, document)
        target = NO_TARGET
    else:
        target = read_target(collector, document["target"] if "target" in fields else {"compute_capability": "8.6"})
    before_launch = len(collector.problems)
    launch = read_launch(collector, {} if of_pool else document.get("launch", {}))
    threads_per_run = launch.threads_per_run if len(collector.problems) == before_launch else None
    known_launch = launch if threads_per_run is not None else None
    timeline = document.get("timeline", {})
    root = read_timeline(collector, timeline, "/timeline", known_launch)
    barriers = timeline.get("barriers", []) if isinstance(timeline, dict) else []
    tree = read_components(collector, fields.sequence("components"), root, barriers, known_launch)
    buffers, in_place, apart, known = _read_buffers(fields, tree, threads_per_run)
    objectives: tuple[Objective, ...] = get_args(Objective)
    objective = fields.choice("objective", "threads_per_block", objectives)
    frontier = fields.flag("frontier", False)
    if frontier and any(buffer.growth is not None for buffer in buffers):
        message = (
            "A frontier goes through fewer threads for more bytes, and here sizes follow the threads: leave it out."
        )
        collector.error("frontier-of-growing-sizes", "/frontier", message)
    solver = read_solver_options(collector, document.get("solver", {}))
    levels: tuple[Required, ...] = ("best", *get_args(Level))
    validation: Required = fields.choice("validation", "best", levels)
    if of_pool:
        validation = "static"
    by_hand = read_hand_layout(collector, document.get("baseline"), known, target, threads_per_run, of_pool=of_pool)
    if of_pool:
        check_total(collector, buffers)
    manifest = Manifest(
        target,
        name,
        launch,
        root.timeline,
        _components(tree, buffers),
        buffers,
        in_place,
        apart,
        objective,
        frontier,
        solver,
        validation,
        by_hand,
        _warnings(collector, buffers, solver.warm_start),
    )
    if not collector.problems:
        check_flattened(collector, manifest)
    return manifest


def _check_schema(fields: Fields) -> None:
    if not isinstance(fields.values.get("$schema", ""), str):
        fields.collector.wrong_type("/$schema", fields.values["$schema"], "a string: where editors find the schema")
    value = fields.values.get("schema", MANIFEST_SCHEMA)
    if value != MANIFEST_SCHEMA:
        message = f'`schema` must be "{MANIFEST_SCHEMA}", and is {show(value)}.'
        fields.collector.error("unknown-schema", "/schema", message)


def _label(fields: Fields) -> str:
    name = fields.values.get("name", "")
    if not isinstance(name, str):
        fields.collector.wrong_type("/name", name, "a string")
    elif len(name) > LONGEST_LABEL:
        message = f"`name` has {len(name)} characters, and {LONGEST_LABEL} are the most."
        fields.collector.error("bad-name", "/name", message)
    elif not name.isprintable():
        fields.collector.error("bad-name", "/name", f"`name` holds characters that cannot be printed: {show(name)}.")
    else:
        return name
    return ""


def _read_buffers(
    fields: Fields, tree: ComponentTree, threads_per_run: int | None
) -> tuple[tuple[Buffer, ...], tuple[InPlace, ...], tuple[tuple[str, str], ...], Known]:
    collector = fields.collector
    pairs, kept_apart = fields.sequence("in_place"), fields.sequence("apart")
    values = fields.sequence("buffers")
    if values is None:
        return (), (), (), {}
    if len(values) > MOST_BUFFERS:
        message = f"A manifest has at most {MOST_BUFFERS} buffers, and this one has {len(values)}."
        collector.error("too-many-buffers", "/buffers", message)
        return (), (), (), {}
    rows = [read_row(collector, index, value) for index, value in enumerate(values)]
    collector.subject = None
    by_name = _by_name(collector, rows, tree)
    names = {name: row.number for name, row in by_name.items()}
    aliases: list[tuple[str, ...]] = []
    read: list[Buffer | None] = []
    for row in rows:
        collector.subject = row.full_name
        aliases.append(read_aliases(collector, row, names) if "aliases" in row.fields else ())
        read.append(read_buffer(collector, row, tree, threads_per_run, aliases[-1]))
    collector.subject = None
    known = {name: read[row.number] for name, row in by_name.items()}
    for row in rows:
        if row.full_name is None:  # a wrong name is not reported again wherever it is used
            known.setdefault(f"{row.component}/{row.name}" if row.component else row.name, None)
    if any(aliases):
        check_alias_graph(collector, by_name, {name: aliases[row.number] for name, row in by_name.items()})
    aliased = {
        frozenset((row.full_name, target)): row.fields.pointer("aliases")
        for row in rows
        for target in aliases[row.number]
        if row.full_name is not None
    }
    in_place = read_in_place(collector, pairs, known, tree)
    apart = read_apart(collector, kept_apart, known, aliased)
    return tuple(buffer for buffer in read if buffer is not None), in_place, apart, known


def _by_name(collector: Collector, rows: list[Row], tree: ComponentTree) -> dict[str, Row]:
    by_name: dict[str, Row] = {}
    for row in rows:
        if row.full_name is None:
            continue
        first = by_name.setdefault(row.full_name, row)
        if first is not row:
            message = f"The name {row.full_name} is taken by buffer {first.number} already."
            collector.error("duplicate-name", f"/buffers/{row.number}/name", message, row.full_name)
        if tree.sound and not tree.knows(row.component):
            message = f"The component {row.component} is not listed.{collector.hint(row.component, tree.listed)}"
            collector.error("unknown-component", f"/buffers/{row.number}/component", message, row.component)
    return by_name


def _components(tree: ComponentTree, buffers: tuple[Buffer, ...]) -> tuple[Component, ...]:
    """The listed components; where none is listed, those that the buffers name, in their order."""
    if tree.listed:
        return tuple(tree.components)
    return tuple(Component(path) for path in dict.fromkeys(buffer.component for buffer in buffers) if path)


def _warnings(
    collector: Collector, buffers: tuple[Buffer, ...], warm_start: dict[str, int] | None
) -> tuple[Problem, ...]:
    if warm_start:
        names = {buffer.full_name for buffer in buffers}
        names |= {buffer.part_name(part) for buffer in buffers for part in buffer.parts}
        unknown = [name for name in warm_start if name not in names]
        if unknown:
            listed = ", ".join(show(name) for name in unknown[:5]) + (", …" if len(unknown) > 5 else "")
            message = f"`warm_start` names {len(unknown)} buffers or parts that the manifest does not have: {listed}."
            collector.warn("warm_start_unknown", "/solver/warm_start", message, *unknown[:5])
    return tuple(collector.warnings)
