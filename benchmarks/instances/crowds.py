"""Very many buffers, near the most that a manifest may hold: random lifetimes of similar or very different lengths,
very different sizes, and the lifetimes of programs that allocate and free one buffer at a time, or in batches."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random

from benchmarks.instances.instance import Instance, region_manifest

_SHARED_BYTES = 200_000
"""The bytes live at once are kept below this, so that a run fits into a block's shared memory."""

_CHANGE = 0.002
"""How likely the traced program changes its number of live buffers in a phase."""

Life = tuple[int, int, int]
"""First phase, phase after the last, bytes."""

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


def few_long(random: Random, phases: int) -> int:
    """One in two hundred lives for a quarter of the program or more, the others for a moment."""
    return random.randint(phases // 4, phases) if random.random() < 0.005 else random.randint(1, 1 + phases // 300)


def drawn(lengths: Lengths, random: Random, count: int) -> list[Life]:
    """Independent lifetimes, with sizes uniformly from 1 to 1024 bytes."""
    phases = 2 * count
    lives = []
    for _ in range(count):
        length = lengths(random, phases)
        start = random.randrange(phases - length + 1)
        lives.append((start, start + length, random.randint(1, 1024)))
    return lives


def traced(newest: float, random: Random, count: int) -> list[Life]:
    """The trace of a program that allocates or frees one buffer per phase. With probability `newest` it frees the
    buffer that it allocated last, else any. The number of live buffers wanders between 150 and 450. Most buffers are
    small, few are large."""
    live: list[tuple[int, int]] = []
    lives: list[Life] = []
    phase, level, made = 0, 300, 0
    while made < count:
        if random.random() < _CHANGE:
            level = random.randint(150, 450)
        if not live or random.random() < (0.6 if len(live) < level else 0.4):
            live.append((phase, min(1024, int(16 * random.paretovariate(0.9)))))
            made += 1
        else:
            start, size = live.pop(-1 if random.random() < newest else random.randrange(len(live)))
            lives.append((start, phase, size))
        phase += 1
    return sorted(lives + [(start, phase, size) for start, size in live])


def power_law(random: Random, count: int) -> list[Life]:
    """Mostly short lifetimes, and sizes of which a few are thousands of times the others."""
    return [
        (start, end, min(1 << 16, int(16 * random.paretovariate(0.8))))
        for start, end, _ in drawn(falling, random, count)
    ]


def bursts(random: Random, count: int) -> list[Life]:
    """Buffers of few sizes that start nearly together and end one after the other, like the work on one batch."""
    phases = 2 * count
    lives: list[Life] = []
    while len(lives) < count:
        begun, lasts = random.randrange(phases), random.randint(50, 1500)
        for _ in range(random.randint(20, 300)):
            start = min(phases - 1, begun + random.randint(0, 200))
            end = min(phases, start + 1 + int(lasts * random.uniform(0.2, 1)))
            lives.append((start, end, random.choice((64, 100, 128, 256, 300, 512, 768, 1024, 1536))))
    return sorted(lives[:count])


KINDS: dict[str, Callable[[Random, int], list[Life]]] = {
    "even": partial(drawn, even),
    "falling": partial(drawn, falling),
    "two kinds": partial(drawn, two_kinds),
    "stack": partial(traced, 0.7),
    "heap": partial(traced, 0.4),
    "few long": partial(drawn, few_long),
    "power law": power_law,
    "bursts": bursts,
}
"""By name: lifetimes and sizes of a given number of buffers."""


def crowd(count: int, kind: str, seed: int) -> Instance:
    """`count` buffers with lifetimes of one of KINDS. Raises ValueError for another kind, or less than one buffer."""
    if count < 1:
        raise ValueError(f"a crowd has at least one buffer, not {count}")
    if kind not in KINDS:
        raise ValueError(f"no kind of lifetimes is called {kind!r}: {', '.join(KINDS)} are")
    random = Random(f"{count} {kind} {seed}")  # a string: seeds of one count do not repeat those of another
    lives = KINDS[kind](random, count)
    phases = max(2 * count, max(end for _, end, _ in lives))
    divisor = max(1, -(-_most_live(lives) // _SHARED_BYTES))
    name = f"crowd of {count}, {kind}, seed {seed}"
    buffers = [
        {"name": f"b{number}", "size": max(1, size // divisor), "dtype": "uint8", "lifetime": [[start, end]]}
        for number, (start, end, size) in enumerate(lives)
    ]
    return Instance("crowds", name, region_manifest(name, phases, buffers))


def _most_live(lives: list[Life]) -> int:
    changes = sorted([(start, size) for start, _, size in lives] + [(end, -size) for _, end, size in lives])
    live = most = 0
    for _, change in changes:
        live += change
        most = max(most, live)
    return most
