"""The browser of these tests notices what it must."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.helpers import browser

NOWHERE = "http://elsewhere.invalid"


def test_a_request_to_another_host_is_a_fault(chromium: Browser) -> None:
    with browser.visitor(chromium, NOWHERE) as visiting:
        page = visiting.context.new_page()
        with page.expect_event("requestfailed"):  # no name but this machine's is looked up
            page.set_content(f'<img alt="" src="{NOWHERE}/tracker.png">')
        assert visiting.faults == [f"a request left this machine: GET {NOWHERE}/tracker.png"]
        with pytest.raises(AssertionError, match="a request left this machine"):
            visiting.check()
        visiting.faults.clear()


@pytest.mark.parametrize(
    ("script", "event", "fault"),
    [
        ("setTimeout(() => { throw new Error('out of order') })", "pageerror", "out of order"),
        ("setTimeout(() => Promise.reject(new Error('no answer')))", "pageerror", "no answer"),
        ("setTimeout(() => console.warn('deprecated'))", "console", "deprecated"),
    ],
)
def test_a_fault_of_the_page_is_a_fault_of_the_test(chromium: Browser, script: str, event: str, fault: str) -> None:
    with browser.visitor(chromium, NOWHERE) as visiting:
        page = visiting.context.new_page()
        with page.expect_event(event):  # type: ignore[call-overload]
            page.evaluate(script)
        (told,) = visiting.faults
        assert fault in told
        visiting.faults.clear()


def test_what_shuts_people_out_is_found_with_its_place(chromium: Browser) -> None:
    with browser.visitor(chromium, NOWHERE) as visiting:
        page = visiting.context.new_page()
        page.set_content("<html lang=en><title>a page</title><main><h1>Names</h1><input id=name></main></html>")
        (found,) = browser.barriers(page)
        assert found.startswith("label (critical): #name: ")
        page.set_content("<html lang=en><title>a page</title><main><h1>Names</h1><input aria-label=Name></main></html>")
        assert browser.barriers(page) == []
