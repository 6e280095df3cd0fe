"""Pictures of the web page, to be looked at: python -m benchmarks.page_pictures FOLDER [URL]

Each state of the page in light and dark, on a phone and on a desk, from a service that is started for it, or from the
one at the URL. What goes wrong in the browser meanwhile is printed, and the exit code is 1 then. Needs Chromium and the
extra `test`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.helpers.browser import DESK, PHONE, Scheme, Visitor, browser, visitor
from tests.helpers.hard_manifest import hard_manifest
from tests.helpers.page_steps import await_state, editor, findings, open_file, small_manifest, solve
from tests.helpers.service_process import service

EXAMPLE = Path(__file__).parents[1] / "examples" / "07-kvaerno5.json"
VIEWS = ("map", "block", "occupancy", "frontier", "compare", "card")
Picture = Callable[[str], None]


def kvaerno5() -> dict[str, object]:
    return {**json.loads(EXAMPLE.read_text(encoding="utf-8")), "validation": "static"}


def start(page: Page, take: Picture) -> None:
    expect(page.locator("#known")).to_contain_text("Valid")
    take("start")


def faulty(page: Page, take: Picture) -> None:
    wrong = small_manifest(target={"compute_capability": "9.9"}, launch={"max_threads_per_block": -1})
    open_file(page, wrong)
    expect(findings(page)).not_to_have_count(0)
    take("findings")


def solving(page: Page, take: Picture) -> None:
    open_file(page, hard_manifest(1, time_limit_s=600))
    solve(page)
    expect(page.locator("#order")).to_contain_text("Best so far")
    take("solving")
    page.locator("#order").get_by_role("button", name="Cancel").click()
    await_state(page, "cancelled")
    expect(page.get_by_role("region", name="Table of buffers")).to_be_visible()
    take("cancelled")


def infeasible(page: Page, take: Picture) -> None:
    open_file(page, small_manifest(target={"compute_capability": "8.6", "shared_budget_bytes": 128}))
    solve(page)
    await_state(page, "infeasible")
    take("infeasible")


def layout(page: Page, take: Picture) -> None:
    open_file(page, kvaerno5())
    solve(page)
    await_state(page, "ready")
    for region in ("Phase by phase", "What if"):
        expect(page.get_by_role("region", name=region)).to_be_visible()
    for view in VIEWS:
        page.locator(f"#picture-{view}").click()
        expect(page.locator(".picture-said")).to_have_text("")
        take(f"layout-{view}")
    page.locator("#picture-map").click()
    page.get_by_role("region", name="Table of buffers").get_by_role("button", name="lu_factor").click()
    for region in ("Phase by phase", "Buffers", "What if", "Compared", "Validation"):
        page.get_by_role("region", name=region, exact=True).scroll_into_view_if_needed()
        page.get_by_role("region", name=region, exact=True).evaluate("each => each.scrollIntoView()")
        take(f"layout-{region.lower().replace(' ', '-')}")


def dialogs(page: Page, take: Picture) -> None:
    for name in ("Share", "Orders", "Key"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.get_by_role("dialog").get_by_role("status").first).not_to_have_text("Loading…")
        take(f"dialog-{name.lower()}")
        page.keyboard.press("Escape")


STATES = (start, faulty, solving, infeasible, layout, dialogs)


def _taken(page: Page, folder: Path, prefix: str, name: str) -> None:
    page.screenshot(path=folder / f"{prefix}-{name}.png")


def pictures(visiting: Visitor, folder: Path, prefix: str) -> None:
    """Every state for one visitor."""
    for state in STATES:
        page = visiting.open()
        expect(editor(page)).to_be_visible()
        state(page, partial(_taken, page, folder, prefix))
        page.close()


@contextmanager
def _started(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder, service(Path(folder) / "data", workers=1, plain=True) as running:
        yield running.url


def main(folder: Path, url: str | None = None) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    schemes: tuple[Scheme, ...] = ("light", "dark")
    with _started(url) as base_url, browser() as chromium:
        for width in (DESK, PHONE):
            for scheme in schemes:
                with visitor(chromium, base_url, width=width, scheme=scheme) as visiting:
                    pictures(visiting, folder, f"{width}-{scheme}")
                    faults += [f"{width} {scheme}: {fault}" for fault in visiting.faults]
                    visiting.faults.clear()
    print(*faults, f"{len(list(folder.glob('*.png')))} pictures in {folder}", sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:3]))
