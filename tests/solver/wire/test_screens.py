"""`repr` of a manifest and a layout is one screen, whatever they hold."""

from __future__ import annotations

from typing import Any

from tests.helpers.solving import solved
from warpack.solver import load_manifest
from warpack.solver.wire.screens import MOST_ROWS


def _document(buffers: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"schema": "warpack/manifest/1", "target": {"compute_capability": "8.6"}, "buffers": buffers} | more


def test_a_screen_lists_the_first_buffers_and_counts_the_others() -> None:
    buffers = [{"name": f"b{number}", "size": 2, "dtype": "float32"} for number in range(MOST_ROWS + 3)]
    manifest = load_manifest(_document(buffers, name="many"))
    layout = solved(manifest)
    for screen in (repr(manifest), repr(layout)):
        assert screen.splitlines()[0].startswith(("Manifest 'many': 23 buffers in 1 phase", "Layout 'many': optimal"))
        assert f"  b{MOST_ROWS - 1} " in screen
        assert f"  b{MOST_ROWS} " not in screen
        assert "  and 3 more" in screen.splitlines()
        assert len(screen.splitlines()) < MOST_ROWS + 8


def test_a_long_name_keeps_its_end_and_an_opaque_type_its_size() -> None:
    item = {"itemsize_bytes": 12, "alignment_bytes": 4}
    screen = repr(load_manifest(_document([{"name": f"{'a' * 60}_end", "size": 2, "dtype": item}])))
    row = screen.splitlines()[-1].split()
    assert row[0].startswith("…a")
    assert row[0].endswith("_end")
    assert row[1:] == ["opaque12", "run", "shared", "24"]


def test_a_layout_that_does_not_fit_says_what_would() -> None:
    layout = solved(load_manifest(_document([{"name": "big", "size": 20_000, "dtype": "float32"}])))
    status, enough, *_ = repr(layout).splitlines()
    assert "infeasible" in status
    assert enough == f"no block fits; a budget of {layout.minimum_budget_bytes} bytes would be enough"


def test_a_size_that_follows_the_block_is_told_as_such() -> None:
    buffers = [{"name": "partial", "size": {"per_thread": 1}, "dtype": "float32", "scope": "block"}]
    manifest = load_manifest(_document(buffers))
    layout = solved(manifest)
    assert repr(manifest).splitlines()[-1].endswith("follow the block")
    assert layout.launch is not None
    assert repr(layout).splitlines()[-1].split()[-1] == str(4 * layout.launch.threads_per_block)
