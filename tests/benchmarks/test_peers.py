"""Every solver on the same small instances: right answers, honest claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.instances.instance import Instance
from benchmarks.instances.kernels import kernel
from benchmarks.instances.tilings import guillotine
from benchmarks.peers import cubie_rule, omni, plain_cpsat, warpack
from benchmarks.peers.question import Question
from benchmarks.running import run, solvers
from benchmarks.suite import EXAMPLES, built_in
from benchmarks.summary import summarise
from benchmarks.threads import BUDGETS_KIB, BlockSizes, mean_ratio
from warpack.solver.wire.problems import ManifestError

OMNIMALLOC = pytest.mark.skipif(not omni.installed(), reason="omnimalloc is in the extra `bench`")


def tiling() -> Instance:
    return guillotine(8, 0).instance("guillotine", 0)


def test_the_plain_model_proves_a_small_tiling() -> None:
    instance = tiling()
    attempt = plain_cpsat.solve(Question(instance.manifest(5.0), 5.0))
    assert attempt.run_bytes == attempt.lower_bound_bytes == instance.optimum_bytes
    assert attempt.proven
    assert attempt.fault is None
    assert attempt.curve[-1][1] == instance.optimum_bytes


@OMNIMALLOC
def test_omnimalloc_packs_a_small_tiling() -> None:
    instance = tiling()
    attempt = omni.solve(Question(instance.manifest(1.0), 1.0))
    assert attempt.run_bytes is not None
    assert attempt.run_bytes >= attempt.lower_bound_bytes == instance.optimum_bytes
    assert attempt.fault is None


@pytest.mark.parametrize("seed", range(4))
def test_peers_packings_of_kernels_pass_the_verifier_and_claim_no_proof(seed: int) -> None:
    question = Question(kernel(seed, 20).manifest(0.5), 0.5)
    attempts = [plain_cpsat.solve(question)]
    attempts += [omni.solve(question)] if omni.installed() else []
    for attempt in attempts:
        assert attempt.run_bytes
        assert attempt.fault is None
        assert not attempt.proven


def test_cubies_rule_gives_figures_and_no_layout() -> None:
    attempt = cubie_rule.solve(Question(tiling().manifest(1.0), 1.0))
    assert not attempt.checked
    assert attempt.run_bytes == sum(tile.size for tile in guillotine(8, 0).tiles)


def test_warpacks_curve_falls_to_its_answer() -> None:
    attempt, layout = warpack.solve(tiling().manifest(2.0))
    assert layout.launch is not None
    sizes = [size for _, size in attempt.curve]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == attempt.run_bytes == layout.launch.run_bytes
    assert attempt.bytes_at(1e9) == attempt.run_bytes
    assert attempt.bytes_at(0.0) is None


def test_a_row_has_every_solver_and_its_summary_counts_them() -> None:
    rows = [run(tiling(), 1.0)]
    expected = [warpack.NAME, *([omni.NAME] if omni.installed() else []), plain_cpsat.NAME, cubie_rule.NAME]
    assert list(solvers(rows)) == expected
    ours = summarise(rows)[0]
    assert (ours.solver, ours.instances, ours.at_bound, ours.proven) == (warpack.NAME, 1, 1, 1)
    assert (ours.mean_gap, ours.unproven) == (0.0, ())
    assert rows[0].faults == ()
    assert rows[0].blocks == ()  # a tiling asks for bytes, not for threads


def test_blocks_are_compared_at_every_budget() -> None:
    row = run(kernel(4, 12), 1.0)
    assert tuple(one.budget_kib for one in row.blocks) == BUDGETS_KIB
    assert all(one.ours >= one.cubie for one in row.blocks)


def test_the_mean_ratio_leaves_out_what_does_not_fit() -> None:
    assert mean_ratio([BlockSizes(48, 256, 64), BlockSizes(48, 64, 64), BlockSizes(48, 32, 0)]) == pytest.approx(2.0)
    assert mean_ratio([]) is None


def test_a_bad_manifest_is_named() -> None:
    with pytest.raises(ManifestError, match="broken: "):
        run(Instance("manifests", "broken", {"schema": "warpack/manifest/1"}), 1.0)


def test_the_suite_holds_every_example_and_each_kind_of_generated_instance() -> None:
    instances = list(built_in(1))
    assert {one.family for one in instances} == {"examples", "guillotine", "pinwheel", "kernels", "programs"}
    assert sum(one.family == "examples" for one in instances) == len(list(Path(EXAMPLES).glob("*.json")))
    assert len({one.name for one in instances}) == len(instances)
