"""The page's launch rule, which is JavaScript, gives what the solver gives: on random manifests and bytes, and for the
launch of every layout."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from random import Random
from typing import Any

from tests.helpers.manifests import random_manifest
from tests.helpers.page_code import answered, needs_node
from tests.helpers.pictured import contiguous, every_structure, pictured
from tests.helpers.small_manifests import small_manifest
from tests.helpers.sweeps import seeds
from warpack.solver import Layout, Manifest, ManifestError, load_manifest, optimize
from warpack.solver.devices import DEVICES
from warpack.solver.launch.region import run_region
from warpack.solver.launch.threads import launch_for
from warpack.solver.launch.weighing import weighs
from warpack.solver.wire.layout import LaunchFigures

pytestmark = needs_node


def figures(launch: LaunchFigures | None) -> dict[str, Any] | None:
    if launch is None:
        return None
    return {
        "threads_per_block": launch.threads_per_block,
        "runs_per_block": launch.runs_per_block,
        "stride_bytes": launch.stride_bytes,
        "padding_bytes": launch.padding_bytes,
        "dynamic_shared_bytes": launch.dynamic_shared_bytes,
        "blocks_per_sm": launch.occupancy.blocks_per_sm,
        "resident_threads": launch.occupancy.resident_threads,
        "limited_by": launch.occupancy.limited_by,
    }


def without_total(answer: dict[str, Any] | None) -> dict[str, Any] | None:
    return answer and {name: value for name, value in answer.items() if name != "total_bytes"}


def random_case(seed: int) -> tuple[dict[str, Any], dict[str, Any] | None] | None:
    """A rule for random bytes, and what the solver says; None where the random manifest is none."""
    random = Random(seed)
    document = random_manifest(seed)
    document["target"]["compute_capability"] = random.choice(sorted(DEVICES))
    document["target"]["registers_per_thread"] = random.choice([None, None, random.randint(1, 255)])
    document["target"]["carveout"] = random.choice(["max", random.randint(0, 100)])
    document["objective"] = random.choice(["threads_per_block", "resident_threads", "shared_bytes"])
    try:
        manifest = load_manifest(document)
    except ManifestError:
        return None
    autos = [one.full_name for one in manifest.buffers if one.location == "auto"]
    on_chip = frozenset(name for name in autos if random.random() < 0.5)
    region = run_region(manifest, on_chip)
    sizes = {
        "run_bytes": random.choice([0, random.randint(1, 200), random.randint(1, 8000)]) if region.weights else 0,
        "block_region_bytes": random.choice([0, random.randint(1, 30000), random.randint(40_000, 240_000)]),
        "block_reach_bytes": random.choice([0, 0, random.randint(1, 40000)]),
    }
    rule = {
        "device": asdict(DEVICES[manifest.target.compute_capability]),
        "region": asdict(region),
        **sizes,
        **asdict(manifest.target),
        **asdict(manifest.launch),
        "objective": manifest.objective,
        "least_threads": manifest.least_threads,
        "weighs": weighs(manifest),
    }
    return rule, figures(launch_for(manifest, on_chip=on_chip, **sizes))


def test_random_launches_are_those_of_the_solver() -> None:
    cases = [case for seed in seeds(450) if (case := random_case(seed)) is not None]
    assert len(cases) > 200
    answers = answered("launch_rule.mjs", [{"rule": rule} for rule, _ in cases])
    for (rule, wanted), answer in zip(cases, answers, strict=True):
        assert without_total(answer) == wanted, rule
    assert 30 < sum(answer is None for answer in answers) < len(answers) - 100
    limits = {answer["limited_by"] for answer in answers if answer}
    assert {"warps", "blocks", "registers", "shared"} <= limits


def test_the_launch_of_a_layout_follows_from_what_the_page_has_of_it() -> None:
    solved = [pictured(2), pictured(36), every_structure(), contiguous(), *map(_solved, seeds(20))]
    found = [(manifest, layout) for manifest, layout in solved if layout.launch is not None]
    assert len(found) > 12
    cases = [
        {
            "manifest": manifest.model_dump(),
            "layout": json.loads(layout.model_dump_json()),
            "device": asdict(DEVICES[manifest.target.compute_capability]),
        }
        for manifest, layout in found
    ]
    for (manifest, layout), answer in zip(found, answered("launch_rule.mjs", cases), strict=True):
        assert without_total(answer) == figures(layout.launch), manifest.model_dump_json()


def test_where_no_block_fits_it_is_said_what_would_be_enough() -> None:
    cases = [case[0] for seed in seeds(450) if (case := random_case(seed)) is not None and case[1] is None]
    said = [one for one in answered("launch_rule.mjs", [{"rule": rule, "why": True} for rule in cases]) if one]
    assert len(said) == len(cases)
    enough: list[dict[str, Any]] = []
    for rule, why in zip(cases, said, strict=True):
        if found := re.search(r"needs ([\d,]+) bytes?, and the budget has", why):
            enough.append({**rule, "shared_budget_bytes": int(found[1].replace(",", "")), "registers_per_thread": None})
        elif found := re.search(r"too many registers: (\d+) a thread would fit", why):
            enough.append({**rule, "registers_per_thread": int(found[1])})
        else:
            assert re.search("no whole number of runs|is more than the|too small for the tracks", why), why
    assert len(enough) > 30
    fits = answered("launch_rule.mjs", [{"rule": rule} for rule in enough])
    on_chip = [rule["device"]["max_smem_per_block_optin"] for rule in enough]
    for rule, launch, most in zip(enough, fits, on_chip, strict=True):
        budget = rule["shared_budget_bytes"]
        assert launch is not None or (isinstance(budget, int) and budget > most), rule


def _solved(seed: int) -> tuple[Manifest, Layout]:
    manifest = load_manifest(small_manifest(seed))
    return manifest, optimize(manifest)
