"""Random valid manifests with every feature of the format, as JSON documents.

    random_manifest(7)            # the same document on every machine
    @given(manifests())           # hypothesis: shrinks to small documents

All documents load; most are feasible (pins never collide, budgets and sizes are of one order).
"""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.helpers.manifest_buffers import random_buffers
from tests.helpers.manifest_timelines import Clock, chance, random_clocks
from tests.helpers.processes import PATIENCE_S

ARCHITECTURES = ("7.5", "8.0", "8.6", "8.9", "9.0", "10.0", "12.0")


def manifests(max_buffers: int = 8) -> st.SearchStrategy[dict[str, Any]]:
    """Hypothesis' own choices in place of the seed, so that failing documents shrink."""
    return st.randoms(use_true_random=False).map(lambda random: build_manifest(random, max_buffers))


def random_manifest(seed: int, max_buffers: int = 8) -> dict[str, Any]:
    """The document of this seed."""
    return build_manifest(Random(seed), max_buffers)


def build_manifest(random: Random, max_buffers: int = 8) -> dict[str, Any]:
    launch = _launch(random)
    clocks, components, timeline = random_clocks(random)
    buffers, in_place = random_buffers(random, clocks, launch["threads_per_run"], random.randint(1, max_buffers))
    document: dict[str, Any] = {
        "schema": "warpack/manifest/1",
        "name": f"random {random.randrange(1000)}",
        "target": _target(random),
        "launch": launch,
        "buffers": buffers,
        "in_place": in_place,
        "apart": _apart(random, buffers),
        "objective": random.choice(["threads_per_block", "threads_per_block", "resident_threads", "shared_bytes"]),
        "solver": {"time_limit_s": PATIENCE_S, "seed": random.randrange(100)},
        "validation": random.choice(["best", "static", "simulated"]),
    }
    if timeline is not None:
        document["timeline"] = timeline
    if launch["threads_per_run"] == 3:  # neither __syncwarp nor a named barrier has three threads
        for one in (document, *components):
            _without_run_barriers(one.get("timeline", {}))
    if components:
        document["components"] = components
        _make_windows(random, components, buffers)
    return document


def full_name(buffer: dict[str, Any]) -> str:
    return f"{buffer['component']}/{buffer['name']}" if buffer.get("component") else str(buffer["name"])


def _target(random: Random) -> dict[str, Any]:
    target: dict[str, Any] = {"compute_capability": random.choice(ARCHITECTURES)}
    budget = random.choice([None, "default", "opt-in", random.randrange(24_000, 60_000)])
    if budget is not None:
        target["shared_budget_bytes"] = budget
    if chance(random, 0.3):
        target["static_shared_bytes"] = random.choice([1, 16, 132, 1000])
    if chance(random, 0.3):
        target["registers_per_thread"] = random.choice([16, 40, 64, 128, 255])
    if chance(random, 0.2):
        target["carveout"] = random.choice(["max", 0, 50, 100])
    return target


def _launch(random: Random) -> dict[str, Any]:
    per_run = random.choice([1, 1, 1, 1, 2, 3, 4, 8, 32])
    launch: dict[str, Any] = {"threads_per_run": per_run}
    if chance(random, 0.3):
        launch["max_threads_per_block"] = random.choice([64, 100, 128, 256, 512])
    if chance(random, 0.2):
        launch["threads_multiple"] = random.choice([1, 16, 64])
    if chance(random, 0.3):
        launch["bank_conflicts"] = random.choice(["avoid", "ignore"])
    if chance(random, 0.1):
        launch["threads_per_block"] = per_run * random.choice([1, 2])
    return launch


def _without_run_barriers(timeline: dict[str, Any]) -> None:
    for barrier in timeline.get("barriers", ()):
        if isinstance(barrier, dict):
            barrier["scope"] = "block"


def _apart(random: Random, buffers: list[dict[str, Any]]) -> list[list[str]]:
    """Pairs of buffers that are not said to alias each other."""
    names = [full_name(buffer) for buffer in buffers]
    related = {frozenset((full_name(buffer), name)) for buffer in buffers for name in buffer.get("aliases", ())}
    pairs = []
    for _ in range(3 if len(names) > 1 else 0):
        pair = random.sample(names, 2)
        if chance(random, 0.15) and frozenset(pair) not in related:
            related.add(frozenset(pair))
            pairs.append(pair)
    return pairs


def _make_windows(random: Random, components: list[dict[str, Any]], buffers: list[dict[str, Any]]) -> None:
    """Contiguous windows, where no pin could make one impossible."""
    if any("pinned_offset_bytes" in buffer for buffer in buffers):
        return
    for component in components:
        if chance(random, 0.3):
            component["window"] = "contiguous"


__all__ = ["ARCHITECTURES", "Clock", "build_manifest", "full_name", "manifests", "random_manifest"]
