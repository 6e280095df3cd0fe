"""`warpack.optimize` against an oracle that looks at everything: what a layout says is proven must be the best there
is."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from benchmarks.against_oracle import main, outcome_of
from tests.helpers.machine.programs import program_of_one_scope
from tests.helpers.mixed_manifests import mixed_manifest
from tests.helpers.oracle import Figures, Infeasible, Judged, NoPacking, best_figures, disagreements
from tests.helpers.oracle.packing import least_bytes
from tests.helpers.oracle.trying import fits
from tests.helpers.oracle.units import units_of
from tests.helpers.small_manifests import GROWN_BUFFERS, MOST_BUFFERS, grown_manifest, small_manifest
from tests.helpers.solving import manifest_of, solved
from tests.helpers.sweeps import seeds
from warpack.solver import Manifest, load_manifest, optimize
from warpack.solver.verifier.story import derive

pytestmark = pytest.mark.slow

JUDGED = Judged()
BATCH, GROWN_BATCH = 25, 10


@pytest.mark.parametrize("batch", seeds(10))
def test_the_optimiser_agrees_with_the_oracle(batch: int) -> None:
    found = [outcome_of(seed, JUDGED) for seed in range(batch * BATCH, (batch + 1) * BATCH)]
    assert {outcome.seed: outcome.said for outcome in found if outcome.verdict != "agrees"} == {}


@pytest.mark.parametrize("batch", seeds(3))
def test_the_optimiser_agrees_with_the_oracle_on_more_buffers_and_fewer_threads(batch: int) -> None:
    first = 8 + batch * GROWN_BATCH  # seed 7 alone takes the oracle as long as all these batches
    found = [outcome_of(seed, JUDGED, grown_manifest) for seed in range(first, first + GROWN_BATCH)]
    assert {outcome.seed: outcome.said for outcome in found if outcome.verdict != "agrees"} == {}


@pytest.mark.parametrize("batch", range(4))
def test_the_optimiser_agrees_with_the_oracle_on_programs_with_every_construct_of_time(batch: int) -> None:
    found = [outcome_of(seed, JUDGED, program_of_one_scope) for seed in range(batch * BATCH, (batch + 1) * BATCH)]
    assert {outcome.seed: outcome.said for outcome in found if outcome.verdict not in ("agrees", "open")} == {}


@pytest.mark.parametrize("batch", range(4))
def test_the_optimiser_agrees_with_the_oracle_where_element_types_want_different_strides(batch: int) -> None:
    found = [outcome_of(seed, JUDGED, mixed_manifest) for seed in range(batch * BATCH, (batch + 1) * BATCH)]
    assert {outcome.seed: outcome.said for outcome in found if outcome.verdict != "agrees"} == {}


@pytest.mark.parametrize("seed", [538, 546, 557, 581, 691, 868, 1434, 2100, 2550, 2669])
def test_buffers_of_both_scopes_with_windows_pins_and_parts_are_placed_right_and_proven_right(seed: int) -> None:
    """Each had a place or a certificate that the verifier refused."""
    outcome = outcome_of(seed, JUDGED)
    assert (outcome.verdict, outcome.said) == ("agrees", ())


def test_grown_manifests_have_more_buffers_and_many_ask_for_more_threads_than_they_get() -> None:
    documents = [grown_manifest(seed) for seed in range(40)]
    fewest, most = GROWN_BUFFERS
    assert all(fewest <= len(document["buffers"]) <= most for document in documents)
    multiples = [document["launch"].get("threads_multiple", 32) for document in documents]
    assert sum(multiple in (5, 7, 48, 96) for multiple in multiples) > 5
    alignments = [b.get("alignment_bytes", 1) for document in documents for b in document["buffers"]]
    assert max(alignments) == 1024


def test_small_manifests_are_small_and_always_the_same() -> None:
    documents = [small_manifest(seed) for seed in range(60)]
    assert all(1 <= len(document["buffers"]) <= MOST_BUFFERS for document in documents)
    assert documents == [small_manifest(seed) for seed in range(60)]


@pytest.mark.parametrize("seed", range(60))
def test_the_oracle_agrees_with_trying_every_offset(seed: int) -> None:
    manifest = load_manifest(_tiny(Random(seed)))
    story = derive(manifest)
    for split in (False, True):
        units = units_of(manifest, story, "run", (), split=split)
        least = least_bytes(manifest, story, "run", split=split)
        if least is None:
            assert not fits(manifest, story, units, 16)
        else:
            assert fits(manifest, story, units, least)
            assert not fits(manifest, story, units, least - 1)


def _tiny(random: Random) -> dict[str, Any]:
    """Up to four buffers of up to four bytes, in parts, pinned, apart, in place and in nested windows."""
    buffers: list[dict[str, Any]] = []
    for number in range(random.randint(2, 4)):
        dtype = random.choice(["int8", "int8", "float16"])
        size = random.randint(1, 4 if dtype == "int8" else 2)
        buffer: dict[str, Any] = {"name": f"b{number}", "component": random.choice(["", "c", "c/d"]), "dtype": dtype}
        buffer |= {"size": size, "lifetime": [_span(random)]}
        if size > 1 and random.random() < 0.5:
            cut = random.randrange(1, size)
            slices = ((0, cut), (cut, size - cut))
            del buffer["lifetime"]
            buffer["parts"] = [{"offset": at, "size": n, "lifetime": [_span(random)]} for at, n in slices]
            buffer["splittable"] = random.random() < 0.5
        if random.random() < 0.1:
            buffer["pinned_offset_bytes"] = 2 * random.randrange(4)
        buffers.append(buffer)
    document: dict[str, Any] = {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "launch": {"threads_per_run": random.choice([1, 2])},
        "timeline": {"length": 3, "barriers": "every"},
        "components": [{"path": path, "window": random.choice(["flat", "contiguous"])} for path in ("c", "c/d")],
        "buffers": buffers,
    }
    names = [f"{b['component']}/{b['name']}".lstrip("/") for b in buffers]
    if random.random() < 0.2:
        document["apart"] = [random.sample(names, 2)]
    (read, a), (write, b) = random.sample(list(zip(names, buffers, strict=True)), 2)
    if a["dtype"] == b["dtype"] and a["size"] == b["size"]:
        document["in_place"] = [{"phase": 1, "read": read, "write": write}]
    return document


def _span(random: Random) -> list[int]:
    start = random.randrange(3)
    return [start, random.randint(start + 1, 3)]


def test_the_oracle_knows_what_can_be_worked_out_by_hand() -> None:
    # A hole: the first half of `rows` is free when `late` comes.
    rows = {"name": "rows", "size": 8, "parts": [_row(0, [0, 2]), _row(4, [0, 4])]}
    assert _best(manifest_of(rows, {"name": "late", "size": 4, "lifetime": [[2, 4]]})).run_bytes == 32
    # Parts that may lie apart leave one gap where a whole buffer leaves two halves.
    rows = {"name": "rows", "size": 12, "parts": [_row(0, [0, 2]), _row(4, [0, 4]), _row(8, [0, 2])]}
    late = {"name": "late", "size": 8, "lifetime": [[2, 4]]}
    assert _best(manifest_of(rows, late)).run_bytes == 64
    assert _best(manifest_of({**rows, "splittable": True}, late)).run_bytes == 48


def test_the_oracle_says_what_would_be_enough_and_when_nothing_is() -> None:
    buffer = {"name": "a", "size": 100}
    target = {"compute_capability": "8.6", "shared_budget_bytes": 399}
    assert best_figures(manifest_of(buffer, target=target)) == Infeasible(404)  # an odd number of words
    pinned = [
        {"name": name, "component": "c", "size": 4, "pinned_offset_bytes": at} for name, at in (("a", 0), ("b", 64))
    ]
    between = {"name": "x", "size": 4, "pinned_offset_bytes": 32}
    windows = [{"path": "c", "window": "contiguous"}]
    assert best_figures(manifest_of(*pinned, between, components=windows)) == NoPacking()


def test_the_oracle_weighs_every_choice_of_auto_buffers() -> None:
    autos = [{"name": f"a{n}", "size": size, "location": "auto", "accesses": worth} for n, size, worth in AUTOS]
    target = {"compute_capability": "8.6", "shared_budget_bytes": 64 * 4 * 13}
    launch = {"max_threads_per_block": 64, "bank_conflicts": "ignore"}
    best = _best(manifest_of({"name": "kept", "size": 1}, *autos, target=target, launch=launch))
    assert (best.threads, best.accesses, best.on_chip) == (64, 18, frozenset({"a1", "a2"}))


AUTOS = ((0, 8, 10), (1, 6, 9), (2, 6, 9))
"""Number, size and accesses: the most wanted one leaves no room for the two others, which are worth more together."""


def test_a_wrong_claim_is_found() -> None:
    manifest = manifest_of(
        {"name": "a", "size": 4, "lifetime": [[0, 2]]}, {"name": "b", "size": 4, "lifetime": [[2, 4]]}
    )
    layout = solved(manifest)
    assert disagreements(manifest, layout) == ()
    bound = replace(layout.proof, run_bytes=replace(layout.proof.run_bytes, lower_bound_bytes=17))
    assert "proven to be at least 17, but 16" in disagreements(manifest, replace(layout, proof=bound))[0]
    apart = solved(manifest_of(*({"name": name, "size": 4} for name in ("a", "b"))))
    said = disagreements(manifest, apart)
    assert "run bytes: proven to be at least 32, but 16 are enough" in said
    assert layout.launch is not None
    fewer = replace(layout.launch, threads_per_block=512)
    assert "threads: 512 said to be the most" in disagreements(manifest, replace(layout, launch=fewer))[0]


def test_a_layout_where_there_is_none_and_none_where_there_is_are_found() -> None:
    buffer = {"name": "a", "size": 100}
    roomy, tight = (
        manifest_of(buffer, target={"compute_capability": "8.6", "shared_budget_bytes": budget})
        for budget in (404, 403)
    )
    assert "the layout has a launch, but the oracle says that nothing fits" in disagreements(tight, optimize(roomy))
    assert "infeasible: but 1 threads fit" in disagreements(roomy, optimize(tight))
    infeasible = replace(optimize(tight), minimum_budget_bytes=405)
    assert disagreements(tight, infeasible) == ("minimum budget: 405, but the least is 404",)


def test_the_command_counts_and_says_what_it_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--count", "5", "--without-promotion"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "agrees 5, disagrees 0, open 0, skipped 0 of 5"


def _row(offset: int, span: list[int]) -> dict[str, Any]:
    return {"offset": offset, "size": 4, "lifetime": [span]}


def _best(manifest: Manifest) -> Figures:
    best = best_figures(manifest)
    assert isinstance(best, Figures)
    return best
