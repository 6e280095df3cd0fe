"""Orders that take a while: reloaded, seen in two tabs, cancelled; and those of services that want a key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, Route, expect

from tests.helpers.browser import Visitor
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.page_steps import Visit, await_state, editor, open_file, small_manifest, solve, text_of
from tests.helpers.service_process import ServiceProcess, service
from warpack.service.settings import Settings
from warpack.service.store import Store
from warpack.service.store.keys import Scope


def test_an_order_is_followed_through_a_reload_and_in_a_second_tab_and_cancelled_there(
    page: Page, desk: Visitor
) -> None:
    page.goto("/")
    open_file(page, hard_manifest(1, time_limit_s=600))
    solve(page)
    await_state(page, "solving")
    expect(page.locator("#order svg.progress")).to_be_visible()
    page.reload()
    await_state(page, "solving")
    expect(page.locator("#order svg.progress")).to_be_visible()  # the incumbents from before are told again
    expect(page.locator("#order")).to_contain_text("Best so far")
    assert '"hard 1"' in text_of(page)

    other = desk.open("/")
    assert '"hard 1"' not in text_of(other)  # what one tab works on is its own
    other.get_by_role("button", name="Orders").click()
    row = other.get_by_role("dialog").get_by_role("row").filter(has_text="hard 1")
    expect(row).to_contain_text("solving")
    row.get_by_role("button", name="Cancel hard 1").click()
    expect(row).to_contain_text("cancelled")
    await_state(page, "cancelled")
    row.get_by_role("button", name="hard 1", exact=True).click()
    await_state(other, "cancelled")
    assert '"hard 1"' in text_of(other)
    other.go_back()
    expect(other.locator("#order")).to_be_hidden()
    other.close()


def shown_s(page: Page) -> float:
    """The seconds beside the state of the order, once they are there."""
    shown = page.locator("#order .steps [aria-current=step] .time")
    expect(shown).to_have_text(re.compile(r"^(\d+ min )?[\d.]+ s$"))
    *minutes, rest = (shown.text_content() or "").removesuffix(" s").split(" min ")
    return 60 * sum(map(float, minutes)) + float(rest)


def goes_on(page: Page) -> float:
    """The seconds shown of an order that a page finds again, which is none that begins anew."""
    shown = shown_s(page)
    expect(page.locator("#order")).to_contain_text("Best so far")
    expect(page.locator("#order")).not_to_contain_text("another begins anew")
    expect(page.locator("#order svg.progress text").last).to_have_text(re.compile(r" s$"))
    return shown


def test_a_reload_neither_tells_of_a_lost_worker_nor_starts_the_clock_anew_whatever_the_clock_says(
    visit: Visit,
) -> None:
    visitor = visit()
    page = visitor.open()
    open_file(page, hard_manifest(3, time_limit_s=600))
    solve(page)
    await_state(page, "solving")
    expect(page.locator("#order .steps [aria-current=step] .time")).to_have_text(re.compile("^([2-9]|[1-9][0-9]+)"))
    before = shown_s(page)
    page.reload()
    assert goes_on(page) >= before
    for ahead_s in (7200, -7200):
        other = visitor.context.new_page()
        other.add_init_script(f"const now = Date.now; Date.now = () => now() + {1000 * ahead_s};")
        other.goto(page.url)
        assert goes_on(other) < 1000  # and not two hours; a time of the service is in whole seconds
        other.close()
    page.locator("#order").get_by_role("button", name="Cancel").click()
    await_state(page, "cancelled")


@pytest.mark.parametrize(
    ("losses", "told"), [({"losses": 1}, "The worker was lost, and"), ({}, "The worker stopped, and")]
)
def test_a_solve_that_begins_anew_is_told(page: Page, losses: dict[str, int], told: str) -> None:
    at = {"at": datetime.now(UTC).isoformat()}
    events = [("queued", at), ("solving", at), ("queued", {**at, **losses})]
    lines = [f"id: {n}\nevent: {kind}\ndata: {json.dumps(data)}\n\n" for n, (kind, data) in enumerate(events, 1)]
    stream = {"body": "".join(lines), "content_type": "text/event-stream"}
    page.goto("/")
    open_file(page, hard_manifest(4, time_limit_s=600))
    page.route("**/events", lambda route: route.fulfill(**stream), times=1)
    solve(page)
    expect(page.locator("#order")).to_contain_text(f"{told} another begins anew.")
    page.locator("#order").get_by_role("button", name="Cancel").click()
    await_state(page, "cancelled")


def test_a_text_that_is_edited_while_it_is_sent_is_not_the_one_that_was_ordered(page: Page) -> None:
    def edited_first(route: Route) -> None:
        editor(page).press("ControlOrMeta+End")
        editor(page).press("Enter")
        route.continue_()

    page.route("**/v1/layouts", edited_first, times=1)
    page.goto("/")
    open_file(page, small_manifest(name="edited on the way"))
    solve(page)
    await_state(page, "ready")
    expect(page.locator("#layout")).to_have_class(re.compile("stale"))


def test_a_cancelled_order_shows_the_best_layout_so_far(page: Page) -> None:
    page.goto("/")
    open_file(page, hard_manifest(2, time_limit_s=600))
    solve(page)
    expect(page.locator("#order")).to_contain_text("Best so far")
    page.locator("#order").get_by_role("button", name="Cancel").click()
    await_state(page, "cancelled")
    for _ in range(2):
        expect(page.locator("#note")).to_contain_text("This is the best layout so far. Nothing has checked it.")
        expect(page.get_by_role("region", name="Table of buffers")).to_contain_text("wall0")
        expect(page.locator(".picture-content svg[aria-label^='Memory map of']")).to_be_visible()
        expect(page.get_by_role("region", name="Phase by phase")).to_be_visible()
        expect(page.get_by_role("group", name="Downloads").get_by_role("button", name="allocators.py")).to_have_count(0)
        page.reload()


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServiceProcess, Store]]:
    """A service for others: every call wants a key, and a key may have one open order. Nobody works on orders."""
    folder = tmp_path_factory.mktemp("guarded")
    settings = {"WARPACK_HOST": "0.0.0.0", "WARPACK_ALLOWED_HOSTS": "127.0.0.1", "WARPACK_MAX_ORDERS_PER_KEY": "1"}
    with service(folder, workers=0, plain=True, settings=settings) as running:
        store = Store(Settings(data_dir=folder))
        yield running, store
        store.close()


def key_of(store: Store) -> str:
    scopes: frozenset[Scope] = frozenset(("submit", "read"))
    return store.keys.make("a test", scopes, lasts_s=None)


def enter(page: Page, key: str) -> None:
    dialog = page.get_by_role("dialog", name="API key")
    dialog.get_by_label("API key").fill(key)
    dialog.get_by_role("button", name="Use this key").click()


def test_a_key_is_asked_for_and_kept_and_forgotten(visit: Visit, guarded: tuple[ServiceProcess, Store]) -> None:
    running, store = guarded
    page = visit(running.url).open()
    expect(page.locator("#known")).to_contain_text("This service wants an API key")
    solve(page)
    dialog = page.get_by_role("dialog", name="API key")
    expect(dialog).to_contain_text("This service wants an API key.")
    enter(page, "wp_0123456789abcdef_" + "A" * 43)
    expect(dialog).to_contain_text("is not known here, was revoked, or has expired")
    key = key_of(store)
    enter(page, key)
    expect(dialog).to_contain_text(f"Key {key.split('_')[1]} is valid")
    expect(dialog).to_contain_text("see one's own orders")
    page.keyboard.press("Escape")
    expect(page.locator("#known")).to_contain_text("2 buffers. Valid")
    solve(page)
    await_state(page, "queued")
    page.reload()
    await_state(page, "queued")
    store.keys.revoke(key.split("_")[1])
    page.reload()
    expect(dialog).to_contain_text("is not known here, was revoked, or has expired")
    dialog.get_by_role("button", name="Forget the key").click()
    expect(dialog).to_contain_text("The key is forgotten.")
    assert (
        page.evaluate("Object.values({...sessionStorage, ...localStorage}).some((each) => each.startsWith('wp_'))")
        is False
    )


def test_an_order_beyond_the_quota_waits_for_its_turn(visit: Visit, guarded: tuple[ServiceProcess, Store]) -> None:
    running, store = guarded
    visitor = visit(running.url)
    page = visitor.open()
    expect(editor(page)).to_be_visible()  # the page's scripts have loaded: its buttons work
    page.get_by_role("button", name="Key").click()
    enter(page, key_of(store))
    expect(page.get_by_role("dialog", name="API key")).to_contain_text("is valid")
    page.keyboard.press("Escape")
    open_file(page, small_manifest(name="the first"))
    solve(page)
    await_state(page, "queued")
    open_file(page, small_manifest(name="the second"))
    solve(page)
    expect(page.locator("#note")).to_contain_text("Trying again in")
    expect(page.locator("#note")).to_contain_text("open orders")
    page.get_by_role("button", name="Orders").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the first").click()
    page.keyboard.press("Escape")
    await_state(page, "queued")
    expect(page.locator("#order").get_by_role("heading")).to_have_text("the second")
    expect(editor(page)).to_be_visible()
