"""What goes wrong is told on the page, at its place, in words, and with a way on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import Visitor
from tests.helpers.page_steps import Visit, await_state, editor, findings, open_file, small_manifest, solve, text_of
from tests.helpers.service_process import service

LARGE = small_manifest(
    target={"compute_capability": "8.6", "shared_budget_bytes": 4096},
    buffers=[{"name": "tile", "size": 2000, "dtype": "float32", "lifetime": [["gather", "rank"]]}],
)
"""One run has 8,000 bytes."""


def test_a_fault_of_syntax_is_told_with_its_line_and_column(page: Page) -> None:
    page.goto("/")
    open_file(page, '{\n  "schema": "warpack/manifest/1",\n  "name": oops\n}\n')
    expect(findings(page)).to_have_count(1)
    expect(findings(page)).to_contain_text("line 3")
    marked = page.locator("#editor .cm-lintRange-error")
    expect(marked).to_have_text("oops")


def test_a_wrong_field_is_told_at_its_line_and_the_cursor_goes_there(page: Page) -> None:
    page.goto("/")
    wrong = small_manifest()
    wrong["buffers"][1]["dtype"] = "float31"
    del wrong["buffers"][0]["size"]
    open_file(page, wrong)
    lines = json.dumps(wrong, indent=2).splitlines()
    at = 1 + next(number for number, line in enumerate(lines) if "float31" in line)
    named = findings(page).filter(has_text="float31")
    expect(named).to_contain_text(f"line {at}")
    expect(findings(page)).to_have_count(2)
    named.get_by_role("button").click()
    expect(editor(page)).to_be_focused()
    expect(page.locator("#editor .cm-activeLine")).to_contain_text("float31")


def test_a_faulty_manifest_is_not_ordered_and_the_first_fault_is_focused(page: Page) -> None:
    page.goto("/")
    open_file(page, small_manifest(launch={"max_threads_per_block": -1}))
    solve(page)
    expect(findings(page).get_by_role("button").first).to_be_focused()
    expect(page.locator("#order")).to_be_hidden()
    expect(page.locator("#known")).to_contain_text("one thing is wrong")


def test_a_manifest_that_cannot_fit_is_answered_with_the_budget_that_would_do(page: Page) -> None:
    page.goto("/")
    open_file(page, LARGE)
    solve(page)
    await_state(page, "infeasible")
    note = page.locator("#note")
    expect(note).to_contain_text("No layout fits the budget")
    note.get_by_role("button", name="Order it with a budget of").click()
    await_state(page, "ready")
    ordered = json.loads(text_of(page))
    assert ordered["target"].pop("shared_budget_bytes") >= 8000
    assert ordered == {**LARGE, "target": {"compute_capability": "8.6"}}  # nothing else has changed


def test_without_a_connection_the_page_says_so_and_goes_on_when_it_is_back(page: Page) -> None:
    page.goto("/")
    open_file(page, small_manifest(name="a step in the tunnel"))
    expect(page.locator("#known")).to_contain_text("2 buffers")
    page.context.set_offline(True)
    solve(page)  # what was read before is not read again
    expect(page.locator("#note")).to_contain_text("The service does not answer")
    expect(page.locator("#note")).to_contain_text("Trying again in")
    page.context.set_offline(False)
    await_state(page, "ready")


def test_a_service_that_has_stopped_is_told_and_nothing_is_lost(visit: Visit, tmp_path: Path) -> None:
    with service(tmp_path / "data", workers=1, plain=True) as short:
        page = visit(short.url).open()
        open_file(page, small_manifest(name="late"))
        expect(page.locator("#known")).to_contain_text("2 buffers")
        short.stop()
        open_file(page, small_manifest(name="too late"))
        expect(page.locator("#known")).to_contain_text("The service does not answer")
        assert json.loads(text_of(page))["name"] == "too late"


def test_a_file_that_is_no_text_is_refused_in_words(page: Page) -> None:
    page.goto("/")
    expect(editor(page)).to_be_visible()
    page.get_by_label("File of a manifest").set_input_files(
        {"name": "a.json", "mimeType": "", "buffer": b"\xff\xfe\x00\x01"}
    )
    expect(page.locator("#known")).to_have_text("a.json is no text in UTF-8.")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("/#job=0123456789abcdef0123456789abcdef", "There is no layout with the id"),
        ("/#m=%21%21", "The link is damaged"),
        ("/#m=q1YqTs5ILE", "The link is damaged"),
        ("/?url=ftp://127.0.0.1/a.json", "begins with https:// or http://"),
        ("/?url=http://127.0.0.1:9/a.json", "cannot be read"),
    ],
)
def test_a_link_that_leads_nowhere_is_told(page: Page, address: str, told: str) -> None:
    page.goto(address)
    expect(page.locator("#note, #known").filter(has_text=told)).to_be_visible()


@pytest.mark.parametrize(
    ("file", "status", "body", "told"),
    [
        ("js/main.js", 500, "", "A part of this page could not be loaded"),
        (
            "js/page.js",
            200,
            "throw new Error('a planted fault')",
            "This page has a fault: Uncaught Error: a planted fault",
        ),
        ("js/words.js", 200, "export const = 1", "This page has a fault"),
        ("style.css", 404, "", "A part of this page could not be loaded"),
    ],
)
def test_a_fault_of_the_page_itself_is_shown_on_it(
    page: Page, desk: Visitor, file: str, status: int, body: str, told: str
) -> None:
    page.route(f"**/{file}", lambda route: route.fulfill(status=status, body=body, content_type="text/javascript"))
    page.goto("/")
    trouble = page.get_by_role("alert")
    expect(trouble).to_contain_text(told)
    trouble.get_by_role("button", name="Close").click()
    expect(trouble).to_have_text("")
    desk.faults.clear()
