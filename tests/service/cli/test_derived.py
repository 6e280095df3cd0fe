"""What `warpack check` and the pictures show of lifetimes that were derived, and of the program's structures."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.helpers.api_client import client_of
from tests.service.cli.commands import Cli, small, written
from tests.service.cli.test_pictures import drawn
from warpack.service.api import create_app
from warpack.service.render.chart import charts
from warpack.service.render.draw.views import draw
from warpack.service.settings import Settings
from warpack.solver import Layout, Manifest, load_manifest, optimize

_SVG = "{http://www.w3.org/2000/svg}"


def stream(**fields: Any) -> dict[str, Any]:
    """A loop in which `tile` is written and read some phases later, `total` is added to, and `late` comes back."""
    return {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6"},
        "timeline": {"phases": ["load", "work", "wait", "use", "out", "tail"], "loops": [["load", "out"]]},
        "buffers": [
            {"name": "tile", "size": 4, "dtype": "float32", "accesses_in": {"writes": ["load"], "reads": ["use"]}},
            {
                "name": "total",
                "size": 4,
                "dtype": "float32",
                "zero": "entry",
                "accesses_in": {"updates": ["load", "wait"], "reads": ["tail"]},
            },
            {"name": "late", "size": 4, "dtype": "float32", "lifetime": [["work", "work"], ["out", "out"]]},
        ],
        "validation": "static",
        **fields,
    }


def solved(document: dict[str, Any]) -> tuple[Manifest, Layout]:
    manifest = load_manifest(document)
    return manifest, optimize(manifest)


def test_check_shows_the_lifetime_it_found_and_why_each_phase_is_in(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("check", written(tmp_path, stream()))
    assert ran.code == 0
    assert "tile: needed in load … use\n  work … wait: between the write in load and the read in use\n" in ran.out
    assert "total: needed in load … tail\n  work: between the update in load and the update in wait\n" in ran.out
    assert "late:" not in ran.out
    assert "(max-live, in phase " in ran.out


def test_check_as_json_has_the_same_in_phases_and_names(warpack: Cli, tmp_path: Path) -> None:
    tile, total = warpack("check", written(tmp_path, stream()), "--json").json["derived"]
    assert (tile["name"], tile["phases"], tile["phase_names"]) == ("tile", [[0, 4]], [["load", "use"]])
    assert tile["because"] == [
        {
            "phases": [1, 3],
            "phase_names": ["work", "wait"],
            "reason": "between",
            "text": "between the write in load and the read in use",
        }
    ]
    assert [one["phase_names"] for one in total["because"]] == [["work", "work"], ["use", "out"]]


def test_check_derives_nothing_where_nothing_states_accesses(warpack: Cli, tmp_path: Path) -> None:
    assert warpack("check", written(tmp_path, small()), "--json").json["derived"] == []


def test_parts_and_calls_are_named_as_in_the_flattened_program(warpack: Cli, tmp_path: Path) -> None:
    document = stream(
        timeline={"phases": ["before", "step", "after"]},
        components=[{"path": "k", "timeline": {"phases": ["put", "mid", "get"]}, "called_in": ["step"]}],
        buffers=[
            {
                "name": "rows",
                "component": "k",
                "size": 8,
                "dtype": "float32",
                "parts": [
                    {"name": "a", "offset": 0, "size": 4, "accesses_in": {"writes": ["put"], "reads": ["get"]}},
                    {"name": "b", "offset": 4, "size": 4, "lifetime": [["put", "get"]]},
                ],
            }
        ],
    )
    (part,) = warpack("check", written(tmp_path, document), "--json").json["derived"]
    assert part["name"] == "k/rows#a"
    assert part["because"][0]["phase_names"] == ["step/mid", "step/mid"]
    assert part["because"][0]["text"] == "between the write in step/put and the read in step/get"


def test_the_api_gives_the_same_as_the_command_line(warpack: Cli, tmp_path: Path) -> None:
    small_budget = stream(target={"compute_capability": "8.6", "shared_budget_bytes": 20})
    with client_of(create_app(Settings(data_dir=tmp_path / "data", workers=0))) as http:
        for document in (stream(), small_budget):
            answer = http.post("/v1/manifests:check", json=document).json()
            assert answer == warpack("check", written(tmp_path, document), "--json").json
    assert (answer["fits"], answer["warnings"][-1]["type"]) == (False, "exceeds-budget")


def test_the_picture_shows_derived_and_carried_phases_apart_from_stated_ones() -> None:
    (chart,) = charts(*solved(stream()))
    states = {(box.name, box.state): box for box in chart.boxes}
    assert {state for name, state in states if name == "tile"} == {"stated", "between"}
    assert states["tile", "between"].why == "between the write in load and the read in use"
    assert "tile in work … wait: between the write in load and the read in use" in drawn(chart)
    assert any("= kept between a write and a read" in line for line in drawn(chart))
    document = stream()
    document["buffers"][2]["lifetime"] = [["work", "wait"]]
    document["timeline"]["loops"] = [["wait", "out"]]
    (chart,) = charts(*solved(document))
    carried = next(box for box in chart.boxes if box.name == "late" and box.state == "carried")
    assert (carried.start, carried.end, carried.why) == (3, 5, "left after wait and found again in wait")
    assert any(": carried on, to be found again" in line for line in drawn(chart))


def structured() -> dict[str, Any]:
    """Every structure, and barriers of every scope on both sides."""
    return stream(
        launch={"threads_per_run": 32, "threads_per_block": 128},
        timeline={
            "phases": ["load", "a", "b", "send", "take", "out"],
            "loops": [{"span": ["load", "b"], "at_least": 1}],
            "branches": [{"arms": [["a", "a"], ["b", "b"]], "uniform": "block", "may_skip": True}],
            "tracks": [
                [
                    {"name": "copy", "span": ["send", "send"], "threads": 32},
                    {"name": "math", "span": ["take", "take"], "threads": "rest"},
                ]
            ],
            "barriers": [
                {"before": "a"},
                {"after": "b", "proxy_fence": True},
                {"before": "out", "scope": "run"},
                {"after": "take", "scope": "track"},
            ],
        },
        buffers=[{"name": "x", "size": 4, "dtype": "float32"}],
    )


def test_loops_branches_tracks_and_barriers_are_marked_below_the_picture() -> None:
    (chart,) = charts(*solved(structured()))
    lines = {line.split()[-1]: line.strip() for line in drawn(chart) if line.strip()}
    width = len(lines["loop"].split()[0]) // 3
    assert lines["loop"] == "[" + "-" * (3 * width - 2) + "]" + " " * (3 * width) + " loop"
    assert lines["branch"].startswith(f"({'-' * (width - 2)})({'-' * (width - 2)})")
    assert lines["tracks"].startswith("{" + "-" * (width - 2) + "}{")
    assert lines["barriers"].removesuffix("barriers").split() == ["|", "r"]
    assert lines["after"].startswith("|")
    assert any("barriers | of a block, r of a run, t of a track" in line for line in drawn(chart))


def test_the_svg_says_structures_barriers_and_reasons_in_words() -> None:
    root = ElementTree.fromstring(draw(*solved(structured())))
    notes = [title.text or "" for title in root.iter(f"{_SVG}title")]
    assert "loop, at least once, phases load to b" in notes
    assert "branch of 2, phases a to b, may be skipped, chosen by the block together" in notes
    assert "tracks at once: copy (32 threads), math (the other threads), phases send to take" in notes
    assert "block barrier after b, behind a proxy fence" in notes
    assert "track barrier after take" in notes
    root = ElementTree.fromstring(draw(*solved(stream())))
    notes = [title.text or "" for title in root.iter(f"{_SVG}title")]
    assert any("(between the write in load and the read in use)" in note for note in notes)


@pytest.fixture(scope="module")
def over() -> tuple[Manifest, Layout]:
    """A scratch of the block that finds room only over the windows of runs."""
    document = small(
        target={"compute_capability": "8.6", "shared_budget_bytes": 820},
        launch={"threads_per_run": 32, "threads_per_block": 128},
        timeline={"phases": ["load", "work", "sum", "out"], "barriers": [{"before": "sum"}]},
        buffers=[
            {"name": "tile", "size": 40, "dtype": "float32", "lifetime": [["load", "work"]]},
            {"name": "keep", "size": 8, "dtype": "float32", "lifetime": [["load", "out"]]},
            {"name": "head", "size": 8, "dtype": "float32", "scope": "block", "lifetime": [["load", "out"]]},
            {"name": "scratch", "size": 20, "dtype": "float32", "scope": "block", "lifetime": [["sum", "out"]]},
        ],
    )
    return solved(document)


def test_block_scoped_buffers_are_drawn_beyond_their_region_and_over_the_windows(over: tuple[Manifest, Layout]) -> None:
    manifest, layout = over
    launch = layout.launch
    assert launch is not None
    scratch = layout.by_name["scratch"]
    assert (scratch.offset_bytes or 0) + 80 > launch.block_region_bytes
    block, run = charts(manifest, layout)
    assert block.windows_from == launch.block_region_bytes + launch.region_gap_bytes
    assert block.size_bytes == max(box.end_bytes for box in block.boxes)
    assert f"the windows of runs begin at byte {block.windows_from}" in drawn(block)
    above = [box for box in run.boxes if box.above]
    assert {(box.buffer, box.start, box.end) for box in above} == {("scratch", 2, 4)}
    tile = next(box for box in run.boxes if box.name == "tile")
    assert all(box.end <= tile.start or tile.end <= box.start for box in above)
    assert run.peak == (192, 0)
    notes = [title.text or "" for title in ElementTree.fromstring(draw(manifest, layout)).iter(f"{_SVG}title")]
    assert any(note.startswith("scratch: ") and note.endswith("of the block, over some window") for note in notes)
