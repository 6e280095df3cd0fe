"""The view of a layout: everything by keyboard, the phases, the table, and what the picture tells."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.page_steps import Visit, await_state, editor, open_file, small_manifest, solve, text_of
from tests.helpers.pictured import KVAERNO5
from tests.helpers.processes import eventually

_LU = "loop/algorithm/solver/linear_solver/lu_factor"


def shown(page: Page, longest: str = "state") -> None:
    """The picture of kvaerno5 stands there, and what is live when. `longest`: what its first buffer is called."""
    document = {**json.loads(KVAERNO5.read_text(encoding="utf-8")), "validation": "static"}
    document["buffers"][0]["name"] = longest
    open_file(page, document)
    expect(page.locator("#known")).to_contain_text("36 buffers. Valid")
    solve(page)
    await_state(page, "ready")
    expect(page.locator(".picture-content svg")).to_be_visible()
    expect(page.get_by_role("region", name="Phase by phase")).to_be_visible()


def test_a_layout_is_read_by_keyboard_alone(visit: Visit) -> None:
    page = visit().open()
    shown(page)
    frame, content = page.locator(".picture-frame"), page.locator(".picture-content")

    frame.focus()
    page.keyboard.press("+")
    expect(content).to_have_attribute("style", re.compile(r"scale\(1\.25\)"))
    moved = content.get_attribute("style")
    page.keyboard.press("ArrowRight")
    assert content.get_attribute("style") != moved
    page.keyboard.press("0")

    page.keyboard.press("Enter")
    expect(page.locator("rect[data-buffer]:focus")).to_have_attribute("aria-label", re.compile(r"bytes \d+ to \d+"))
    expect(page.get_by_role("tooltip")).to_contain_text(re.compile("Shares (its )?bytes with"))
    page.keyboard.press("ArrowRight")
    name = page.locator("rect[data-buffer]:focus").get_attribute("data-buffer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Selected buffer").get_by_role("heading")).to_have_text(str(name))
    page.keyboard.press("Escape")
    expect(frame).to_be_focused()

    page.get_by_role("tab", name="Memory map").focus()
    for label, title in (("One block", "One block of"), ("Occupancy", "Occupancy of"), ("Frontier", "Frontier of")):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("tab", name=label)).to_be_focused()
        expect(content.locator("svg")).to_have_attribute("aria-label", re.compile(title))


def test_phases_and_table_tell_what_the_picture_shows(visit: Visit) -> None:
    page = visit().open()
    shown(page)
    phases = page.get_by_role("region", name="Phase by phase")
    expect(phases).to_contain_text("632 of 664 B in use, 32 free; the fullest phase")
    expect(phases.get_by_role("button", name=_LU)).to_be_visible()
    expect(phases).to_contain_text("632 bytes must lie apart in phase 18")
    phases.get_by_role("slider").fill("0")
    expect(phases.locator("output")).to_have_text("Phase 0: init.zero_fill")
    expect(phases.get_by_role("button", name=_LU)).to_have_count(0)
    phases.get_by_role("button", name="Go to phase 18").click()
    phases.get_by_role("button", name=_LU).click()
    expect(page.locator(f".picture-content rect[data-buffer='{_LU}']").first).to_have_class(re.compile("is-picked"))

    table = page.get_by_role("region", name="Table of buffers")
    column = table.get_by_role("button", name="Bytes")
    column.click()
    column.click()
    expect(table.get_by_role("columnheader", name="Bytes")).to_have_attribute("aria-sort", "descending")
    expect(table.get_by_role("row").nth(1)).to_contain_text("192 B")
    page.get_by_label("Filter buffers").fill("linear_solver lu")
    expect(table.get_by_role("row")).to_have_count(2)
    page.get_by_label("Filter buffers").fill("no such buffer")
    expect(page.get_by_text("No buffer has all these words.")).to_be_visible()


def test_on_a_phone_nothing_but_tables_is_wider_than_the_screen(visit: Visit) -> None:
    page = visit(width=390, scheme="dark").open()
    shown(page)
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide == 0
    for name in ("Memory map", "One block", "Occupancy", "Before and after"):
        page.get_by_role("tab", name=name).click()
        picture = page.locator(f".picture-content svg[aria-label^='{name}']")
        expect(picture).to_have_attribute("width", re.compile("^3[0-9][0-9]$"))
        assert picture.evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width") > 0.9


@pytest.mark.parametrize("width", [390, 1440])
def test_no_name_pushes_the_figures_out_of_a_table_and_none_scrolls_away(visit: Visit, width: int) -> None:
    page = visit(width=width).open()
    name = "state_" + "x" * 94
    shown(page, name)
    for table in (".buffers .scrolls", ".live .scrolls"):
        assert page.locator(table).evaluate("it => it.scrollWidth - it.clientWidth") == 0
        head = page.locator(table).get_by_role("rowheader").filter(has_text=name)
        expect(head.get_by_role("button")).to_have_attribute("title", f"loop/{name}")
        assert head.evaluate("it => it.offsetHeight / parseFloat(getComputedStyle(it).lineHeight)") < 2
    buffers = page.get_by_role("region", name="Table of buffers")
    hidden = ["Component", "Type", "Region", "First phase", "Live phases"] if width == 390 else []
    for label in (
        "Buffer",
        "Component",
        "Type",
        "Region",
        "Offset",
        "Bytes",
        "First phase",
        "Live phases",
        "Shares with",
    ):
        expect(buffers.get_by_role("columnheader", name=label, exact=False)).to_have_count(int(label not in hidden))
    compared = page.locator(".comparing .scrolls")
    head = compared.get_by_role("rowheader").first
    before = head.bounding_box()
    compared.evaluate("it => { it.style.width = '15rem'; it.scrollLeft = 60; }")
    assert compared.evaluate("it => it.scrollLeft") == 60
    assert head.bounding_box()["x"] == before["x"]  # type: ignore[index]


def test_what_is_told_of_a_buffer_that_a_finger_taps_does_not_cover_it(visit: Visit) -> None:
    page = visit(width=390, height=800, has_touch=True, is_mobile=True).open()
    shown(page)
    expect(page.locator(".picture-help")).to_have_text("Pinch zooms, drag moves once it is larger; tap a buffer.")
    tip, stops = page.get_by_role("tooltip"), page.locator(".picture-content rect[data-buffer][role=button]")
    for name in ("loop/state", "loop/state_summary", _LU):
        stop = stops.and_(page.locator(f"[data-buffer='{name}']"))
        for block in ("start", "center", "end"):
            stop.evaluate("(it, block) => it.scrollIntoView({ block })", block)
            expect(tip).to_be_hidden()
            stop.tap(force=True)
            expect(tip).to_contain_text(f"{name}: ")
            own, said = stop.bounding_box(), tip.bounding_box()
            assert own
            assert said
            assert said["y"] >= own["y"] + own["height"] or said["y"] + said["height"] <= own["y"]
            assert said["height"] < 80
            page.locator("#output").evaluate("it => it.scrollBy(0, it.scrollTop > 300 ? -200 : 200)")
            expect(tip).to_be_hidden()
            page.evaluate("document.activeElement.blur()")


def test_the_wheel_scrolls_the_page_until_ctrl_is_held_as_the_help_says(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/")
    shown(page)
    expect(page.locator(".picture-help")).to_contain_text("Ctrl+wheel or +")
    output, content = page.locator("#output"), page.locator(".picture-content")
    page.locator(".picture-frame").hover(position={"x": 100, "y": 100})
    page.mouse.wheel(0, 100)
    eventually(lambda: output.evaluate("it => it.scrollTop") > 0, "the page scrolls")
    expect(content).not_to_have_attribute("style", re.compile(r"scale\((?!1\))"))
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    expect(content).to_have_attribute("style", re.compile(r"scale\(1\.\d+\)"))
    assert output.evaluate("it => it.scrollTop") > 0


def test_a_picture_is_drawn_anew_when_its_place_gets_narrow(page: Page) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/")
    shown(page)
    picture = page.locator(".picture-content svg")
    expect(picture).to_have_attribute("width", re.compile("^8[0-9]0$"))
    page.set_viewport_size({"width": 600, "height": 900})
    expect(picture).to_have_attribute("width", re.compile("^5[0-9][0-9]$"))
    page.set_viewport_size({"width": 1900, "height": 900})
    expect(picture).to_have_attribute("width", "1280")


def test_a_layout_that_came_without_its_frontier_is_ordered_with_it(page: Page) -> None:
    page.goto("/")
    own = small_manifest(name="from two sides")
    own["buffers"][0]["location"] = "auto"
    open_file(page, own)
    solve(page)
    await_state(page, "ready")
    page.get_by_role("tab", name="Frontier").click()
    expect(page.locator(".picture-content")).to_contain_text('needs "frontier": true')
    order = page.get_by_role("button", name="Order this layout with its frontier")
    order.click()
    expect(editor(page)).to_contain_text('"frontier": true')
    expect(page.get_by_role("combobox", name="Format")).to_have_value("auto")
    await_state(page, "ready")
    assert json.loads(text_of(page)) == {**own, "frontier": True}  # and nothing else has changed
    page.get_by_role("tab", name="Frontier").click()
    expect(page.locator(".picture-content")).to_contain_text("accesses on chip")
    expect(order).to_have_count(0)
    page.go_back()
    expect(editor(page)).not_to_contain_text("frontier")
    await_state(page, "ready")
    assert text_of(page) == json.dumps(own, indent=2)


def test_where_nothing_can_be_chosen_no_frontier_is_offered(page: Page) -> None:
    page.goto("/")
    open_file(page, small_manifest(name="all on chip"))
    solve(page)
    await_state(page, "ready")
    page.get_by_role("tab", name="Frontier").click()
    expect(page.locator(".picture-content")).to_contain_text('only buffers with "location": "auto"')
    expect(page.get_by_role("button", name="Order this layout with its frontier")).to_have_count(0)


def test_a_pool_has_no_pictures_of_blocks(page: Page) -> None:
    page.goto("/")
    open_file(page, "id,lower,upper,size\na,0,3,4\nb,3,5,8\n", "pool.csv")
    solve(page)
    await_state(page, "ready")
    expect(page.locator("#layout .headline")).to_have_text("A pool of 8 bytes, proven optimal.")
    expect(page.get_by_role("tab")).to_have_text(["Memory map", "Before and after", "Card"])
    page.get_by_role("tab", name="Memory map").press("ArrowRight")
    expect(page.get_by_role("tab", name="Before and after")).to_be_focused()


def test_what_if_begins_with_what_was_ordered_and_changes_nothing_else(page: Page) -> None:
    page.goto("/")
    own = small_manifest(name="what if", target={"compute_capability": "8.6", "shared_budget_bytes": 600})
    own["launch"] = {"threads_per_block": 2}
    open_file(page, own)
    solve(page)
    await_state(page, "ready")
    whatif = page.get_by_role("region", name="What if")
    budget, threads = whatif.get_by_label("Shared memory budget"), whatif.get_by_label("Threads per block")
    expect(budget).to_have_attribute("aria-valuetext", "600 B")
    expect(threads).to_have_attribute("aria-valuetext", "2")
    expect(whatif).to_contain_text("2 (the same)")
    assert {slider.evaluate("it => getComputedStyle(it).padding") for slider in whatif.get_by_role("slider").all()} == {
        "0px"
    }
    threads.fill("32")
    expect(whatif).to_contain_text("No block fits: a block of 32 threads needs 8,320 bytes, and the budget has 600.")
    whatif.get_by_role("button", name="As ordered").click()
    whatif.get_by_label("Architecture").select_option("9.0")
    whatif.get_by_role("button", name="Order a layout with these values").click()
    expect(editor(page)).to_contain_text('"compute_capability": "9.0"')
    await_state(page, "ready")
    assert json.loads(text_of(page)) == {**own, "target": {**own["target"], "compute_capability": "9.0"}}
