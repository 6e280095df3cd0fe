"""Two pieces tried on real executions: choices at random, every interleaving where there are few, else many
schedules."""

from __future__ import annotations

from random import Random
from typing import Any

from .executions import Thread, TooLong, Walker
from .in_place import steps_that_hold
from .judge import Judge
from .memory import Block, Step, acts_of, disturbed_at_random, disturbed_in_some_order
from .threads import groups_of, runs_lie_whole


def block_of(judge: Judge, rng: Random, runs: int) -> list[Thread]:
    """Some threads of the block: of each run one, or two where several serve it, each in tracks where it may be."""
    groups = groups_of(judge.manifest, judge.program)
    per_run = min(2, judge.manifest.launch.threads_per_run)
    threads: list[Thread] = []
    for run in range(runs):
        shared = {key: rng.randrange(len(group)) for key, group in groups.items()}
        for _ in range(per_run):
            own = {
                key: shared[key] if runs_lie_whole(judge.manifest, group) else rng.randrange(len(group))
                for key, group in groups.items()
            }
            threads.append(Thread(len(threads), run, own))
    return threads


def tried(
    judge: Judge, a: str, b: str, rng: Random, tries: int, most: int = 3, limit: int = 3000, in_place: bool = False
) -> bool:
    """Whether so many executions show the two pieces, in the same byte, disturb each other; `in_place`: with those
    in-place steps done that hold."""
    pair = judge.pieces[a], judge.pieces[b]
    phases = len(judge.program.names)
    private = pair[0].buffer.scope == pair[1].buffer.scope == "run"
    for number in range(tries):
        threads = block_of(judge, rng, 1 if private else 2 + number % 2)
        answers: dict[tuple[Any, ...], int] = {}

        def choose(key: tuple[Any, ...], ways: int, answers: dict[tuple[Any, ...], int] = answers) -> int:
            return answers.setdefault(key, rng.randrange(ways))

        try:
            ways = [Walker(thread, choose, most, bool(number % 2)).run(judge.program.root) for thread in threads]
        except TooLong:
            continue
        step = _step(judge, a, b, rng.randrange(len(threads))) if in_place else None
        acts = [acts_of(thread, way, pair, phases, step) for thread, way in zip(threads, ways, strict=True)]
        block = Block(threads, acts, pair, phases)
        found = disturbed_in_some_order(block, limit)
        if found or (found is None and disturbed_at_random(block, rng, 12)):
            return True
    return False


def _step(judge: Judge, a: str, b: str, owner: int) -> Step:
    handed = steps_that_hold(judge, a, b)
    scopes = {judge.pieces[a].buffer.scope, judge.pieces[b].buffer.scope}
    sides = frozenset({"block", "run"} if scopes == {"run"} else {"block"})
    return Step({phase: (int(write == b), begins) for phase, (_, write, begins) in handed.items()}, owner, sides)
