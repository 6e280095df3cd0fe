"""The calls that need no worker."""

from __future__ import annotations

import time
from typing import Any

from starlette.testclient import TestClient

from warpack.service.api.answers.files import FILES
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.solver import load_manifest


def test_a_manifest_is_taken_as_a_job_that_can_be_followed(http: TestClient) -> None:
    answer = http.post("/v1/layouts", json=MANIFEST)
    job = answer.json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == job["links"]["self"] == f"/v1/layouts/{job['id']}"
    assert (job["state"], job["layout"], job["name"]) == ("queued", None, "two buffers")
    assert job["manifest_sha256"] == load_manifest(MANIFEST).sha256
    assert job["waiting_for"]["capability"] == "worker"
    assert http.get(answer.headers["Location"]).json() == job


def test_the_same_manifest_spelled_otherwise_is_the_same_manifest(http: TestClient) -> None:
    job = http.post("/v1/layouts", json=MANIFEST).json()
    spelled = MANIFEST | {"timeline": MANIFEST["timeline"] | {"loops": []}, "apart": []}
    other = http.post("/v1/layouts", json=dict(reversed(spelled.items()))).json()
    assert other["manifest_sha256"] == job["manifest_sha256"]
    assert other["id"] != job["id"]


def test_a_call_waits_no_longer_than_it_was_asked_to(http: TestClient) -> None:
    http.post("/v1/layouts", json=MANIFEST)  # queued, and left to the workers
    begun = time.monotonic()
    answer = http.post("/v1/layouts", json=MANIFEST, headers={"Prefer": "wait=1"})
    assert answer.status_code == 202
    assert answer.headers["Preference-Applied"] == "wait=1"
    assert time.monotonic() - begun >= 1


def test_an_unchanged_job_is_not_sent_again(http: TestClient) -> None:
    first = http.post("/v1/layouts", json=MANIFEST)
    path, tag = first.headers["Location"], first.headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = http.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
    assert http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_manifest_comes_back_with_defaults_and_the_same_hash(http: TestClient) -> None:
    posted = MANIFEST | {"name": "my name", "validation": "compiled", "solver": {"time_limit_s": 3}}
    job = http.post("/v1/layouts", json=posted).json()
    stored = http.get(job["links"]["manifest"]).json()
    assert (stored["name"], stored["validation"], stored["solver"]["time_limit_s"]) == ("my name", "compiled", 3)
    assert load_manifest(stored).sha256 == job["manifest_sha256"]


def test_there_are_no_allocators_before_the_layout_is_ready(http: TestClient) -> None:
    job = http.post("/v1/layouts", json=MANIFEST).json()
    for name in (file.name for file in FILES):
        assert job["links"][name] is None
        answer = http.get(f"{job['links']['self']}/{name}")
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:warpack:problem:not-ready")


