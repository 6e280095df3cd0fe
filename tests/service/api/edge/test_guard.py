"""Only what is meant is let through: JSON, for this host, from no other site's page, without control characters."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.api.edge.hosts import Hosts

CHECK = "/v1/manifests:check"


def slug(document: dict[str, str]) -> str:
    return document["type"].rpartition(":")[2]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]", "[::1]:8000"])
def test_loopback_names_are_this_host(host: str) -> None:
    assert Hosts("127.0.0.1", ()).fault(host.encode()) is None


@pytest.mark.parametrize(
    "host", [None, b"", b"evil.example", b"localhost.evil.example", b"localhost:", b"local host", b"192.0.2.1", b"\xff"]
)
def test_any_other_name_is_not(host: bytes | None) -> None:
    fault = Hosts("127.0.0.1", ()).fault(host)
    assert fault is not None
    assert (fault.status, fault.slug) == (421, "host-not-allowed")


def test_a_service_for_other_machines_goes_by_its_addresses_and_by_the_names_it_is_given() -> None:
    hosts = Hosts("0.0.0.0", ("warpack.example",))
    for fine in (b"192.0.2.1:8000", b"[2001:db8::1]", b"warpack.example", b"localhost"):
        assert hosts.fault(fine) is None
    assert hosts.fault(b"evil.example") is not None
    assert Hosts("192.0.2.7", ()).fault(b"192.0.2.7:80") is None
    assert Hosts("127.0.0.1", ("*",)).fault(b"evil.example") is None


def test_a_request_for_another_host_is_refused_and_its_name_not_repeated(http: TestClient) -> None:
    answer = http.get("/v1/layouts", headers={"Host": "evil.example"})
    assert (answer.status_code, slug(answer.json())) == (421, "host-not-allowed")
    assert "evil" not in answer.text
    assert "evil" not in str(answer.headers)


@pytest.mark.parametrize(
    "fields",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1234"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_what_another_sites_page_sends_is_refused(http: TestClient, fields: dict[str, str]) -> None:
    for call in ("/v1/layouts", CHECK, "/v1/layouts:verify"):
        answer = http.post(call, json=MANIFEST, headers=fields)
        assert (answer.status_code, slug(answer.json())) == (403, "cross-site")
    assert http.delete("/v1/layouts/" + "0" * 28, headers=fields).status_code == 403
    assert "access-control-allow-origin" not in http.get("/v1/layouts", headers=fields).headers


@pytest.mark.parametrize(
    "fields", [{}, {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, {"Sec-Fetch-Site": "none"}]
)
def test_programs_and_own_pages_are_let_through(http: TestClient, fields: dict[str, str]) -> None:
    assert http.post(CHECK, json=MANIFEST, headers=fields).status_code == 200


def test_no_other_site_is_allowed_in_by_a_preflight(http: TestClient) -> None:
    asked = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = http.options("/v1/layouts", headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "media_type",
    [
        "application/x-www-form-urlencoded",  # what curl sends by itself
        "text/plain",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/jsonp",
        "",
    ],
)
def test_a_body_that_does_not_say_that_it_is_json_is_refused_with_what_to_do(http: TestClient, media_type: str) -> None:
    answer = http.post(CHECK, json=MANIFEST, headers={"Content-Type": media_type})
    assert (answer.status_code, slug(answer.json())) == (415, "unsupported-media-type")
    assert "-H 'content-type: application/json'" in answer.json()["detail"]
    assert answer.headers["accept-post"] == "application/json"


@pytest.mark.parametrize("media_type", ["application/json", "Application/JSON; charset=UTF-8"])
def test_json_is_taken_however_it_is_spelled(http: TestClient, media_type: str) -> None:
    assert http.post(CHECK, json=MANIFEST, headers={"Content-Type": media_type}).status_code == 200


def test_a_compressed_body_is_refused_and_never_unpacked(http: TestClient) -> None:
    answer = http.post(CHECK, content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, slug(answer.json())) == (415, "unsupported-media-type")


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/v1/layouts/%00", {}),
        ("/v1/layouts/a%0ab", {}),
        ("/v1/layouts/%7f/manifest", {}),
        ("/v1/layouts?cursor=%00", {}),
        ("/v1/layouts?state=%1F", {}),
        ("/v1/layouts", {"Prefer": "wait=1\x01"}),
    ],
)
def test_control_characters_end_here(http: TestClient, path: str, fields: dict[str, str]) -> None:
    answer = http.get(path, headers=fields)
    assert (answer.status_code, slug(answer.json())) == (400, "control-character")
