"""A layout beside what it is compared with, in words."""

from __future__ import annotations

from io import StringIO
from typing import Any

from rich.console import Console

from tests.helpers.pictured import EXAMPLES
from tests.helpers.solving import manifest_of, solved
from tests.helpers.svg import parsed, texts_of
from tests.solver.test_growing import reduction
from warpack.service.manifest_check import examine
from warpack.service.render.compared import compared
from warpack.service.render.draw.views import draw
from warpack.service.render.view import layout_view
from warpack.solver import Layout, Manifest, load_manifest


def scratch(**fields: Any) -> Manifest:
    """Three arrays of a block of which the second is needed together with both others."""
    buffers = [{"name": name, "size": 8, "scope": "block", "lifetime": [[n, n + 2]]} for n, name in enumerate("abc")]
    rules: dict[str, Any] = {"timeline": {"length": 4, "barriers": "every"}, "launch": {"max_threads_per_block": 128}}
    return manifest_of(*buffers, **(rules | fields))


def told(manifest: Manifest) -> tuple[dict[str, str], Layout]:
    layout = solved(manifest)
    return dict(compared(manifest, layout)), layout


def test_the_rule_by_which_all_are_launched_is_named() -> None:
    assert told(scratch())[0]["compared by"] == "one rule: the most threads per block, in multiples of 32"
    most_resident = scratch(objective="resident_threads", launch={"threads_per_run": 4, "threads_multiple": 64})
    assert told(most_resident)[0]["compared by"] == (
        "one rule: the most resident threads, then the smallest block, in multiples of 64 and 4"
    )
    given = scratch(
        launch={"threads_per_block": 96},
        baseline={"offsets_bytes": {"a": 0, "b": 32, "c": 64}, "threads_per_block": 64},
    )
    figures, _ = told(given)
    assert (
        figures["compared by"]
        == "one rule: blocks of 96 threads, as the manifest says; your layout with its own 64 threads"
    )
    assert "64 -> 96 threads per block" in figures["against your layout"]


def test_resident_threads_are_compared_where_the_objective_wants_the_most() -> None:
    table = {"name": "t", "size": 3000, "scope": "block", "lifetime": [[3, 4]]}
    other = {"name": "u", "size": 3000, "scope": "block", "lifetime": [[0, 1]]}
    manifest = manifest_of(
        table,
        other,
        timeline={"length": 4, "barriers": "every"},
        launch={"max_threads_per_block": 128},
        objective="resident_threads",
    )
    figures, layout = told(manifest)
    assert layout.launch is not None
    assert figures["against no sharing"] == (
        "24000 -> 12000 bytes of the block region, 12000 bytes saved (50.0%); 128 -> 128 threads per block, "
        "4 -> 7 blocks and 512 -> 896 resident threads a multiprocessor"
    )


def test_a_hand_made_layout_that_is_wrong_is_told_with_the_pair_and_the_phase() -> None:
    manifest = scratch(baseline={"offsets_bytes": {"a": 0, "b": 0, "c": 0}})
    figures, layout = told(manifest)
    assert figures["your layout"] == "breaks 2 rules of the manifest"
    lines = [text for label, text in compared(manifest, layout) if not label]
    assert lines == [
        "overlap: a and b share bytes [0, 32) of the block region, but both are needed in phase 1",
        "overlap: b and c share bytes [0, 32) of the block region, but both are needed in phase 2",
    ]
    assert "your layout breaks rules of the manifest: a and b share bytes" in draw(manifest, layout)


def test_what_does_not_fit_the_budget_is_not_given_threads() -> None:
    wide = {"name": "wide", "size": 10_000, "scope": "block", "lifetime": [[0, 1]]}
    figures, _ = told(
        manifest_of(wide, wide | {"name": "other", "lifetime": [[2, 3]]}, timeline={"length": 4, "barriers": "every"})
    )
    assert figures["against no sharing"] == (
        "80000 -> 40000 bytes of the block region, 40000 bytes saved (50.0%); no sharing does not fit a block"
    )
    figures, _ = told(
        manifest_of(
            {"name": "a", "size": 100, "lifetime": [[0, 1]]},
            {"name": "b", "size": 100, "lifetime": [[2, 3]]},
            timeline={"length": 4},
            launch={"threads_per_block": 96},
        )
    )
    assert figures["against no sharing"].endswith("; no sharing does not fit a block of 96 threads")


def test_the_staircase_says_why_a_layout_by_hand_has_threads_beyond_the_budget_and_no_sharing_has_none() -> None:
    manifest = load_manifest(EXAMPLES / "kernels" / "ginkgo-cg.json")
    texts = [one.text for one in texts_of(parsed(draw(manifest, solved(manifest), "occupancy")))]
    assert "your layout: 60,160 B, 1024 threads, 2 blocks with more than the budget" in texts
    assert "no sharing: 60,000 B, does not fit the budget" in texts
    assert any(text.startswith("Your layout takes more than the budget of 49,152 bytes: ") for text in texts)


def test_an_infeasible_layout_is_compared_with_nothing() -> None:
    manifest = manifest_of({"name": "a", "size": 20_000})
    assert compared(manifest, solved(manifest)) == []


def test_check_tells_what_the_hand_made_layout_breaks() -> None:
    (warning,) = examine(scratch(baseline={"offsets_bytes": {"a": 0, "b": 32, "c": 60}})).warnings
    assert (warning.type, warning.pointer, warning.names) == ("baseline_broken", "/baseline/offsets_bytes", ("b", "c"))
    assert examine(scratch(baseline={"offsets_bytes": {"a": 0, "b": 32, "c": 64}})).warnings == ()


def test_where_sizes_follow_the_block_the_table_names_the_rule_and_not_the_block_that_came_of_it() -> None:
    manifest = load_manifest(reduction())
    layout = solved(manifest)
    console = Console(width=200, file=StringIO())
    console.print(*layout_view(manifest, layout, 200))
    assert isinstance(console.file, StringIO)
    shown = console.file.getvalue()
    assert "one rule: the most threads per block, in multiples of 32" in shown
    assert "float32[12163]" in shown
