"""What people do on the web page, step by step, and where they see what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.helpers.browser import Visitor

YAML = """schema: warpack/manifest/1
name: written by hand   # and with a comment
target: {compute_capability: "8.6"}
timeline: {phases: [load, use]}
buffers:
  - {name: tile, size: 64, dtype: float32, lifetime: [[load, use]]}
validation: static
"""
"""A manifest as people write it."""

Visit = Callable[..., Visitor]
"""Starts a visit: of the service at a URL, and with options of `browser.visitor`."""


def small_manifest(**fields: Any) -> dict[str, Any]:
    """One that is solved at once, and validated by the verifier alone, so that no compiler has to be loaded."""
    return {
        "schema": "warpack/manifest/1",
        "name": "a step",
        "target": {"compute_capability": "8.6"},
        "launch": {"max_threads_per_block": 64},
        "timeline": {"phases": ["gather", "smooth", "rank"]},
        "buffers": [
            {"name": "samples", "size": 64, "dtype": "float32", "lifetime": [["gather", "smooth"]]},
            {"name": "ranking", "size": 64, "dtype": "int32", "lifetime": [["rank", "rank"]]},
        ],
        "validation": "static",
        **fields,
    }


def open_file(page: Page, content: Mapping[str, Any] | str, name: str = "manifest.json") -> None:
    """Opens a file of one's own, with this text or this manifest, once the code editor is there."""
    expect(editor(page)).to_be_visible()
    text = content if isinstance(content, str) else json.dumps(content, indent=2)
    chosen = page.get_by_label("File of a manifest")
    chosen.set_input_files({"name": name, "mimeType": "", "buffer": text.encode()})
    expect(chosen).to_have_value("")  # the page has taken it


def editor(page: Page) -> Locator:
    """The code editor. Until it is loaded, a plain text area is in its place."""
    return page.locator("#editor .cm-content")


def text_of(page: Page) -> str:
    """The text in the editor, by the clipboard: only what is in view is a part of the page."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    editor(page).press("ControlOrMeta+a")
    editor(page).press("ControlOrMeta+c")
    return str(page.evaluate("navigator.clipboard.readText()"))


def findings(page: Page) -> Locator:
    return page.get_by_role("list", name="Findings").get_by_role("listitem")


def solve(page: Page) -> None:
    page.get_by_role("button", name="Solve", exact=True).click()


def await_state(page: Page, state: str) -> None:
    """Waits until the order that is shown is in this state."""
    expect(page.locator("#order .steps [aria-current=step]")).to_contain_text(state)