def test_jobs_are_listed_newest_first_in_pages(http: TestClient) -> None:
    ids = [http.post("/v1/layouts", json=MANIFEST | {"name": f"page {n}"}).json()["id"] for n in range(3)]
    first = http.get("/v1/layouts", params={"limit": 2}).json()
    assert [job["id"] for job in first["layouts"]] == ids[:0:-1]
    second = http.get("/v1/layouts", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [job["id"] for job in second["layouts"]] == [ids[0]]
    assert "layout" not in first["layouts"][0]


def test_a_list_has_what_its_filters_say(http: TestClient) -> None:
    one, other = (
        http.post("/v1/layouts", json=MANIFEST | {"name": name, "launch": {"max_threads_per_block": threads}}).json()
        for name, threads in (("filter one", 64), ("filter two", 96))
    )
    http.delete(other["links"]["self"])

    def listed(**params: Any) -> set[str]:
        found = http.get("/v1/layouts", params=params).json()["layouts"]
        return {job["id"] for job in found} & {one["id"], other["id"]}

    assert listed() == {one["id"], other["id"]}
    assert listed(state="queued") == listed(name="filter one") == {one["id"]}
    assert listed(manifest_sha256=other["manifest_sha256"]) == listed(state="cancelled") == {other["id"]}
    assert listed(state=["queued", "cancelled"]) == {one["id"], other["id"]}
    assert listed(state="cancelled", name="filter one") == set()
    for wrong in ({"state": "lost"}, {"manifest_sha256": "x"}, {"name": "n" * 1001}):
        assert http.get("/v1/layouts", params=wrong).json()["type"] == "urn:warpack:problem:bad-parameter"


def test_a_cursor_goes_with_the_filters_of_its_page(http: TestClient) -> None:
    for number in range(3):
        http.post("/v1/layouts", json=MANIFEST | {"name": f"cursor {number}"})
    params = {"limit": 1, "state": ["queued", "solving"]}
    cursor = http.get("/v1/layouts", params=params).json()["next_cursor"]
    again = params | {"limit": 2, "state": ["solving", "queued"], "cursor": cursor}
    assert len(http.get("/v1/layouts", params=again).json()["layouts"]) == 2
    seq, check = cursor.split("-")
    others = ({"state": "queued"}, {"name": "cursor 1"}, {"cursor": f"{int(seq) + 1}-{check}"}, {"cursor": seq})
    for changed in others:
        refused = http.get("/v1/layouts", params=again | changed)
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:warpack:problem:bad-parameter")


def test_a_cancelled_job_says_so_and_is_not_used_again(http: TestClient) -> None:
    posted = MANIFEST | {"name": "to be cancelled"}
    job = http.post("/v1/layouts", json=posted).json()
    cancelled = http.delete(job["links"]["self"])
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert cancelled.json()["best_so_far"] is None
    assert set(cancelled.json()["links"].values()) == {job["links"]["self"], job["links"]["manifest"], None}
    refused = http.get(f"{job['links']['self']}/layout.svg")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:warpack:problem:not-ready")
    assert "cancelled before it was ready" in refused.json()["detail"]
    assert http.delete(job["links"]["self"]).status_code == 200
    assert http.post("/v1/layouts", json=posted).json()["id"] != job["id"]
    listed = http.get("/v1/layouts", params={"state": "cancelled", "name": posted["name"]}).json()["layouts"]
    assert [each["id"] for each in listed] == [job["id"]]


def test_check_gives_the_lower_bound_and_stores_nothing(http: TestClient) -> None:
    before = http.get("/v1/layouts", params={"limit": 500}).json()
    found = http.post("/v1/manifests:check", json=MANIFEST).json()
    assert found["valid"] is True
    assert found["lower_bound"]["run"]["size_bytes"] == 32
    assert found["manifest_sha256"] == load_manifest(MANIFEST).sha256
    assert http.get("/v1/layouts", params={"limit": 500}).json() == before


def test_check_gives_the_warnings(http: TestClient) -> None:
    shared = {"name": "tile", "size": 4, "dtype": "float32", "scope": "block", "lifetime": [[0, 1]]}
    other = shared | {"name": "other", "lifetime": [[1, 2]]}
    found = http.post("/v1/manifests:check", json=MANIFEST | {"buffers": [shared, other]}).json()
    assert found["warnings"]
    assert {"type", "pointer", "message", "names"} == set(found["warnings"][0])


def test_devices_lists_every_architecture_and_no_worker(http: TestClient) -> None:
    found = http.get("/v1/devices").json()
    assert {"8.0", "8.6", "9.0"} <= set(found["architectures"])
    assert (found["workers"], found["hardware_devices"]) == ([], [])


def test_the_process_lives_and_is_ready(http: TestClient) -> None:
    assert http.get("/livez").json() == {"status": "alive"}
    assert http.get("/readyz").json() == {"status": "ready"}


def test_the_api_describes_itself_with_examples_that_hold(http: TestClient) -> None:
    described = http.get("/openapi.json").json()
    post = described["paths"]["/v1/layouts"]["post"]
    example = post["requestBody"]["content"]["application/json"]["example"]
    load_manifest(example)
    assert {"200", "201", "202", "4XX"} <= set(post["responses"])
    assert {"/v1/layouts/{job_id}", "/v1/manifests:check", "/v1/layouts:verify", "/v1/devices"} <= set(
        described["paths"]
    )
    assert http.get("/docs").status_code == 200
