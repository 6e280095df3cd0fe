"""How fast the page shows a layout in a browser: until a picture of 300 buffers stands there, and frames a second while
a picture of 3,000 rectangles is dragged. It needs Chromium, and the package playwright.

    python -m benchmarks.page [--most 0.3] [--least 30]

The page's own modules show pictures that this process drew before, so no service takes part: `benchmarks.drawing` has
the seconds of the drawing itself. Processor time is that of all processes of the browser, which has no GPU here; it
says what an idle machine would need. Exit code 1: one of the two limits is not kept.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Page, Route

from benchmarks.drawing import long_program
from tests.helpers.browser import browser
from tests.helpers.pictured import crowd
from warpack.service.render.chart_json import chart_document
from warpack.service.render.draw.views import View, draw
from warpack.solver import Layout, Manifest, load_manifest, optimize

_PAGE = Path(__file__).parents[1] / "service" / "page"
_ORIGIN = "http://127.0.0.1"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
_DRAGGED_S = 5
_MANY_PHASES = 1000
"""With more phases the time to show a layout is printed, and has no limit."""
_FRAME = '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="style.css"><div id="layout"></div>'

_SHOW = """async ({ layout, manifest, view }) => {
  const { showLayout } = await import("/js/view/index.js");
  const answer = async (path) => (await fetch(`/answers/${path}`));
  const api = {
    file: async (id, name) => (await answer(name)).text(),
    json: async (path) => (await answer(path.split("/").pop())).json(),
  };
  await api.file("", `layout.svg?view=${view}&theme=light`);
  const place = document.querySelector("#layout");
  const began = performance.now();
  const shown = new Promise((done) => document.addEventListener("warpack:drawn", done, { once: true }));
  showLayout(place, { jobId: "job", job: {}, layout, manifest, api, readOnly: true, state: { view } });
  await shown;
  place.getBoundingClientRect();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return { drawn_s: (performance.now() - began) / 1000, rectangles: document.querySelectorAll(".picture-content rect").length };
}"""

_DRAG = """async ({ seconds }) => {
  const frame = document.querySelector(".picture-frame");
  frame.focus();
  for (let press = 0; press < 5; press++) frame.dispatchEvent(new KeyboardEvent("keydown", { key: "+", bubbles: true }));
  const box = frame.getBoundingClientRect();
  const at = (name, x, y) => new PointerEvent(name, { pointerId: 1, button: 0, clientX: x, clientY: y, bubbles: true });
  frame.setPointerCapture = () => {};
  frame.dispatchEvent(at("pointerdown", box.left + 300, box.top + 200));
  const gaps = [];
  let last = performance.now();
  const end = last + seconds * 1000;
  while (last < end) {
    const now = await new Promise((done) => requestAnimationFrame(() => done(performance.now())));
    gaps.push(now - last);
    last = now;
    const turn = gaps.length / 12;
    const [x, y] = [box.left + 300 + 200 * Math.sin(turn), box.top + 200 + 120 * Math.cos(turn)];
    frame.dispatchEvent(at("pointermove", x, y));
  }
  frame.dispatchEvent(at("pointerup", box.left + 300, box.top + 200));
  return { frames_per_s: gaps.length / seconds };
}"""


def shown(chromium: Browser, manifest: Manifest, layout: Layout) -> Page:
    """An empty page before which the modules of the real one lie, with the answers that the view asks for."""
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    drawn: dict[str, str] = {}

    def answer(route: Route) -> None:
        address = urlsplit(route.request.url)
        name = address.path.removeprefix("/")
        if name == "answers/layout.svg":
            view = cast(View, parse_qs(address.query)["view"][0])
            drawn[view] = drawn.get(view) or draw(manifest, layout, view, "light")
            route.fulfill(body=drawn[view], content_type=_TYPES[".svg"])
        elif name == "answers/chart":
            route.fulfill(json=chart_document(manifest, layout))
        elif not name:
            route.fulfill(body=_FRAME, content_type=_TYPES[".html"])
        elif (_PAGE / name).is_file():
            route.fulfill(body=(_PAGE / name).read_bytes(), content_type=_TYPES[Path(name).suffix])
        else:
            route.fulfill(status=404)

    page.route(f"{_ORIGIN}/**", answer)
    page.goto(f"{_ORIGIN}/")
    return page


def processor_s(chromium: Browser) -> float:
    """Seconds of processor time that all processes of the browser have used."""
    session = chromium.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(float(one["cpuTime"]) for one in found)


def measured(chromium: Browser, page: Page, manifest: Manifest, layout: Layout, view: str) -> dict[str, Any]:
    """The least of three times to show the view of a layout, and its rectangles."""
    asked = {"layout": json.loads(layout.model_dump_json()), "manifest": manifest.model_dump(), "view": view}
    found = []
    for _ in range(3):
        before = processor_s(chromium)
        told: dict[str, Any] = page.evaluate(_SHOW, asked)
        found.append(told | {"processor_s": processor_s(chromium) - before})
    return min(found, key=lambda one: float(one["processor_s"]))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=float, default=0.3, help="seconds of processor time to show a layout")
    parser.add_argument("--least", type=float, default=30.0, help="frames a second while it is dragged")
    asked = parser.parse_args()
    kept = True
    manifests = [load_manifest(document) for document in (crowd(300), long_program(300, apart=320))]
    solved = [(manifest, optimize(manifest)) for manifest in manifests]
    with browser() as chromium:
        for manifest, layout in solved:
            print(manifest.name)
            page = shown(chromium, manifest, layout)
            for view in ("compare", "map"):
                told = measured(chromium, page, manifest, layout, view)
                print(
                    f"  {view:8} {told['rectangles']:,} rectangles shown with {told['processor_s']:.2f} s of processor "
                    f"time, in {told['drawn_s']:.2f} s on this machine",
                    flush=True,
                )
                kept &= told["processor_s"] <= asked.most or manifest.timeline.length > _MANY_PHASES
            before = processor_s(chromium)
            frames = page.evaluate(_DRAG, {"seconds": _DRAGGED_S})
            each_s = (processor_s(chromium) - before) / (frames["frames_per_s"] * _DRAGGED_S)
            print(
                f"  dragged  {each_s * 1000:.1f} ms of processor time a frame, which is {1 / each_s:.0f} a second on one "
                f"processor; {frames['frames_per_s']:.0f} a second on this machine"
            )
            kept &= 1 / each_s >= asked.least
            page.close()
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
