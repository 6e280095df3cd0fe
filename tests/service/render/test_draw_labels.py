"""In no picture does a text lie over another, or leave the page, however many buffers there are and however narrow it
is."""

from __future__ import annotations

import pytest

from tests.helpers.pictured import contiguous, crowd, every_structure, grown, pictured
from tests.helpers.solving import solved
from tests.helpers.svg import SVG, Text, notes_of, outside, overlapping, parsed, texts_of
from warpack.service.render.chart import charts
from warpack.service.render.draw.palette import Theme
from warpack.service.render.draw.views import NARROWEST, VIEWS, View, draw
from warpack.solver import Layout, Manifest, load_manifest


def assert_readable(manifest: Manifest, layout: Layout, view: View, theme: Theme = "auto") -> list[Text]:
    """At three widths. The texts of the widest."""
    for width in (NARROWEST, 800, None):
        root = parsed(draw(manifest, layout, view, theme, width))
        texts = texts_of(root)
        assert texts
        assert overlapping(texts) == []
        assert outside(root, texts) == []
    return texts


@pytest.mark.parametrize("buffers", [2, 36, 300])
@pytest.mark.parametrize("view", VIEWS)
def test_no_text_lies_over_another_or_leaves_its_picture(buffers: int, view: View) -> None:
    texts = assert_readable(*pictured(buffers), view, "light")
    assert texts_of(parsed(draw(*pictured(buffers), view, "dark"))) == texts


@pytest.mark.parametrize("view", VIEWS)
def test_nor_where_there_is_every_kind_of_structure(view: View) -> None:
    assert_readable(*every_structure(), view)


@pytest.mark.parametrize("view", VIEWS)
def test_nor_where_components_have_contiguous_windows(view: View) -> None:
    assert_readable(*contiguous(), view)


@pytest.fixture(scope="module")
def pool() -> tuple[Manifest, Layout]:
    document = crowd(20, 30, objective="pool_bytes")
    del document["target"]
    manifest = load_manifest(document)
    return manifest, solved(manifest)


@pytest.mark.parametrize("view", VIEWS)
def test_nor_in_pictures_of_a_pool(pool: tuple[Manifest, Layout], view: View) -> None:
    texts = assert_readable(*pool, view)
    if view in ("block", "occupancy", "frontier"):
        assert any("no threads" in one.text for one in texts)
    root = parsed(draw(*pool, view))
    if view in ("map", "compare", "card"):
        boxes = [note for note in notes_of(root) if note.startswith("kernel/part")]
        assert len({note.partition(":")[0] for note in boxes}) == 20


def test_a_frontier_where_nothing_can_be_chosen_says_why() -> None:
    for (manifest, layout), why in (
        (every_structure(), 'only buffers with "location": "auto"'),
        (grown(), "sizes depend on the threads of the block"),
    ):
        assert any(one.text.startswith(why) for one in assert_readable(manifest, layout, "frontier"))


@pytest.fixture(scope="module")
def long_names() -> tuple[Manifest, Layout]:
    document = crowd(12, 40)
    for number, buffer in enumerate(document["buffers"]):
        buffer["name"] = f"b{number}_" + "long_" * 20
    document["name"] = "a very long name " * 40
    document["timeline"]["phases"] = [f"{name}_{'wide' * 20}" for name in document["timeline"]["phases"]]
    document["frontier"] = True
    document["buffers"][1]["location"] = "auto"
    manifest = load_manifest(document)
    return manifest, solved(manifest)


@pytest.mark.parametrize("view", VIEWS)
def test_nor_where_every_name_is_as_long_as_names_may_be(long_names: tuple[Manifest, Layout], view: View) -> None:
    assert_readable(*long_names, view)


@pytest.fixture(scope="module")
def other_scripts() -> tuple[Manifest, Layout]:
    """On an architecture whose largest budget is a little more than a round number."""
    target = {"compute_capability": "8.6", "shared_budget_bytes": "opt-in"}
    document = crowd(30, 40, name="共享内存 الذاكرة המשותף " * 8, target=target)
    document["timeline"]["phases"] = [f"مرحلة 阶段 {number}" for number in range(40)]
    manifest = load_manifest(document)
    return manifest, solved(manifest)


@pytest.mark.parametrize("view", VIEWS)
def test_nor_where_names_are_of_other_scripts(other_scripts: tuple[Manifest, Layout], view: View) -> None:
    texts = assert_readable(*other_scripts, view)
    if view == "block":
        assert "101,376" in {one.text for one in texts}


