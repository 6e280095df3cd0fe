"""How fast the page shows a layout, in a browser before a service: until a picture of 300 buffers stands there, and
frames a second while one of 3,000 rectangles is dragged. It needs Chromium, and the package playwright.

    python -m benchmarks.page [--most 0.3] [--least 30]

The seconds to draw are those of the browser: from the service's SVG to the frame that shows it. Those of the service
stand beside them (`python -m benchmarks.drawing` has them alone). Exit code 1: one of the two limits is not kept.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.drawing import long_program
from tests.helpers.browser import browser
from tests.helpers.pictured import crowd
from tests.helpers.service_process import service

_SHOW = """async ({ job, view }) => {
  const root = [...document.scripts].map((one) => one.src).find((one) => one.endsWith("/js/main.js")).replace("main.js", "");
  const [{ showLayout }, { Api }] = await Promise.all([import(root + "view/index.js"), import(root + "api.js")]);
  const { inserted } = await import(root + "view/svg.js");
  const api = new Api();
  const began = performance.now();
  const text = await api.file(job.id, `layout.svg?view=${view}&theme=light`);
  const fetched = performance.now();
  const place = document.querySelector("#layout");
  document.querySelector("#main").dataset.pane = "output";
  place.hidden = false;
  place.replaceChildren(inserted(text));
  place.getBoundingClientRect();
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const drawn = performance.now();
  const manifest = await api.manifest(job.id);
  const shown = new Promise((done) => document.addEventListener("warpack:drawn", done, { once: true }));
  showLayout(place, { jobId: job.id, job, layout: job.layout, manifest, api, readOnly: true });
  await shown;
  return { fetched_s: (fetched - began) / 1000, drawn_s: (drawn - fetched) / 1000,
           rectangles: document.querySelectorAll(".picture-content rect").length };
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
  gaps.sort((one, other) => one - other);
  return { frames_per_s: gaps.length / seconds, slowest_ms: gaps.at(-1), middle_ms: gaps[gaps.length >> 1] };
}"""


def ready(url: str, document: dict[str, Any]) -> dict[str, Any]:
    """The job of a manifest, once it has a layout."""
    body = json.dumps({**document, "validation": "static"}).encode()
    headers = {"Content-Type": "application/json", "Prefer": "wait=60"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/v1/layouts", data=body, headers=headers)) as answer:
        job: dict[str, Any] = json.load(answer)
    while job["state"] not in ("ready", "failed", "infeasible", "cancelled"):
        asked = urllib.request.Request(f"{url}/v1/layouts/{job['id']}", headers=headers)
        with urllib.request.urlopen(asked) as answer:
            job = json.load(answer)
    if job["state"] != "ready":
        raise RuntimeError(f"the job is {job['state']}: {job}")
    return job


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=float, default=0.3, help="seconds in which 300 buffers are drawn")
    parser.add_argument("--least", type=float, default=30.0, help="frames a second while dragging")
    asked = parser.parse_args()
    kept = True
    with tempfile.TemporaryDirectory() as folder, service(Path(folder), workers=1) as running, browser() as chromium:
        for document in (crowd(300), long_program(300, apart=320)):
            job = ready(running.url, document)
            page = chromium.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{running.url}/")
            page.wait_for_load_state("networkidle")
            print(document["name"])
            for view in ("map", "compare"):
                told = page.evaluate(_SHOW, {"job": job, "view": view})
                print(f"  {view:8} fetched in {told['fetched_s']:.2f} s, drawn in {told['drawn_s']:.3f} s", flush=True)
                kept &= told["drawn_s"] <= asked.most
            frames = page.evaluate(_DRAG, {"seconds": 5})
            print(
                f"  dragged: {told['rectangles']:,} rectangles at {frames['frames_per_s']:.0f} frames a second, "
                f"{frames['middle_ms']:.0f} ms in the middle, {frames['slowest_ms']:.0f} ms the slowest"
            )
            kept &= frames["frames_per_s"] >= asked.least
            page.close()
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
