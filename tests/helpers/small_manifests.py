"""Random manifests small enough for the oracle, in which every feature stands in the way of every other.

    small_manifest(7)             # the same document on every machine
    grown_manifest(7)             # eight to twelve buffers, and often too large for one multiple of threads

What `tests.helpers.manifests` makes, of at most seven buffers, with more `auto` and splittable buffers, wide
alignments, pins that may collide with windows or each other, and sizes and budgets at which the bytes decide the
threads. All load; some have no layout.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

from tests.helpers.manifest_timelines import chance
from tests.helpers.manifests import build_manifest, full_name
from tests.helpers.processes import PATIENCE_S
from warpack.solver import ManifestError, load_manifest

MOST_BUFFERS = 7
GROWN_BUFFERS = (8, 12)
"""The fewest and the most of a grown manifest."""

_Change = Callable[[Random, dict[str, Any]], None]


def small_manifest(seed: int) -> dict[str, Any]:
    """The document of this seed."""
    random = Random(seed)
    return _changed(random, _of_size(random, 1, MOST_BUFFERS), f"small {seed}", _CHANGES)


def grown_manifest(seed: int) -> dict[str, Any]:
    """The document of this seed, with more buffers, wider alignments and fewer threads than a small one has."""
    random = Random(seed)
    return _changed(random, _of_size(random, *GROWN_BUFFERS), f"grown {seed}", (*_CHANGES, *_MORE_CHANGES))


def _of_size(random: Random, fewest: int, most: int) -> dict[str, Any]:
    document = build_manifest(random, most)
    while not fewest <= len(document["buffers"]) <= most:
        document = build_manifest(random, most)
    return document


def _changed(
    random: Random, document: dict[str, Any], name: str, changes: tuple[tuple[_Change, float], ...]
) -> dict[str, Any]:
    document["name"] = name
    document["solver"]["time_limit_s"] = PATIENCE_S
    for change, probability in changes:
        if chance(random, probability):
            changed = copy.deepcopy(document)
            change(random, changed)
            if loads(changed):
                document = changed
    return document


def loads(document: dict[str, Any]) -> bool:
    """Whether it is a manifest that keeps every rule of the format."""
    try:
        load_manifest(document)
    except ManifestError:
        return False
    return True


def _more_autos(random: Random, document: dict[str, Any]) -> None:
    """Up to five buffers that one thread alone uses."""
    private = [b for b in document["buffers"] if b.get("scope", "run") == "run"]
    if document["launch"]["threads_per_run"] == 1:
        for buffer in random.sample(private, min(len(private), random.randint(1, 5))):
            buffer["location"] = "auto"
            if chance(random, 0.6):
                buffer["accesses"] = random.choice([0, 1, 7, 7, 30, 100])


def _all_splittable(random: Random, document: dict[str, Any]) -> None:
    for buffer in document["buffers"]:
        if buffer.get("parts") and chance(random, 0.8):
            buffer["splittable"] = True


def _wide_alignment(random: Random, document: dict[str, Any]) -> None:
    buffer = random.choice(document["buffers"])
    if "pinned_offset_bytes" not in buffer:
        buffer["alignment_bytes"] = random.choice([16, 64, 128, 256, 1024])


def _larger(random: Random, document: dict[str, Any]) -> None:
    """Buffers without parts grow, so that a block cannot have all its threads."""
    paired = {
        pair[side].partition("#")[0].rpartition("/")[2] for pair in document["in_place"] for side in ("read", "write")
    }
    for buffer in document["buffers"]:
        if not buffer.get("parts") and buffer["name"] not in paired and chance(random, 0.5):
            buffer["size"] *= random.choice([2, 3, 7])


def _pin(random: Random, document: dict[str, Any]) -> None:
    """A pin anywhere: it may meet another, or leave a window no place."""
    for buffer in random.sample(document["buffers"], min(len(document["buffers"]), random.randint(1, 2))):
        alignment = buffer.get("alignment_bytes", 16)
        buffer["pinned_offset_bytes"] = alignment * random.randrange(0, max(2, 400 // alignment))


def _windows(random: Random, document: dict[str, Any]) -> None:
    for component in document.get("components", ()):
        component["window"] = random.choice(["flat", "contiguous", "contiguous"])


def _tight_budget(random: Random, document: dict[str, Any]) -> None:
    document["target"]["shared_budget_bytes"] = random.choice([0, 100, 400, 1000, 2000, 5000, 10_000, 16_000])


def _exact_threads(random: Random, document: dict[str, Any]) -> None:
    per_run = document["launch"]["threads_per_run"]
    document["launch"]["threads_per_block"] = per_run * random.choice([1, 5, 32, 64, 100])


def _warm_start(random: Random, document: dict[str, Any]) -> None:
    """Offsets from nowhere: what comes out must not depend on them."""
    names = [full_name(buffer) for buffer in document["buffers"]]
    document["solver"]["warm_start"] = {name: 4 * random.randrange(30) for name in names if chance(random, 0.8)}


def _more_in_place(random: Random, document: dict[str, Any]) -> None:
    """Buffers or parts of one size, in place in a few phases: in any order, round loops, between parts."""
    whole = [buffer for buffer in document["buffers"] if not buffer.get("parts")]
    for _ in range(random.randint(1, 2)):
        if len(document["buffers"]) < 2 or not whole:
            return
        write = random.choice(whole)
        read = random.choice([buffer for buffer in document["buffers"] if buffer is not write])
        part = random.randrange(len(read["parts"])) if read.get("parts") else None
        source = read if part is None else read["parts"][part]
        write["dtype"], write["size"] = read["dtype"], source["size"]
        reference = full_name(read) if part is None else f"{full_name(read)}#{source.get('name', part)}"
        for phase in random.sample(range(5), random.randint(1, 3)):
            document["in_place"].append({"phase": phase, "read": reference, "write": full_name(write)})


def _few_threads(random: Random, document: dict[str, Any]) -> None:
    """A multiple of threads that is seldom to be had, because of the bytes or of the most threads."""
    launch = document["launch"]
    launch.pop("threads_per_block", None)
    launch["threads_multiple"] = random.choice([5, 7, 48, 64, 96])
    if chance(random, 0.4):
        launch["max_threads_per_block"] = random.choice([31, 63])
    if chance(random, 0.7):
        document["objective"] = random.choice(["resident_threads", "threads_per_block"])
    if chance(random, 0.5):
        document["target"]["shared_budget_bytes"] = random.choice([3000, 9000, 16_000])


def _alignments(random: Random, document: dict[str, Any]) -> None:
    for buffer in random.sample(document["buffers"], random.randint(1, 3)):
        if "pinned_offset_bytes" not in buffer:
            buffer["alignment_bytes"] = random.choice([16, 32, 128, 512, 1024])


_CHANGES: tuple[tuple[_Change, float], ...] = (
    (_more_autos, 0.4),
    (_all_splittable, 0.5),
    (_wide_alignment, 0.15),
    (_larger, 0.4),
    (_windows, 0.4),
    (_pin, 0.15),
    (_tight_budget, 0.25),
    (_exact_threads, 0.1),
    (_warm_start, 0.1),
    (_more_in_place, 0.3),
)

_MORE_CHANGES: tuple[tuple[_Change, float], ...] = ((_few_threads, 0.5), (_alignments, 0.4))
