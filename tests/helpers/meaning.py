"""One meaning: the optimiser's conflicts, the verifier's and the machine's, pair by pair, on random programs.

python -m tests.helpers.meaning 20000            # conflict graphs
python -m tests.helpers.meaning 5000 --layouts   # random layouts: refused exactly where the machine finds a disturbance
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.helpers.machine import conflicts
from tests.helpers.machine.programs import random_programs
from warpack.solver.flatten import flatten
from warpack.solver.flatten.spans import meet
from warpack.solver.verifier.story import derive
from warpack.solver.wire.manifest import Manifest

Pair = tuple[str, str]


class Disagreement(NamedTuple):
    """What the three say of a pair of pieces of one program."""

    document: dict[str, Any]
    pair: Pair
    optimiser: bool
    verifier: bool
    machine: bool

    def __str__(self) -> str:
        said = f"optimiser {self.optimiser}, verifier {self.verifier}, machine {self.machine}"
        return f"{' and '.join(self.pair)}: {said}\n{json.dumps(self.document)}"


def of_optimiser(manifest: Manifest) -> dict[Pair, bool]:
    """Whether the optimiser keeps two pieces of different buffers apart, said of every pair of pieces that have bytes
    on chip; by the columns of its problems inside a region, by its crossing pairs between them."""
    autos = frozenset(buffer.full_name for buffer in manifest.buffers if buffer.location == "auto")
    flat = flatten(manifest, autos)
    found: dict[Pair, bool] = {}
    for problem in (flat.run, flat.block):
        pieces = [(number, piece) for number, item in enumerate(problem.items) for piece in item.pieces]
        for at, (i, first) in enumerate(pieces):
            for j, second in pieces[:at]:
                if i == j:
                    continue
                pair = (min(i, j), max(i, j))
                met = pair in problem.apart or (
                    pair not in problem.alias_permits and meet(first.occupied, second.occupied)
                )
                found[_sorted(first.name, second.name)] = met
    assert flat.relation is not None
    kept_apart = {frozenset(pair) for pair in manifest.apart}
    for i, upper in enumerate(flat.block.items):
        for j, lower in enumerate(flat.run.items):
            for p in upper.pieces:
                for q in lower.pieces:
                    met = j in flat.crossing.get(i, ()) and flat.relation.conflict(flat.uses[p.name], flat.uses[q.name])
                    apart = frozenset((upper.buffer, lower.buffer)) in kept_apart
                    found[_sorted(p.name, q.name)] = met or apart
    return found


def _sorted(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def disagreements(seed: int, count: int) -> Iterator[Disagreement | int]:
    """For each random program the number of pairs asked, and what the three do not agree on."""
    for document, manifest in random_programs(seed, count):
        mine = of_optimiser(manifest)
        story, machine = derive(manifest), conflicts(manifest)
        pieces = story.piece_by_name
        yield len(mine)
        for (one, other), said in mine.items():
            verified = story.conflict(pieces[one], pieces[other]) is not None
            if not said == verified == ((one, other) in machine):
                yield Disagreement(document, (one, other), said, verified, (one, other) in machine)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--layouts", action="store_true")
    given = parser.parse_args()
    from tests.helpers.moved_layouts import wrongly_judged

    begun, asked, wrong = time.monotonic(), 0, 0
    source = wrongly_judged if given.layouts else disagreements
    for one in source(given.seed, given.programs):
        if isinstance(one, int):
            asked += one
        else:
            wrong += 1
            print(one)
    what = "layouts" if given.layouts else "pairs"
    print(f"{given.programs} programs, {asked} {what}, {wrong} disagreements, {time.monotonic() - begun:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
