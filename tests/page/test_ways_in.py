"""How a manifest gets onto the page: dropped, by a link, from an address, in a frame."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from tests.helpers.browser import PHONE, Visitor
from tests.helpers.page_steps import (
    YAML,
    Visit,
    await_state,
    editor,
    findings,
    open_file,
    small_manifest,
    solve,
    text_of,
)


@contextmanager
def site(content: bytes, media_type: str, *, shared: bool = True) -> Iterator[str]:
    """The URL of a file at another origin, which lets every page read it if `shared`."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(content)))
            if shared:
                self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        running = threading.Thread(target=server.serve_forever)
        running.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/kernel.yaml"
        finally:
            server.shutdown()
            running.join()


def test_a_file_that_is_opened_before_the_first_example_has_come_stays(page: Page) -> None:
    on_its_way: list[Route] = []
    page.route("**/page/examples/01-*", lambda route: on_its_way.append(route))
    with page.expect_request("**/page/examples/01-*"):
        page.goto("/")
    file = {"name": "kernel.yaml", "mimeType": "", "buffer": YAML.encode()}
    page.get_by_label("File of a manifest").set_input_files(file)
    expect(page.locator("#known")).to_contain_text("1 buffer. Valid")
    for route in on_its_way:
        route.continue_()
    expect(editor(page)).to_be_visible()
    assert "written by hand" in text_of(page)


def test_a_dropped_file_is_opened(page: Page) -> None:
    page.goto("/")
    expect(editor(page)).to_be_visible()
    dropped = page.evaluate_handle(
        "text => { const it = new DataTransfer(); it.items.add(new File([text], 'kernel.yaml')); return it; }", YAML
    )
    page.dispatch_event("#input", "dragover", {"dataTransfer": dropped})
    expect(page.get_by_text("Drop the manifest here")).to_be_visible()
    page.dispatch_event("#input", "drop", {"dataTransfer": dropped})
    expect(page.get_by_text("Drop the manifest here")).to_be_hidden()
    expect(page.locator("#known")).to_contain_text("1 buffer. Valid")


def shared_link(page: Page, title: str) -> str:
    page.get_by_role("button", name="Share", exact=True).click()
    link = page.get_by_role("dialog", name="Share").get_by_label(title, exact=True).input_value()
    page.keyboard.press("Escape")
    return link


def test_a_link_is_the_text_and_is_sent_nowhere_before_it_is_solved(page: Page, desk: Visitor) -> None:
    page.goto("/")
    open_file(page, YAML, "kernel.yaml")
    expect(page.locator("#known")).to_contain_text("Valid")
    link = shared_link(page, "Link to this manifest")
    sent: list[str] = []
    desk.context.on("request", lambda request: sent.append(f"{request.url} {request.post_data or ''}"))
    other = desk.open(link)
    expect(other.locator("#known")).to_contain_text("Nothing of it was sent to this service yet")
    assert text_of(other) == YAML
    assert not [call for call in sent if "manifests:read" in call or link.partition("#m=")[2][:40] in call]
    solve(other)
    await_state(other, "ready")
    other.close()


def test_a_link_with_a_layout_shows_it_and_says_that_nothing_checked_it(page: Page, desk: Visitor) -> None:
    page.goto("/")
    open_file(page, small_manifest(name="shared"))
    solve(page)
    await_state(page, "ready")
    table = page.get_by_role("region", name="Table of buffers")
    table.get_by_role("button", name="ranking").click()
    other = desk.open(shared_link(page, "Link to this manifest with its layout"))
    expect(other.locator("#note")).to_contain_text("This service has not checked it.")
    expect(other.get_by_role("region", name="Table of buffers").get_by_role("button", pressed=True)).to_have_text(
        "ranking"
    )
    other.get_by_role("button", name="Check it here").click()
    expect(other.locator("#note")).to_contain_text("keeps every rule of this manifest")
    other.close()


def test_a_frame_in_another_page_shows_the_layout_and_changes_nothing(page: Page, desk: Visitor) -> None:
    page.goto("/")
    open_file(page, small_manifest(name="framed"))
    solve(page)
    await_state(page, "ready")
    expect(page.locator(".picture-content svg")).to_be_visible()
    frame = shared_link(page, "Frame for another page")
    sent: list[str] = []
    desk.context.on("request", lambda request: sent.append(request.method))
    with site(f"<!doctype html><title>a blog</title>{frame}".encode(), "text/html") as blog:
        other = desk.open(blog)
        inside = other.frame_locator("iframe")
        expect(inside.get_by_role("region", name="Table of buffers")).to_contain_text("samples")
        expect(inside.get_by_role("button", name="Solve", exact=True)).to_be_hidden()
        expect(inside.get_by_role("button", name="Order a layout with these values")).to_have_count(0)
        expect(inside.get_by_role("link", name="Open in Warpack")).to_be_visible()
        other.close()
    assert set(sent) == {"GET"}


def test_a_frame_as_narrow_as_a_phone_shows_the_layout_of_a_link_and_of_an_order(page: Page, visit: Visit) -> None:
    page.goto("/")
    open_file(page, small_manifest(name="framed narrowly"))
    solve(page)
    await_state(page, "ready")
    expect(page.locator(".picture-content svg")).to_be_visible()
    narrow = visit(width=PHONE).context.new_page()
    of_link = shared_link(page, "Frame for another page").partition('src="')[2].partition('"')[0].replace("&amp;", "&")
    for address in (of_link, f"/?embed#{urlsplit(page.url).fragment}"):
        narrow.goto(address)
        expect(narrow.get_by_role("region", name="Table of buffers")).to_contain_text("samples")
        expect(narrow.locator("#picture img, .picture-content svg")).to_be_visible()
        narrow.goto("about:blank")


def test_a_manifest_at_an_address_is_fetched_and_held_until_it_is_solved(page: Page) -> None:
    with site(YAML.encode(), "text/plain") as address:
        page.goto(f"/?url={address}")
        expect(page.locator("#known")).to_contain_text("Nothing of it was sent to this service yet")
        assert text_of(page) == YAML
        page.get_by_role("button", name="Check", exact=True).press("Enter")
        expect(page.locator("#known")).to_contain_text("1 buffer. Valid")
        expect(page.get_by_role("button", name="Solve", exact=True)).to_be_focused()
        solve(page)
        await_state(page, "ready")


def test_an_address_that_no_other_page_may_read_is_told(page: Page, desk: Visitor) -> None:
    with site(YAML.encode(), "text/plain", shared=False) as address:
        page.goto(f"/?url={address}")
        expect(page.locator("#known")).to_contain_text("does not let other pages read it (CORS)")
    (fault,) = desk.faults
    assert "CORS policy" in fault  # the browser's own note
    desk.faults.clear()


def test_an_example_has_an_address(page: Page) -> None:
    page.goto("/?example=03-stage-rows.json")
    expect(page.locator("#known")).to_contain_text("5 buffers. Valid")
    expect(findings(page)).to_have_count(0)
