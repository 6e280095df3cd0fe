"""The call that reads manifests from texts, and the one that says who calls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from warpack.service.api.documentation.example_layout import MANIFEST

ROOT = Path(__file__).parents[3]
DUMP = (ROOT / "tests/gpu_runtime/imports/dumps/matmul-80.mlir").read_text(encoding="utf-8")
READ = "/v1/manifests:read"


def test_a_text_of_any_format_becomes_a_manifest_that_can_be_posted(http: TestClient) -> None:
    texts = {
        "json": json.dumps(MANIFEST),
        "yaml": "schema: warpack/manifest/1\ntarget: {compute_capability: '8.6'}\nbuffers: []",
        "toml": 'schema = "warpack/manifest/1"\nobjective = "pool_bytes"\nbuffers = []',
        "csv": "id,lower,upper,size\na,0,3,4\nb,3,5,8\n",
        "triton": DUMP,
    }
    for format, text in texts.items():
        found = http.post(READ, json={"text": text}).json()
        assert found["format"] == format
        assert http.post("/v1/layouts", json=found["manifest"]).status_code == 202, format
    assert found["notes"]


def test_a_check_is_told_with_the_manifest(http: TestClient) -> None:
    text = json.dumps(MANIFEST)
    found = http.post(READ, json={"text": text, "check": True}).json()
    known = http.post("/v1/manifests:check", content=text).json()
    assert found["checked"] == {name: known[name] for name in ("fits", "manifest_sha256", "lower_bound")}
    assert http.post(READ, json={"text": text}).json()["checked"] is None


def test_a_warning_of_the_check_has_its_line(http: TestClient) -> None:
    manifest = {**MANIFEST, "target": {"compute_capability": "8.6", "shared_budget_bytes": 0}}
    found = http.post(READ, json={"text": json.dumps(manifest, indent=1), "check": True}).json()
    assert not found["checked"]["fits"]
    assert all(warning["line"] >= 1 for warning in found["warnings"])
    assert found["warning_count"] == len(found["warnings"]) > 0


@pytest.mark.parametrize(
    ("body", "status", "type", "faults"),
    [
        ({"text": "{"}, 400, "not-json", [("not-json", 1)]),
        ({"text": "a: ["}, 422, "bad-manifest", [("not-yaml", 2)]),
        ({"text": "schema: warpack/manifest/1\nbuffers: []"}, 422, "bad-manifest", [("missing-field", 1)]),
        ({"text": "id,lower,upper,size\na,0,-,4"}, 422, "bad-manifest", [("bad-csv", 2)]),
        ({"text": "hello", "format": "triton"}, 422, "bad-manifest", [("bad-triton", None)]),
    ],
)
def test_every_fault_has_its_line(
    http: TestClient, body: dict[str, str], status: int, type: str, faults: list[tuple[str, int | None]]
) -> None:
    answer = http.post(READ, json=body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:warpack:problem:{type}")
    assert [(fault["type"], fault["line"]) for fault in answer.json()["errors"]] == faults


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ("3", ""),
        ("{}", ""),
        ('{"text": 3}', "/text"),
        ('{"text": "", "format": "xml"}', "/format"),
        ('{"text": "", "format": null}', "/format"),
        ('{"text": "", "kernel": 1}', "/kernel"),
        ('{"text": "", "check": 1}', "/check"),
        ('{"text": "", "more": 1}', "/more"),
        ('{"text": "", "text": ""}', "/text"),
        ('{"text": "\\ud800"}', "/text"),
    ],
)
def test_a_bad_request_says_which_member_is_wrong(http: TestClient, body: str, pointer: str) -> None:
    answer = http.post(READ, content=body)
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:warpack:problem:bad-request")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_a_dump_of_several_kernels_lists_them(http: TestClient) -> None:
    name = DUMP.partition("tt.func public @")[2].partition("(")[0]
    both = DUMP + DUMP.replace(f"@{name}", "@another")
    problem = http.post(READ, json={"text": both}).json()
    assert problem["type"] == "urn:warpack:problem:several-kernels"
    assert problem["kernels"] == [name, "another"]
    found = http.post(READ, json={"text": both, "kernel": "another"}).json()
    assert found["manifest"]["name"] == "another"


def test_the_one_local_caller_may_submit_and_read(http: TestClient) -> None:
    told = http.get("/v1/caller").json()
    assert told == {"key_id": None, "scopes": ["read", "submit"], "priority": "normal"}
