"""Texts of every format in the editor: opened, typed, pasted, chosen, completed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.helpers.browser import DESK, Visitor
from tests.helpers.page_steps import YAML, await_state, editor, findings, open_file, small_manifest, solve, text_of
from tests.helpers.toml_text import toml_of
from warpack.solver import load_manifest

DUMP = Path(__file__).parents[1] / "gpu_runtime" / "imports" / "dumps" / "matmul-80.mlir"
FILES = {"yaml": "yaml", "toml": "toml", "csv": "csv", "triton": "mlir"}
TABLE = "id,lower,upper,size\na,0,3,4\nb,3,5,8\n"


def to_json(page: Page) -> str:
    page.get_by_role("button", name="To JSON").press("Enter")
    expect(page.get_by_role("combobox", name="Format")).to_have_value("json")
    expect(editor(page)).to_be_focused()
    return text_of(page)


def paste_over(page: Page, text: str) -> None:
    """Pastes a text over the one in the editor."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    editor(page).press("ControlOrMeta+a")
    editor(page).press("ControlOrMeta+v")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("kernel.yaml", YAML, "1 buffer. Valid"),
        ("kernel.toml", toml_of(small_manifest()), "2 buffers. Valid"),
        ("pool.csv", TABLE, "2 buffers. Valid: needs a pool of at least"),
        ("matmul.mlir", DUMP.read_text(encoding="utf-8"), "Valid"),
    ],
)
def test_a_file_of_every_format_is_read_and_can_be_had_as_json(page: Page, name: str, text: str, said: str) -> None:
    page.goto("/")
    open_file(page, text, name)
    expect(page.locator("#known")).to_contain_text(said)
    assert load_manifest(json.loads(to_json(page))).buffers
    expect(page.locator("#known")).to_contain_text(said)


def test_one_of_several_kernels_of_a_dump_is_chosen(page: Page) -> None:
    dump = DUMP.read_text(encoding="utf-8")
    name = dump.partition("tt.func public @")[2].partition("(")[0]
    page.goto("/")
    open_file(page, dump + dump.replace(f"@{name}", "@another"), "two.mlir")
    page.get_by_role("combobox", name="Kernel", exact=True).select_option("another")
    expect(page.locator("#known")).to_contain_text("Valid")
    assert json.loads(to_json(page))["name"] == "another"


def test_yaml_that_is_typed_is_solved_as_it_stands(page: Page) -> None:
    page.goto("/")
    expect(editor(page)).to_be_visible()
    editor(page).press("ControlOrMeta+a")
    page.keyboard.insert_text(YAML)
    expect(page.locator("#known")).to_contain_text("1 buffer. Valid")
    editor(page).press("ControlOrMeta+Enter")
    await_state(page, "ready")
    expect(page.locator("#layout").get_by_role("heading", name="written by hand")).to_be_visible()
    assert "# and with a comment" in text_of(page)
    page.reload()
    await_state(page, "ready")
    assert "# and with a comment" in text_of(page)


@pytest.mark.parametrize(
    ("text", "said", "format"),
    [
        (YAML, "1 buffer. Valid", "yaml"),
        (toml_of(small_manifest()), "2 buffers. Valid", "toml"),
        (TABLE, "2 buffers. Valid: needs a pool of at least", "csv"),
        (DUMP.read_text(encoding="utf-8"), "Valid", "triton"),
    ],
)
def test_a_text_of_any_format_is_pasted_over_the_example(page: Page, text: str, said: str, format: str) -> None:
    page.goto("/")
    expect(page.locator("#known")).to_contain_text("2 buffers. Valid")
    paste_over(page, text)
    expect(page.locator("#known")).to_contain_text(said)
    expect(page.get_by_role("combobox", name="Format")).to_have_value("auto")
    answered = page.get_by_role("button", name="To JSON")
    expect(answered).to_be_enabled()
    paste_over(page, "{")
    expect(findings(page).filter(has_text="JSON")).to_have_count(1)
    expect(answered).to_be_hidden()
    open_file(page, text, f"kernel.{FILES[format]}")
    expect(page.get_by_role("combobox", name="Format")).to_have_value(format)
    paste_over(page, json.dumps(small_manifest()))
    expect(page.locator("#known")).to_contain_text("2 buffers. Valid")
    expect(page.get_by_role("combobox", name="Format")).to_have_value("auto")


