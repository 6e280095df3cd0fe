"""The parts that pictures are made of: measure, spreading, colours, steps, what a layout is held against."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.pictured import crowd, every_structure, pictured
from tests.helpers.solving import solved
from warpack.service.render.chart import charts
from warpack.service.render.draw.before import layout_before
from warpack.service.render.draw.frame import ticks
from warpack.service.render.draw.palette import BAND, HUES, INKS, SHADES, Inks, contrast, mixed
from warpack.service.render.draw.spread import spread
from warpack.service.render.draw.steps import staircase_of
from warpack.service.render.draw.text import shortened, width_of, wrapped
from warpack.service.render.draw.told import before_of
from warpack.service.render.draw.xy import round_figures
from warpack.solver import Layout, Manifest, load_manifest
from warpack.solver.launch.threads import launch_for

_AA = 4.5
_LETTERS = "aiW_ .…é漢"


@pytest.mark.parametrize("inks", INKS.values(), ids=list(INKS))
def test_names_can_be_read_on_every_colour_that_a_buffer_has(inks: Inks) -> None:
    grounds = [inks.fill(hue, shade, tone) for hue in range(len(HUES)) for shade in range(SHADES) for tone in TONES]
    for ground in (*grounds, inks.page, inks.plot, inks.line):
        assert contrast(inks.text, ground) >= _AA
        assert contrast(inks.text, mixed(inks.strong, ground, BAND)) >= _AA


TONES = ("full", "tint")


@pytest.mark.parametrize("inks", INKS.values(), ids=list(INKS))
def test_other_texts_can_be_read_on_page_and_plot(inks: Inks) -> None:
    for ground in (inks.page, inks.plot, mixed(inks.strong, inks.plot, BAND)):
        assert contrast(inks.soft, ground) >= _AA
        assert contrast(inks.strong, ground) >= _AA


def test_contrast_is_that_of_the_guidelines() -> None:
    light = INKS["light"].page
    assert contrast(light, light) == 1
    assert contrast(type(light)(0, 0, 0), light) == pytest.approx(21)
    assert contrast(type(light)(0x77, 0x77, 0x77), light) == pytest.approx(4.48, abs=0.01)


@given(st.text(_LETTERS, max_size=40), st.floats(0, 300))
def test_a_shortened_text_fits(text: str, room: float) -> None:
    assert width_of(shortened(text, 11, room), 11) <= room + 1e-6


@pytest.mark.parametrize(
    ("text", "em"),
    [
        ("طبقة الذاكرة المشتركة للمصفوفات في النواة", 18.9),
        ("שכבת הזיכרון המשותף של הליבה", 14.2),
        ("κοινόχρηστη μνήμη του πυρήνα", 15.9),
        ("разделяемая память ядра", 13.9),
        ("РАЗДЕЛЯЕМАЯ", 7.7),
        ("mémoire partagée àéîõü ß ø", 14.2),
        ("共享内存的布局", 7),
        ("e\u0301\u200b", 0.6),
    ],
)
def test_texts_of_other_scripts_are_about_as_wide_as_fonts_make_them(text: str, em: float) -> None:
    assert width_of(text, 1) == pytest.approx(em, rel=0.12)


@given(st.integers(1, 2**31), st.floats(280, 1216))
def test_labels_of_an_axis_keep_apart(size: int, room: float) -> None:
    width = width_of(f"{size:,}", 10)
    found = [tick * room / size for tick in ticks(size, room, apart=width + 16, least=width + 8)]
    assert found[-1] == pytest.approx(room)
    assert all(after - before > width + 7 for before, after in pairwise(found))


def test_an_axis_of_few_threads_has_figures_of_its_own() -> None:
    assert round_figures(0, 1.2, 5, 32) == [0, 1]
    assert round_figures(0, 40, 5, 32) == [0, 32]
    assert len(round_figures(33, 63, 5, 32)) > 1


@given(st.text(_LETTERS, max_size=200))
def test_wrapped_lines_fit_and_keep_every_word(text: str) -> None:
    lines = wrapped(text, 11, 2000)
    assert all(width_of(line, 11) <= 2000 for line in lines)
    assert " ".join(lines).split() == text.split()


@given(st.lists(st.floats(0, 500), max_size=30), st.floats(1, 16))
def test_spread_labels_keep_their_distance_and_their_order(wanted: list[float], gap: float) -> None:
    found = spread(sorted(wanted), gap, 0, 500)
    assert all(second - first >= gap - 1e-6 for first, second in pairwise(found))
    assert all(-1e-6 <= at <= 500 + 1e-6 for at in found)


def test_labels_that_have_room_stay_where_they_belong() -> None:
    assert spread([10, 40, 90], 13, 0, 100) == [10, 40, 90]
    assert spread([50, 50], 10, 0, 100) == [45, 55]


@pytest.mark.parametrize("buffers", [2, 36, 300])
def test_every_step_of_the_staircase_is_what_the_launch_rules_give(buffers: int) -> None:
    manifest, layout = pictured(buffers)
    assert layout.launch is not None
    stairs = staircase_of(manifest, layout, layout.launch)
    assert stairs is not None
    assert stairs.steps[stairs.here].threads_per_block == layout.launch.threads_per_block
    for step in stairs.steps:
        for size in {step.first_bytes, (step.first_bytes + step.last_bytes) // 2, step.last_bytes}:
            launch = launch_for(manifest, run_bytes=size, block_region_bytes=0)
            found = (0, 0) if launch is None else (launch.threads_per_block, launch.occupancy.blocks_per_sm)
            assert found == step.figures
    for one, other in pairwise(stairs.steps):
        assert one.last_bytes + 1 == other.first_bytes
        assert one.figures != other.figures


@pytest.mark.parametrize("case", [lambda: pictured(2), lambda: pictured(36), lambda: pictured(300), every_structure])
def test_the_layout_without_sharing_has_the_bytes_of_its_baseline(case: Callable[[], tuple[Manifest, Layout]]) -> None:
    manifest, layout = case()
    _before_has_the_bytes_of_its_baseline(manifest, layout)


def test_the_users_own_layout_is_drawn_at_its_own_offsets() -> None:
    document = crowd(2, 8, components=[])
    document["buffers"] = [
        {"name": "one", "size": 4, "dtype": "float32", "lifetime": [[0, 4]]},
        {
            "name": "two",
            "size": 4,
            "dtype": "float32",
            "splittable": True,
            "parts": [
                {"name": "low", "offset": 0, "size": 2, "lifetime": [[0, 2]]},
                {"name": "high", "offset": 2, "size": 2, "lifetime": [[4, 8]]},
            ],
        },
    ]
    document["baseline"] = {"offsets_bytes": {"one": 8, "two#low": 0, "two#high": 24}, "run_bytes": 32}
    manifest = load_manifest(document)
    layout = solved(manifest)
    _before_has_the_bytes_of_its_baseline(manifest, layout)
    before = before_of(layout)
    assert before is not None
    assert layout.launch is not None
    (chart,) = charts(manifest, layout_before(manifest, layout, before))
    assert {(box.name, box.start_bytes, box.end_bytes) for box in chart.boxes} == {
        ("one", 8, 24), ("two#low", 0, 8), ("two#high", 24, 32),
    }  # fmt: skip


def _before_has_the_bytes_of_its_baseline(manifest: Manifest, layout: Layout) -> None:
    before = before_of(layout)
    assert before is not None
    assert layout.launch is not None
    drawn = {chart.region: chart for chart in charts(manifest, layout_before(manifest, layout, before))}
    for region, size in (("run", before.figures.run_bytes), ("block", before.figures.block_region_bytes)):
        assert (drawn[region].size_bytes if size else 0) == size


@pytest.mark.parametrize("case", [lambda: pictured(36), lambda: pictured(300), every_structure])
def test_the_peak_is_the_fullest_phase(case: Callable[[], tuple[Manifest, Layout]]) -> None:
    for chart in charts(*case()):
        used = [
            len(
                {
                    byte
                    for box in chart.boxes
                    if box.start <= phase < box.end and not box.above
                    for byte in range(box.start_bytes, box.end_bytes)
                }
            )
            for phase in range(chart.phases)
        ]
        assert chart.peak == (max(used), used.index(max(used)))
