"""A newcomer's walk: a real solver's buffers, from the example to allocators that import, with real validation."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.helpers.page_steps import Visit, await_state, editor, solve, text_of
from tests.helpers.service_process import ServiceProcess
from warpack.gpu_runtime.interpreter import import_environment
from warpack.solver import load_manifest, read_layout, verify

KVAERNO5 = Path(__file__).parents[2] / "examples" / "07-kvaerno5.json"
BUDGET = 101_376
"""The most that a block may have on compute capability 8.6."""


def download(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("group", name="Downloads").get_by_role("button", name=name, exact=True).click()
    place = folder / name
    started.value.save_as(place)
    return place


def pick(page: Page, buffer: str) -> None:
    page.get_by_role("region", name="Table of buffers").get_by_role("button", name=buffer, exact=True).click()


def test_from_the_example_to_allocators_that_import(visit: Visit, whole: ServiceProcess, tmp_path: Path) -> None:
    visitor = visit(whole.url)
    page = visitor.open()
    expect(editor(page)).to_be_visible()

    page.get_by_role("combobox", name="Example").select_option("07-kvaerno5.json")
    expect(page.locator("#known")).to_contain_text("36 buffers. Valid")
    assert text_of(page) == KVAERNO5.read_text(encoding="utf-8")
    solve(page)
    await_state(page, "ready")
    steps = page.locator("#order .steps").get_by_role("listitem")
    expect(steps).to_contain_text(["queued", "solving", "validating", "ready"])
    layout = page.locator("#layout")
    expect(layout.locator(".headline")).to_have_text(
        "64 threads per block, 2 blocks on a multiprocessor (128 threads), 664 bytes a run; proven optimal."
    )
    expect(layout.get_by_role("region", name="Validation")).to_contain_text("Level reached: simulated")

    # the picture and the table are one
    rects = page.locator(".picture-content rect[data-buffer$='/lu_factor']")
    expect(rects.first).to_be_visible()
    pick(page, "lu_factor")
    expect(rects.first).to_have_class(re.compile("is-picked"))
    chosen = layout.get_by_role("region", name="Selected buffer")
    expect(chosen.get_by_role("heading")).to_have_text("loop/algorithm/solver/linear_solver/lu_factor")
    page.locator(".picture-content rect[data-buffer='loop/state_summary']").first.click(position={"x": 4, "y": 4})
    expect(chosen.get_by_role("heading")).to_have_text("loop/state_summary")
    expect(layout.get_by_role("button", name="state_summary", pressed=True).first).to_be_visible()

    # what one more warp would cost: another budget, at once; then as an order
    whatif = layout.get_by_role("region", name="What if")
    whatif.get_by_label("Shared memory budget").fill(str(BUDGET))
    expect(whatif).to_contain_text("64 → ")
    whatif.get_by_role("button", name="Order a layout with these values").click()
    expect(layout.locator(".headline")).not_to_contain_text("64 threads per block")
    await_state(page, "ready")
    expect(layout.get_by_role("region", name="Compared", exact=True)).to_contain_text("Your last layout")
    ordered = json.loads(text_of(page))
    assert ordered["target"]["shared_budget_bytes"] == BUDGET

    # what it hands out
    layout_file, manifest_file = (download(page, name, tmp_path) for name in ("layout.json", "manifest.json"))
    found = read_layout(json.loads(layout_file.read_text()))
    assert verify(load_manifest(manifest_file), found).passed
    assert found.launch is not None
    expect(layout.locator(".headline")).to_contain_text(f"{found.launch.threads_per_block} threads per block")
    allocators = download(page, "allocators.py", tmp_path)
    assert json.loads(layout_file.read_text())["layout_sha256"][:12] in allocators.read_text()
    environment = {**os.environ, **import_environment(), "NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", "import allocators"], env=environment, check=True)
    assert download(page, "layout.png", tmp_path).read_bytes().startswith(b"\x89PNG")

    # a colleague gets the link, and sends nothing before the colleague says so
    page.get_by_role("button", name="Share", exact=True).click()
    link = page.get_by_label("Link to this manifest", exact=True).input_value()
    colleague = visit(whole.url)
    sent: list[str] = []
    colleague.context.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    theirs = colleague.open(link)
    expect(theirs.locator("#known")).to_contain_text("Nothing of it was sent")
    expect(editor(theirs)).to_be_visible()
    assert json.loads(text_of(theirs)) == ordered
    assert not [call for call in sent if call.startswith("POST")]
