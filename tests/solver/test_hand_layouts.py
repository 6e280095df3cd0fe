"""The user's own layout: read, verified like any other, and compared with; the packing is what it is without it."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.helpers.hand_baselines import hand_offsets, with_baseline
from tests.helpers.machine.programs import random_programs
from tests.helpers.manifests import random_manifest
from tests.helpers.solving import manifest_of, solved
from warpack.solver import Layout, Manifest, load_manifest, optimize, read_layout, verify
from warpack.solver.wire.layout import Baseline

_SCRATCH = [
    {"name": "a", "size": 100, "scope": "block", "lifetime": [[0, 3]]},
    {"name": "b", "size": 100, "scope": "block", "lifetime": [[3, 6]]},
    {"name": "c", "size": 50, "scope": "block", "lifetime": [[2, 8]]},
]


def scratch(offsets: dict[str, int], *buffers: dict[str, Any], **fields: Any) -> Manifest:
    """Three arrays of a block, two of which take turns, with a layout made by hand."""
    own = {key: fields.pop(key) for key in ("run_bytes", "block_region_bytes", "threads_per_block") if key in fields}
    settings: dict[str, Any] = {"timeline": {"length": 8, "barriers": "every"}, "launch": {"threads_per_block": 128}}
    return manifest_of(*_SCRATCH, *buffers, baseline={"offsets_bytes": offsets} | own, **(settings | fields))


def by_hand(layout: Layout) -> Baseline:
    return layout.baselines["by_hand"]


def test_a_hand_made_layout_is_compared_by_bytes_blocks_and_resident_threads() -> None:
    layout = solved(scratch({"a": 0, "b": 400, "c": 800}))
    found = by_hand(layout)
    assert layout.launch is not None
    assert (found.block_region_bytes, layout.launch.block_region_bytes) == (1000, 600)
    assert (found.threads_per_block, found.blocks_per_sm, found.resident_threads) == (128, 12, 1536)
    assert found.broken == ()


def test_a_region_may_be_larger_than_its_last_buffer_needs() -> None:
    assert by_hand(solved(scratch({"a": 0, "b": 400, "c": 800}, block_region_bytes=2048))).block_region_bytes == 2048


def test_two_buffers_that_are_needed_at_once_are_named_with_the_phase() -> None:
    layout = solved(scratch({"a": 0, "b": 0, "c": 200}))
    broken = [(one.rule, one.buffers, one.start_bytes, one.end_bytes, one.phase) for one in by_hand(layout).broken]
    assert broken == [
        ("overlap", ("a", "c"), 200, 400, 2),
        ("overlap", ("b", "c"), 200, 400, 3),
    ]


def test_a_missing_barrier_makes_the_hand_made_layout_wrong() -> None:
    right = scratch({"a": 0, "b": 0, "c": 400})
    assert by_hand(solved(right)).broken == ()
    without = load_manifest(right.model_dump() | {"timeline": {"length": 8}})
    (found,) = by_hand(solved(without)).broken
    assert (found.buffers, found.phase) == (("a", "b"), None)
    assert "no barrier stands between them" in found.message


def test_offsets_that_the_alignment_or_a_pin_rules_out_are_named() -> None:
    pinned = {"name": "d", "size": 4, "scope": "block", "pinned_offset_bytes": 0, "lifetime": [[7, 8]]}
    found = by_hand(solved(scratch({"a": 2, "b": 404, "c": 804, "d": 1004}, pinned)))
    assert [(one.rule, one.buffers) for one in found.broken] == [("misaligned", ("a",)), ("pin-moved", ("d",))]


def test_pairs_that_are_kept_apart_may_not_share_by_hand_either() -> None:
    found = by_hand(solved(scratch({"a": 0, "b": 0, "c": 400}, apart=[["a", "b"]])))
    assert [(one.rule, one.buffers) for one in found.broken] == [("apart", ("a", "b"))]


def test_a_layout_beyond_the_budget_is_launched_as_it_is_and_says_so() -> None:
    large = {"name": "d", "size": 15_000, "scope": "block", "lifetime": [[7, 8]]}
    found = by_hand(
        solved(
            scratch(
                {"a": 0, "b": 0, "c": 400, "d": 600},
                large,
                target={"compute_capability": "8.6"},
                objective="shared_bytes",
            )
        )
    )
    assert (found.block_region_bytes, found.over_budget, found.blocks_per_sm) == (60_600, True, 1)


def test_the_threads_of_the_hand_made_layout_are_its_own() -> None:
    found = by_hand(solved(scratch({"a": 0, "b": 0, "c": 400}, threads_per_block=512)))
    assert (found.threads_by, found.threads_per_block, found.resident_threads) == ("given", 512, 1536)


def test_parts_may_lie_apart_by_hand_where_the_buffer_is_splittable() -> None:
    rows = [
        {"name": "r0", "offset": 0, "size": 4, "lifetime": [[0, 2]]},
        {"name": "r1", "offset": 4, "size": 4, "lifetime": [[2, 4]]},
    ]
    store = {"name": "store", "size": 8, "scope": "block", "splittable": True, "parts": rows}
    offsets = {"a": 0, "b": 0, "c": 400, "store#r0": 600, "store#r1": 616}
    found = by_hand(solved(scratch(offsets, store)))
    assert (found.block_region_bytes, found.broken) == (632, ())
    wrong = by_hand(solved(scratch(offsets | {"store#r1": 0}, store)))
    assert [one.buffers for one in wrong.broken] == [("a", "store#r1"), ("b", "store#r1")]


def test_an_auto_buffer_without_an_offset_is_local_by_hand() -> None:
    window = {"name": "w", "size": 2, "location": "auto", "lifetime": [[0, 8]]}
    offsets = {"a": 0, "b": 0, "c": 400}
    assert by_hand(solved(scratch(offsets, window))).run_bytes == 0
    found = by_hand(solved(scratch(offsets | {"w": 0}, window)))
    assert (found.run_bytes, found.dynamic_shared_bytes) == (8, 600 + 128 * 12)


def test_a_long_list_of_broken_rules_is_cut() -> None:
    many = [{"name": f"m{number}", "size": 4, "scope": "block", "lifetime": [[0, 8]]} for number in range(30)]
    own = {"offsets_bytes": {one["name"]: 0 for one in many}}
    layout = solved(manifest_of(*many, baseline=own))
    assert len(by_hand(layout).broken) == 20


def test_the_hand_made_layout_belongs_to_the_identity_and_survives_json() -> None:
    one, other = (scratch({"a": 0, "b": at, "c": 800}) for at in (0, 400))
    assert len({one.sha256, other.sha256, replace(one, baseline=None).sha256}) == 3
    assert load_manifest(one.model_dump()) == one
    layout = solved(scratch({"a": 0, "b": 0, "c": 200}))
    assert read_layout(layout.model_dump_json().encode()) == layout


@pytest.mark.parametrize("seed", range(60))
def test_random_hand_made_layouts_are_judged_alike_twice_and_change_no_byte(seed: int) -> None:
    """The verifier derives figures and broken rules anew."""
    plain = load_manifest(random_manifest(seed))
    layout = optimize(plain)
    manifest = load_manifest(with_baseline(plain, hand_offsets(plain, layout, Random(seed))))
    compared = solved(manifest)
    if (
        layout.status == compared.status == "optimal"
    ):  # else the clock may have cut the one search short, and not the other
        assert (compared.buffers, compared.launch) == (layout.buffers, layout.launch)


def test_hand_made_layouts_of_random_programs_are_judged_alike_twice() -> None:
    """Loops, arms, tracks, barriers, aliases and calls, and buffers of both scopes that lie on one another."""
    broken = 0
    for seed, (_, plain) in enumerate(random_programs(3, 150)):
        random = Random(seed)
        offsets = {one.full_name: random.choice([0, 0, 64, 128, 1024]) for one in plain if one.location != "local"}
        over = {"block_region_bytes": random.choice([0, 16, 64])} if any(one.scope == "run" for one in plain) else {}
        broken += bool(by_hand(solved(load_manifest(with_baseline(plain, offsets, **over)))).broken)
    assert broken > 50


def test_scratch_of_the_block_may_lie_over_the_windows_of_runs_by_hand() -> None:
    """128 windows of 8 bytes, 12 apart, from byte 0 on; `d` is used when no window is."""
    mine = {"name": "mine", "size": 2, "lifetime": [[0, 6]]}
    late = {"name": "late", "size": 300, "scope": "block", "lifetime": [[6, 8]]}
    rules: dict[str, Any] = {"timeline": {"length": 8, "barriers": "every"}, "launch": {"threads_per_block": 128}}
    own = {"offsets_bytes": {"mine": 0, "late": 0}, "block_region_bytes": 0}
    found = by_hand(solved(manifest_of(mine, late, baseline=own, **rules)))
    assert (found.block_region_bytes, found.dynamic_shared_bytes, found.broken) == (0, 128 * 12, ())
    wrong = by_hand(solved(manifest_of(mine, late | {"lifetime": [[5, 8]]}, baseline=own, **rules)))
    (broken,) = wrong.broken
    assert (broken.rule, set(broken.buffers), broken.region) == ("overlap", {"late", "mine"}, "block")
    assert (broken.start_bytes, broken.end_bytes, broken.phase) == (0, 8, 5)
    apart = by_hand(solved(manifest_of(mine, late, baseline=own, apart=[["late", "mine"]], **rules)))
    assert [one.rule for one in apart.broken] == ["apart"]


def test_scratch_that_ends_behind_all_windows_counts_to_its_end() -> None:
    mine = {"name": "mine", "size": 2, "lifetime": [[0, 6]]}
    late = {"name": "late", "size": 1000, "scope": "block", "lifetime": [[6, 8]]}
    own = {"offsets_bytes": {"mine": 0, "late": 0}, "block_region_bytes": 0}
    rules: dict[str, Any] = {"timeline": {"length": 8, "barriers": "every"}, "launch": {"threads_per_block": 128}}
    assert by_hand(solved(manifest_of(mine, late, baseline=own, **rules))).dynamic_shared_bytes == 4000


@pytest.mark.parametrize(
    "change",
    [
        {"block_region_bytes": 999},
        {"run_bytes": 4},
        {"dynamic_shared_bytes": 992},
        {"threads_per_block": 64},
        {"blocks_per_sm": 2},
        {"resident_threads": 128},
        {"threads_by": "resident_threads"},
        {"over_budget": True},
    ],
)
@pytest.mark.parametrize("name", ["by_hand", "no_sharing"])
def test_the_verifier_refuses_a_wrong_figure_of_a_baseline(name: str, change: dict[str, Any]) -> None:
    manifest = scratch({"a": 0, "b": 0, "c": 200})
    layout = solved(manifest)
    wrong = replace(layout.baselines[name], **change)
    report = verify(manifest, replace(layout, baselines={**layout.baselines, name: wrong}))
    assert {finding.rule for finding in report.findings} == {"baseline"}


def test_the_verifier_refuses_a_broken_rule_that_is_not_told() -> None:
    manifest = scratch({"a": 0, "b": 0, "c": 200})
    layout = solved(manifest)
    wrong = replace(by_hand(layout), broken=by_hand(layout).broken[:1])
    report = verify(manifest, replace(layout, baselines={**layout.baselines, "by_hand": wrong}))
    assert [finding.rule for finding in report.findings] == ["baseline"]


def test_the_verifier_refuses_a_broken_rule_that_is_none_and_a_baseline_that_is_missing() -> None:
    manifest = scratch({"a": 0, "b": 0, "c": 400})
    layout = solved(manifest)
    told = by_hand(solved(scratch({"a": 0, "b": 0, "c": 200}))).broken
    wrong = replace(by_hand(layout), broken=told)
    for baselines in ({**layout.baselines, "by_hand": wrong}, {"no_sharing": layout.baselines["no_sharing"]}):
        assert [one.rule for one in verify(manifest, replace(layout, baselines=baselines)).findings][:1] == ["baseline"]
    plain = replace(manifest, baseline=None)
    found = verify(plain, replace(layout, manifest_sha256=plain.sha256)).findings
    assert [one.rule for one in found] == ["baseline"]


def test_a_broken_hand_layout_beside_calls_in_one_phase_does_not_refuse_the_answer() -> None:
    """B is called beside A. What A keeps for its next call is kept while B runs, too."""
    document = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "10.0"},
        "timeline": {"phases": ["p1", "p2"]},
        "components": [
            {"path": "B", "timeline": {}, "called_in": ["p1"]},
            {"path": "plain"},
            {"path": "A", "timeline": {"phases": ["p0"]}, "called_in": ["p1", "p2"]},
        ],
        "buffers": [
            {"name": "always", "size": 1, "dtype": "float32", "component": "plain"},
            {"name": "kept", "size": 1, "dtype": "float32", "component": "A", "accesses_in": {"updates": ["p0"]}},
        ],
        "baseline": {"offsets_bytes": {"plain/always": 0, "A/kept": 0}},
    }
    manifest = load_manifest(document)
    layout = optimize(manifest)
    (broken,) = layout.baselines["by_hand"].broken
    assert (broken.rule, set(broken.buffers)) == ("overlap", {"plain/always", "A/kept"})
    assert verify(manifest, layout).findings == ()
    wrong = replace(layout.baselines["by_hand"], broken=(replace(broken, phase=6, phase_name="p2/exit"),))
    (finding,) = verify(manifest, replace(layout, baselines={**layout.baselines, "by_hand": wrong})).findings
    assert "not in phase 6" in finding.message
