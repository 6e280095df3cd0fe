"""Compiles the layouts of a folder of manifests for all architectures, and prints the time that it took.

    python -m benchmarks.compile_all [FOLDER] [--most N] [--cache DIR]

FOLDER is `examples` by default; `--most N` takes N manifests spread evenly over it. Each is packed (5 s at most),
verified and compiled in this process, which is made ready to compile first. Times are CPU seconds. Exit code 1 where
one fails.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from warpack.gpu_runtime import validate
from warpack.gpu_runtime.compiler import warm_up
from warpack.solver import load_manifest, optimize

_SOLVE_S = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("examples"))
    parser.add_argument("--most", type=int, help="how many manifests to take")
    parser.add_argument("--cache", type=Path, help="folder of the kernel cache; a new one unless said")
    asked = parser.parse_args(arguments)
    paths = sorted(asked.folder.glob("*.json"))
    warm_up()
    with TemporaryDirectory() as fresh:
        failed = [path for path in _spread(paths, asked.most) if not _compile(path, asked.cache or Path(fresh))]
    return 1 if failed or not paths else 0


def _spread(paths: list[Path], most: int | None) -> list[Path]:
    if most is None or most >= len(paths):
        return paths
    return [paths[number * len(paths) // most] for number in range(most)]


def _compile(path: Path, cache: Path) -> bool:
    manifest = load_manifest(path)
    layout = optimize(replace(manifest, solver=replace(manifest.solver, time_limit_s=_SOLVE_S)))
    if layout.launch is None:
        print(f"{path.name}: infeasible, nothing to compile", flush=True)
        return True
    static = validate(manifest, layout, "static")
    took, reports = [], []
    for _ in range(2):
        began = process_time()
        reports.append(validate(manifest, layout, "compiled", architectures="all", cache_folder=cache))
        took.append(process_time() - began)
    passed = static.passed and all(report.passed for report in reports)
    detail = reports[0].detail
    print(
        f"{path.name}: {len(manifest.buffers)} buffers, {'passed' if passed else 'FAILED'}, "
        f"{len(detail['architectures'])} architectures in {took[0]:.1f} s"
        f"{' (cached)' if detail.get('from_cache') else ''}, again from the cache in {took[1]:.3f} s",
        flush=True,
    )
    for finding in (*static.findings, *reports[0].findings):
        print(f"    {finding.rule}: {finding.message}")
    return passed


if __name__ == "__main__":
    sys.exit(main())
