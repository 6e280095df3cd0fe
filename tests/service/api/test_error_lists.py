"""However much is wrong with a manifest, what is said of it stays short."""

from __future__ import annotations

from starlette.testclient import TestClient

from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.problems import MOST_ERRORS, faults
from warpack.solver.wire.problems import Problem


def test_a_list_of_faults_ends_and_says_how_many_there_are(http: TestClient) -> None:
    wrong = [{"name": f"{n}x", "size": -1, "dtype": "float32", "more": n} for n in range(4000)]
    answer = http.post("/v1/manifests:check", json=MANIFEST | {"buffers": wrong})
    document = answer.json()
    assert answer.status_code == 422
    assert len(document["errors"]) == MOST_ERRORS
    assert document["error_count"] >= 12_000
    assert document["detail"].startswith(f"{document['error_count']} things are wrong")
    assert len(answer.content) < 2**20


def test_a_short_list_is_whole(http: TestClient) -> None:
    document = http.post("/v1/manifests:check", json=MANIFEST | {"more": 1, "most": 2}).json()
    assert document["error_count"] == len(document["errors"]) == 2


def test_a_list_of_warnings_ends_too(http: TestClient) -> None:
    pairs = [
        buffer
        for n in range(1100)
        for buffer in (
            {"name": f"b{n}", "size": 1, "dtype": "float32"},
            {"name": f"p{n}", "size": 1, "dtype": "float32", "persistent": True, "aliases": f"b{n}"},
        )
    ]
    document = http.post("/v1/manifests:check", json=MANIFEST | {"buffers": pairs}).json()
    assert len(document["warnings"]) == MOST_ERRORS
    assert document["warning_count"] >= 1100


def test_a_single_fault_is_short_too() -> None:
    fault = Problem("long", "", "x" * 100_000, tuple(f"buffer{n}" for n in range(100_000)))
    assert len(faults("manifest", [fault]).to_text()) < 10_000
