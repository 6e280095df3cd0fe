"""The page is for everyone: by keyboard alone, by screen reader, in light and dark, on a phone, on a slow line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from tests.helpers.browser import DESK, PHONE, Visitor, barriers
from tests.helpers.page_steps import await_state, editor, findings, open_file, small_manifest, solve

KVAERNO5 = Path(__file__).parents[2] / "examples" / "07-kvaerno5.json"
FIRST_VIEW_BYTES = 150 * 1024


def with_findings(page: Page) -> None:
    open_file(page, small_manifest(launch={"max_threads_per_block": -1}, target={"compute_capability": "9.9"}))
    expect(findings(page)).not_to_have_count(0)


def with_a_layout(page: Page) -> None:
    open_file(page, {**json.loads(KVAERNO5.read_text(encoding="utf-8")), "validation": "static"})
    solve(page)
    await_state(page, "ready")
    expect(page.locator(".picture-content svg")).to_be_visible()
    expect(page.get_by_role("region", name="Phase by phase")).to_be_visible()
    expect(page.get_by_role("region", name="What if")).to_be_visible()
    page.get_by_role("region", name="Table of buffers").get_by_role("button", name="lu_factor").click()


def with_a_budget_too_small(page: Page) -> None:
    target = {"compute_capability": "8.6", "shared_budget_bytes": 128}
    open_file(page, small_manifest(name="too small", target=target))
    solve(page)
    await_state(page, "infeasible")
    expect(page.locator("#note")).to_contain_text("No layout fits the budget")


def with_dialog(name: str) -> Callable[[Page], None]:
    def opened(page: Page) -> None:
        expect(editor(page)).to_be_visible()
        page.get_by_role("button", name=name, exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("status").first).not_to_have_text("Loading…")
        expect(dialog.get_by_role("heading").first).to_be_visible()

    return opened


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(with_findings, id="findings"),
        pytest.param(with_a_layout, id="layout"),
        pytest.param(with_a_budget_too_small, id="infeasible"),
        pytest.param(with_dialog("Share"), id="share"),
        pytest.param(with_dialog("Orders"), id="orders"),
        pytest.param(with_dialog("Key"), id="key"),
    ],
)
def test_nothing_shuts_people_out_in_light_and_dark_on_a_phone_and_on_a_desk(
    page: Page, state: Callable[[Page], None]
) -> None:
    page.goto("/")
    state(page)
    found: list[str] = []
    for width in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            expect(page.locator(".picture-said")).to_have_text([""] * page.locator(".picture-said").count())
            found += [f"{width} {scheme}: {each}" for each in barriers(page)]
        if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
            found.append(f"{width}: the page is wider than the window")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": DESK, "height": 900})
    assert not found, "\n".join(found)


def focused(page: Page) -> str:
    """What has the focus, by its name, and whether one can see that it has."""
    return str(
        page.evaluate(
            """() => {
              let it = document.activeElement;
              while (it.shadowRoot?.activeElement) it = it.shadowRoot.activeElement;
              const label = it.labels?.[0]?.firstChild?.textContent;
              const name = it.getAttribute("aria-label") ?? label ?? it.textContent;
              return name.trim() + (it.matches(":focus-visible") ? "" : " (not to be seen)");
            }"""
        )
    )


def test_everything_can_be_reached_and_done_by_keyboard_alone(page: Page) -> None:
    page.goto("/")
    open_file(page, small_manifest(name="by keyboard"))
    expect(page.locator("#known")).to_contain_text("2 buffers. Valid")
    page.evaluate("document.activeElement.blur()")
    page.get_by_role("link", name="Warpack").focus()
    walked = []
    while (name := focused(page)) != "Solve":
        walked.append(name)
        page.keyboard.press("Tab")
        assert len(walked) < 20, walked
    assert walked == ["Warpack", "Orders", "Share", "Key", "API", "Example", "Open file", "Format", "Manifest"]
    page.keyboard.press("Enter")
    await_state(page, "ready")
    expect(page.locator(".picture-content svg")).to_be_visible()

    passed = []
    while (name := focused(page)) != "Memory map":
        passed.append(name)
        page.keyboard.press("Tab")
        assert len(passed) < 40, passed
    assert {"allocators.py", "layout.json"} <= set(passed)
    assert not [each for each in passed if "not to be seen" in each]
    page.keyboard.press("ArrowRight")
    assert focused(page) == "One block"
    expect(page.get_by_role("tab", name="One block")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Home")
    expect(page.locator(".picture-said")).to_have_text("")
    page.locator(".picture-frame").focus()
    page.keyboard.press("Enter")
    first = focused(page)
    page.keyboard.press("ArrowRight")
    assert focused(page) != first
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Table of buffers").get_by_role("button", pressed=True)).to_have_count(1)
    page.keyboard.press("Escape")
    assert focused(page).startswith("Memory map")


def test_a_dialog_gives_the_focus_back(page: Page) -> None:
    page.goto("/")
    expect(editor(page)).to_be_visible()
    page.get_by_role("button", name="Key").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="API key")).to_be_visible()
    page.keyboard.press("Escape")
    assert focused(page) == "Key"


def test_the_first_view_is_light_and_the_code_editor_comes_after_it(page: Page, desk: Visitor) -> None:
    fresh = desk.context.new_page()
    fresh.route("**/nothing", lambda route: route.abort())  # with a route, this tab reads no cache
    answers: list[Response] = []
    fresh.on("response", lambda answer: answers.append(answer))
    fresh.goto("/")
    expect(editor(fresh)).to_be_visible()
    fresh.wait_for_load_state("networkidle")
    sizes = {answer.url: answer.request.sizes() for answer in tuple(answers)}
    weighs = {name: size["responseHeadersSize"] + size["responseBodySize"] for name, size in sizes.items()}
    later = {name for name in weighs if name.endswith(("editor/code.js", "vendor/codemirror.js"))}
    assert len(later) == 2
    assert any(name.endswith("01-two-buffers.json") for name in weighs)
    assert sum(weighs[name] for name in weighs.keys() - later) <= FIRST_VIEW_BYTES, weighs
    assert sum(weighs[name] for name in later) <= FIRST_VIEW_BYTES, weighs
    fresh.close()


def test_the_same_view_again_loads_no_file_of_the_page_anew(page: Page) -> None:
    page.goto("/")
    expect(editor(page)).to_be_visible()
    page.wait_for_load_state("networkidle")  # what is used later is loaded too
    page.reload()
    expect(editor(page)).to_be_visible()
    loaded = page.evaluate(
        """() => performance.getEntriesByType("resource")
          .filter((each) => /[/]page[/][0-9a-f]{12}[/]/.test(each.name)).map((each) => each.transferSize)"""
    )
    assert len(loaded) > 20
    assert set(loaded) == {0}
