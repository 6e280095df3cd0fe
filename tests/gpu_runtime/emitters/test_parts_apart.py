"""A part that lies apart is aligned as its elements, the first as the buffer: what optimiser and verifier give can be
emitted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.gpu_runtime.emitters.header_program import run_header
from tests.gpu_runtime.emitters.samples import SAMPLES
from tests.helpers.hand_layouts import make_buffer, make_layout, make_manifest
from warpack.gpu_runtime.emitters import FILES, emit, emit_files
from warpack.solver import load_manifest, optimize, read_layout, verify


def _split(dtype: str, size: int, alignment: int, cut: int) -> dict[str, Any]:
    """One buffer in two parts, and beside the second a pinned one that holds the start of the region."""
    return {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "timeline": {"length": 2},
        "buffers": [
            {
                "name": "rows",
                "size": size,
                "dtype": dtype,
                "alignment_bytes": alignment,
                "splittable": True,
                "parts": [
                    {"offset": 0, "size": cut, "lifetime": [[0, 1]]},
                    {"offset": cut, "size": size - cut, "lifetime": [[1, 2]]},
                ],
            },
            {"name": "first", "size": 1, "dtype": dtype, "pinned_offset_bytes": 0, "lifetime": [[1, 2]]},
        ],
        "validation": "static",
    }


@pytest.mark.parametrize(
    ("dtype", "size", "alignment", "cut"),
    [("float32", 8, 16, 4), ("float64", 6, 64, 2), ("float16", 9, 32, 5), ("complex64", 4, 128, 2), ("uint8", 7, 8, 3)],
)
def test_every_proven_layout_of_parts_that_lie_apart_has_allocators(
    dtype: str, size: int, alignment: int, cut: int, tmp_path: Path
) -> None:
    manifest = load_manifest(_split(dtype, size, alignment, cut))
    layout = optimize(manifest)
    assert verify(manifest, layout).passed
    parts = layout.by_name["rows"].parts
    assert parts is not None
    assert parts[1].offset_bytes % alignment
    assert set(emit_files(layout, manifest)) == set(FILES)
    found = run_header(layout, manifest, tmp_path)
    assert [found[f"rows#{number}"]["at"][0] for number in range(2)] == [part.offset_bytes for part in parts]


def test_the_texts_name_who_shares_bytes_and_that_such_pointers_are_not_restricted() -> None:
    python, header = (emit(*SAMPLES["over"], target=target) for target in ("numba-cuda", "cuda-c++"))
    for text in (python, header):
        assert "scratch  20 x float32, over windows of runs, shares bytes with state" in text
        assert "table  4 x int32\n" in text
        assert "__restrict__" in text
    assert "of the run's window, shares bytes with scratch." in python
    assert "shares bytes with state: not __restrict__." in header
    assert "shares" not in emit(*SAMPLES["plain"], target="cuda-c++").partition("#pragma once")[2]


def test_many_sharers_are_named_by_the_first_few_and_a_count() -> None:
    names = [f"b{number}" for number in range(12)]
    manifest = make_manifest(*(make_buffer(name, 1) for name in names))
    layout = make_layout(manifest, dict.fromkeys(names, 0))
    shared = [{**one, "shares_bytes_with": sorted({*names} - {one["name"]})} for one in layout.model_dump()["buffers"]]
    text = emit(read_layout({**layout.model_dump(), "buffers": shared}), manifest)
    assert "b6 and 3 more" in text
