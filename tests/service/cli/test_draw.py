"""`warpack draw`: pictures of a layout, or of what a manifest gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.pictured import pictured
from tests.helpers.svg import SVG, parsed
from tests.service.cli.commands import Cli, one_buffer, small, written
from warpack.service.render.draw.views import VIEWS, View, draw
from warpack.solver import load_manifest, optimize


@pytest.fixture
def emitted(warpack: Cli, tmp_path: Path) -> Path:
    """A folder with layout.json and manifest.json."""
    assert warpack("solve", written(tmp_path, small(frontier=True)), "--emit", tmp_path / "out").code == 0
    return tmp_path / "out"


@pytest.mark.parametrize("view", VIEWS)
def test_a_manifest_is_solved_and_drawn(warpack: Cli, tmp_path: Path, view: View) -> None:
    ran = warpack("draw", written(tmp_path, small()), "--view", view, "-o", tmp_path / "picture.svg")
    assert ran.code == 0
    assert "Wrote" in ran.err
    assert "small" in parsed((tmp_path / "picture.svg").read_text(encoding="utf-8")).get("aria-label", "")


def test_a_layout_is_drawn_with_the_manifest_beside_it(warpack: Cli, emitted: Path) -> None:
    ran = warpack("draw", emitted / "layout.json", "--view", "card", "--theme", "dark")
    assert ran.code == 0
    assert parsed(ran.out).get("class") == "warpack-dark"
    manifest = load_manifest(emitted / "manifest.json")
    assert ran.out == draw(manifest, optimize(manifest), "card", "dark")


def test_a_picture_is_as_wide_as_it_is_wanted(warpack: Cli, tmp_path: Path) -> None:
    manifest = written(tmp_path, small())
    for wanted, width in (((), "1280"), (("--width", "420"), "420"), (("--view", "card", "--width", "420"), "1200")):
        assert parsed(warpack("draw", manifest, *wanted).out).get("width") == width
    ran = warpack("draw", manifest, "--width", "80")
    assert (ran.code, ran.out) == (2, "")
    assert "--width" in ran.err
    assert "360" in ran.err
    with pytest.raises(ValueError, match="360 to 4096 pixels wide, and not 80"):
        draw(*pictured(2), width=80)


def test_solve_writes_the_memory_map(warpack: Cli, tmp_path: Path) -> None:
    manifest = written(tmp_path, small())
    assert warpack("solve", manifest, "--svg", tmp_path / "map.svg").code == 0
    assert (tmp_path / "map.svg").read_text(encoding="utf-8") == warpack("draw", manifest).out


def test_a_layout_without_its_manifest_is_refused(warpack: Cli, emitted: Path) -> None:
    (emitted / "manifest.json").rename(emitted / "elsewhere.json")
    ran = warpack("draw", emitted / "layout.json")
    assert (ran.code, ran.out) == (2, "")
    assert "give --manifest FILE" in ran.err
    assert warpack("draw", emitted / "layout.json", "--manifest", emitted / "elsewhere.json").code == 0


def test_a_layout_of_another_manifest_is_refused(warpack: Cli, emitted: Path) -> None:
    document = json.loads((emitted / "manifest.json").read_text())
    document["buffers"][0]["size"] += 1
    other = written(emitted, document, "other.json")
    ran = warpack("draw", emitted / "layout.json", "--manifest", other)
    assert ran.code == 2
    assert "answers another manifest" in ran.err
    ran = warpack("draw", emitted / "manifest.json", "--manifest", other)
    assert (ran.code, "goes with a layout" in ran.err) == (2, True)


def test_a_layout_without_a_frontier_has_none_to_draw(warpack: Cli, tmp_path: Path) -> None:
    document = small()
    for location, said in (("shared", "only buffers with"), ("auto", 'with "frontier": true')):
        document["buffers"][0]["location"] = location
        assert warpack("solve", written(tmp_path, document), "--emit", tmp_path / "out").code == 0
        ran = warpack("draw", tmp_path / "out" / "layout.json", "--view", "frontier")
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err


def test_what_is_infeasible_is_drawn_as_that(warpack: Cli, tmp_path: Path) -> None:
    ran = warpack("draw", written(tmp_path, one_buffer(10**6)))
    assert ran.code == 3
    assert "infeasible" in (parsed(ran.out).findtext(f"{SVG}desc") or "")


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff"])
def test_what_is_neither_layout_nor_manifest_is_said(warpack: Cli, tmp_path: Path, content: bytes) -> None:
    ran = warpack("draw", written(tmp_path, content))
    assert (ran.code, ran.out) == (2, "")
    assert "error: " in ran.err


def test_a_view_that_there_is_not_is_said(warpack: Cli, tmp_path: Path) -> None:
    assert warpack("draw", written(tmp_path, small()), "--view", "pie").code == 2
    assert warpack("draw", tmp_path / "none.json").code == 2
