"""What is live when and where, as JSON values: what a picture of a layout is drawn from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from warpack.service.render.advice import advice_figures
from warpack.service.render.chart import Box, Chart, charts
from warpack.service.render.compared import compared
from warpack.service.render.reports import validation_figures
from warpack.solver.wire.layout import Layout, sized_for
from warpack.solver.wire.manifest import Manifest


def chart_document(manifest: Manifest, layout: Layout) -> dict[str, Any]:
    """`phases`: the names, with every call expanded. `regions`: each with its bytes, its fullest phase (`peak`), and
    its `pieces`, which are buffers, or their parts. A piece has its bytes `[start_bytes, end_bytes)` and `stretches`:
    `[first phase, phase after the last, state]`, with the reason where it is kept without an access. `state` is
    `stated`, `carried`, `between` or `waiting` (only until a barrier). `above`: a block-scoped buffer over some
    window. `advice`, `compared` and `validation` are the layout's in words, as the terminal has them: labels and
    texts."""
    found = charts(sized_for(manifest, layout), layout)
    return {
        "phases": list(found[0].phase_names) if found else [],
        "regions": [_region(chart) for chart in found],
        "advice": advice_figures(layout.advice),
        "compared": compared(manifest, layout),
        "validation": validation_figures(layout.validation),
    }


def _region(chart: Chart) -> dict[str, Any]:
    used, phase = chart.peak
    return {
        "region": chart.region,
        "size_bytes": chart.size_bytes,
        "peak": {"phase": phase, "used_bytes": used},
        "pieces": list(_pieces(chart.boxes)),
    }


def _pieces(boxes: Iterable[Box]) -> Iterable[dict[str, Any]]:
    found: dict[tuple[str, int, bool], dict[str, Any]] = {}
    for box in boxes:
        piece = found.setdefault(
            (box.name, box.start_bytes, box.above),
            {
                "buffer": box.buffer,
                "name": box.name,
                "start_bytes": box.start_bytes,
                "end_bytes": box.end_bytes,
                "persistent": box.persistent,
                "above": box.above,
                "stretches": [],
            },
        )
        piece["stretches"].append([box.start, box.end, box.state, *([box.why] if box.why else [])])
    for piece in found.values():
        piece["stretches"].sort()
    return found.values()
