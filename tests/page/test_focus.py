"""Where the button that was pressed goes away, the keyboard's focus goes on to what came of it."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.helpers.browser import Visitor
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.page_steps import Visit, await_state, editor, findings, open_file, small_manifest, solve


def press(page: Page, name: str, within: str = "body") -> None:
    page.locator(within).get_by_role("button", name=name, exact=True).press("Enter")


def test_in_the_view_of_a_layout(page: Page) -> None:
    lifetimes = [[["gather", "smooth"]], [["smooth", "rank"]]]
    buffers = [{"name": f"b{n}", "size": 4, "dtype": "int8", "lifetime": lifetimes[n % 2]} for n in range(120)]
    page.goto("/")
    open_file(page, small_manifest(name="two pages", buffers=buffers))
    solve(page)
    await_state(page, "ready")
    layout = page.locator("#layout")

    onward, back = (layout.get_by_role("button", name=name, exact=True) for name in ("Next", "Previous"))
    for rows in ("51 to 100 of 120", "101 to 120 of 120", "101 to 120 of 120"):
        onward.press("Enter")
        expect(layout.locator(".table-bar")).to_contain_text(rows)
        expect(onward).to_be_focused()
    expect(onward).to_have_attribute("aria-disabled", "true")
    expect(back).to_have_attribute("aria-disabled", "false")

    phases = layout.get_by_role("region", name="Phase by phase")
    phases.get_by_role("slider").fill("0")
    phases.get_by_role("button", name="Go to phase 1").press("Enter")
    expect(phases.get_by_role("slider")).to_be_focused()
    expect(phases.locator("output")).to_have_text("Phase 1: smooth")

    file = page.get_by_role("group", name="Downloads").get_by_role("button", name="bundle.zip")
    with page.expect_download():
        file.press("Enter")
    expect(file).to_be_focused()

    layout.get_by_label("Registers per thread").fill("32")
    press(page, "Order a layout with these values", "#layout")
    expect(editor(page)).to_contain_text('"registers_per_thread": 32')
    await_state(page, "ready")
    expect(page.locator("#order")).to_be_focused()


def test_where_an_order_is_cancelled(page: Page) -> None:
    page.goto("/")
    open_file(page, hard_manifest(7, time_limit_s=600))
    solve(page)
    await_state(page, "solving")
    press(page, "Cancel", "#order")
    await_state(page, "cancelled")
    expect(page.locator("#order")).to_be_focused()

    open_file(page, hard_manifest(8, time_limit_s=600))
    solve(page)
    await_state(page, "solving")
    page.get_by_role("button", name="Orders").press("Enter")
    row = page.get_by_role("dialog").get_by_role("row").filter(has_text="hard 8")
    row.get_by_role("button", name="Cancel hard 8").press("Enter")
    expect(row).to_contain_text("cancelled")
    expect(row.get_by_role("button", name="hard 8", exact=True)).to_be_focused()


def test_where_an_order_ends_by_itself(page: Page) -> None:
    def first(route: Route) -> None:
        page.locator("#order").get_by_role("button", name="Cancel").focus()
        route.continue_()

    page.route("**/events", first, times=1)
    page.goto("/")
    buffers = [{"name": "alone", "size": 77, "dtype": "int8", "lifetime": [["gather", "rank"]]}]
    open_file(page, small_manifest(name="soon ready", buffers=buffers))
    solve(page)
    await_state(page, "ready")
    expect(page.locator("#order")).to_be_focused()


def test_where_more_orders_are_shown(page: Page) -> None:
    job = {"state": "ready", "validation": {"level": "static"}, "created_at": "2026-01-01T00:00:00Z"}

    def answer(route: Route) -> None:
        last = "cursor=" in route.request.url
        name = "the second" if last else "the first"
        route.fulfill(json={"layouts": [{**job, "id": name, "name": name}], "next_cursor": None if last else "more"})

    page.route("**/v1/layouts?*", answer)
    page.goto("/")
    expect(editor(page)).to_be_visible()  # the page's scripts have loaded: its buttons work
    page.get_by_role("button", name="Orders").press("Enter")
    press(page, "Show more", "dialog")
    expect(page.get_by_role("dialog").get_by_role("button", name="the second")).to_be_focused()


def test_where_the_layout_of_a_link_is_checked(page: Page, desk: Visitor) -> None:
    page.goto("/")
    open_file(page, small_manifest(name="to be checked"))
    solve(page)
    await_state(page, "ready")
    expect(page.get_by_role("region", name="Table of buffers")).to_be_visible()
    page.get_by_role("button", name="Share", exact=True).press("Enter")
    link = page.get_by_label("Link to this manifest with its layout", exact=True).input_value()
    other = desk.open(link)
    press(other, "Check it here", "#note")
    expect(other.locator("#note")).to_contain_text("keeps every rule of this manifest")
    expect(other.locator("#note")).to_be_focused()
    other.close()


def test_on_a_page_with_room_for_one_pane(visit: Visit) -> None:
    page = visit(width=390).open()
    open_file(page, small_manifest(name="one pane"))
    press(page, "Solve")
    expect(page.locator("#output")).to_be_focused()
    await_state(page, "ready")
    page.get_by_role("button", name="Manifest", exact=True).click()
    open_file(page, small_manifest(launch={"max_threads_per_block": -1}))
    press(page, "Solve")
    expect(findings(page).get_by_role("button").first).to_be_focused()
