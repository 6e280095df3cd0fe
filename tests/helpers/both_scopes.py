"""Random manifests with a few buffers of each scope, in phases with and without barriers between them.

    python -m tests.helpers.both_scopes 500     # the optimiser's threads against every place of every buffer

Prints each disagreement with its seed, and how many of the mixes agree. Exits with 1 where one does not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from random import Random
from typing import Any

from tests.helpers.oracle.scopes import most_runs
from warpack.solver import load_manifest, optimize, verify

MOST_RUNS = 8


def mix_of_scopes(seed: int) -> dict[str, Any]:
    """One to three buffers of either scope in one to five phases: small enough for `tests.helpers.oracle.scopes`."""
    random = Random(seed)
    phases = random.randint(1, 5)

    def lifetime() -> list[list[int]]:
        start = random.randrange(phases)
        return [[start, random.randint(start + 1, phases)]]

    buffers: list[dict[str, Any]] = []
    for number in range(random.randint(1, 3)):
        dtype = random.choice(["float32", "float32", "float64"])
        size = random.randint(1, 5)
        buffers.append({"name": f"r{number}", "size": size, "dtype": dtype, "lifetime": lifetime()})
    for number in range(random.randint(1, 3)):
        when = {"persistent": True} if random.random() < 0.2 else {"lifetime": lifetime()}
        block = {"name": f"b{number}", "size": random.randint(1, 9), "dtype": "float32", "scope": "block"}
        buffers.append(block | when)
    barriers = [{"before": phase} for phase in range(phases) if random.random() < 0.7]
    loops = [[0, phases]] if phases > 1 and random.random() < 0.3 else []
    return {
        "schema": "warpack/manifest/1",
        "target": {"compute_capability": "8.6", "shared_budget_bytes": random.choice([48, 64, 80, 96])},
        "timeline": {"length": phases, "barriers": barriers, "loops": loops},
        "buffers": buffers,
        "launch": {
            "threads_multiple": 1,
            "max_threads_per_block": MOST_RUNS,
            "bank_conflicts": random.choice(["avoid", "ignore"]),
        },
    }


def mix_with_aliases(seed: int) -> dict[str, Any]:
    """The same with aliases, some of them across the scopes. A buffer that has one is always live."""
    document, random = mix_of_scopes(seed), Random(-seed - 1)
    shuffled = random.sample(document["buffers"], len(document["buffers"]))
    for number, buffer in enumerate(shuffled[1:], 1):
        if random.random() < 0.7:
            buffer["aliases"] = shuffled[random.randrange(number)]["name"]
            buffer.pop("lifetime", None)
    return document


def wrongly_counted(seed: int, mix: Callable[[int], dict[str, Any]] = mix_of_scopes) -> str | None:
    """What is wrong with the optimiser's threads for one mix; None where they are the most there are, and said to
    be."""
    manifest = load_manifest(mix(seed))
    layout = optimize(manifest)
    report = verify(manifest, layout)
    if not report.passed:
        return f"{mix.__name__} {seed}: {[finding.message for finding in report.findings]}"
    found, most = 0 if layout.launch is None else layout.launch.threads_per_block, most_runs(manifest, MOST_RUNS)
    said = layout.proof.threads_per_block.status
    if found != most or said not in ("optimal", "infeasible"):
        return f"{mix.__name__} {seed}: {found} threads, {said}; the most are {most}"
    return None


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 500
    mixes = [(seed, mix) for seed in range(count) for mix in (mix_of_scopes, mix_with_aliases)]
    wrong = [said for seed, mix in mixes if (said := wrongly_counted(seed, mix)) is not None]
    print(*wrong, f"{len(mixes) - len(wrong)} of {len(mixes)} mixes agree", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
