"""Very many buffers: random lifetimes, of one length or of very different ones, near the most that a manifest may hold."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from benchmarks.instances.instance import Instance, region_manifest

_SHARED_BYTES = 200_000
"""The bytes live at once are kept below this, so that a run fits into a block's shared memory."""

Lengths = Callable[[Random, int], int]


def even(random: Random, phases: int) -> int:
    """Any length up to a hundredth of the program."""
    return random.randint(1, max(1, phases // 100))


def falling(random: Random, phases: int) -> int:
    """Mostly short, few long: exponential."""
    return min(phases, 1 + int(random.expovariate(300 / phases)))


def two_kinds(random: Random, phases: int) -> int:
    """One in ten lives for long, the others for next to nothing."""
    return random.randint(phases // 20, phases // 2) if random.random() < 0.1 else random.randint(1, 1 + phases // 1000)


KINDS: dict[str, Lengths] = {"even": even, "falling": falling, "two kinds": two_kinds}


def crowd(count: int, kind: str, seed: int) -> Instance:
    """`count` buffers with lifetimes of one of KINDS. Raises ValueError for another kind, or less than one buffer."""
    if count < 1:
        raise ValueError(f"a crowd has at least one buffer, not {count}")
    if kind not in KINDS:
        raise ValueError(f"no kind of lifetimes is called {kind!r}: {', '.join(KINDS)} are")
    random = Random(f"{count} {kind} {seed}")  # a string: seeds of one count do not repeat those of another
    phases = 2 * count
    lives = []
    for _ in range(count):
        length = KINDS[kind](random, phases)
        start = random.randrange(phases - length + 1)
        lives.append((start, start + length, random.randint(1, 1024)))
    divisor = max(1, -(-_most_live(lives) // _SHARED_BYTES))
    name = f"crowd of {count}, {kind}, seed {seed}"
    buffers = [
        {"name": f"b{number}", "size": max(1, size // divisor), "dtype": "uint8", "lifetime": [[start, end]]}
        for number, (start, end, size) in enumerate(lives)
    ]
    return Instance("crowds", name, region_manifest(name, phases, buffers))


def _most_live(lives: list[tuple[int, int, int]]) -> int:
    changes = sorted([(start, size) for start, _, size in lives] + [(end, -size) for _, end, size in lives])
    live = most = 0
    for _, change in changes:
        live += change
        most = max(most, live)
    return most
