"""The browser of these tests notices what it must."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.helpers import browser

NOWHERE = "http://elsewhere.invalid"


def test_a_request_to_another_host_is_a_fault(chromium: Browser) -> None:
    with pytest.raises(AssertionError, match="left this machine: GET http://elsewhere.invalid/tracker.js"):  # noqa: SIM117
        with browser.visitor(chromium, NOWHERE) as visiting:
            page = visiting.context.new_page()
            with page.expect_event("requestfailed"):  # no name but this machine's is looked up
                page.set_content(f'<script src="{NOWHERE}/tracker.js"></script>')


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("setTimeout(() => { throw new Error('out of order') })", "the page failed: .*out of order"),
        ("setTimeout(() => Promise.reject(new Error('no answer')))", "the page failed: .*no answer"),
        ("setTimeout(() => console.warn('deprecated'))", "the console has: deprecated"),
    ],
)
def test_a_fault_of_the_page_is_a_fault_of_the_test(chromium: Browser, script: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):  # noqa: SIM117
        with browser.visitor(chromium, NOWHERE) as visiting:
            page = visiting.context.new_page()
            with page.expect_event("console" if "console" in script else "pageerror"):
                page.evaluate(script)


def test_what_shuts_people_out_is_found_with_its_place(chromium: Browser) -> None:
    with browser.visitor(chromium, NOWHERE) as visiting:
        page = visiting.context.new_page()
        page.set_content("<html lang=en><title>a page</title><main><h1>Names</h1><input id=name></main></html>")
        (found,) = browser.barriers(page)
        assert found.startswith("label (critical): #name: ")
        page.set_content("<html lang=en><title>a page</title><main><h1>Names</h1><input aria-label=Name></main></html>")
        assert browser.barriers(page) == []
