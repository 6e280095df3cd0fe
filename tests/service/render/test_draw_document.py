"""A picture is a whole document: well formed whatever the names are, without scripts, always the same bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.pictured import crowd, every_structure, pictured
from tests.helpers.solving import solved
from tests.helpers.svg import SVG, notes_of, outside, overlapping, parsed, texts_of
from tests.service.cli.commands import ROOT, one_buffer
from warpack.service.render.draw.views import VIEWS, View, draw
from warpack.solver import load_manifest, optimize

HOSTILE = "</text><script>alert(\"&')</script>\u0001\u202e\N{ARABIC LIGATURE BISMILLAH AR-RAHMAN AR-RAHEEM}\ud83d"


@pytest.mark.parametrize("view", VIEWS)
def test_names_cannot_break_out_of_the_document(view: View) -> None:
    manifest, layout = every_structure()
    text = draw(manifest, replace(layout, name=HOSTILE), view)
    text.encode()
    root = parsed(text)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        *("svg", "title", "desc", "style", "rect", "path", "text", "g"),
    }
    assert "<script" not in text
    assert outside(root, texts_of(root)) == []
    assert overlapping(texts_of(root)) == []


@pytest.mark.parametrize("view", VIEWS)
def test_a_picture_asks_for_nothing_from_elsewhere(view: View) -> None:
    text = draw(*pictured(36), view)
    for word in ("<script", "href", "url(", "@import", "<image", "<foreignobject"):
        assert word not in text.lower()
    assert not any(name.startswith("on") for element in parsed(text).iter() for name in element.attrib)


@pytest.mark.parametrize("view", VIEWS)
def test_the_same_layout_gives_the_same_bytes(view: View) -> None:
    manifest, layout = pictured(36)
    again = load_manifest(manifest.model_dump())
    assert draw(again, optimize(again), view) == draw(manifest, layout, view)


@pytest.mark.parametrize("view", VIEWS)
def test_a_screen_reader_is_told_what_it_is(view: View) -> None:
    manifest, layout = pictured(36)
    root = parsed(draw(manifest, layout, view))
    assert root.get("role") == "img"
    assert "kvaerno5" in root.get("aria-label", "")
    assert root.findtext(f"{SVG}title") == root.get("aria-label")
    assert "64 threads per block" in (root.findtext(f"{SVG}desc") or "")


@pytest.mark.parametrize("view", VIEWS)
def test_an_infeasible_layout_gives_a_picture_that_says_so(view: View) -> None:
    manifest = load_manifest(one_buffer(20_000))
    root = parsed(draw(manifest, optimize(manifest), view))
    said = " ".join(one.text for one in texts_of(root))
    assert "infeasible" in said or "nothing fits" in said or "has none" in said


@pytest.mark.parametrize("view", VIEWS)
def test_a_layout_without_shared_bytes_is_drawn_all_the_same(view: View) -> None:
    manifest = load_manifest(crowd(2, 8, buffers=[]))
    root = parsed(draw(manifest, solved(manifest), view))
    assert texts_of(root)


def test_pictures_of_both_themes_stand_in_one_page() -> None:
    manifest, layout = pictured(2)
    for theme in ("auto", "light", "dark"):
        root = parsed(draw(manifest, layout, "map", theme))  # type: ignore[arg-type]  # one of the three
        style = root.findtext(f"{SVG}style") or ""
        rules = [line for line in style.strip().splitlines() if "{" in line and "@media" not in line]
        assert rules
        assert all(rule.startswith(f".warpack-{theme} ") for rule in rules)
        assert ("prefers-color-scheme: dark" in style) == (theme == "auto")
        assert f"warpack-{theme}" == root.get("class")


def test_what_is_below_a_pixel_is_merged() -> None:
    buffers = [
        {
            "name": f"b{number}",
            "size": 4,
            "dtype": "float32",
            "lifetime": [[start, start + 1] for start in range(number, 10_000, 3)],
        }
        for number in range(3)
    ]
    document = crowd(3, 12, buffers=buffers, components=[], timeline={"length": 10_000})
    manifest = load_manifest(document)
    text = draw(manifest, solved(manifest))
    rectangles = notes_of(parsed(text))
    assert any("more stretches beside" in note for note in rectangles)
    assert len(rectangles) < 4_000
    assert overlapping(texts_of(parsed(text))) == []


def test_a_card_has_the_size_that_is_shared() -> None:
    root = parsed(draw(*pictured(300), "card"))
    assert (root.get("width"), root.get("height")) == ("1200", "630")


def test_a_view_or_theme_that_is_none_is_refused_by_name() -> None:
    manifest, layout = pictured(2)
    with pytest.raises(ValueError, match="no view 'maps': there are map, block"):
        draw(manifest, layout, "maps")  # type: ignore[arg-type]  # what a caller may write
    with pytest.raises(ValueError, match="no theme 'pink': there are auto, light, dark"):
        draw(manifest, layout, "map", "pink")  # type: ignore[arg-type]  # what a caller may write


def test_a_layout_of_another_manifest_is_refused() -> None:
    with pytest.raises(ValueError, match="the layout answers another manifest"):
        draw(pictured(2)[0], pictured(36)[1])


def test_the_picture_in_the_documents_is_the_one_that_is_drawn_today() -> None:
    """If not: `warpack draw examples/07-kvaerno5.json -o docs/kvaerno5.svg`."""
    drawn = draw(*pictured(36))
    assert (ROOT / "docs" / "kvaerno5.svg").read_text(encoding="utf-8") == drawn
