"""What the figures in the report's `detail` count:

- `conflict_edges`: unordered pairs of pieces (buffers, or parts of buffers) that lie in one memory and must not share a
  byte there. In-place pairs, which may share at one difference, are included. Pieces that are never used, or have no
  bytes, are not. `conflict_edges_covered`: those for which some pass filled one piece while the other had contents, and
  then checked these; `conflict_edges_uncovered` names the rest.
- `words_checked`: elements (of the type that the getter hands out) that were read back and compared with what had been
  written, over all passes, blocks, runs and launches; checks for zero are not counted. `words_planned` is what the plan
  says it must be.
- `conflict_edges_on_ways`: those that are covered on some way through the program; the others are covered by lingering
  groups.
- `phases`: those of the whole kernel, every call expanded; `ways`: how many ways through it are taken; `steps`: the
  phases of each way, after merging those in which nothing happens. `choices`: how many outcomes loops (no trip, one,
  two, each break), branches, tracks and calls have; `choices_taken`: those that some way takes.
- `passes`: `groups` (of pieces, each counted once for every way that it takes), each run three times (see `abi.KINDS`),
  over `blocks` blocks, the last of them partial.
- `image_bytes_checked`: bytes of dynamic shared memory that were compared with the host's image.
- `guard_bytes_checked`: guard bytes after the layout's own bytes, in the launches that have them.
- `shadow_accesses`: bytes that the shadow check followed, over all scripts and four orders; `shadow_threads`,
  `cpu_threads`, `cpu_runs`: those of the full block. `cpu_words_checked`, `cpu_image_bytes_checked`: as above, on the
  CPU target.
- `views_checked`: getter results whose address, length and alignment were compared, for every run of a block.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from warpack.gpu_runtime.probe.kernel.abi import KINDS
from warpack.gpu_runtime.probe.plan.conflict_edges import bits
from warpack.gpu_runtime.probe.plan.probe_plan import Plan

_MOST_NAMED = 20
_PACKAGES = ("numba", "numba-cuda", "numpy")


def planned(plan: Plan) -> dict[str, Any]:
    shape = plan.shape
    pairs = [
        [plan.cells[index].name, plan.cells[other].name]
        for index, mask in enumerate(plan.uncovered)
        for other in bits(mask)
        if index < other
    ]
    return {
        "conflict_edges": plan.edges.count,
        "conflict_edges_covered": plan.edges_covered,
        "conflict_edges_uncovered": pairs[:_MOST_NAMED],
        "pieces": len(plan.cells),
        "phases": plan.story.length,
        "ways": len(plan.choices.steps),
        "choices": plan.choices.choices,
        "choices_taken": plan.choices.taken,
        "steps": [len(steps) for steps in plan.choices.steps],
        "conflict_edges_on_ways": plan.met,
        "groups": len(plan.scripts),
        "lingering_groups": sum(script.group.lingering for script in plan.scripts),
        "passes": len(plan.scripts) * len(KINDS),
        "blocks": len(shape.active),
        "threads_per_block": shape.threads,
        "runs_probed": list(shape.slots),
        "runs_in_last_block": shape.active[-1],
        "threads_probed_per_run": shape.lanes,
        "dynamic_shared_bytes": shape.dynamic_bytes,
    }


def seen(plan: Plan, answer: dict[str, Any]) -> dict[str, Any]:
    done = answer["passes"]
    images = [one["image"] for one in done if one["image"] is not None]
    launches = sum(one["launches"] for one in done)
    return {
        "ran": True,
        "words_checked": sum(one["words"] for one in done),
        "words_planned": sum(plan.words_per_pass[one["script"]] * one["launches"] for one in done),
        "launches": launches,
        "threads_started": launches * len(plan.shape.started) * len(plan.shape.active),
        "threads_finished": sum(one["finished"] for one in done),
        "image_bytes_checked": sum(image["bytes"] for image in images),
        "image_bytes_wrong": sum(image["wrong"] for image in images),
        "guard_bytes_checked": sum(one["guards"]["bytes"] for one in done if one["guards"] is not None),
        "shadow_accesses": answer["shadow"]["accesses"] if answer["shadow"] else 0,
        "shadow_threads": answer["shadow"]["threads"] if answer["shadow"] else 0,
        "shadow_orders": answer["shadow"]["orders"] if answer["shadow"] else [],
        **_seen_on_cpu(answer["cpu"]),
        "views_checked": 0 if answer["views"] is None else answer["views"]["seen"],
        "versions": _versions(),
    }


def _seen_on_cpu(seen: Mapping[str, Any] | None) -> dict[str, int]:
    counts = ("threads", "runs", "words", "image_bytes")
    names = ("cpu_threads", "cpu_runs", "cpu_words_checked", "cpu_image_bytes_checked")
    return {name: seen[count] if seen else 0 for name, count in zip(names, counts, strict=True)}


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
