"""The verifier finds every fault that is planted in the layout of a pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.helpers.pools import pool_of
from tests.helpers.solving import manifest_of, solved
from warpack.solver import Layout, verify
from warpack.solver.reading.layout_reader import LayoutFormatError, read_layout
from warpack.solver.wire.layout import BytesProof, LocalBytes, PoolFigures, Proof

MANIFEST = pool_of(
    {"name": "a", "size": 100, "lifetime": [[0, 4]], "alignment_bytes": 4},
    {"name": "b", "size": 50, "lifetime": [[3, 6]]},
    {"name": "c", "size": 100, "lifetime": [[4, 7]]},
    baseline={"offsets_bytes": {"a": 0, "b": 100, "c": 0}},
)
LAYOUT = solved(MANIFEST)


def moved(name: str, offset: int) -> Callable[[Layout], Layout]:
    def change(layout: Layout) -> Layout:
        buffers = tuple(replace(one, offset_bytes=offset) if one.name == name else one for one in layout.buffers)
        return replace(layout, buffers=buffers)

    return change


def in_region(region: str) -> Callable[[Layout], Layout]:
    def change(layout: Layout) -> Layout:
        first, *others = layout.buffers
        return replace(layout, buffers=(replace(first, region=region), *others))  # type: ignore[arg-type]

    return change


def proven(proof: BytesProof) -> Callable[[Layout], Layout]:
    return lambda layout: replace(layout, proof=Proof.of_pool(proof))


def own_bytes(layout: Layout) -> Layout:
    by_hand = replace(layout.baselines["by_hand"], pool_bytes=7)
    return replace(layout, baselines={**layout.baselines, "by_hand": by_hand})


CERTIFICATE = dict(LAYOUT.proof.pool_bytes.certificate) if LAYOUT.proof.pool_bytes else {}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (moved("b", 60), "overlap"),
        (moved("a", 2), "misaligned"),
        (moved("b", 1000), "pool-size"),
        (lambda one: replace(one, pool=PoolFigures(151, 4)), "pool-size"),
        (lambda one: replace(one, pool=PoolFigures(150, 2)), "base-alignment"),
        (lambda one: replace(one, pool=None), "pool"),
        (lambda one: replace(one, launch=solved(manifest_of({"name": "a", "size": 1})).launch), "pool"),
        (lambda one: replace(one, minimum_budget_bytes=1), "pool"),
        (lambda one: replace(one, local=LocalBytes(4, 0)), "pool"),
        (lambda one: replace(one, status="feasible"), "status"),
        (lambda one: replace(one, proof=replace(one.proof, pool_bytes=None)), "proof"),
        (proven(BytesProof("optimal", 149, CERTIFICATE)), "proof"),
        (proven(BytesProof("optimal", 151, CERTIFICATE)), "proof"),
        (proven(BytesProof("optimal", 150, {"kind": "max-live", "phase": 0})), "certificate"),
        (in_region("run"), "wrong-region"),
        (lambda one: replace(one, buffers=one.buffers[1:]), "missing-buffer"),
        (own_bytes, "baseline"),
        (lambda one: replace(one, manifest_sha256="0" * 64), "manifest-hash"),
    ],
)
def test_each_planted_fault_is_found_by_its_rule(change: Callable[[Layout], Layout], rule: str) -> None:
    assert verify(MANIFEST, LAYOUT).passed
    assert rule in {finding.rule for finding in verify(MANIFEST, change(LAYOUT)).findings}


def test_a_pool_is_no_answer_to_the_manifest_of_a_block() -> None:
    block = manifest_of({"name": "a", "size": 1})
    answer = replace(LAYOUT, manifest_sha256=block.sha256)
    assert [finding.rule for finding in verify(block, answer).findings] == ["pool"]


def test_a_layout_that_is_changed_on_its_way_is_noticed_by_its_hash() -> None:
    document = LAYOUT.model_dump()
    document["pool"]["pool_bytes"] = 149
    changed = read_layout(document)
    assert "layout-hash" in {finding.rule for finding in verify(MANIFEST, changed).findings}


def test_a_layout_with_launch_and_pool_or_with_proofs_of_threads_is_no_layout() -> None:
    document = LAYOUT.model_dump()
    launch = solved(manifest_of({"name": "a", "size": 1})).model_dump()["launch"]
    nothing = {"status": "optimal", "upper_bound": 0, "certificate": {}}
    wrong = document | {"launch": launch, "proof": document["proof"] | {"threads_per_block": nothing}}
    with pytest.raises(LayoutFormatError) as caught:
        read_layout(wrong)
    assert [problem.pointer for problem in caught.value.problems] == ["/pool", "/proof/threads_per_block"]