def test_a_format_that_the_user_has_chosen_stays_until_another_text_is_opened(page: Page) -> None:
    page.goto("/")
    expect(editor(page)).to_be_visible()
    format = page.get_by_role("combobox", name="Format")
    format.select_option("yaml")
    paste_over(page, toml_of(small_manifest()))
    expect(findings(page)).to_contain_text("YAML")
    page.keyboard.type(" ")
    expect(format).to_have_value("yaml")
    page.reload()
    expect(findings(page)).to_contain_text("YAML")
    expect(format).to_have_value("yaml")
    format.select_option("auto")
    expect(page.locator("#known")).to_contain_text("2 buffers. Valid")
    format.select_option("yaml")
    page.get_by_role("combobox", name="Example").select_option("03-stage-rows.json")
    expect(page.locator("#known")).to_contain_text("5 buffers. Valid")
    expect(format).to_have_value("auto")


def test_an_order_is_opened_in_the_format_that_its_text_shows(page: Page, desk: Visitor) -> None:
    page.goto("/")
    open_file(page, small_manifest(name="in any format"))
    solve(page)
    await_state(page, "ready")
    other = desk.open(page.url)
    await_state(other, "ready")
    expect(other.get_by_role("combobox", name="Format")).to_have_value("auto")
    paste_over(other, YAML)
    solve(other)
    expect(other.locator("#layout").get_by_role("heading", name="written by hand")).to_be_visible()
    other.close()


def test_a_text_of_any_format_is_pasted_into_the_plain_field(page: Page) -> None:
    page.route("**/editor/code.js", lambda route: route.abort())
    page.goto("/")
    expect(page.locator("#known")).to_contain_text("2 buffers. Valid")
    open_plain = page.get_by_label("File of a manifest")
    open_plain.set_input_files({"name": "a.json", "mimeType": "", "buffer": json.dumps(small_manifest()).encode()})
    expect(page.get_by_role("combobox", name="Format")).to_have_value("json")
    field = page.locator("#text")
    field.press("End")
    page.keyboard.type(" ")
    expect(page.get_by_role("combobox", name="Format")).to_have_value("json")
    field.press("ControlOrMeta+a")
    page.keyboard.insert_text(YAML)
    expect(page.get_by_role("combobox", name="Format")).to_have_value("auto")
    expect(page.locator("#known")).to_contain_text("1 buffer. Valid")


@pytest.mark.parametrize(
    ("begun", "typed", "completed"),
    [
        ('{"schema": "warpack/manifest/1",\n', '"time', '"timeline"'),
        ("schema: warpack/manifest/1\n", "time", "timeline:"),
    ],
)
def test_the_editor_completes_from_the_schema(page: Page, begun: str, typed: str, completed: str) -> None:
    page.goto("/")
    expect(editor(page)).to_be_visible()
    paste_over(page, begun)
    editor(page).press("ControlOrMeta+End")
    page.keyboard.type(typed)
    options = page.locator("#editor .cm-tooltip-autocomplete li")
    options.filter(has_text="timeline").click()
    expect(editor(page)).to_contain_text(completed)


def test_the_editor_stays_in_its_place_while_yaml_is_typed(page: Page) -> None:
    page.goto("/")
    page.set_viewport_size({"width": DESK, "height": 900})
    expect(editor(page)).to_be_visible()
    to_json = page.get_by_role("button", name="To JSON")
    tops: set[float] = set()

    def measure() -> None:
        tops.add(page.locator("#editor").evaluate("it => it.getBoundingClientRect().top"))

    def checked(route: Route) -> None:
        expect(to_json).to_be_disabled()  # and there, until the text is checked again
        measure()
        route.continue_()

    measure()
    paste_over(page, YAML)
    expect(to_json).to_be_enabled()
    measure()
    editor(page).press("ControlOrMeta+End")
    page.route("**/v1/manifests:read", checked, times=1)
    page.keyboard.type("#")
    expect(to_json).to_be_enabled()
    page.keyboard.type("\n}")
    expect(findings(page).filter(has_text="YAML")).to_have_count(1)
    measure()
    assert len(tops) == 1
    heights = page.locator("#tools > :is(label:not([hidden]), button)").evaluate_all(
        "all => all.map((each) => Math.round(each.getBoundingClientRect().top + each.offsetHeight / 2))"
    )
    assert len(heights) == 4
    assert max(heights) - min(heights) < 5, "the tools stand in several lines"
