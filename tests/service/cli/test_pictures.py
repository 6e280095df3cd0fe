"""The pictures of a layout: what is where, and when, in letters and as SVG."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from tests.service.cli.commands import one_buffer, small
from warpack.service.render.chart import Chart, charts
from warpack.service.render.draw.views import draw
from warpack.service.render.marks import LETTERS, Marks
from warpack.service.render.picture import picture
from warpack.service.render.view import layout_view
from warpack.solver import Layout, Manifest, load_manifest, optimize

_SVG = "{http://www.w3.org/2000/svg}"


def solved(document: dict[str, Any]) -> tuple[Manifest, Layout]:
    manifest = load_manifest(document)
    return manifest, optimize(manifest)


def drawn(chart: Chart, width: int = 80) -> list[str]:
    return picture(chart, Marks(chart.buffers), width).plain.splitlines()


def cells(chart: Chart, width: int = 80) -> list[str]:
    """The lines of the picture that show bytes, without their labels."""
    label = len(str(chart.size_bytes)) + 2
    lines = drawn(chart, width)[1:]
    end = next(number for number, line in enumerate(lines) if line.startswith("peak"))
    return [line[label:] for line in lines[:end] if set(line[label:]) <= set(LETTERS + ".~")]


def at(chart: Chart, offset_bytes: int, phase: int) -> str:
    """The character at an offset and phase of a picture in which neither is merged."""
    label = len(str(chart.size_bytes)) + 2
    found = ""
    for line in drawn(chart)[1:]:
        if line[: label - 2].strip().isdigit() and int(line[: label - 2]) <= offset_bytes:
            found = line[label:]
    return found[phase * (len(found) // chart.phases)]


def test_every_byte_and_phase_shows_the_buffer_that_lives_there() -> None:
    manifest, layout = solved(small())
    (chart,) = charts(manifest, layout)
    letters = {name: LETTERS[number] for number, name in enumerate(chart.buffers)}
    live = {"steady": (0, 3), "early": (0, 1), "late": (1, 3)}
    for placed in layout.buffers:
        assert placed.offset_bytes is not None
        first, end = live[placed.name]
        for phase in range(first, end):
            assert at(chart, placed.offset_bytes, phase) == letters[placed.name]


def test_holes_are_dots() -> None:
    document = small()
    document["buffers"][2]["size"] = 2
    (chart,) = charts(*solved(document))
    assert any("." in line for line in cells(chart))
    assert chart.peak == (24, 0)


def test_bytes_kept_until_a_barrier_differ_from_live_and_from_free_ones() -> None:
    document = small(
        launch={"threads_per_run": 32},
        timeline={"phases": ["load", "work", "wait", "store"], "barriers": [{"before": "store", "scope": "block"}]},
    )
    document["buffers"][1]["lifetime"] = [["load", "load"]]
    document["buffers"][2]["lifetime"] = [["store", "store"]]
    manifest, layout = solved(document)
    (chart,) = charts(manifest, layout)
    assert any("~" in line for line in cells(chart))
    assert any("barriers" in line for line in drawn(chart))
    assert "kept until a barrier" in "\n".join(drawn(chart))


def test_block_and_run_region_have_a_picture_each() -> None:
    document = small()
    document["buffers"].append({"name": "table", "size": 8, "dtype": "float32", "scope": "block"})
    assert [chart.region for chart in charts(*solved(document))] == ["block", "run"]


def test_splittable_parts_and_rows_are_drawn_where_they_lie() -> None:
    document = small()
    document["buffers"].append(
        {
            "name": "rows",
            "size": 8,
            "dtype": "float32",
            "splittable": True,
            "parts": [
                {"name": "first", "offset": 0, "size": 4, "lifetime": [[0, 1]]},
                {"name": "second", "offset": 4, "size": 4, "lifetime": [[1, 3]]},
            ],
        }
    )
    (chart,) = charts(*solved(document))
    boxes = {box.name: box for box in chart.boxes}
    assert (boxes["rows#first"].start, boxes["rows#first"].end) == (0, 1)
    assert boxes["rows#second"].end_bytes - boxes["rows#second"].start_bytes == 16


@pytest.mark.parametrize("width", [1, 24, 40, 80, 300])
@pytest.mark.parametrize("phases", [1, 7, 500])
def test_a_picture_fits_its_width_however_many_phases(width: int, phases: int) -> None:
    buffers = [
        {"name": f"b{n}", "size": 3 + n, "dtype": "float32", "lifetime": [[n % phases, min(phases, n % phases + 4)]]}
        for n in range(20)
    ]
    document = small(timeline={"length": phases, "loops": [[0, phases]]}, buffers=buffers)
    (chart,) = charts(*solved(document))
    remarks = next(number for number, line in enumerate(drawn(chart, width)) if line.startswith("peak"))
    assert max(len(line.rstrip()) for line in drawn(chart, width)[:remarks]) <= max(width, 24)


def test_a_buffer_that_is_never_used_is_named_below() -> None:
    document = small()
    document["buffers"][1]["lifetime"] = []
    (chart,) = charts(*solved(document))
    letter = LETTERS[chart.buffers.index("early")]
    assert f"never used: {letter}" in drawn(chart)


def test_more_buffers_than_letters_and_lines_are_still_drawn() -> None:
    buffers = [{"name": f"b{n}", "size": 1 + n % 3, "dtype": "int8"} for n in range(150)]
    manifest, layout = solved(small(buffers=buffers))
    (chart,) = charts(manifest, layout)
    assert any("#" in line for line in drawn(chart))
    console = Console(file=io.StringIO(), width=100)
    for renderable in layout_view(manifest, layout, 100):
        console.print(renderable)


def test_a_layout_without_shared_bytes_has_no_picture_and_still_a_view() -> None:
    manifest, layout = solved(small(buffers=[]))
    assert charts(manifest, layout) == ()
    console = Console(file=io.StringIO(), width=100)
    for renderable in layout_view(manifest, layout, 100):
        console.print(renderable)
    assert "no shared bytes" in draw(manifest, layout)


def test_the_svg_has_a_box_at_the_place_of_every_buffer() -> None:
    manifest, layout = solved(small())
    root = ElementTree.fromstring(draw(manifest, layout))
    notes = [title.text or "" for title in root.iter(f"{_SVG}title")]
    for placed in layout.buffers:
        assert placed.offset_bytes is not None
        where = f"{placed.name}: bytes {placed.offset_bytes} to {placed.offset_bytes + placed.size_bytes - 1},"
        assert any(note.startswith(where) for note in notes)


def test_the_svg_escapes_what_the_label_holds() -> None:
    manifest, layout = solved(small())
    text = draw(manifest, replace(layout, name='<script>alert("&")</script>\u0001'))
    root = ElementTree.fromstring(text)
    assert "<script" not in text
    title = root.find(f"{_SVG}title")
    assert title is not None
    assert title.text == 'Memory map of <script>alert("&")</script>\N{REPLACEMENT CHARACTER}'


def test_an_infeasible_layout_gives_an_svg_that_says_so() -> None:
    text = draw(*solved(one_buffer(20_000)))
    assert "infeasible" in text
    ElementTree.fromstring(text)
