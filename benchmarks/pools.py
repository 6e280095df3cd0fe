"""Tables of buffers as pools: read, solved and verified, each with its time.

    python -m benchmarks.pools [--traces FOLDER] [--generated 1000 60000] [--limit S] [--write docs/benchmarks.md]

`--traces`: every CSV file of a folder, as `warpack import csv` takes them. `--generated`: random traces of so many
intervals, with lengths and sizes as in memory traces of training: most short and small, a few long and large. Seconds
are CPU time of one process; `solve` may use several threads. Exit code 1 where a layout does not verify.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from textwrap import fill
from time import monotonic, process_time
from typing import Any, TypeVar

from benchmarks.machine import machine
from benchmarks.report.sections import put_section
from warpack.gpu_runtime.imports.csv_pool import import_csv
from warpack.service.cli.import_ import manifest_text
from warpack.solver import load_manifest, optimize, verify

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Bytes of the pool and of its bound; seconds of each step."""

    name: str
    buffers: int
    pool_bytes: int
    bound_bytes: int
    import_s: float
    read_s: float
    solve_s: float
    wall_s: float
    verify_s: float
    verified: bool


def generated(count: int, seed: int = 1) -> str:
    """A table of `count` intervals over twice as many times."""
    random = Random(seed)
    end = 2 * count
    lines = ["id,lower,upper,size,alignment"]
    for number in range(count):
        start = random.randrange(end)
        length = min(int(random.paretovariate(1.1) * 20), end // 3)
        size = random.choice([256, 512, 1024, 4096, 65536, 64 * random.randrange(1, 2**20), 2**24])
        lines.append(f"t{number},{start},{start + max(1, length)},{size},64")
    return "\n".join(lines) + "\n"


def measure(name: str, table: str, limit_s: float) -> Row:
    imported, import_s = _timed(lambda: manifest_text(import_csv(table, name=name).manifest).encode())
    manifest, read_s = _timed(lambda: load_manifest(_limited(imported, limit_s)))
    began = monotonic()
    layout, solve_s = _timed(lambda: optimize(manifest))
    wall_s = monotonic() - began
    report, verify_s = _timed(lambda: verify(manifest, layout))
    proof = layout.proof.pool_bytes
    return Row(
        name=name,
        buffers=len(manifest.buffers),
        pool_bytes=layout.pool.pool_bytes if layout.pool else 0,
        bound_bytes=proof.lower_bound_bytes if proof else 0,
        import_s=import_s,
        read_s=read_s,
        solve_s=solve_s,
        wall_s=wall_s,
        verify_s=verify_s,
        verified=report.passed,
    )


def _limited(document: bytes, limit_s: float) -> dict[str, Any]:
    from json import loads

    read: dict[str, Any] = loads(document)
    return read | {"solver": {"time_limit_s": limit_s}}


def _timed(do: Callable[[], T]) -> tuple[T, float]:
    began = process_time()
    return do(), process_time() - began


def report(rows: Iterable[Row], command: str, limit_s: float) -> str:
    told = (
        f"Written by `{command}` on {machine()['processor']}, at most {limit_s:g} s for each search. Bytes are those of the "
        "traces, as one arena; no bank, thread or budget is involved. Seconds of CPU, but for the wall clock of the search."
    )
    lines = [
        fill(told, 118),
        "",
        "| trace | buffers | pool bytes | above the bound | import s | read s | solve s | wall s | verify s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        above = "proven" if row.pool_bytes == row.bound_bytes else f"{row.pool_bytes / row.bound_bytes - 1:.2%}"
        said = "" if row.verified else " (does not verify)"
        lines.append(
            f"| {row.name}{said} | {row.buffers} | {row.pool_bytes} | {above} | {row.import_s:.2f} | {row.read_s:.2f} | "
            f"{row.solve_s:.1f} | {row.wall_s:.1f} | {row.verify_s:.2f} |"
        )
    return "\n".join(lines)


def _tables(options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    if options.traces is not None:
        paths = sorted(options.traces.glob("*.csv"))
        if not paths:
            raise SystemExit(f"no tables (*.csv) in {options.traces}")
        for path in paths:
            yield path.stem, path.read_text(encoding="utf-8")
    for count in options.generated:
        yield f"generated, {count}", generated(count)


def main(arguments: Iterable[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--traces", type=Path, help="a folder of tables")
    parser.add_argument("--generated", type=int, nargs="*", default=[1000, 60000], help="intervals of random traces")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for each search")
    parser.add_argument("--write", type=Path, help="the page whose section is written")
    options = parser.parse_args(None if arguments is None else list(arguments))
    rows = []
    for name, table in _tables(options):
        rows.append(measure(name, table, options.limit))
        print(rows[-1], flush=True)
    traces = " --traces FOLDER" if options.traces else ""
    text = report(
        rows, f"python -m benchmarks.pools{traces} --limit {options.limit:g} --write docs/benchmarks.md", options.limit
    )
    print(f"\n{text}")
    if options.write is not None:
        put_section(options.write, "Pools", text)
    return 0 if all(row.verified for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
