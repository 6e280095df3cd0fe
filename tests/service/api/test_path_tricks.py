"""Paths that try to lead elsewhere, as they come over a socket: clients would put them right."""

from __future__ import annotations

import pytest

from tests.helpers.edge_server import Wire


@pytest.mark.parametrize(
    "path",
    [
        "/v1/../livez",
        "//livez",
        "/./livez",
        "/v1/layouts/../../livez",
        "/v1/layouts/..%2f..%2flivez",
        "/v1/layouts/%2e%2e/manifest",
        "/docs/../openapi.json",
        "/docs/..%2fcore.py",
        "/docs/swagger-ui.css/",
        "http://localhost/livez",
        "/v1/layouts;x=1",
        "*",
    ],
)
def test_no_trick_with_a_path_leads_anywhere(url: str, path: str) -> None:
    wire = Wire(int(url.rpartition(":")[2]))
    wire.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    answer = wire.answer()
    wire.close()
    assert (answer.status, answer.problem) == (404, "not-found")
