"""The examples of the API's own documentation can be sent as they stand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from warpack.service.api.__main__ import main
from warpack.service.api.answers.files import FILES
from warpack.service.api.documentation.description import text_of
from warpack.service.api.documentation.example_layout import LAYOUT, MANIFEST
from warpack.service.schema import layout_schema, manifest_schema
from warpack.solver import load_manifest, optimize, read_layout

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/layouts", 202),
        ("/v1/layouts:batch", 200),
        ("/v1/manifests:check", 200),
        ("/v1/manifests:read", 200),
        ("/v1/layouts:verify", 200),
    ],
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


def test_the_description_that_is_committed_is_the_services_own(http: TestClient) -> None:
    committed = (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8")
    again = "write it again: python -m warpack.service.api docs/openapi.json"
    assert committed == text_of(cast(FastAPI, http.app)), again
    assert http.get("/openapi.json").json() == json.loads(committed)


def test_the_description_tells_which_scope_a_call_wants(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    wanted = {
        f"{method} {path}": call.get("security")
        for path, calls in document["paths"].items()
        for method, call in calls.items()
    }
    assert wanted["post /v1/layouts"] == [{"key": ["submit"]}, {}]
    assert wanted["get /v1/layouts/{job_id}"] == [{"key": ["read"]}, {}]
    assert wanted["post /v1/workers"] == [{"key": ["worker"]}, {}]
    assert wanted["get /metrics"] == [{"key": ["admin"]}, {}]
    open_to_all = {call for call, security in wanted.items() if security is None}
    assert open_to_all == {
        "get /livez", "get /readyz", "get /v1/schema/layout.json", "get /v1/schema/manifest.json",
    }  # fmt: skip


def test_every_reference_of_the_description_leads_somewhere(http: TestClient) -> None:
    text = http.get("/openapi.json").text
    schemas = json.loads(text)["components"]["schemas"]
    referred = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert {"Manifest", "Layout"} <= referred <= set(schemas)
    assert len(re.findall(r'"\$ref"', text)) == len(re.findall(r'"\$ref": ?"#/components/schemas/\w+"', text))


def test_the_schemas_can_be_fetched(http: TestClient) -> None:
    for name, schema in (("manifest", manifest_schema()), ("layout", layout_schema())):
        answer = http.get(f"/v1/schema/{name}.json")
        assert answer.headers["content-type"] == "application/schema+json"
        assert answer.json() == schema
        assert answer.headers["cache-control"] == "public, max-age=3600"
        again = http.get(f"/v1/schema/{name}.json", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_documentation_page_loads_nothing_from_another_site(http: TestClient) -> None:
    page = http.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "http" not in page.text
    assert "<script>" not in page.text  # nor a script in the page, which the policy forbids
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/start.js"} <= set(loaded)
    for path in loaded:
        answer = http.get(f"/{path}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] in (
            "text/javascript", "text/css", "application/json",
        )  # fmt: skip
        assert answer.content


def test_the_command_writes_the_description(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "openapi.json")]) == 0
    assert (tmp_path / "openapi.json").read_bytes() == (ROOT / "docs" / "openapi.json").read_bytes()
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


def test_every_kind_of_answer_is_described_with_its_media_type(http: TestClient) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    for file in FILES:
        described = paths[f"/v1/layouts/{{job_id}}/{file.name}"]["get"]["responses"]["200"]["content"]
        assert set(described) == {file.media_type}
    for calls in paths.values():
        for call in calls.values():
            assert set(call["responses"]["4XX"]["content"]) == {"application/problem+json"}


def test_the_page_names_every_type_that_a_call_may_answer_with() -> None:
    sources = [*(ROOT / "service" / "api").rglob("*.py"), ROOT / "service" / "problems.py"]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    made = set(re.findall(r'(?:ProblemDetails|_unavailable|_unsupported|_refused)\(\s*"([a-z-]+)"', text))
    assert {"disk-full", "too-busy", "cross-site", "not-ready"} <= made
    page = (ROOT / "docs" / "http.md").read_text(encoding="utf-8")
    of_jobs = {"worker-crashed", "validation-failed", "withdrawn"}  # a job's problem, which no call is answered with
    assert {slug for slug in made - of_jobs if f"`{slug}`" not in page} == set()
