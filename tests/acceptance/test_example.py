"""A real solver's buffers, posted over HTTP, with figures that are counted here anew from the manifest's JSON."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import httpx2

from tests.helpers.service_process import service

_EXAMPLE = Path(__file__).parents[2] / "examples" / "05-dormand-prince.json"


def live_phases(intervals: list[list[Any]], timeline: dict[str, Any]) -> set[int]:
    """Every phase of the intervals; one whose end lies before its start goes round the loop."""
    names = timeline["phases"]
    found: set[int] = set()
    for first, last in intervals:
        named = isinstance(first, str)
        start = names.index(first) if named else first
        end = names.index(last) + 1 if named else last
        if start < end:
            found |= set(range(start, end))
        else:
            ((head, tail),) = [loop for loop in timeline["loops"] if loop[0] <= start < loop[1]]
            found |= set(range(start, tail)) | set(range(head, end))
    return found


def conflict_edges(manifest: dict[str, Any]) -> int:
    """Pairs of pieces of different shared buffers that are live in a common phase; such a manifest has no aliases, no
    in-place pairs, no barriers, and one thread a run."""
    timeline = manifest["timeline"]
    everything = set(range(len(timeline["phases"])))
    pieces: list[tuple[str, set[int]]] = []
    for buffer in manifest["buffers"]:
        assert "aliases" not in buffer
        if not buffer["size"] or buffer["location"] != "shared":
            continue
        name = f"{buffer['component']}/{buffer['name']}"
        for piece in buffer.get("parts", [buffer]):
            always = buffer.get("persistent") or "lifetime" not in piece
            live = everything if always else live_phases(piece["lifetime"], timeline)
            if live and piece["size"]:
                pieces.append((name, live))
    return sum(1 for (a, first), (b, second) in combinations(pieces, 2) if a != b and first & second)


def test_an_example_comes_back_simulated_with_every_conflict_edge_covered_and_again_after_a_restart(
    tmp_path: Path,
) -> None:
    manifest = json.loads(_EXAMPLE.read_text()) | {"validation": "simulated"}
    edges = conflict_edges(manifest)
    assert edges > 50
    with service(tmp_path) as first:
        with first.client() as client:
            *_, job = client.follow(post(first.url, manifest).json(), wait_s=30)
        answer = post(first.url, manifest)
        assert (answer.status_code, answer.json()) == (200, job)
        assert (job["state"], job["problem"]) == ("ready", None)
        static, compiled, simulated = job["layout"]["validation"]["reports"]
        assert [report["level"] for report in (static, compiled, simulated)] == ["static", "compiled", "simulated"]
        assert compiled["detail"]["probe_kernel"]["registers"] > 0
        detail = simulated["detail"]
        assert (detail["conflict_edges"], detail["conflict_edges_covered"]) == (edges, edges)
        assert detail["words_checked"] == detail["words_planned"] > 0
        assert detail["threads_started"] == detail["threads_finished"] > 0
    with service(tmp_path) as second:
        again = post(second.url, manifest)
        assert (again.status_code, again.content) == (200, answer.content)


def post(url: str, manifest: dict[str, Any]) -> httpx2.Response:
    return httpx2.post(f"{url}/v1/layouts", json=manifest, headers={"Prefer": "wait=1"}, timeout=60, trust_env=False)
