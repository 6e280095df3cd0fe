"""`Allow` lists every method of a path, and HEAD goes wherever GET does."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from warpack.service.api.answers.files import FILES
from warpack.service.api.documentation.example_layout import MANIFEST

SOME_ID = "0" * 28


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/layouts", "GET, HEAD, POST"),
        (f"/v1/layouts/{SOME_ID}", "DELETE, GET, HEAD"),
        (f"/v1/layouts/{SOME_ID}/manifest", "GET, HEAD"),
        *((f"/v1/layouts/{SOME_ID}/{file.name}", "GET, HEAD") for file in FILES),
        ("/v1/layouts:batch", "POST"),
        ("/v1/manifests:check", "POST"),
        ("/v1/manifests:read", "POST"),
        ("/v1/layouts:verify", "POST"),
        ("/v1/devices", "GET, HEAD"),
        ("/livez", "GET, HEAD"),
        ("/readyz", "GET, HEAD"),
        ("/docs", "GET, HEAD"),
        ("/", "GET, HEAD"),
        ("/page/js/main.js", "GET, HEAD"),
        ("/openapi.json", "GET, HEAD"),
    ],
)
def test_a_method_that_a_path_has_not_is_answered_with_those_it_has(http: TestClient, path: str, allowed: str) -> None:
    for method in {"PUT", "PATCH", "TRACE", "OPTIONS", "NONSENSE", "DELETE", "GET", "HEAD", "POST"} - set(
        allowed.split(", ")
    ):
        answer = http.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert answer.headers["content-type"] == "application/problem+json"


def test_head_is_get_without_a_body(http: TestClient) -> None:
    job = http.post("/v1/layouts", json=MANIFEST).json()["links"]
    for path in ("/livez", "/readyz", "/v1/layouts", "/v1/devices", job["self"], job["manifest"], "/v1/nothing"):
        head, got = http.head(path), http.get(path)
        assert (head.status_code, head.content) == (got.status_code, b"")
        for name in ("content-type", "content-length", "etag"):
            assert head.headers.get(name) == got.headers.get(name)


def test_a_path_with_a_slash_too_many_is_not_found_and_no_host_repeated(http: TestClient) -> None:
    answer = http.get("/v1/layouts/", follow_redirects=False)
    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_a_path_without_post_says_so_whatever_the_body_is(http: TestClient) -> None:
    for path, status in (("/livez", 405), ("/v1/nothing", 404)):
        assert http.post(path, content=b"a=1", headers={"Content-Type": "text/plain"}).status_code == status
