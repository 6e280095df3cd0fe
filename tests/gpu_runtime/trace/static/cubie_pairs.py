"""Pairs of a live solver's buffers, told as JSON: `python -m tests.gpu_runtime.trace.static.cubie_pairs METHOD …`."""

from __future__ import annotations

import json
import sys
import time
import warnings
from itertools import combinations
from typing import Any

from warpack.gpu_runtime.adapters.cubie.analysed import analyse_solver
from warpack.gpu_runtime.adapters.cubie.cases import Case, build_solver, initial_values
from warpack.gpu_runtime.adapters.cubie.collect import collect
from warpack.solver import load_manifest
from warpack.solver.verifier.story import derive


def pairs_of(algorithm: str, system: str = "lorenz96", states: int = 10) -> dict[str, Any]:
    """`table`: conflicts by the lifetimes that people wrote; `static`: those that the analysis finds."""
    solver = build_solver(Case("", algorithm, system=system, states=states))
    solver.solve(initial_values(solver, 1), {}, duration=0.02, fix_constant_parameters=False)
    collected = collect(solver, compute_capability="8.6")
    started = time.process_time()
    found = analyse_solver(solver, collected)
    seconds = time.process_time() - started
    pieces: dict[str, list[Any]] = {}
    story = derive(load_manifest(collected.manifest))
    for piece in story.pieces:
        pieces.setdefault(piece.buffer, []).append(piece)
    names = sorted(pieces.keys() & {site.name for site in found.arrays})
    table = [
        (one, other)
        for one, other in combinations(names, 2)
        if any(story.conflict(p, q) for p in pieces[one] for q in pieces[other])
    ]
    static = [tuple(sorted(site.name for site in pair)) for pair in found.together]
    return {
        "seconds": seconds,
        "arrays": names,
        "table": table,
        "static": [pair for pair in static if set(pair) <= set(names)],
        "unfollowed": list(found.unfollowed.values()),
        "still_solves": bool(solver.solve(initial_values(solver, 1), {}, duration=0.02).status_codes.max() == 0),
    }


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    for name in sys.argv[1:]:
        print(json.dumps({name: pairs_of(name)}), flush=True)
