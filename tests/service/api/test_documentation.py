"""The examples of the API's own documentation can be sent as they stand."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from warpack.service.api.example_layout import LAYOUT, MANIFEST
from warpack.solver import load_manifest, optimize, read_layout


@pytest.mark.parametrize(
    ("path", "status"), [("/v1/layouts", 202), ("/v1/manifests:check", 200), ("/v1/layouts:verify", 200)]
)
def test_an_example_body_is_taken_as_it_stands(http: TestClient, path: str, status: int) -> None:
    call = http.get("/openapi.json").json()["paths"][path]["post"]
    answer = http.post(path, json=call["requestBody"]["content"]["application/json"]["example"])
    assert answer.status_code == status, answer.text
    assert answer.json().get("passed", True), answer.text


def test_the_example_layout_is_what_the_example_manifest_gives() -> None:
    layout = optimize(load_manifest(MANIFEST)).model_dump()
    told = {key: value for key, value in layout.items() if key not in ("run_info", "advice")}
    assert told == {key: value for key, value in LAYOUT.items() if key in told}
    assert read_layout(LAYOUT).model_dump() == LAYOUT
