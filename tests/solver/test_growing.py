"""Sizes that follow the block: the optimiser's block against every block size there is, each with its sizes written
out."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from tests.helpers.solving import solved
from tests.helpers.sweeps import seeds
from warpack.solver import Layout, Manifest, load_manifest, verify
from warpack.solver.launch.ranking import rank
from warpack.solver.launch.weighing import weighed, weighs
from warpack.solver.verifier.proving import prove

MOST = 64


def reduction(**fields: Any) -> dict[str, Any]:
    """A tile of five elements a thread; then a word a warp; then an element a thread."""
    return {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "timeline": {"phases": ["load", "sum", "write"], "barriers": [{"before": "sum"}, {"before": "write"}]},
        "buffers": [
            block("tile", {"per_thread": 20, "plus": 3}, [["load", "sum"]]),
            block("words", {"per_warp": 1}, [["sum", "write"]]),
            block("out", {"per_thread": 4}, [["write", "write"]]),
        ],
    } | fields


def block(name: str, size: Any, lifetime: Any) -> dict[str, Any]:
    return {"name": name, "size": size, "dtype": "float32", "scope": "block", "lifetime": lifetime}


def test_the_threads_are_found_with_the_sizes_that_they_bring() -> None:
    layout = solved(load_manifest(reduction()))
    assert layout.status == "optimal"
    assert layout.launch is not None
    threads = layout.launch.threads_per_block
    assert threads == 608  # 80 bytes a thread, 12, and 4 a warp, in 49152 bytes
    sizes = {buffer.name: buffer.size_bytes for buffer in layout.buffers}
    assert sizes == {"tile": 4 * (20 * 608 + 3), "words": 4 * 19, "out": 4 * 4 * 608}
    assert layout.launch.block_region_bytes == sizes["tile"] + sizes["words"]


def test_the_layout_is_known_by_the_manifest_that_was_asked_about() -> None:
    manifest = load_manifest(reduction())
    assert solved(manifest).manifest_sha256 == manifest.sha256
    assert load_manifest(manifest.model_dump()).sha256 == manifest.sha256


def test_with_the_threads_given_the_sizes_are_those_of_that_block() -> None:
    layout = solved(load_manifest(reduction(launch={"threads_per_block": 96})))
    assert layout.by_name["tile"].size_bytes == 4 * (20 * 96 + 3)
    assert layout.by_name["words"].size_bytes == 4 * 3


def test_a_last_warp_that_is_not_full_has_its_word() -> None:
    layout = solved(load_manifest(reduction(launch={"threads_per_block": 65})))
    assert layout.by_name["words"].size_bytes == 4 * 3


def test_a_layout_with_the_sizes_of_another_block_is_refused() -> None:
    manifest = load_manifest(reduction())
    other = solved(load_manifest(reduction(launch={"threads_per_block": 96})))
    assert other.launch is not None
    report = verify(load_manifest(reduction(launch={"threads_per_block": 128})), other)
    assert {"size", "threads"} & {finding.rule for finding in report.findings}
    smaller = verify(manifest, other)
    assert not smaller.passed  # it says of itself that its threads were given


def test_the_bound_of_the_threads_is_checked_where_one_phase_tells_it() -> None:
    manifest = load_manifest(reduction())
    assert verify(manifest, solved(manifest)).certificates["threads_per_block"] == "checked"


def test_the_second_model_confirms_what_rests_on_a_search() -> None:
    """Three that meet in pairs, and no phase in which all three are."""
    buffers = [
        block("a", {"per_thread": 9}, [["load", "sum"]]),
        block("b", {"per_thread": 9}, [["sum", "write"]]),
        block("c", {"per_thread": 9}, [["write", "load"]]),
    ]
    document = reduction(buffers=buffers)
    document["timeline"] |= {"loops": [["load", "write"]]}
    manifest = load_manifest(document)
    layout = solved(manifest)
    assert "threads_per_block" in verify(manifest, layout).by_search
    trials = {trial.what: trial.verdict for trial in prove(manifest, layout)}
    assert trials["threads_per_block"] == "confirmed"


def test_where_not_even_the_smallest_block_fits_it_says_what_would() -> None:
    document = reduction()
    document["buffers"][0]["size"] = {"per_thread": 1, "plus": 20_000}
    layout = solved(load_manifest(document))
    assert layout.status == "infeasible"
    assert "a block of 1 thread takes at least 80" in layout.warnings[-1].message


def test_what_it_is_compared_with_has_the_sizes_of_its_own_best_block() -> None:
    own = {"offsets_bytes": {"tile": 0, "words": 41_012, "out": 41_080}, "threads_per_block": 512}
    layout = solved(load_manifest(reduction(baseline=own)))
    baselines = layout.baselines
    assert baselines["by_hand"].threads_per_block == 512
    assert baselines["by_hand"].block_region_bytes == 41_080 + 4 * 4 * 512
    assert not baselines["by_hand"].broken
    assert baselines["no_sharing"].threads_per_block == 480  # 96 bytes a thread, 12, and 4 a warp
    assert baselines["no_sharing"].block_region_bytes == 4 * (20 * 480 + 3) + 4 * 15 + 4 * 4 * 480


@pytest.mark.parametrize(("budget", "threads"), [(64 * 80, 64), (48 * 80, 48), (41 * 80, 41), (40 * 80, None)])
def test_where_tracks_need_more_threads_than_one_multiple_whole_runs_are_looked_at(
    budget: int, threads: int | None
) -> None:
    """Forty threads copy, the rest compute: a block has at least 41, and the first multiple of 32 is 64."""
    timeline = {
        "phases": ["copy", "compute"],
        "tracks": [
            [
                {"name": "copiers", "span": ["copy", "copy"], "threads": 40},
                {"name": "others", "span": ["compute", "compute"], "threads": "rest"},
            ]
        ],
    }
    buffers = [
        block("a", {"per_thread": 10}, [["copy", "copy"]]),
        block("b", {"per_thread": 10}, [["compute", "compute"]]),
    ]
    target = {"compute_capability": "8.6", "shared_budget_bytes": budget}
    layout = solved(load_manifest(reduction(timeline=timeline, buffers=buffers, target=target)))
    assert (layout.launch and layout.launch.threads_per_block) == threads


def random_document(seed: int) -> dict[str, Any]:
    random = Random(seed)
    phases = random.randint(1, 4)

    def lifetime() -> list[list[int]]:
        start = random.randrange(phases)
        return [[start, random.randint(start + 1, phases)]]

    def size() -> Any:
        plus = random.choice([0, 0, random.randint(1, 200)])
        return random.choice(
            [{"per_thread": random.randint(1, 4), "plus": plus}, {"per_warp": random.randint(1, 9)}, plus + 1]
        )

    buffers = [
        {
            **block(f"b{number}", size(), lifetime()),
            "dtype": random.choice(["float32", "float64", "int8"]),
            "alignment_bytes": random.choice([8, 16, 128]),
        }
        for number in range(random.randint(1, 4))
    ]
    buffers[0]["size"] = {"per_thread": random.randint(1, 6), "plus": random.randint(0, 40)}
    if random.random() < 0.4:
        buffers.append({"name": "r", "size": random.randint(1, 6), "dtype": "float32", "lifetime": lifetime()})
    return {
        "schema": "warpack/manifest/1",
        "target": {
            "compute_capability": random.choice(["7.5", "8.6", "9.0"]),
            "shared_budget_bytes": random.choice([300, 1000, 3000, 9000]),
            "registers_per_thread": random.choice([None, None, 40, 128]),
        },
        "timeline": {
            "length": phases,
            "barriers": [{"before": phase} for phase in range(phases) if random.random() < 0.7],
        },
        "launch": {
            "threads_per_run": random.choice([1, 1, 2, 4]),
            "threads_multiple": random.choice([1, 32, 32, 64]) if seed % 5 else 32,
            "max_threads_per_block": random.choice([32, MOST]),
        },
        "objective": random.choice(["threads_per_block", "threads_per_block", "resident_threads"]),
        "buffers": buffers,
    }


def written_out(document: dict[str, Any], threads: int) -> dict[str, Any]:
    """The manifest of one block size, with its sizes as numbers."""

    def elements(size: Any) -> int:
        if isinstance(size, int):
            return size
        warps = (threads + 31) // 32
        return int(size.get("per_thread", 0) * threads + size.get("per_warp", 0) * warps + size.get("plus", 0))

    buffers = [one | {"size": elements(one["size"])} for one in document["buffers"]]
    return document | {"buffers": buffers, "launch": document["launch"] | {"threads_per_block": threads}}


def best_of_all(document: dict[str, Any]) -> tuple[int, int] | None:
    """Threads and resident threads of the best block: each size solved by itself, whole multiples first."""
    launch, best = document["launch"], None
    for threads in range(1, launch["max_threads_per_block"] + 1):
        if threads % launch["threads_per_run"]:
            continue
        found = solved(load_manifest(written_out(document, threads))).launch
        if found is None:
            continue
        whole = threads % launch["threads_multiple"] == 0 and threads % launch["threads_per_run"] == 0
        resident = found.occupancy.resident_threads
        wished = (resident, -threads) if document["objective"] == "resident_threads" else (threads, resident)
        best = max(best, (whole, *wished)) if best is not None else (whole, *wished)
    if best is None:
        return None
    return (-best[2], best[1]) if document["objective"] == "resident_threads" else (best[1], best[2])


def chosen(layout: Layout) -> tuple[int, int] | None:
    launch = layout.launch
    return None if launch is None else (launch.threads_per_block, launch.occupancy.resident_threads)


@pytest.mark.parametrize("seed", seeds(50))
def test_random_manifests_get_the_best_of_all_block_sizes(seed: int) -> None:
    document = random_document(seed)
    layout = solved(load_manifest(document))
    assert chosen(layout) == best_of_all(document)
    assert layout.status == "infeasible" or layout.proof.threads_per_block.status == "optimal"


def with_autos(seed: int) -> dict[str, Any]:
    """The same with `auto` buffers beside, and sometimes with registers, so that accesses are weighed."""
    document, random = random_document(seed), Random(seed + 99)
    document["launch"] |= {
        "threads_per_run": 1,
        "max_threads_per_block": 32,
        "threads_multiple": random.choice([8, 16]),
    }
    document["target"] |= {
        "registers_per_thread": random.choice([None, 40, 168]),
        "shared_budget_bytes": random.choice([700, 2000, 6000]),
    }
    document["buffers"] = [one for one in document["buffers"] if one.get("scope") == "block"][:2]
    for number in range(random.randint(1, 3)):
        auto = {"name": f"a{number}", "size": random.randint(1, 9), "dtype": "float32", "location": "auto"}
        accesses, lifetime = random.randint(0, 40), document["buffers"][0]["lifetime"]
        document["buffers"].append({**auto, "accesses": accesses, "lifetime": lifetime})
    return document


def worth(manifest: Manifest, layout: Layout) -> tuple[Any, ...] | None:
    """What the order of wishes ranks of a layout, larger is better."""
    launch = layout.launch
    if launch is None:
        return None
    placed = layout.by_name
    autos = [one for one in manifest.buffers if one.location == "auto"]
    accesses = sum(one.accesses for one in autos if placed[one.full_name].location == "shared")
    ranked = rank(manifest, launch.threads_per_block, launch.occupancy.resident_threads)
    if weighs(manifest):
        return ranked[0], weighed(manifest, launch.occupancy.resident_threads, accesses), *ranked[1:]
    return *ranked, accesses


@pytest.mark.parametrize("seed", range(12))
def test_with_auto_buffers_no_block_size_is_worth_more(seed: int) -> None:
    document = with_autos(seed)
    manifest = load_manifest(document)
    of_all = (worth(manifest, solved(load_manifest(written_out(document, threads)))) for threads in range(1, 33))
    assert worth(manifest, solved(manifest)) == max((one for one in of_all if one is not None), default=None)
