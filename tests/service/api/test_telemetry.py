"""OpenTelemetry: a span for each call by its template, and one sentence where what it needs is missing."""

from __future__ import annotations

import logging
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from tests.helpers.api_client import client_of
from warpack.service.api import app as app_module
from warpack.service.api import create_app
from warpack.service.api.documentation.example_layout import MANIFEST
from warpack.service.api.node import telemetry
from warpack.service.api.node.telemetry import telemetry_of
from warpack.service.settings import Settings

TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_a_call_is_a_span_by_its_template_in_the_callers_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    config = telemetry_of({}) | {"tracer_provider": provider}
    monkeypatch.setattr(app_module, "telemetry_of", lambda _: config)
    with client_of(create_app(Settings(data_dir=tmp_path, workers=0))) as http:
        job = http.post("/v1/layouts", json=MANIFEST, headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}).json()
        http.get(f"/v1/layouts/{job['id']}")
        http.get("/livez")
        http.get("/metrics")
    provider.shutdown()
    calls = {span.name: span for span in kept.get_finished_spans() if span.kind.name == "SERVER"}
    assert set(calls) == {"POST /v1/layouts", "GET /v1/layouts/{job_id}"}
    posted = calls["POST /v1/layouts"]
    assert posted.attributes is not None
    assert posted.attributes["http.response.status_code"] == 202
    assert f"{posted.context.trace_id:032x}" == TRACE


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "warpack"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "OTEL_SDK_DISABLED": "true"}, False),
    ],
)
def test_an_endpoint_in_the_environment_switches_it_on(environment: dict[str, str], wanted: bool) -> None:
    assert telemetry_of(environment)["auto_configure"] is wanted


@pytest.mark.parametrize("missing", ["opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"])
def test_without_the_extra_one_sentence_says_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, missing: str
) -> None:
    def find(package: str) -> ModuleSpec | None:
        if package == missing == "opentelemetry.sdk":
            return None
        if package == missing:
            raise ModuleNotFoundError(package)
        return ModuleSpec(package, None)

    monkeypatch.setattr(telemetry, "find_spec", find)
    with caplog.at_level(logging.WARNING):
        assert telemetry_of({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"})["auto_configure"] is False
        telemetry_of({})
    assert [record.message for record in caplog.records] == [
        "OTEL_EXPORTER_OTLP_ENDPOINT is set, but nothing is sent there: "
        "install the packages with pip install 'warpack[telemetry]'"
    ]