@pytest.mark.parametrize("width", [NARROWEST, None])
@pytest.mark.parametrize("buffers", [2, 36, 300])
def test_every_buffer_in_the_fullest_phase_is_named_in_the_map(buffers: int, width: int | None) -> None:
    manifest, layout = pictured(buffers)
    named = {one.note for one in texts_of(parsed(draw(manifest, layout, width=width)))}
    for chart in charts(manifest, layout):
        _, phase = chart.peak
        at_the_peak = {box.name for box in chart.boxes if box.start <= phase < box.end}
        assert at_the_peak
        assert at_the_peak <= named


@pytest.mark.parametrize("width", [NARROWEST, None])
@pytest.mark.parametrize("buffers", [2, 36, 300])
@pytest.mark.parametrize("view", ["map", "block", "compare"])
def test_every_buffer_on_chip_is_named_or_stands_in_the_list(buffers: int, view: View, width: int | None) -> None:
    manifest, layout = pictured(buffers)
    named = {one.note for one in texts_of(parsed(draw(manifest, layout, view, width=width)))}
    assert {box.name for chart in charts(manifest, layout) for box in chart.boxes} <= named


def test_what_holds_the_peak_of_kvaerno5_is_told_with_its_bytes() -> None:
    texts = {one.text for one in texts_of(parsed(draw(*pictured(36))))}
    assert "lu_factor · 176 B" in texts


def test_numbers_in_boxes_and_in_the_list_are_the_same() -> None:
    manifest, layout = pictured(300)
    number_of = {}
    for one in texts_of(parsed(draw(manifest, layout))):
        number = one.text.partition(" ")[0]
        if number.isdigit() and one.note in manifest.by_name:
            assert number_of.setdefault(one.note, number) == number
    assert len(number_of) > 50
    assert len(set(number_of.values())) == len(number_of)


def test_every_rectangle_says_what_it_is() -> None:
    manifest, layout = pictured(36)
    notes = notes_of(parsed(draw(manifest, layout)))
    for chart in charts(manifest, layout):
        for box in chart.boxes:
            told = f"{box.name}: bytes {box.start_bytes} to {box.end_bytes - 1}, phases {box.start} to {box.end - 1} ("
            assert any(note.startswith(told) for note in notes)


def test_hand_overs_are_marked_with_what_orders_them() -> None:
    marks = set(notes_of(parsed(draw(*every_structure())), "path"))
    assert "bytes 32 to 1055 pass from tile to sums in sum, ordered by the barrier before sum" in marks
    assert "bytes 0 to 255 pass from before to after in place, in sum" in marks


@pytest.mark.parametrize("view", ["map", "block", "compare"])
def test_contiguous_windows_are_outlined_with_their_bytes(view: View) -> None:
    manifest, layout = contiguous()
    root = parsed(draw(manifest, layout, view))
    assert len(layout.components) == 2
    for window in layout.components:
        told = f"contiguous window of {window.path}: bytes {window.offset_bytes} to "
        assert f"{told}{window.offset_bytes + window.size_bytes - 1}" in notes_of(root)
    assert "contiguous window" in {one.text for one in texts_of(root)}
    assert "contiguous window" not in {one.text for one in texts_of(parsed(draw(*pictured(36), view)))}


def test_nothing_lies_between_the_pointer_and_what_holds_the_peak() -> None:
    root = parsed(draw(*pictured(36)))
    over = [
        rect for rect in root.iter(f"{SVG}rect") if rect.get("class") == "band" and float(rect.get("height", 0)) > 20
    ]
    assert over
    assert all(rect.get("pointer-events") == "none" for rect in over)
    assert "fullest phase: dirk.s1.nk.lin.solve, 632 bytes in use" in notes_of(root)


def test_a_rectangle_tells_programs_its_buffer_and_its_phases() -> None:
    manifest, layout = pictured(36)
    root = parsed(draw(manifest, layout))
    told = {(rect.get("data-buffer"), rect.get("data-phases")) for rect in root.iter(f"{SVG}rect")}
    for chart in charts(manifest, layout):
        assert {(box.buffer, f"{box.start} {box.end}") for box in chart.boxes} <= told
        plot = next(rect for rect in root.iter(f"{SVG}rect") if rect.get("data-region") == chart.region)
        assert (plot.get("data-phases"), plot.get("data-bytes")) == (f"0 {chart.phases}", str(chart.size_bytes))
