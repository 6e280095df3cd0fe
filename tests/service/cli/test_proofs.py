"""What is said of proofs: each wish of a layout, and `warpack verify --prove`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.helpers.simple_layouts import layout_at
from tests.service.cli.commands import Cli, small, written
from warpack.service.render.proofs import OF_LARGE_REGIONS
from warpack.service.render.summary import summary
from warpack.solver import Layout, Manifest, load_manifest, optimize
from warpack.solver.search.plan import LARGE
from warpack.solver.search.region.pack import MANY_ITEMS
from warpack.solver.wire.layout import BytesProof, CountProof


def claimed(bound: int, offsets: dict[str, int], document: dict[str, Any]) -> tuple[Manifest, Layout]:
    """A layout that keeps every rule and says that a search found no packing below `bound`."""
    manifest = load_manifest(document)
    layout = layout_at(manifest, offsets)
    searched = {
        "kind": "search-exhausted",
        "capacity_bytes": bound - 1,
        "method": "",
        "nodes": 1,
        "searched": [],
        "set_aside": [],
    }
    proof = replace(layout.proof, run_bytes=BytesProof("optimal", bound, searched))
    return manifest, replace(layout, proof=proof)


def files(folder: Path, bound: int, offsets: dict[str, int]) -> tuple[Path, Path]:
    document = small()
    _, layout = claimed(bound, offsets, document)
    return written(folder, document), written(folder, layout.model_dump_json().encode(), "layout.json")


SHARED = {"steady": 0, "early": 8, "late": 8}
APART = {"steady": 0, "early": 8, "late": 24}


def test_a_bound_by_search_is_reported_as_such(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("verify", *files(tmp_path, 24, SHARED))
    assert ran.code == 0
    assert "proof by search: " in ran.out
    assert "--prove checks what was proven by search with a second, independent model" in " ".join(ran.out.split())
    report = warpack("verify", tmp_path / "manifest.json", tmp_path / "layout.json", "--json").json
    assert report["certificates"]["run_bytes"] == "by search"
    assert "trials" not in report


def test_the_second_model_confirms_a_bound_that_holds(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("verify", *files(tmp_path, 24, SHARED), "--prove")
    assert (ran.code, ran.err) == (0, "")
    assert "run bytes 24" in ran.out
    assert "confirmed in " in ran.out


def test_the_second_model_refutes_a_bound_that_is_too_high(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("verify", *files(tmp_path, 40, APART), "--prove")
    assert ran.code == 1
    assert "refuted in " in ran.out
    assert "with " in ran.out
    assert "the second model refutes the bound of run bytes" in ran.err
    report = warpack("verify", tmp_path / "manifest.json", tmp_path / "layout.json", "--prove", "--json")
    (trial,) = [trial for trial in report.json["trials"] if trial["what"] == "run_bytes"]
    assert (report.code, trial["verdict"], trial["bound"]) == (1, "refuted", 40)
    assert set(trial["offsets"]) == {"steady", "early", "late"}


def test_a_broken_layout_is_not_put_to_the_second_model(warpack: Cli, tmp_path: Path) -> None:
    manifest, layout = files(tmp_path, 24, SHARED)
    broken = layout.read_text().replace('"offset_bytes": 8', '"offset_bytes": 4')
    report = warpack("verify", manifest, written(tmp_path, broken.encode(), "broken.json"), "--prove", "--json")
    assert (report.code, report.json["passed"], report.json["trials"]) == (1, False, [])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--time-limit", "5"], "--time-limit needs --prove"),
        (["--prove", "--time-limit", "0"], "--time-limit must be above 0"),
    ],
)
def test_a_time_limit_is_for_the_second_model(warpack: Cli, tmp_path: Path, options: list[str], said: str) -> None:
    ran = warpack("verify", *files(tmp_path, 24, SHARED), *options)
    assert ran.code == 2
    assert said in ran.err


def test_a_layout_that_is_not_proven_says_what_is_open_of_each_wish() -> None:
    manifest = load_manifest(small())
    layout = optimize(manifest)
    told = dict(summary(manifest, layout))
    assert "proven the most" in told["threads per block"]
    assert "proven the most; limited by" in told["resident threads"]
    assert "proven the fewest; stride 28 with 4 bytes of padding, proven the smallest" in told["run bytes"]
    assert not {"proven", "open"} & set(told)
    proof = replace(
        layout.proof,
        run_bytes=BytesProof("feasible", 20, {"kind": "bound-only"}),
        resident_threads=CountProof("feasible", 9999, {"kind": "bytes-bounds"}),
    )
    told = dict(summary(manifest, replace(layout, status="feasible", proof=proof)))
    assert told["proven"] == "threads per block, stride, block region"
    resident = layout.launch.occupancy.resident_threads if layout.launch else 0
    assert told["open"] == f"resident threads ({resident} to 9999), run bytes (20 to 24)"


def test_accesses_on_chip_are_a_wish_where_auto_buffers_have_some() -> None:
    document = small()
    document["buffers"].append({"name": "cache", "size": 2, "dtype": "float32", "location": "auto", "accesses": 7})
    manifest = load_manifest(document)
    layout = optimize(manifest)
    assert dict(summary(manifest, layout))["accesses on chip"] == "7 of auto buffers, proven the most"


def of_many(count: int, limit_s: float = 600) -> tuple[Manifest, Layout]:
    """Intervals of random length and size, with alignments: hardly ever packed to the bound."""
    random = Random(5)
    rows = []
    for number in range(count):
        start = random.randrange(90)
        lifetime = [[start, start + random.randint(1, 9)]]
        rows.append({"name": f"b{number}", "size": random.randint(1, 99), "dtype": "int8", "lifetime": lifetime})
    document = small(buffers=rows, timeline={"length": 100}, solver={"time_limit_s": limit_s})
    manifest = load_manifest(document)
    return manifest, optimize(manifest)


def test_that_more_time_changes_nothing_is_said_of_large_regions_alone() -> None:
    manifest, layout = of_many(MANY_ITEMS)
    assert layout.status == "feasible"
    told = dict(summary(manifest, layout))
    assert told["more time"].startswith(f"regions of {MANY_ITEMS} buffers and more: first packings")
    assert told["more time"].endswith("more time changes nothing")
    late = replace(layout, run_info=replace(layout.run_info, seconds=600.0))
    assert "changes nothing" not in dict(summary(manifest, late))["more time"]
    few = replace(layout, run_info=replace(layout.run_info, search=()))
    assert "more time" not in dict(summary(manifest, few))
    proven = replace(layout, status="optimal")
    assert "more time" not in dict(summary(manifest, proven))


def test_the_names_of_large_regions_are_those_of_the_plan() -> None:
    assert OF_LARGE_REGIONS - {"stack up"} <= set(LARGE)
