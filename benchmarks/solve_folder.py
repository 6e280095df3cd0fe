"""Solves every manifest of a folder in this process and says how well and how fast.

    python -m benchmarks.solve_folder FOLDER [--confirm] [--limit SECONDS]

Each layout is verified. Times are wall-clock, around `warpack.optimize` alone. Every manifest is read just before and
solved once, so the first one includes Python's imports. With `reference.csv` in the folder (columns `manifest` and
`packed_run_bytes`), run bytes are compared with it. With `--confirm`, a second CP-SAT model that shares nothing with
the optimiser checks every optimum above the max-live bound: it must find one byte less impossible. The exit code is 1
where a layout fails verification, needs more than the reference, or is contradicted.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plain_model import Verdict, fits_within
from warpack.solver import Layout, Manifest, load_manifest, optimize, verify
from warpack.solver.wire.manifest import Scope


@dataclass(frozen=True)
class Solved:
    """One manifest's outcome; `reference_bytes` None where there is no reference."""

    path: Path
    manifest: Manifest
    layout: Layout
    seconds: float
    verified: bool
    reference_bytes: int | None

    @property
    def run_bytes(self) -> int:
        return self.layout.launch.run_bytes if self.layout.launch else 0

    @property
    def above_reference(self) -> bool:
        return self.reference_bytes is not None and self.run_bytes > self.reference_bytes

    @property
    def needs_confirming(self) -> bool:
        """Proven, though above the max-live bound."""
        return self.layout.status == "optimal" and self.how not in ("max-live", "empty")

    @property
    def how(self) -> str:
        certificate = self.layout.proof.run_bytes.certificate
        return str(certificate.get("method", certificate["kind"]))


def solve(path: Path, reference: dict[str, int]) -> Solved:
    manifest = load_manifest(path)
    begun = time.perf_counter()
    layout = optimize(manifest)
    seconds = time.perf_counter() - begun
    return Solved(path, manifest, layout, seconds, verify(manifest, layout).passed, reference.get(path.name))


def confirm(solved: Solved, limit_s: float) -> Verdict:
    """What the second model says about one byte less. It checks the block region's proof as well."""
    on_chip = [buffer.full_name for buffer in solved.layout.buffers if buffer.location == "shared"]
    verdicts = [
        fits_within(solved.manifest, size - 1, scope=scope, on_chip=on_chip, limit_s=limit_s)
        for scope, size in _regions(solved)
        if size
    ]
    return next((verdict for verdict in ("fits", "unanswered") if verdict in verdicts), "impossible")


def _regions(solved: Solved) -> tuple[tuple[Scope, int], ...]:
    launch = solved.layout.launch
    return ("run", solved.run_bytes), ("block", launch.block_region_bytes if launch else 0)


def read_reference(folder: Path) -> dict[str, int]:
    path = folder / "reference.csv"
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as rows:
        return {row["manifest"]: int(row["packed_run_bytes"]) for row in csv.DictReader(rows)}


def print_table(solved: list[Solved]) -> None:
    print(f"{'set':64} {'buffers':>7} {'run bytes':>9} {'bound':>7} {'status':>10} {'threads':>7} {'ms':>8}  proof")
    for one in solved:
        threads = one.layout.launch.threads_per_block if one.layout.launch else 0
        bound = one.layout.proof.run_bytes.lower_bound_bytes
        marks = ("" if one.verified else "  FAILS VERIFICATION") + ("  ABOVE REFERENCE" if one.above_reference else "")
        print(
            f"{one.path.stem[:64]:64} {len(one.manifest.buffers):7} {one.run_bytes:9} {bound:7} {one.layout.status:>10} "
            f"{threads:7} {1e3 * one.seconds:8.1f}  {one.how}{marks}"
        )


def print_summary(solved: list[Solved]) -> None:
    times = sorted(one.seconds for one in solved)
    median, p95 = times[len(times) // 2], times[min(len(times) - 1, len(times) * 95 // 100)]
    count = {
        status: sum(one.layout.status == status for one in solved) for status in ("optimal", "feasible", "infeasible")
    }
    print(f"\n{len(solved)} sets: " + ", ".join(f"{number} {status}" for status, number in count.items()))
    print(f"milliseconds: median {1e3 * median:.1f}, p95 {1e3 * p95:.1f}, worst {1e3 * times[-1]:.1f}")
    print(f"verified: {sum(one.verified for one in solved)}")
    compared = [one for one in solved if one.reference_bytes is not None]
    if compared:
        less = sum(one.run_bytes < (one.reference_bytes or 0) for one in compared)
        more = sum(one.above_reference for one in compared)
        print(f"run bytes against the reference packing: {less} less, {len(compared) - less - more} equal, {more} more")


def print_confirmations(solved: list[Solved], limit_s: float) -> bool:
    """Whether nothing was contradicted."""
    counts: dict[Verdict, int] = {"impossible": 0, "unanswered": 0, "fits": 0}
    for one in (one for one in solved if one.needs_confirming):
        verdict = confirm(one, limit_s)
        counts[verdict] += 1
        if verdict != "impossible":
            print(f"{verdict}: {one.path.stem} in one byte less than {one.run_bytes}")
    print(
        f"optima above the max-live bound: {sum(counts.values())}; one byte less is confirmed impossible for "
        f"{counts['impossible']}, unanswered within {limit_s:g} s for {counts['unanswered']}, contradicted for {counts['fits']}"
    )
    return counts["fits"] == 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Solve every manifest of a folder, verify the layouts, and print a table."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--confirm", action="store_true", help="put every optimum above the bound to a second model")
    parser.add_argument("--limit", type=float, default=10.0, help="seconds for each question to the second model")
    chosen = parser.parse_args(arguments)
    paths = sorted(chosen.folder.glob("*.json"))
    if not paths:
        parser.error(f"{chosen.folder} holds no .json files")
    reference = read_reference(chosen.folder)
    solved = [solve(path, reference) for path in paths]
    print_table(solved)
    print_summary(solved)
    sound = all(one.verified and not one.above_reference for one in solved)
    if chosen.confirm:
        sound = print_confirmations(solved, chosen.limit) and sound
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
