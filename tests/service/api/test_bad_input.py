"""Whatever is wrong with a call is said as problem+json, all of it at once, and nothing is stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.bad_manifests import BAD_MANIFESTS, BadManifest
from warpack.service.api.answers.files import FILES
from warpack.service.api.documentation.example_layout import LAYOUT, MANIFEST
from warpack.service.api.edge.body_gate import MAX_BODY_BYTES

ANSWERS = {
    "not-json": (400, "not-json"),
    "not-utf8": (400, "not-json"),
    "nested-too-deeply": (400, "not-json"),
    "document-too-large": (413, "body-too-large"),
}
"""Status and type of the whole answer by the type of the fault; all others are the manifest's own: 422,
`bad-manifest`."""


@pytest.mark.parametrize("call", ["/v1/layouts", "/v1/manifests:check"])
@pytest.mark.parametrize("bad", BAD_MANIFESTS, ids=lambda bad: bad.name)
def test_a_bad_manifest_is_refused_with_its_problem_and_pointer(http: TestClient, bad: BadManifest, call: str) -> None:
    answer = http.post(call, content=bad.body)
    status, slug = ANSWERS.get(bad.type, (422, "bad-manifest"))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["type"] == f"urn:warpack:problem:{slug}"
    assert document["status"] == answer.status_code
    assert (bad.type, bad.pointer) in [(error["type"], error["pointer"]) for error in document["errors"]]
    assert all(error["message"] for error in document["errors"])


def test_a_layout_that_is_posted_as_a_manifest_is_one_error(http: TestClient) -> None:
    for call in ("/v1/layouts", "/v1/manifests:check"):
        answer = http.post(call, json=LAYOUT)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:warpack:problem:bad-manifest")
        assert [(error["type"], error["pointer"]) for error in answer.json()["errors"]] == [
            ("other-document", "/schema")
        ]


def test_nothing_bad_was_stored(http: TestClient) -> None:
    http.post("/v1/layouts", content=b"{}")
    assert http.get("/v1/layouts").json() == {"layouts": [], "next_cursor": None}


def pieces(total_bytes: int) -> Iterator[bytes]:
    for _ in range(0, total_bytes, 65536):
        yield b" " * 65536


@pytest.mark.parametrize("call", ["/v1/layouts", "/v1/manifests:check", "/v1/layouts:verify"])
def test_a_body_that_is_too_large_is_refused(http: TestClient, call: str) -> None:
    for content in (b" " * (MAX_BODY_BYTES + 1), pieces(MAX_BODY_BYTES + 65536)):
        answer = http.post(call, content=content)
        assert answer.status_code == 413
        assert answer.json()["type"] == "urn:warpack:problem:body-too-large"
        assert answer.json()["max_body_bytes"] == MAX_BODY_BYTES


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/v1/nothing", 404, "not-found"),
        ("PUT", "/v1/layouts", 405, "method-not-allowed"),
        ("GET", "/v1/layouts/unknown", 404, "not-found"),
        ("DELETE", "/v1/layouts/unknown", 404, "not-found"),
        ("GET", "/v1/layouts/unknown/manifest", 404, "not-found"),
        *(("GET", f"/v1/layouts/unknown/{file.name}", 404, "not-found") for file in FILES),
        ("GET", "/v1/layouts?limit=0", 422, "bad-parameter"),
        ("GET", "/v1/layouts?limit=many", 422, "bad-parameter"),
        ("GET", "/v1/layouts?state=lost", 422, "bad-parameter"),
    ],
)
def test_a_wrong_call_is_a_problem(http: TestClient, method: str, path: str, status: int, slug: str) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:warpack:problem:{slug}"


def test_verify_wants_both_documents_and_says_where_each_is_wrong(http: TestClient) -> None:
    for body in (b"[]", b"{}", b'{"manifest": {}}', b'{"manifest": {}, "layout": {}, "more": 1}'):
        answer = http.post("/v1/layouts:verify", content=body)
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:warpack:problem:bad-request")
    answer = http.post("/v1/layouts:verify", json={"manifest": MANIFEST | {"extra": 1}, "layout": {"schema": "x"}})
    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert "/manifest/extra" in pointers
    assert any(pointer.startswith("/layout") for pointer in pointers)


def test_verify_with_a_document_of_the_wrong_kind_says_so(http: TestClient) -> None:
    for wrong in (None, 1, "/etc/hostname", [1]):
        for body in ({"manifest": wrong, "layout": {}}, {"manifest": MANIFEST, "layout": wrong}):
            answer = http.post("/v1/layouts:verify", json=body)
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["type"] == "wrong-type"


def test_an_idempotency_key_with_another_body_is_refused(http: TestClient) -> None:
    key = {"Idempotency-Key": "one"}
    first = http.post("/v1/layouts", json=MANIFEST, headers=key)
    assert http.post("/v1/layouts", json=MANIFEST, headers=key).json()["id"] == first.json()["id"]
    other = http.post("/v1/layouts", json=MANIFEST | {"name": "other"}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:warpack:problem:idempotency-key-reused")
    too_long = http.post("/v1/layouts", json=MANIFEST, headers={"Idempotency-Key": "k" * 256})
    assert (too_long.status_code, too_long.json()["type"]) == (422, "urn:warpack:problem:bad-parameter")
