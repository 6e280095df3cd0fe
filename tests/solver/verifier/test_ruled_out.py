"""Answers that nothing fits: what rules a layout out is checked like every other bound."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tests.helpers.both_scopes import mix_of_scopes, mix_with_aliases
from tests.helpers.manifests import random_manifest
from tests.solver.verifier.examples import by_search
from warpack.solver import Layout, Manifest, load_manifest, optimize, verify
from warpack.solver.verifier.proving import prove


def one_buffer(size: int, **fields: Any) -> Manifest:
    buffer = {"name": "a", "size": size, "dtype": "float32", **fields}
    return load_manifest({"schema": "warpack/manifest/1", "target": {"compute_capability": "8.6"}, "buffers": [buffer]})


def said_of(manifest: Manifest, layout: Layout) -> Layout:
    """The answer to another manifest, as if it were one to this."""
    return replace(layout, manifest_sha256=manifest.sha256, baselines={}, warnings=())


@pytest.mark.parametrize("scope", ["run", "block"])
def test_an_answer_that_the_bytes_rule_out_is_checked(scope: str) -> None:
    manifest = one_buffer(20_000, scope=scope)
    layout = optimize(manifest)
    report = verify(manifest, layout)
    assert (layout.status, report.passed, report.by_search) == ("infeasible", True, ())
    assert report.certificates["threads_per_block"] == "checked"
    assert prove(manifest, layout) == ()


@pytest.mark.parametrize("scope", ["run", "block"])
def test_an_answer_to_a_larger_manifest_is_refused_for_a_smaller_one(scope: str) -> None:
    small, large = one_buffer(1, scope=scope), one_buffer(20_000, scope=scope)
    report = verify(small, said_of(small, optimize(large)))
    assert [finding.rule for finding in report.findings] == ["certificate"]
    assert "a has 4 bytes, not 80000" in report.findings[0].message


def test_bytes_with_which_a_block_fits_rule_nothing_out() -> None:
    manifest = one_buffer(20_000)
    layout = optimize(manifest)
    fewer = replace(
        layout.proof.threads_per_block,
        certificate={
            "kind": "bytes-bounds",
            "run_bytes_at_least": 4,
            "block_region_bytes_at_least": 0,
        },
    )
    report = verify(manifest, replace(layout, proof=replace(layout.proof, threads_per_block=fewer)))
    assert any("a block of 1024 threads fits" in finding.message for finding in report.findings)


def test_what_rests_on_a_search_says_so_and_is_put_to_the_test() -> None:
    for size, verdict in ((20_000, "confirmed"), (1, "refuted")):
        manifest = one_buffer(size)
        layout = said_of(manifest, optimize(one_buffer(20_000)))
        bound = 80_000
        searched = replace(layout.proof.run_bytes, certificate=by_search(bound))
        layout = replace(layout, proof=replace(layout.proof, run_bytes=searched))
        assert verify(manifest, layout).by_search == ("run_bytes", "threads_per_block")
        trials = {trial.what: trial.verdict for trial in prove(manifest, layout)}
        assert trials == {"run_bytes": verdict, "threads_per_block": verdict}


@pytest.mark.parametrize("batch", range(4))
def test_the_answers_of_random_manifests_with_small_budgets_pass(batch: int) -> None:
    infeasible = 0
    for seed in range(batch * 40, batch * 40 + 40):
        for document in (mix_of_scopes(seed), mix_with_aliases(seed), random_manifest(seed)):
            document["target"] = {**document["target"], "shared_budget_bytes": Random(seed).choice([8, 16, 24, 64])}
            manifest = load_manifest(document)
            layout = optimize(manifest)
            report = verify(manifest, layout)
            assert report.findings == (), (seed, document)
            infeasible += layout.status == "infeasible"
    assert infeasible > 20
