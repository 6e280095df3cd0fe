"""Layouts from JSON: the inverse of `Layout.model_dump_json`.

It is strict about form: unknown fields, missing fields and wrong types are all reported at once. It does not check
whether a layout is right, so that the verifier can read a broken one.

LayoutFormatError      every fault of one document, in one exception
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from warpack.solver.reading.collector import Collector
from warpack.solver.reading.layout_figures import (
    no_proof,
    read_baseline,
    read_launch,
    read_local,
    read_pool,
    read_proof,
    read_run_info,
    read_validation,
    read_warning,
    read_width,
)
from warpack.solver.reading.layout_places import read_buffer, read_handoff, read_window
from warpack.solver.reading.layout_values import Values
from warpack.solver.reading.source import MOST_LAYOUT_BYTES, read_source, refuse_other
from warpack.solver.reading.texts.places import placed
from warpack.solver.wire.layout import LAYOUT_SCHEMA, Layout, LocalBytes, RunInfo, Status, Validation
from warpack.solver.wire.problems import Problem

_STATUSES = get_args(Status)


class LayoutFormatError(ValueError):
    """The document is not a layout; `problems` holds every fault, in document order where that is known."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def read_layout(source: Mapping[str, Any] | bytes | str | Path) -> Layout:
    """A layout from JSON values, from JSON text as bytes, or from a file (its path as str or Path).

    A `layout_sha256` that does not match the contents becomes the warning `layout-hash-differs`, which the verifier
    reports. Raises LayoutFormatError with every fault.
    """
    collector = Collector()
    document = read_source(collector, source, MOST_LAYOUT_BYTES)
    if collector.problems:
        raise LayoutFormatError(tuple(collector.problems))
    if refuse_other(collector, document, "layout"):
        raise LayoutFormatError(placed(collector.problems, collector.written))
    layout = _layout(Values(collector), document)
    if collector.problems:
        raise LayoutFormatError(placed(collector.problems, collector.written))
    stated = document.get("layout_sha256")
    if stated is not None and stated != layout.sha256:
        message = f"layout_sha256 is {stated}, but placements and launch have {layout.sha256}: they were changed"
        layout = replace(layout, warnings=(*layout.warnings, Problem("layout-hash-differs", "/layout_sha256", message)))
    return layout


def _layout(values: Values, document: Any) -> Layout:
    required = ("schema", "manifest_sha256", "status", "launch", "buffers", "proof")
    optional = ("name", "layout_sha256", "components", "handoffs", "local", "minimum_budget_bytes", "baselines")
    informative = ("pool", "bank_conflicts", "advice", "frontier", "warnings", "validation", "run_info")
    fields = values.fields(document, "", required, (*optional, *informative))
    if fields.get("schema", LAYOUT_SCHEMA) != LAYOUT_SCHEMA:
        values.fault("wrong-schema", "/schema", f"the schema must be {LAYOUT_SCHEMA!r}, not {fields['schema']!r}")
    if fields.get("layout_sha256") is not None:
        values.text(fields["layout_sha256"], "/layout_sha256")
    launch, frontier = fields.get("launch"), fields.get("frontier")
    pool = None if fields.get("pool") is None else read_pool(values, fields["pool"], "/pool")
    if launch is not None and pool is not None:
        values.fault(
            "pool-with-launch", "/pool", "A layout has a `launch` or a `pool`, not both: a pool has no threads."
        )
    return Layout(
        manifest_sha256=values.text(fields.get("manifest_sha256", ""), "/manifest_sha256"),
        status=values.one_of(fields.get("status", _STATUSES[0]), "/status", _STATUSES),
        launch=None if launch is None else read_launch(values, launch, "/launch"),
        buffers=values.each(fields.get("buffers", ()), "/buffers", lambda item, at: read_buffer(values, item, at)),
        proof=read_proof(values, fields.get("proof"), "/proof", of_pool=pool is not None)
        if "proof" in fields
        else no_proof(),
        baselines=values.mapping(
            fields.get("baselines", {}), "/baselines", lambda item, at: read_baseline(values, item, at)
        ),
        name=values.text(fields.get("name", ""), "/name"),
        components=values.each(
            fields.get("components", ()), "/components", lambda item, at: read_window(values, item, at)
        ),
        handoffs=values.each(fields.get("handoffs", ()), "/handoffs", lambda item, at: read_handoff(values, item, at)),
        local=read_local(values, fields["local"], "/local") if "local" in fields else LocalBytes(),
        bank_conflicts=values.each(
            fields.get("bank_conflicts", ()), "/bank_conflicts", lambda item, at: read_width(values, item, at)
        ),
        minimum_budget_bytes=values.optional_integer(fields.get("minimum_budget_bytes"), "/minimum_budget_bytes"),
        advice=values.free(fields.get("advice", {}), "/advice"),
        frontier=None if frontier is None else values.each(frontier, "/frontier", values.free),
        warnings=values.each(fields.get("warnings", ()), "/warnings", lambda item, at: read_warning(values, item, at)),
        validation=(
            read_validation(values, fields["validation"], "/validation")
            if "validation" in fields
            else Validation("best", "none")
        ),
        run_info=read_run_info(values, fields["run_info"], "/run_info")
        if "run_info" in fields
        else RunInfo(0.0, 0, {}),
        pool=pool,
    )
