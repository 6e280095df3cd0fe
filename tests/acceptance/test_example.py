"""A real solver's buffers, posted over HTTP, with the figures of the reports counted anew from the manifest's JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

import warpack
from tests.helpers.processes import PATIENCE_S
from tests.helpers.recount import conflict_edges, words
from tests.helpers.service_process import finished, service
from warpack.solver import load_manifest, read_layout

_EXAMPLE = Path(__file__).parents[2] / "examples" / "05-dormand-prince.json"


def test_an_example_comes_back_simulated_with_the_counts_that_its_manifest_gives_and_again_after_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = json.loads(_EXAMPLE.read_text()) | {"validation": "simulated"}
    with service(tmp_path) as first:
        with first.client() as client:
            job = finished(client, post(first.url, manifest).json())
        assert (job["state"], job["problem"]) == ("ready", None)
        assert_counts(manifest, job["layout"])
        answer = post(first.url, manifest)
        assert (answer.status_code, answer.json()) == (200, job)
        monkeypatch.setenv("WARPACK_URL", first.url)  # which is asked, and has the answer
        report = warpack.validate(load_manifest(manifest), read_layout(job["layout"]), "compiled")
        assert report.to_json() == job["layout"]["validation"]["reports"][1]
    with service(tmp_path, workers=0) as second:
        again = post(second.url, manifest)
        assert (again.status_code, again.content) == (200, answer.content)
        with second.client() as client:
            assert client.artefact(job["id"], "allocators.py")


def assert_counts(manifest: dict[str, Any], layout: dict[str, Any]) -> None:
    static, compiled, simulated = layout["validation"]["reports"]
    assert [report["level"] for report in (static, compiled, simulated)] == ["static", "compiled", "simulated"]
    assert [report["passed"] for report in (static, compiled, simulated)] == [True, True, True]
    edges = conflict_edges(manifest)
    assert edges > 50
    assert static["detail"]["checked"]["conflicting_pairs"] == edges
    assert compiled["detail"]["probe_kernel"]["registers"] > 0
    detail = simulated["detail"]
    assert (detail["conflict_edges"], detail["conflict_edges_covered"]) == (edges, edges)
    # Probed are the first, the second and the last run; in the last of two blocks one run fewer exists.
    probed = min(3, layout["launch"]["runs_per_block"])
    expected = words(manifest, runs=probed + max(1, probed - 1))
    assert (detail["words_checked"], detail["words_planned"]) == (expected, expected)
    assert detail["threads_started"] == detail["threads_finished"] > 0


def post(url: str, manifest: dict[str, Any], wait_s: int = 1) -> httpx2.Response:
    headers = {"Prefer": f"wait={wait_s}"}
    return httpx2.post(f"{url}/v1/layouts", json=manifest, headers=headers, timeout=PATIENCE_S, trust_env=False)
