"""`warpack explain`: why a buffer lies where it does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.service.cli.commands import ROOT, Cli, one_buffer, small, written

KVAERNO = ROOT / "examples" / "07-kvaerno5.json"


def packed(warpack: Cli, folder: Path, manifest: Path | dict[str, Any]) -> Path:
    """The layout of a manifest, with the manifest beside it."""
    source = manifest if isinstance(manifest, Path) else written(folder, manifest, "source.json")
    (folder / "manifest.json").write_bytes(source.read_bytes())
    return written(folder, warpack("solve", source, "--json").json, "layout.json")


def words(text: str) -> str:
    return " ".join(text.split())


def test_it_says_when_who_shares_what_holds_it_and_what_would_free_it(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("explain", packed(warpack, tmp_path, KVAERNO), "lu_factor")
    told = words(ran.out)
    assert ran.code == 0
    assert told.startswith("loop/algorithm/solver/linear_solver/lu_factor float32[44]")
    assert "place 176 bytes of one run's window" in told
    assert "needed accessed in dirk.s1.nk.lin.solve" in told
    assert "shares with loop/algorithm/stage_rhs, bytes" in told
    assert "peak 632 bytes are needed at once, in dirk.s1.nk.lin.solve; without this buffer 456" in told
    assert "without it 96 threads per block would fit" in told
    assert '"location": "local" or "auto" may take it off the chip' in told


def test_what_lies_below_is_named_with_the_phases_that_both_need(warpack: Cli, tmp_path: Path) -> None:
    buffers = [
        {"name": "low", "size": 4, "dtype": "float32", "lifetime": [["load", "work"]], "pinned_offset_bytes": 0},
        {"name": "high", "size": 4, "dtype": "float32", "lifetime": [["work", "store"]]},
    ]
    layout = packed(warpack, tmp_path, small(buffers=buffers))
    told = words(warpack("explain", layout, "high").out)
    assert "held by low, which ends at 16: both are needed in work" in told
    assert "if the two were not both needed in work, it could take bytes of low" in told
    assert "held by the manifest pins it there" in words(warpack("explain", layout, "low").out)


def test_json_has_the_same_in_numbers(warpack: Cli, tmp_path: Path) -> None:
    layout = packed(warpack, tmp_path, small())
    (late,) = [
        one for one in warpack("solve", tmp_path / "manifest.json", "--json").json["buffers"] if one["name"] == "late"
    ]
    found = warpack("explain", layout, "late", "--json").json
    (need,) = found["needs"]
    assert (found["name"], found["region"], found["size_bytes"]) == ("late", "run", 16)
    assert (need["start_bytes"], need["accesses"]) == (late["offset_bytes"], [[1, 3]])
    assert [one["name"] for one in found["shares"]] == late["shares_bytes_with"] == ["early"]
    assert (found["peak"]["with_bytes"], found["peak"]["without_bytes"]) == (24, 24)
    assert found["phase_names"] == ["load", "work", "store"]


def test_a_buffer_that_could_lie_lower_is_said_to(warpack: Cli, tmp_path: Path) -> None:
    buffers = [{"name": "only", "size": 4, "dtype": "float32"}, {"name": "far", "size": 1, "dtype": "float32"}]
    layout = packed(warpack, tmp_path, small(buffers=buffers))
    document = warpack("solve", tmp_path / "manifest.json", "--json").json
    for one in document["buffers"]:
        one["offset_bytes"] = {"only": 0, "far": 64}[one["name"]]
    written(tmp_path, document, "layout.json")
    assert "it could lie at 16, too" in words(warpack("explain", layout, "far").out)


def test_block_scoped_buffers_bytes_of_parts_and_empty_ones_are_explained(warpack: Cli, tmp_path: Path) -> None:
    layout = packed(warpack, tmp_path, ROOT / "examples" / "02-block-tiles.json")
    told = words(warpack("explain", layout, "product/tile_a").out)
    assert "of the block region" in told
    assert "shares with sum/partial" in told
    assert "may take it off the chip" not in told  # several threads use it
    rows = packed(warpack, tmp_path, ROOT / "examples" / "03-stage-rows.json")
    told = words(warpack("explain", rows, "stage_sums#row1").out)
    assert "step/stage_sums#row1: " in told
    assert "takes the bytes of" in told
    nothing = packed(warpack, tmp_path, one_buffer(0))
    assert "it has no bytes" in warpack("explain", nothing, "only").out


def test_a_local_buffer_takes_no_shared_bytes(warpack: Cli, tmp_path: Path) -> None:
    document = small()
    document["buffers"][1]["location"] = "local"
    assert "takes no shared bytes" in words(warpack("explain", packed(warpack, tmp_path, document), "early").out)


@pytest.mark.parametrize("name", ["lat", "nothing-like-it"])
def test_a_name_that_is_none_is_bad_input_and_near_ones_are_told(warpack: Cli, tmp_path: Path, name: str) -> None:
    ran = warpack("explain", packed(warpack, tmp_path, small()), name)
    assert (ran.code, ran.out) == (2, "")
    assert ("did you mean late?" in ran.err) == (name == "lat")


def test_a_last_name_of_several_buffers_asks_for_the_full_one(warpack: Cli, tmp_path: Path) -> None:
    document = small(components=[{"path": "a"}, {"path": "b"}])
    document["buffers"] = [
        {"component": path, "name": "state", "size": 1 + size, "dtype": "float32"} for size, path in enumerate("ab")
    ]
    layout = packed(warpack, tmp_path, document)
    ran = warpack("explain", layout, "state")
    assert (ran.code, "a/state, b/state" in ran.err) == (2, True)
    assert warpack("explain", layout, "b/state").code == 0


def test_another_manifest_and_an_infeasible_layout_are_bad_input(warpack: Cli, tmp_path: Path) -> None:
    layout = packed(warpack, tmp_path, small())
    other = written(tmp_path, small(objective="shared_bytes"), "other.json")
    ran = warpack("explain", layout, "late", "--manifest", other)
    assert (ran.code, "another manifest" in ran.err) == (2, True)
    ran = warpack("explain", packed(warpack, tmp_path, one_buffer(20_000)), "only")
    assert (ran.code, "infeasible: it places no buffers" in ran.err) == (2, True)
    (tmp_path / "manifest.json").unlink()
    ran = warpack("explain", layout, "late")
    assert (ran.code, "--manifest FILE" in ran.err) == (2, True)


def test_who_lives_in_the_peak_is_told_what_is_needed_without_it(warpack: Cli, tmp_path: Path) -> None:
    layout = packed(warpack, tmp_path, ROOT / "examples" / "01-two-buffers.json")
    told = words(warpack("explain", layout, "samples").out)
    assert "256 bytes are needed at once, in gather; without it 256 bytes are still needed, in rank (ranking)" in told
    assert "it does not hold the peak" in words(warpack("explain", layout, "ranking").out)


def test_the_buffer_itself_is_tried_where_the_advice_leaves_it_open(warpack: Cli, tmp_path: Path) -> None:
    layout = packed(warpack, tmp_path, KVAERNO)
    document = json.loads(layout.read_text())
    larger = document["advice"]["next_larger_block"]
    name, goal = larger["enough"]["without"][0], larger["threads_per_block"]
    for enough, tried in (({"without": [], "settled": False}, True), ({"without": [], "settled": True}, False)):
        larger["enough"] |= enough
        written(tmp_path, document, "layout.json")
        told = words(warpack("explain", layout, name).out)
        assert (f"without it {goal} threads per block would fit" in told) == tried
    del larger["enough"]
    written(tmp_path, document, "layout.json")
    assert f"without it {goal} threads per block would fit" in words(warpack("explain", layout, name).out)


def test_one_more_block_is_tried_with_as_many_threads_as_now(warpack: Cli, tmp_path: Path) -> None:
    buffers = [
        {"name": name, "size": size, "dtype": "float32", "scope": "block", "lifetime": [["work", "work"]]}
        for name, size in (("large", 6000), ("small", 10), ("other", 6000))
    ]
    launch = {"threads_per_block": 128}
    layout = packed(warpack, tmp_path, small(buffers=buffers, launch=launch))
    document = json.loads(layout.read_text())
    more = document["advice"]["one_more_block"]
    more["enough"] |= {"without": [], "settled": False}
    written(tmp_path, document, "layout.json")
    goal = more["blocks_per_sm"]
    sentence = f"without it {goal} blocks a multiprocessor would fit"
    assert sentence in words(warpack("explain", layout, "large").out)
    assert sentence not in words(warpack("explain", layout, "small").out)
