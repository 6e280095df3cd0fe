"""Registers are known: accesses on chip are weighed against resident threads, and what stays local says why."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from benchmarks.against_oracle import outcome_of
from tests.helpers.auto_manifests import auto_manifest
from tests.helpers.oracle import Judged
from tests.helpers.solving import manifest_of, solved
from tests.helpers.weighed_manifests import weighed_manifest
from warpack.service.render.advice import advice_figures
from warpack.solver import Layout, Manifest, load_manifest, optimize, verify
from warpack.solver.frontier.replay import layout_of_point, manifest_of_point
from warpack.solver.launch.weighing import LOCAL_ACCESS_COST

BATCH = 20
FEW_REGISTERS = {"compute_capability": "8.6", "registers_per_thread": 40}


def auto(name: str, size: int, *lifetime: int, **fields: Any) -> dict[str, Any]:
    return {"name": name, "size": size, "location": "auto", "lifetime": [list(lifetime) or [0, 8]], **fields}


FIVE = (auto("a", 14, 0, 2), auto("b", 20, 1, 3), auto("c", 30, 2, 4), auto("d", 16, 0, 2), auto("e", 20, 1, 3))
"""None of them fits beside 1024 threads: 48 bytes a thread."""


def weighed(*buffers: dict[str, Any], **fields: Any) -> Manifest:
    return manifest_of(*buffers, **{"target": FEW_REGISTERS, **fields})


def accesses(layout: Layout) -> tuple[int, int]:
    advice = layout.advice["auto"]
    return advice["accesses_on_chip"], advice["accesses"]


def entry(layout: Layout, name: str) -> dict[str, Any]:
    (found,) = (one for one in layout.advice["auto"]["buffers"] if one["name"] == name)
    return dict(found)


def occupancy(layout: Layout) -> int:
    assert layout.launch is not None
    return layout.launch.occupancy.resident_threads


@pytest.mark.parametrize("batch", range(6))
def test_the_choice_is_the_one_that_is_worth_the_most_of_all(batch: int) -> None:
    """The oracle tries every choice with every block size."""
    found = [outcome_of(seed, Judged(), weighed_manifest) for seed in range(batch * BATCH, (batch + 1) * BATCH)]
    assert {outcome.seed: outcome.said for outcome in found if outcome.verdict != "agrees"} == {}


@pytest.mark.parametrize("registers", [16, 32, 40, 64, 128, 255])
def test_few_registers_leave_no_shared_memory_empty(registers: int) -> None:
    layout = solved(weighed(*FIVE, target=FEW_REGISTERS | {"registers_per_thread": registers}))
    on_chip, every = accesses(layout)
    assert every == 100
    assert on_chip > 0
    assert layout.status == "optimal"


def test_without_registers_threads_come_first_as_ever() -> None:
    layout = solved(manifest_of(*FIVE))
    assert layout.launch is not None
    assert layout.launch.threads_per_block == 1024
    assert accesses(layout) == (0, 100)
    assert "weighed" not in layout.advice["auto"]


def test_the_layout_says_what_was_weighed() -> None:
    layout = solved(weighed(*FIVE))
    here = accesses(layout)[0]
    cost = here + LOCAL_ACCESS_COST * (100 - here)
    told = layout.advice["auto"]["weighed"]
    assert told == {"status": "optimal", "resident_threads": occupancy(layout), "cost": cost, "local_access_cost": 8}
    certificate = layout.proof.threads_per_block.certificate
    assert (certificate["kind"], certificate["cost"]) == ("weighed", cost)


@pytest.mark.parametrize("asked", [0, 1, 4, 12, 40, 120, 400])
def test_a_search_that_is_cut_short_claims_nothing_of_the_weighing(asked: int) -> None:
    """Cancelled when it has asked so many times."""
    left = iter(range(asked))
    manifest = load_manifest(
        auto_manifest(2, target=FEW_REGISTERS, launch={"max_threads_per_block": 256}, frontier=asked % 3 == 0)
    )
    layout = optimize(manifest, cancelled=lambda: next(left, None) is None)
    report = verify(manifest, layout)
    assert report.passed, [finding.message for finding in report.findings]
    settled = layout.proof.threads_per_block.certificate["kind"] == "weighed"
    assert (layout.advice["auto"]["weighed"]["status"] == "optimal") == settled
    assert settled or layout.status == "feasible"


def test_no_point_of_the_frontier_is_worth_more_and_all_of_them_verify() -> None:
    manifest = weighed(*FIVE, frontier=True)
    layout = solved(manifest)
    assert layout.frontier is not None
    assert len(layout.frontier) > 3
    worth = {Fraction(point["resident_threads"], point["cost"]): point["chosen"] for point in layout.frontier}
    assert worth[max(worth)]
    for point in layout.frontier:
        assert verify(manifest_of_point(manifest, point), layout_of_point(manifest, point)).passed


def test_accesses_of_shared_buffers_are_part_of_the_cost() -> None:
    """Beside hot shared buffers a few accesses more on chip are not worth many threads."""
    alone = solved(weighed(auto("w", 100, accesses=40)))
    beside = solved(weighed(auto("w", 100, accesses=40), {"name": "hot", "size": 8, "accesses": 5000}))
    assert accesses(alone) == (40, 40)
    assert accesses(beside) == (0, 40)
    assert occupancy(beside) > occupancy(alone)


def test_more_accesses_are_worth_more_threads() -> None:
    chips = [solved(weighed(auto("w", 60, accesses=n), {"name": "s", "size": 4, "accesses": 99})) for n in (1, 9, 999)]
    assert [accesses(layout)[0] > 0 for layout in chips] == [False, False, True]
    residents = [occupancy(layout) for layout in chips]
    assert residents == sorted(residents, reverse=True)


def test_of_blocks_with_as_many_resident_threads_each_objective_has_its_own() -> None:
    large, small = (
        solved(weighed(*FIVE, objective=objective)) for objective in ("threads_per_block", "resident_threads")
    )
    assert large.launch is not None
    assert small.launch is not None
    assert occupancy(large) == occupancy(small)
    assert large.launch.threads_per_block >= small.launch.threads_per_block


def test_a_block_size_that_is_given_is_kept() -> None:
    layout = solved(weighed(*FIVE, launch={"threads_per_block": 256}))
    assert layout.launch is not None
    assert layout.launch.threads_per_block == 256
    assert accesses(layout)[0] > 0


def test_what_costs_resident_threads_says_how_many_and_how_many_blocks() -> None:
    layout = solved(weighed(auto("w", 60, accesses=1), {"name": "s", "size": 4, "accesses": 99}))
    told = entry(layout, "w")
    assert told["reason"] == "costs-resident-threads"
    assert "resident threads (" in told["why"]
    assert f"in place of {occupancy(layout)} (" in told["why"]
    assert "is worth no more than" in told["why"]


def test_what_costs_threads_per_block_says_how_many() -> None:
    layout = solved(manifest_of(auto("small", 10), auto("more", 8)))
    told = entry(layout, "more")
    assert told["reason"] == "costs-threads-per-block"
    assert "in place of 1024" in told["why"]


def test_what_is_too_large_for_any_block_says_how_many_bytes_it_would_take() -> None:
    layout = solved(weighed(auto("huge", 20_000), auto("small", 8)))
    assert entry(layout, "huge")["reason"] == "too-large"
    assert "at least 80032 bytes" in entry(layout, "huge")["why"]
    assert "reason" not in entry(layout, "small")


@pytest.mark.parametrize(
    ("buffer", "fields", "reason"),
    [
        (auto("idle", 4, accesses=0), {}, "no-accesses"),
        (auto("empty", 0), {}, "no-bytes"),
        (auto("any", 4), {"objective": "shared_bytes"}, "objective"),
        (auto("wide", 700, accesses=9), {"launch": {"max_threads_per_block": 32}}, "costs-the-whole-multiple"),
    ],
)
def test_every_other_buffer_left_local_has_its_reason(
    buffer: dict[str, Any], fields: dict[str, Any], reason: str
) -> None:
    target = {"compute_capability": "8.6"}
    layout = solved(manifest_of({"name": "s", "size": 4}, buffer, target=target, **fields))
    assert entry(layout, buffer["name"])["reason"] == reason


def test_the_terminal_never_says_that_none_fits_where_some_would_cost_threads() -> None:
    told = dict(advice_figures(solved(manifest_of(*FIVE)).advice))
    assert "none fits" not in told["promoted"]
    assert "left local: c (30 accesses): with it a run takes 120 bytes" in told["auto"]


def test_the_verifier_refuses_a_weighing_with_other_figures() -> None:
    manifest = weighed(*FIVE)
    layout = solved(manifest)
    proof = layout.proof.accesses_on_chip
    assert proof is not None
    for key in ("resident_threads", "accesses_on_chip", "cost", "local_access_cost"):
        lying = replace(proof, certificate={**proof.certificate, key: proof.certificate[key] + 1})
        broken = replace(layout, proof=replace(layout.proof, accesses_on_chip=lying))
        assert {finding.rule for finding in verify(manifest, broken).findings} == {"weighing"}


def test_the_verifier_refuses_a_weighing_that_its_own_frontier_beats() -> None:
    manifest = weighed(*FIVE, frontier=True)
    layout = solved(manifest)
    assert layout.frontier is not None
    better = {**layout.frontier[0], "resident_threads": 1536, "accesses_on_chip": 100}
    broken = replace(layout, frontier=(better, *layout.frontier[1:]))
    assert {finding.rule for finding in verify(manifest, broken).findings} == {"weighing"}


def test_the_verifier_refuses_a_weighing_that_the_manifest_does_not_ask_for() -> None:
    asked, not_asked = (
        weighed(*FIVE, launch={"threads_per_block": 64}),
        manifest_of(*FIVE, launch={"threads_per_block": 64}),
    )
    foreign = replace(solved(asked), manifest_sha256=not_asked.sha256)
    assert "weighing" in {finding.rule for finding in verify(not_asked, foreign).findings}
