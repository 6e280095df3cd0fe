"""Compiles probes of more and more small buffers, and says how the time grows.

    python -m benchmarks.many_buffers [--kinds plain interval ring local] [--sizes 50 100 250 400 600] [--cpu]

A kind is what all buffers of a manifest are: `plain`, `interval` (each is zeroed when it begins), `ring` (three slots,
zeroed), `local` (arrays of one thread). `s` is CPU time of the compiler's process, everything but its imports included;
`ms each` that for one buffer, and `against` the first size's `ms each`: 1.0 where the time grows with the number of
buffers alone. With `--cpu` also the CPU target of the level `simulated`. Nothing is looked up or kept in a cache but
the code that all layouts share. Exit code 1 where a level's tools refuse one.
"""

from __future__ import annotations

import argparse
import resource
import sys
from collections.abc import Callable, Sequence
from typing import Any

from warpack.gpu_runtime.child_process import ask
from warpack.gpu_runtime.compiler import warm_up
from warpack.gpu_runtime.probe.backends.compile_child import answer
from warpack.gpu_runtime.probe.backends.compiled_level import compile_request
from warpack.gpu_runtime.probe.backends.prepared import prepare
from warpack.gpu_runtime.probe.backends.simulated_level import CPU_ENVIRONMENT, request_of
from warpack.gpu_runtime.probe.backends.walk_machine_code import warm_up_walk
from warpack.solver import load_manifest, optimize
from warpack.solver.wire.manifest import Manifest

KINDS: dict[str, dict[str, Any]] = {
    "plain": {},
    "interval": {"zero": "interval"},
    "ring": {"zero": "interval", "stages": 3},
    "local": {"location": "local"},
}
_LENGTH = 50


def many_buffers(kind: str, count: int) -> Manifest:
    """`count` buffers of one to three elements, each needed for three of 50 phases."""
    buffers = [
        {
            "name": f"b{number}",
            "size": 1 + number % 3,
            "dtype": "float32",
            "lifetime": [[number % (_LENGTH - 3), number % (_LENGTH - 3) + 3]],
        }
        | KINDS[kind]
        for number in range(count)
    ]
    return load_manifest(
        {
            "schema": "warpack/manifest/1",
            "target": {"compute_capability": "8.6"},
            "launch": {"threads_per_run": 1 if kind == "local" else 8},
            "timeline": {"length": _LENGTH, "barriers": "every"},
            "buffers": buffers,
        }
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=["plain", "interval"])
    parser.add_argument("--sizes", nargs="+", type=int, default=[50, 100, 250, 400, 600])
    parser.add_argument("--cpu", action="store_true", help="the CPU target too")
    asked = parser.parse_args(arguments)
    warm_up()
    warm_up_walk()
    right = True
    for kind in asked.kinds:
        right &= _table(f"compiled, {kind}", kind, asked.sizes, _compile)
        if asked.cpu:
            right &= _table(f"CPU target, {kind}", kind, asked.sizes, _on_cpu)
    return 0 if right else 1


def _table(title: str, kind: str, sizes: Sequence[int], run: Callable[[Manifest], str | None]) -> bool:
    print(f"\n{title}\n{'buffers':>8} {'s':>8} {'ms each':>8} {'against':>8}", flush=True)
    first, right = 0.0, True
    for count in sizes:
        manifest = many_buffers(kind, count)
        began = _cpu_s()
        refused = run(manifest)
        took = _cpu_s() - began
        first = first or took / count
        shown = f"{count:8} {took:8.1f} {1000 * took / count:8.1f} {took / count / first:8.2f}"
        print(f"{shown}  {refused}" if refused else shown, flush=True)
        right &= refused is None
    return right


def _compile(manifest: Manifest) -> str | None:
    layout = optimize(manifest)
    request = compile_request(manifest, layout, prepare(manifest, layout, None), ["8.6"])
    del request["cache"]
    told = answer(request)
    return str(told["error"]["message"]) if "error" in told else None


def _on_cpu(manifest: Manifest) -> str | None:
    layout = optimize(manifest)
    request = request_of(prepare(manifest, layout, None), manifest, layout)
    child = "warpack.gpu_runtime.probe.backends.cpu_child"
    told = ask(child, request, time_limit_s=3600, environment=CPU_ENVIRONMENT)
    return str(told["error"]["message"]) if told["error"] else None


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


if __name__ == "__main__":
    sys.exit(main())
