"""Layouts judged by the machine: bytes of parts, block-scoped buffers over run windows, in-place pairs at equal
offset."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.helpers.machine import disturbances
from tests.helpers.machine.programs import random_document, random_programs
from warpack.solver.wire.layout import BytesProof, LaunchFigures, Layout, Occupancy, PlacedBuffer, Proof, ThreadsProof
from warpack.solver.wire.manifest import Manifest

from .kernels import buffer, kernel, timeline


def placed(manifest: Manifest, block_bytes: int = 0, runs: int = 2, stride: int = 64, **offsets: int) -> Layout:
    figures = LaunchFigures(
        runs, runs, stride, 0, stride, block_bytes, 0, 16, 0, False, {}, runs, Occupancy(1, runs, "threads", True)
    )
    buffers = tuple(
        PlacedBuffer(one.component, one.name, "shared", one.scope, offsets[one.name], one.size_bytes)
        for one in manifest.buffers
    )
    proof = Proof(ThreadsProof("feasible", 1, {}), BytesProof("feasible", 0, {}), BytesProof("feasible", 0, {}))
    return Layout(manifest.sha256, "feasible", figures, buffers, proof, {})


def test_pairs_that_share_bytes_and_conflict_are_named() -> None:
    manifest = kernel(timeline(3), buffer("a", (0, 2)), buffer("b", (1, 3)), buffer("c", (2, 3)))
    assert disturbances(manifest, placed(manifest, a=0, b=16, c=0)) == []
    assert disturbances(manifest, placed(manifest, a=0, b=12, c=0)) == [("a", "b"), ("b", "c")]


def test_in_place_pairs_share_at_equal_offset_alone() -> None:
    manifest = kernel(timeline(3), buffer("a", (0, 2)), buffer("b", (1, 3)), in_place=[(1, "a", "b")])
    assert disturbances(manifest, placed(manifest, a=16, b=16)) == []
    assert disturbances(manifest, placed(manifest, a=16, b=20)) == [("a", "b")]


def test_block_memory_lies_over_run_windows() -> None:
    a, b = buffer("a", (0, 1)), buffer("b", (0, 1), scope="block")
    manifest = kernel(timeline(2), a, b)
    assert disturbances(manifest, placed(manifest, 32, a=0, b=16)) == []
    assert disturbances(manifest, placed(manifest, 32, a=0, b=32)) == [("a", "b")]
    assert disturbances(manifest, placed(manifest, 32, a=0, b=48)) == []
    assert disturbances(manifest, placed(manifest, 32, a=0, b=84)) == [("a", "b")]
    free = replace(manifest, timeline=timeline(2, barriers=(1,)), buffers=(a, buffer("b", (1, 2), scope="block")))
    assert disturbances(free, placed(free, 32, a=0, b=84)) == []


def test_random_programs_have_every_construct_and_are_mostly_legal() -> None:
    text = "".join(json.dumps(document) for document, _ in random_programs(0, 400))
    for word in (
        *(
            "at_least",
            "breaks",
            "endless",
            "arms",
            "may_skip",
            '"uniform": "run"',
            '"uniform": "block"',
            "rest",
            "every",
        ),
        *(
            '"scope": "run"',
            '"scope": "track"',
            '"scope": "block"',
            "proxy_fence",
            '"after"',
            "called_in",
            "A/S",
            "lifetime",
        ),
        *(
            "accesses_in",
            "writes",
            "updates",
            "reads",
            "reentry",
            "async",
            "parts",
            "splittable",
            "persistent",
            "stages",
        ),
        *('"entry"', '"interval"', "in_place", "apart", "aliases", '"lifetime": []', '"threads_per_run": 32'),
    ):
        assert word in text, word
    assert random_document(3) == random_document(3)
