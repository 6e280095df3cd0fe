"""Seconds of processor time that each picture takes: of 300 buffers, and of 10,000 phases.

    python -m benchmarks.drawing [--most 0.3]

Exit code 1: a picture of 300 buffers takes more than `--most` seconds.
"""

from __future__ import annotations

import argparse
import time
from random import Random
from typing import Any

from tests.helpers.pictured import crowd
from warpack.service.render.draw.views import VIEWS, draw
from warpack.solver import Layout, Manifest, load_manifest, optimize

_PHASES = 10_000


def long_program(buffers: int = 40) -> dict[str, Any]:
    """Buffers that are live again and again, in a program with a loop every hundred phases."""
    random = Random(1)
    found: list[dict[str, Any]] = []
    for number in range(buffers):
        lifetime, at = [], random.randrange(20)
        while at < _PHASES - 60:
            end = at + random.randint(1, 20)
            lifetime.append([at, end])
            at = end + random.randint(20, 100)
        found.append({"name": f"b{number}", "size": random.randint(1, 40), "dtype": "float32", "lifetime": lifetime})
    timeline = {"length": _PHASES, "loops": [[start, start + 50] for start in range(0, _PHASES - 100, 100)]}
    return crowd(1, 12, name="10,000 phases", components=[], buffers=found, timeline=timeline)


def seconds(manifest: Manifest, layout: Layout) -> dict[str, tuple[float, int]]:
    """By view: the least of three times, in seconds, and the bytes of the document."""
    found = {}
    for view in VIEWS:
        times, size = [], 0
        for _ in range(3):
            begun = time.process_time()
            size = len(draw(manifest, layout, view, "light").encode())
            times.append(time.process_time() - begun)
        found[view] = min(times), size
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=float, default=0.3, help="seconds that a picture of 300 buffers may take")
    most = parser.parse_args().most
    slow = []
    for document in (crowd(300), long_program()):
        manifest = load_manifest(document)
        for view, (taken, size) in seconds(manifest, optimize(manifest)).items():
            print(f"{manifest.name:16} {view:10} {taken:6.3f} s {size:9,} bytes")
            if len(manifest.buffers) == 300 and taken > most:
                slow.append(view)
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
