"""Seconds of processor time that each picture takes: of 300 buffers, of 10,000 phases, and of both at once.

    python -m benchmarks.drawing [--most 0.3]

Of both there are two: with 10 stretches of phases for each buffer, and with 170, which are 50,000 in all. Exit code 1:
a picture takes more than `--most` seconds, those of 50,000 stretches apart.
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
_VERY_MANY = 20_000
"""Stretches of phases for which no limit is kept."""


def long_program(buffers: int = 40, *, apart: int = 20) -> dict[str, Any]:
    """Buffers that are live again and again, with pauses of `apart` to five times as many phases, in a program with a
    loop every hundred phases."""
    random = Random(1)
    found: list[dict[str, Any]] = []
    for number in range(buffers):
        lifetime, at = [], random.randrange(apart)
        while at < _PHASES - 60:
            end = at + random.randint(1, 20)
            lifetime.append([at, end])
            at = end + random.randint(apart, 5 * apart)
        found.append({"name": f"b{number}", "size": random.randint(1, 40), "dtype": "float32", "lifetime": lifetime})
    stretches = sum(len(one["lifetime"]) for one in found)
    timeline = {"length": _PHASES, "loops": [[start, start + 50] for start in range(0, _PHASES - 100, 100)]}
    name = f"{buffers} buffers, {_PHASES:,} phases, {stretches:,} stretches"
    return crowd(1, 12, name=name, components=[], buffers=found, timeline=timeline)


def seconds(manifest: Manifest, layout: Layout) -> dict[str, tuple[float, int]]:
    """By view: the least of three times, in seconds, and the bytes of the document."""
    found: dict[str, tuple[float, int]] = {}
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
    for document in (crowd(300), long_program(), long_program(300, apart=320), long_program(300)):
        manifest = load_manifest(document)
        print(manifest.name)
        for view, (taken, size) in seconds(manifest, optimize(manifest)).items():
            print(f"  {view:10} {taken:6.3f} s {size:9,} bytes", flush=True)
            if taken > most and sum(len(one.lifetime or ()) for one in manifest.buffers) < _VERY_MANY:
                slow.append(view)
    return 1 if slow else 0


if __name__ == "__main__":
    raise SystemExit(main())
