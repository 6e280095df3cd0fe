"""Solves every manifest of a folder as it is, with parts that may lie apart, and with every buffer `auto`, on three
budgets.

    python -m benchmarks.variants FOLDER

The budgets are the default one and the opt-in ones of compute capability 8.6 and 9.0. Each layout is verified. Times
are wall-clock, around `warpack.optimize` alone, in this process. The gain of splitting is printed against the manifest
as it is; that of moving on chip as accesses, out of all accesses of `auto` buffers. The exit code is 1 where a layout
fails verification.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warpack.solver import Layout, Manifest, load_manifest, optimize, verify

TARGETS = {
    "48 KB (8.6)": {"compute_capability": "8.6", "shared_budget_bytes": "default"},
    "99 KB (8.6)": {"compute_capability": "8.6", "shared_budget_bytes": "opt-in"},
    "227 KB (9.0)": {"compute_capability": "9.0", "shared_budget_bytes": "opt-in"},
}


@dataclass(frozen=True)
class Solved:
    """One variant of one manifest."""

    name: str
    layout: Layout
    seconds: float
    verified: bool

    @property
    def threads(self) -> int:
        return self.layout.launch.threads_per_block if self.layout.launch else 0

    @property
    def run_bytes(self) -> int:
        return self.layout.launch.run_bytes if self.layout.launch else 0

    @property
    def near_enough(self) -> bool:
        """Proven, or the threads settled and the run bytes within 1 % of their bound."""
        proof = self.layout.proof
        settled = proof.threads_per_block.status == "optimal"
        return self.layout.status == "optimal" or (
            settled and self.run_bytes <= 1.01 * proof.run_bytes.lower_bound_bytes
        )

    @property
    def auto(self) -> dict[str, Any]:
        found: dict[str, Any] = self.layout.advice.get("auto", {})
        return found


def variant(document: dict[str, Any], target: dict[str, Any], *, split: bool, auto: bool) -> Manifest:
    """The manifest for another budget; every buffer with parts splittable, every run buffer that one thread owns
    `auto`."""
    private = document.get("launch", {}).get("threads_per_run", 1) == 1
    buffers = []
    for given in document["buffers"]:
        buffer = dict(given)
        if split and buffer.get("parts"):
            buffer["splittable"] = True
        if auto and private and buffer.get("scope", "run") == "run":
            buffer["location"] = "auto"
        buffers.append(buffer)
    return load_manifest({**document, "target": {**document["target"], **target}, "buffers": buffers})


def solve(name: str, manifest: Manifest) -> Solved:
    begun = time.perf_counter()
    layout = optimize(manifest)
    seconds = time.perf_counter() - begun
    return Solved(name, layout, seconds, verify(manifest, layout).passed)


def rows(documents: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, list[Solved]]]:
    """Target, variant, and the results of each manifest."""
    for target_name, target in TARGETS.items():
        for variant_name, split, auto in (
            ("as it is", False, False),
            ("splittable", True, False),
            ("auto", False, True),
            ("auto, splittable", True, True),
        ):
            yield (
                target_name,
                variant_name,
                [
                    solve(name, variant(document, target, split=split, auto=auto))
                    for name, document in documents.items()
                ],
            )


def line(target: str, name: str, solved: list[Solved], plain: list[Solved] | None) -> str:
    times = sorted(one.seconds for one in solved)
    proven = sum(one.layout.status == "optimal" for one in solved)
    near, verified = sum(one.near_enough for one in solved), sum(one.verified for one in solved)
    text = (
        f"{target:13} {name:17} {len(solved):5} {proven:7} {near:7} {verified:9} {1e3 * times[len(times) // 2]:8.1f} "
        f"{1e3 * times[-1]:8.1f}  "
    )
    if solved and solved[0].auto:
        chosen, all_ = (sum(one.auto.get(key, 0) for one in solved) for key in ("accesses_on_chip", "accesses"))
        best = sum(one.auto.get("status", "optimal") == "optimal" for one in solved)
        return text + f"{chosen} of {all_} accesses moved on chip for nothing, the choice proven for {best}"
    if plain is None:
        return text
    fewer = [(one, other) for one, other in zip(solved, plain, strict=True) if one.run_bytes < other.run_bytes]
    more = sum(one.threads > other.threads for one, other in zip(solved, plain, strict=True))
    saved = sum(other.run_bytes - one.run_bytes for one, other in fewer)
    return text + f"fewer run bytes for {len(fewer)} ({saved} bytes in all), more threads for {more}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Solve every manifest of a folder in variants, and print a table.")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args(arguments).folder
    documents = {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
    if not documents:
        parser.error(f"{folder} holds no .json files")
    print(
        f"{'budget':13} {'variant':17} {'sets':>5} {'proven':>7} {'in 1 %':>7} {'verified':>9} {'median':>8} {'worst':>8}"
        "  gain (times in ms)"
    )
    sound, plain = True, None
    for target, name, solved in rows(documents):
        plain = solved if name == "as it is" else plain
        print(line(target, name, solved, None if solved is plain else plain), flush=True)
        sound = sound and all(one.verified for one in solved)
        for one in solved:
            if not (one.verified and one.near_enough):
                print(f"  {one.name}: {one.layout.status}{'' if one.verified else ', FAILS VERIFICATION'}")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
