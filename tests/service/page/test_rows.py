"""The page's table of buffers: when each is live, from the chart that the service gives."""

from __future__ import annotations

import json
from typing import Any

from tests.helpers.page_code import answered, needs_node
from tests.helpers.pictured import every_structure, pictured
from warpack.service.render.chart import charts
from warpack.service.render.chart_json import chart_document
from warpack.solver import Layout, Manifest
from warpack.solver.wire.layout import sized_for

pytestmark = needs_node


def rows(manifest: Manifest, layout: Layout, *, chart: bool = True) -> dict[str, dict[str, Any]]:
    case = {
        "manifest": manifest.model_dump(),
        "layout": json.loads(layout.model_dump_json()),
        "chart": chart_document(manifest, layout) if chart else None,
    }
    found = answered("rows.mjs", [case])[0]
    return {row["name"]: row for row in found}


def test_a_buffer_is_live_in_each_phase_once_however_many_of_its_parts_are() -> None:
    for manifest, layout in (pictured(36), every_structure()):
        phases: dict[str, set[int]] = {one.full_name: set() for one in layout.buffers}
        for chart in charts(sized_for(manifest, layout), layout):
            for box in chart.boxes:
                phases[box.buffer] |= set(range(box.start, box.end))
        for name, row in rows(manifest, layout).items():
            if row["bytes"]:
                assert (row["first"], row["phases"]) == (min(phases[name], default=None), len(phases[name])), name
            else:
                assert row["unsaid"] == "not known: it has no bytes"
    assert rows(*pictured(36))["loop/algorithm/accumulator"]["phases"] <= 88


def test_a_buffer_that_no_phase_needs_is_said_to_be_never_live() -> None:
    manifest, layout = pictured(36)
    live = {box.buffer for chart in charts(manifest, layout) for box in chart.boxes}
    never = {one.full_name for one in layout.buffers if one.size_bytes} - live
    assert "loop/algorithm/dense_predictor/predictor_transform" in never
    for name, row in rows(manifest, layout).items():
        assert (row["unsaid"] == "never live") == (name in never)
        assert row["told"] == (f"{name} (never live)" if name in never else name)


def test_without_a_chart_nothing_is_said_about_phases() -> None:
    for name, row in rows(*pictured(36), chart=False).items():
        assert (row["first"], row["phases"], row["told"]) == (None, None, name)
        assert row["unsaid"].startswith("not known")
